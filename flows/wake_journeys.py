"""Waking journeys whose wait was cut short, for workers that do not do it by themselves."""

from prefect import flow

from tasks.nudge import nudge


@flow(name="wake_journeys", persist_result=False)
def wake_journeys() -> int:
    """Move the runs of woken journeys to now; returns how many. The journey worker does the same between two looks."""
    return nudge()
