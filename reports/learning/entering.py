"""Loans that entered the standing experiment, with the money of the same number of days for each, from the ledger.

A loan counts once, from its first journey with a logged arm; that it falls behind again within those days is a part of
what its arm brought. Money that was taken back within those days is taken off, and a loan that has not been watched for
so long is left out: all of it is fixed when a loan's days are over, so that a later look never changes an earlier one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Subquery, and_, func, select
from sqlmodel import Session, col

from domain.journey import Arm
from ledger.ladders import pinned_ladder
from ledger.tables.journey import AssignmentRow, JourneyRow
from ledger.tables.loan import LoanRow
from ledger.tables.money import CostRow, PaymentRow, ReversalRow
from reports.evidence import on_record
from reports.experiments.entries import Entries, Entry, entries_of
from reports.learning.asking import days_after, rows
from reports.scope import Scope

LONGEST_DAYS = 90
MILLIS = 1000


@dataclass(frozen=True, slots=True)
class Entered:
    """One loan that entered, and what it brought and cost within its days, in minor units."""

    loan_number: str
    journey_id: str
    ladder_digest: str
    arm: str
    probability: float
    rule: str
    entered_on: date
    days_past_due: int
    opening_minor: int
    product: str
    segment: str
    recovered_minor: int
    cost_minor: float


@dataclass(frozen=True, slots=True)
class Standing:
    """The experiment: the days of money that count, the loans watched so long, and how many entered in each arm."""

    days: int
    loans: tuple[Entered, ...]
    by_arm: dict[str, int]

    @property
    def loan_entries(self) -> list[Entry]:
        """The loans as `reports.experiments` takes them, in the order in which they entered."""
        return [
            Entry(e.loan_number, e.entered_on, e.arm, e.probability, e.recovered_minor, e.cost_minor, e.rule)
            for e in self.loans
        ]

    @property
    def entries(self) -> Entries:
        """The same as columns."""
        return entries_of(self.loan_entries)


def standing(session: Session, scope: Scope, *, days: int | None = None) -> Standing:
    """All loans that entered before the end of what is seen, whichever day; days: of money, else `quiet_days`."""
    span = quiet_days(session, scope) if days is None else days
    firsts = _firsts(scope)
    ends_at = scope.seen_until - timedelta(days=span)
    by_arm = dict(rows(session, select(firsts.c.arm, func.count()).group_by(firsts.c.arm).order_by(firsts.c.arm)))
    watched = select(firsts).where(firsts.c.opened_at <= ends_at).subquery()
    money = received(session, scope, starts=watched, days=span)
    spent = costs(session, scope, starts=watched, days=span)
    loans = tuple(
        Entered(
            loan_number=row.number,
            journey_id=row.journey_id,
            ladder_digest=row.ladder_digest,
            arm=row.arm,
            probability=row.probability,
            rule=row.rule,
            entered_on=row.opened_at.date(),
            days_past_due=row.opening_days_past_due,
            opening_minor=row.opening_minor,
            product=row.product,
            segment=row.segment,
            recovered_minor=money.get(row.journey_id, 0),
            cost_minor=spent.get(row.journey_id, 0) / MILLIS,
        )
        for row in rows(session, select(watched).order_by(watched.c.opened_at, watched.c.number))
    )
    return Standing(span, loans, by_arm)


def quiet_days(session: Session, scope: Scope) -> int:
    """For how many days the holdout is left alone by its ladder: so long, and no longer, the arms differ as intended.

    At most 90, which is also the answer where no arm is a holdout. Known before any money is.
    """
    digests = rows(
        session,
        select(col(JourneyRow.ladder_digest))
        .join(AssignmentRow, col(AssignmentRow.journey_id) == col(JourneyRow.id))
        .join(LoanRow, col(LoanRow.id) == col(JourneyRow.loan_id))
        .where(
            col(LoanRow.portfolio_id) == scope.portfolio_id,
            col(AssignmentRow.arm) == Arm.HOLDOUT.value,
            col(JourneyRow.opened_at) < scope.seen_until,
            on_record(scope, JourneyRow.recorded_at),
        )
        .distinct(),
    )
    return min(_first_rungs(session, [digest for (digest,) in digests]), default=LONGEST_DAYS)


def received(session: Session, scope: Scope, *, starts: Subquery, days: int) -> dict[str, int]:
    """Money received within so many days of each start, less what was taken back of it within them, by journey.

    starts: rows with journey_id, loan_id and opened_at.
    """
    ends_at = days_after(starts.c.opened_at, days)
    paid = (
        select(starts.c.journey_id, func.sum(PaymentRow.amount_minor))
        .join(
            PaymentRow,
            and_(
                col(PaymentRow.loan_id) == starts.c.loan_id,
                col(PaymentRow.received_at) >= starts.c.opened_at,
                col(PaymentRow.received_at) < ends_at,
            ),
        )
        .where(col(PaymentRow.recorded_at) <= scope.as_of)
        .group_by(starts.c.journey_id)
    )
    taken_back = (
        select(starts.c.journey_id, func.sum(ReversalRow.amount_minor))
        .join(
            ReversalRow,
            and_(col(ReversalRow.loan_id) == starts.c.loan_id, col(ReversalRow.reversed_at) < ends_at),
        )
        .join(PaymentRow, col(PaymentRow.id) == col(ReversalRow.payment_id))
        .where(
            col(ReversalRow.recorded_at) <= scope.as_of,
            col(PaymentRow.recorded_at) <= scope.as_of,
            col(PaymentRow.received_at) >= starts.c.opened_at,
        )
        .group_by(starts.c.journey_id)
    )
    found = {journey: int(minor) for journey, minor in rows(session, paid)}
    for journey, minor in rows(session, taken_back):
        found[journey] = found.get(journey, 0) - int(minor)
    return found


def costs(session: Session, scope: Scope, *, starts: Subquery, days: int) -> dict[str, int]:
    """What was spent on the loan within so many days of each start, in thousandths of a minor unit, by journey."""
    query = (
        select(starts.c.journey_id, func.sum(CostRow.amount_millis))
        .join(
            CostRow,
            and_(
                col(CostRow.loan_id) == starts.c.loan_id,
                col(CostRow.incurred_at) >= starts.c.opened_at,
                col(CostRow.incurred_at) < days_after(starts.c.opened_at, days),
            ),
        )
        .where(on_record(scope, CostRow.recorded_at))
        .group_by(starts.c.journey_id)
    )
    return {journey: int(millis) for journey, millis in rows(session, query)}


def _firsts(scope: Scope) -> Subquery:
    """The first journey with a logged arm of each loan."""
    nth = func.row_number().over(
        partition_by=col(JourneyRow.loan_id), order_by=(col(JourneyRow.opened_at), col(JourneyRow.id))
    )
    numbered = (
        select(
            col(JourneyRow.id).label("journey_id"),
            col(JourneyRow.loan_id),
            col(JourneyRow.ladder_digest),
            col(JourneyRow.opened_at),
            col(JourneyRow.opening_days_past_due),
            col(JourneyRow.opening_minor),
            col(AssignmentRow.arm),
            col(AssignmentRow.probability),
            col(AssignmentRow.rule),
            col(LoanRow.number),
            col(LoanRow.product),
            col(LoanRow.segment),
            nth.label("nth"),
        )
        .join(AssignmentRow, col(AssignmentRow.journey_id) == col(JourneyRow.id))
        .join(LoanRow, col(LoanRow.id) == col(JourneyRow.loan_id))
        .where(
            col(LoanRow.portfolio_id) == scope.portfolio_id,
            col(JourneyRow.opened_at) < scope.seen_until,
            on_record(scope, JourneyRow.recorded_at),
        )
        .subquery()
    )
    return select(numbered).where(numbered.c.nth == 1).subquery()


def _first_rungs(session: Session, digests: Iterable[str]) -> Iterable[int]:
    for digest in digests:
        days = pinned_ladder(session, digest).rungs[0].after.days
        yield min(days, LONGEST_DAYS) if days > 0 else LONGEST_DAYS
