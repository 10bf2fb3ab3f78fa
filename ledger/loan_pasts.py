"""What became of loans, as far as keeping their records depends on it: the last activity, and the end of the debt."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select as select_rows
from sqlmodel import Session, col, select

from domain.arrears import position_of
from domain.event import EventKind
from domain.hold import HoldReason
from domain.journey import ClosingReason, JourneyState
from domain.work_item import WorkKind
from ledger.positions import end_of_statement, statement_of
from ledger.tables.agreement import ArrangementRow, HoldRow, PromiseRow
from ledger.tables.attempt import AttemptRow
from ledger.tables.call import CallRow
from ledger.tables.journey import EventRow, JourneyRow, StepRow
from ledger.tables.known_fact import KnownFactRow
from ledger.tables.loan import LoanRow
from ledger.tables.money import PaymentRow, ReversalRow
from ledger.tables.work_item import WorkItemRow
from policy.compliance.record_class import CountedFrom, RecordClass

WORKED_AS: Mapping[str, RecordClass] = {
    WorkKind.CALLBACK.value: RecordClass.CALLS,
    WorkKind.FIELD_VISIT.value: RecordClass.VISITS,
}


@dataclass(frozen=True, slots=True)
class LoanPast:
    """One loan's past; days are on the borrower's calendar.

    last_activity_on: the last day on which anything was done, said, agreed or paid. settled_on: the day from which
    nothing is overdue and no journey is open; None while something is. going_on: disputes and litigation that go on.
    agreed_in: work items in which something was agreed. classes: of which there are records.
    """

    loan_id: str
    borrower_id: str
    last_activity_on: date
    settled_on: date | None
    has_open_journey: bool
    going_on: frozenset[str]
    agreed_in: frozenset[str]
    classes: frozenset[RecordClass]

    @property
    def since(self) -> dict[CountedFrom, date]:
        """The days that counts begin with, as far as they have happened."""
        begun = {CountedFrom.LAST_ACTIVITY: self.last_activity_on}
        return begun if self.settled_on is None else {**begun, CountedFrom.SETTLED: self.settled_on}


@dataclass(slots=True)
class _Rows:
    """What the ledger holds of one loan: when something happened, what was booked, stated, agreed and disputed."""

    moments: list[datetime] = field(default_factory=list)
    booked: list[tuple[datetime, int]] = field(default_factory=list)
    statements: list[tuple[date, int]] = field(default_factory=list)
    agreed_in: set[str] = field(default_factory=set)
    classes: set[RecordClass] = field(default_factory=lambda: {RecordClass.EVENTS})
    is_disputed: bool = False


def loan_pasts(session: Session, zones: Mapping[str, ZoneInfo], *, now: datetime) -> list[LoanPast]:
    """The pasts of all loans of these people; zones: the people's ids with where they live."""
    loans = session.exec(select(LoanRow).where(col(LoanRow.borrower_id).in_(zones)).order_by(col(LoanRow.id))).all()
    journeys: dict[str, list[JourneyRow]] = defaultdict(list)
    for row in session.exec(select(JourneyRow).where(col(JourneyRow.borrower_id).in_(zones))).all():
        journeys[row.loan_id].append(row)
    rows = _rows(session, [loan.id for loan in loans], now=now)
    for loan_id, of_loan in journeys.items():
        rows[loan_id].moments += [at for journey in of_loan for at in (journey.opened_at, journey.closed_at) if at]
    calls: dict[str, list[datetime]] = defaultdict(list)
    for call in session.exec(select(CallRow).where(col(CallRow.borrower_id).in_(zones))).all():
        calls[call.borrower_id] += _known([call.at, call.recorded_at])
    told = set(session.exec(select(KnownFactRow.borrower_id).where(col(KnownFactRow.borrower_id).in_(zones))).all())
    for loan in loans:
        # Which loan a call or a consent was about is not asked: what is kept a little too long does no harm.
        rows[loan.id].moments += calls.get(loan.borrower_id, [])
        of_person = {RecordClass.CALLS: loan.borrower_id in calls, RecordClass.CONSENTS: loan.borrower_id in told}
        rows[loan.id].classes |= {each for each, there_is in of_person.items() if there_is}
    return [_past(loan, journeys[loan.id], rows[loan.id], zone=zones[loan.borrower_id], now=now) for loan in loans]


def _past(loan: LoanRow, journeys: list[JourneyRow], rows: _Rows, *, zone: ZoneInfo, now: datetime) -> LoanPast:
    is_open = any(journey.state == JourneyState.OPEN.value for journey in journeys)
    settled_at = None if is_open else _settled_at(loan, journeys, rows, zone=zone, now=now)
    is_litigated = settled_at is None and any(j.closing_reason == ClosingReason.LEGAL.value for j in journeys)
    going_on = {"dispute": rows.is_disputed, "litigation": is_litigated}
    return LoanPast(
        loan_id=loan.id,
        borrower_id=loan.borrower_id,
        last_activity_on=max([loan.created_at, *rows.moments]).astimezone(zone).date(),
        settled_on=None if settled_at is None else settled_at.astimezone(zone).date(),
        has_open_journey=is_open,
        going_on=frozenset(what for what, goes_on in going_on.items() if goes_on),
        agreed_in=frozenset(rows.agreed_in),
        classes=frozenset(rows.classes),
    )


def _settled_at(
    loan: LoanRow, journeys: list[JourneyRow], rows: _Rows, *, zone: ZoneInfo, now: datetime
) -> datetime | None:
    """When the last thing happened that left nothing overdue, or the lender took the loan back."""
    since = [(at, minor) for at, minor in rows.booked if end_of_statement(loan.as_of_on) <= at <= now]
    position = position_of(
        statement_of(loan), received_minor=sum(minor for _, minor in since), on=now.astimezone(zone).date()
    )
    if not position.is_cured and not loan.withdrawn:
        return None
    closed = [journey.closed_at for journey in journeys if journey.closed_at is not None]
    return max([_stated_at(loan, rows), *(at for at, _ in since), *closed])


def _stated_at(loan: LoanRow, rows: _Rows) -> datetime:
    """The lender's first statement in a row that says so much or so little; a repeat of zero settles nothing anew."""
    as_of_on = loan.as_of_on
    for stated_on, arrears_minor in reversed(rows.statements):
        if arrears_minor > 0 or loan.arrears_minor > 0:
            break
        as_of_on = stated_on
    return end_of_statement(as_of_on)


def _rows(session: Session, loan_ids: Collection[str], *, now: datetime) -> dict[str, _Rows]:
    found: dict[str, _Rows] = defaultdict(_Rows)
    _booked(session, loan_ids, found)
    _agreed(session, loan_ids, found, now=now)
    stated = select(EventRow).where(
        col(EventRow.loan_id).in_(loan_ids),
        col(EventRow.kind).in_([EventKind.LOAN_IMPORTED.value, EventKind.LOAN_RESTATED.value]),
    )
    for event in session.exec(stated.order_by(col(EventRow.id))).all():
        statement = date.fromisoformat(event.facts["as_of"]), int(event.facts["arrears_minor"])
        found[event.loan_id].statements.append(statement)
    work = session.execute(
        select_rows(
            col(WorkItemRow.loan_id), col(WorkItemRow.kind), col(WorkItemRow.opened_at), col(WorkItemRow.recorded_at)
        ).where(col(WorkItemRow.loan_id).in_(loan_ids))
    )
    for loan_id, kind, *moments in work:
        found[loan_id].moments += _known(moments)
        if kind in WORKED_AS:
            found[loan_id].classes.add(WORKED_AS[kind])
    steps = session.execute(
        select_rows(col(JourneyRow.loan_id), col(StepRow.ended_at))
        .join(JourneyRow, col(JourneyRow.id) == col(StepRow.journey_id))
        .where(col(JourneyRow.loan_id).in_(loan_ids))
    )
    for loan_id, ended_at in steps:
        found[loan_id].moments.append(ended_at)
    attempts = session.execute(
        select_rows(
            col(JourneyRow.loan_id),
            col(AttemptRow.planned_at),
            col(AttemptRow.claimed_at),
            col(AttemptRow.recorded_at),
            col(AttemptRow.receipt_at),
        )
        .join(JourneyRow, col(JourneyRow.id) == col(AttemptRow.journey_id))
        .where(col(JourneyRow.loan_id).in_(loan_ids))
    )
    for loan_id, *moments in attempts:
        found[loan_id].moments += _known(moments)
        found[loan_id].classes.add(RecordClass.VERDICTS)
    return found


def _booked(session: Session, loan_ids: Collection[str], found: dict[str, _Rows]) -> None:
    for payment in session.exec(select(PaymentRow).where(col(PaymentRow.loan_id).in_(loan_ids))).all():
        rows = found[payment.loan_id]
        rows.booked.append((payment.received_at, payment.amount_minor))
        rows.moments += [payment.received_at, payment.recorded_at]
        rows.classes.add(RecordClass.PAYMENTS)
    for reversal in session.exec(select(ReversalRow).where(col(ReversalRow.loan_id).in_(loan_ids))).all():
        rows = found[reversal.loan_id]
        rows.booked.append((reversal.reversed_at, -reversal.amount_minor))
        rows.moments += [reversal.reversed_at, reversal.recorded_at]


def _agreed(session: Session, loan_ids: Collection[str], found: dict[str, _Rows], *, now: datetime) -> None:
    for promise in session.exec(select(PromiseRow).where(col(PromiseRow.loan_id).in_(loan_ids))).all():
        _agreement(found[promise.loan_id], promise.work_item_id, [promise.made_at, promise.settled_at])
    for plan in session.exec(select(ArrangementRow).where(col(ArrangementRow.loan_id).in_(loan_ids))).all():
        _agreement(found[plan.loan_id], plan.work_item_id, [plan.agreed_at, plan.settled_at])
    for hold in session.exec(select(HoldRow).where(col(HoldRow.loan_id).in_(loan_ids))).all():
        rows = found[hold.loan_id]
        rows.moments += _known([hold.placed_at, hold.lifted_at])
        is_in_force = hold.lifted_at is None and (hold.until is None or hold.until > now)
        rows.is_disputed = rows.is_disputed or (is_in_force and hold.reason == HoldReason.DISPUTE.value)


def _agreement(rows: _Rows, work_item_id: str | None, moments: list[datetime | None]) -> None:
    rows.moments += _known(moments)
    rows.classes.add(RecordClass.AGREEMENTS)
    if work_item_id is not None:
        rows.agreed_in.add(work_item_id)


def _known(moments: list[datetime | None]) -> list[datetime]:
    return [at for at in moments if at is not None]
