"""How pretend borrowers behave: pure functions of a seed, a loan and what was done, calibrated by `base_rates.yaml`.

Nothing here knows HTTP, a vendor, a ledger or a clock. The same seed, loan and history always give the same answer.
"""
