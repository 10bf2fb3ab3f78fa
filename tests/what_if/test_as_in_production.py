"""A simulated life takes the same steps at the same instants as one that the ledger remembers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlmodel import Session, col, select

from domain.action import Action
from domain.step import Outcome
from ledger.database import Ledger
from ledger.ladders import pinned_ladder
from ledger.packs import stack_of
from ledger.portfolios import portfolio_named
from ledger.tables.journey import JourneyRow, StepRow
from policy.ladders.ladder import Ladder
from reports.facts.facts import facts_of
from reports.scope import all_until
from reports.what_if.population import entrants_now
from simulation.what_if.entrant import Entrant
from simulation.what_if.path import World, opened, paid, path
from simulation.what_if.standing import Standing
from tests.conftest import on_sqlite
from tests.ledger.lender import Lender, a_loan
from tests.what_if.toy import days, known

MORNING = datetime(2026, 1, 5, 10, tzinfo=UTC)
NIGHT = datetime(2026, 3, 26, 22, 30, tzinfo=UTC)  # the clocks of Europe change three days later
LONG = 130
ENDS = {
    **{action: ((Outcome.SENT, 1.0),) for action in Action if action.is_message},
    **{action: ((Outcome.LAPSED, 1.0),) for action in Action if not action.is_message},
}
"""As `Lender.lives`: vendors accept everything, and nobody does any work."""


@pytest.fixture
def ledger_url(tmp_path_factory: pytest.TempPathFactory, sqlite_template: object) -> str:
    """On SQLite alone: the steps are decided by the same function on both."""
    return on_sqlite(tmp_path_factory.mktemp("twin"), template=sqlite_template)  # type: ignore[arg-type]


def remembered(session: Session, journey_id: str) -> list[tuple[str, str, str, datetime]]:
    """Every step of the ledger."""
    rows = session.exec(
        select(StepRow)
        .where(StepRow.journey_id == journey_id)
        .order_by(col(StepRow.turn_no), col(StepRow.ended_at), col(StepRow.id))
    ).all()
    return sorted(((r.rung, r.action, r.outcome, r.ended_at) for r in rows), key=lambda step: (step[3], step[0]))


def simulated(standing: Standing) -> list[tuple[str, str, str, datetime]]:
    """Every step of a simulated life."""
    steps = ((s.rung, s.action.value, s.outcome.value, s.ended_at) for s in standing.steps)
    return sorted(steps, key=lambda step: (step[3], step[0]))


def twin(session: Session, now: datetime) -> tuple[Entrant, Ladder, World]:
    """The same loan on the same ladder under the same packs, as the simulator gets it from the ledger."""
    facts = facts_of(session, all_until(session, portfolio="cards", as_of=now))
    (entrant,) = entrants_now(session, facts, np.arange(1))
    journey = session.exec(select(JourneyRow)).one()
    packs = stack_of(portfolio_named(session, "cards"))
    entrant = replace(entrant, key=journey.id)  # withheld rungs are drawn by it
    return (
        entrant,
        pinned_ladder(session, journey.ladder_digest),
        World(replace(known(days(0), days(0)), ends=ENDS), packs, 1),
    )


@pytest.mark.parametrize(
    ("ladder", "now", "zone"),
    [
        ("standard", MORNING, "Europe/London"),
        ("standard_early_call", NIGHT, "America/New_York"),
        ("gentle", NIGHT, "Europe/Berlin"),
        ("quiet", NIGHT, "Europe/London"),
    ],
)
def test_a_silent_borrower_lives_the_same(ledger: Ledger, ladder: str, now: datetime, zone: str) -> None:
    """From the opening to the end of the ladder, deferrals by the packs and rungs that are passed over among it."""
    lender = Lender(ledger, now=now)
    journey = lender.opens(a_loan(timezone=zone, as_of_on=now.date()), ladder=ladder)
    lender.lives(journey, days=LONG)
    with ledger.reading() as session:
        entrant, read, world = twin(session, now)
        there = path(opened(entrant, world), entrant, read, world, until=now + timedelta(days=LONG))
        assert simulated(there[-1]) == remembered(session, journey)


def test_one_who_pays_a_part_lives_the_same(ledger: Ledger) -> None:
    """A payment on the ninth day moves what comes next in both, and a second one ends it."""
    lender = Lender(ledger, now=MORNING)
    journey = lender.opens(ladder="standard")
    for after, minor in ((9, 20_000), (14, 60_000)):
        lender.lives(journey, days=after)
        lender.receives(minor)
    lender.lives(journey, days=60)
    with ledger.reading() as session:
        entrant, ladder, world = twin(session, MORNING)
        standing, at, end = opened(entrant, world), MORNING, MORNING + timedelta(days=LONG)
        for after, minor in ((9, 20_000), (14, 60_000)):
            at += timedelta(days=after)
            standing = path(standing, entrant, ladder, world, until=at)[-1]
            standing = paid(standing, minor, at=at, known=world.known)
        last = path(standing, entrant, ladder, world, until=end)[-1]
        assert last.is_over
        assert last.position(entrant, now=at).is_cured
        assert simulated(last) == remembered(session, journey)
