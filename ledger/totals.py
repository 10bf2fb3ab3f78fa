"""A ledger in a handful of figures: what a watcher looks at, and what a summary reports."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from domain.attempt import REACHED_VENDOR, AttemptState
from domain.journey import JourneyState
from domain.step import Outcome
from ledger.steps import LEFT_OUT
from ledger.tables.attempt import AttemptRow
from ledger.tables.journey import JourneyRow, StepRow
from ledger.tables.loan import LoanRow
from ledger.tables.money import CostRow, PaymentRow, ReversalRow


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts and sums over the whole ledger.

    journeys: by what open ones wait for, or by why closed ones ended. steps: by action, those that were carried out.
    attempts, accepted: by channel, all that were claimed and those that the vendor took. Money in minor units.
    """

    loans: int
    journeys: dict[str, int]
    open_journeys: int
    steps: dict[str, int]
    attempts: dict[str, int]
    accepted: dict[str, int]
    unknown: int
    recovered_minor: int
    reversed_minor: int
    cost_millis: int


NOT_A_STEP = (Outcome.DEFERRED.value, Outcome.OVERTAKEN.value, Outcome.BLOCKED.value, *LEFT_OUT)
NOT_YET = (AttemptState.PLANNED.value, AttemptState.RELEASED.value)


def totals(session: Session) -> Totals:
    """Count and sum."""
    standing = session.exec(
        select(JourneyRow.state, JourneyRow.waiting_for, JourneyRow.closing_reason, func.count()).group_by(
            col(JourneyRow.state), col(JourneyRow.waiting_for), col(JourneyRow.closing_reason)
        )
    ).all()
    journeys: dict[str, int] = {}
    for state, waiting_for, reason, count in standing:
        name = (waiting_for or "at work") if state == JourneyState.OPEN.value else reason or "closed"
        journeys[name] = journeys.get(name, 0) + count
    attempts = session.exec(
        select(AttemptRow.action, AttemptRow.state, func.count()).group_by(
            col(AttemptRow.action), col(AttemptRow.state)
        )
    ).all()
    reached = {s.value for s in REACHED_VENDOR}
    return Totals(
        loans=session.exec(select(func.count()).select_from(LoanRow)).one(),
        journeys=dict(sorted(journeys.items())),
        open_journeys=sum(n for state, _, _, n in standing if state == JourneyState.OPEN.value),
        steps=dict(
            session.exec(
                select(StepRow.action, func.count())
                .where(col(StepRow.outcome).not_in(NOT_A_STEP))
                .group_by(col(StepRow.action))
                .order_by(col(StepRow.action))
            ).all()
        ),
        attempts=_by_channel((a, n) for a, s, n in attempts if s not in NOT_YET),
        accepted=_by_channel((a, n) for a, s, n in attempts if s in reached),
        unknown=sum(n for _, s, n in attempts if s == AttemptState.UNKNOWN.value),
        recovered_minor=int(session.exec(select(func.coalesce(func.sum(PaymentRow.amount_minor), 0))).one()),
        reversed_minor=int(session.exec(select(func.coalesce(func.sum(ReversalRow.amount_minor), 0))).one()),
        cost_millis=int(session.exec(select(func.coalesce(func.sum(CostRow.amount_millis), 0))).one()),
    )


def _by_channel(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    summed: dict[str, int] = {}
    for action, count in counts:
        summed[action] = summed.get(action, 0) + count
    return dict(sorted(summed.items()))
