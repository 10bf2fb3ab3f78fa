"""Which run carries which journey: read in pages, and asked about once more before anything is mended."""

from datetime import timedelta

import pytest
from sqlmodel import col, update

from ledger.carriage import (
    Carried,
    carried_by,
    is_as_it_was,
    next_journeys_carried,
    next_journeys_without_run,
    open_journeys_carried,
)
from ledger.tables.journey import JourneyRow
from tests.ledger.lender import NOW, Lender

CHANGES = {
    "fence": 1,
    "wake_seq": 9,
    "seen_wake_seq": 9,
    "due_at": NOW + timedelta(days=3),
    "lease_until": NOW + timedelta(minutes=5),
    "state": "closed",
    "flow_run_id": "another",
}


@pytest.fixture
def three(lender: Lender) -> list[str]:
    """The journeys of three loans; a run carries the second one."""
    journeys = list(lender.opens_one_for_each(range(3)).values())
    with lender.ledger.transaction() as session:
        carried_by(session, journeys[1], flow_run_id="a run")
    return journeys


class TestPages:
    """So many at a time, whatever the portfolio."""

    def test_are_read_until_every_open_journey_was_in_one(self, lender: Lender, three: list[str]) -> None:
        """By id, so that a journey that closes meanwhile moves no other into another page."""
        with lender.ledger.reading() as session:
            first = [c.journey_id for c in next_journeys_carried(session, after="", at_most=2)]
            rest = [c.journey_id for c in next_journeys_carried(session, after=first[-1], at_most=2)]
            assert next_journeys_carried(session, after=rest[-1], at_most=2) == []
        assert first + rest == sorted(three)

    def test_of_those_without_a_run_are_asked_for_by_portfolio(self, lender: Lender, three: list[str]) -> None:
        """By the loans' numbers; the one that a run carries is not among them."""
        with lender.ledger.reading() as session:
            (first,) = next_journeys_without_run(session, "cards", after="", at_most=1)
            rest = next_journeys_without_run(session, "cards", after=first.loan_number, at_most=9)
            assert [c.journey_id for c in [first, *rest]] == [three[0], three[2]]
            assert next_journeys_without_run(session, "another", after="", at_most=9) == []


def test_a_journey_is_as_it_was_until_anything_happens_to_it(lender: Lender, three: list[str]) -> None:
    """A claim, a wake-up, a turn, another day, another run, or its end."""
    for what, value in CHANGES.items():
        before = _seen(lender, three[1])
        with lender.ledger.reading() as session:
            assert is_as_it_was(session, before)
        with lender.ledger.transaction() as session:
            session.exec(update(JourneyRow).where(col(JourneyRow.id) == three[1]).values({what: value}))
        with lender.ledger.reading() as session:
            assert not is_as_it_was(session, before), what
        with lender.ledger.transaction() as session:
            session.exec(update(JourneyRow).where(col(JourneyRow.id) == three[1]).values(state="open"))


def _seen(lender: Lender, journey: str) -> Carried:
    with lender.ledger.reading() as session:
        return open_journeys_carried(session, only=[journey])[0]
