"""Promises and arrangements are judged when their time is up."""

from prefect import flow

from tasks.review_agreements import review_agreements


@flow(name="promise_review", persist_result=False)
def promise_review() -> int:
    """Judge every promise and arrangement that is due, and wake its journey; returns how many were judged."""
    return review_agreements()
