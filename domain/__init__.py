"""Plain frozen values that every other house speaks in: money, loan, journey, attempt, promise, work item.

Nothing here knows SQL, Prefect, a vendor, a file or a clock.
"""
