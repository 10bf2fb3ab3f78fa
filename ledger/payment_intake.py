"""Taking in money: each payment and reversal once, with its event, its wake-up and the agency's commission."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from domain.action import Action
from domain.book import BookPayment
from domain.cost import CostUnit
from domain.event import EventKind
from domain.journey import ClosingReason, JourneyState
from domain.work_item import WorkKind
from ledger import events
from ledger.inserting import insert_new
from ledger.settling import settle
from ledger.situations import OPEN_WORK
from ledger.steps import charge
from ledger.tables.journey import JourneyRow
from ledger.tables.loan import LoanRow, PortfolioRow
from ledger.tables.money import PaymentRow, ReversalRow
from ledger.tables.work_item import WorkItemRow
from ledger.waking import wake


@dataclass(slots=True)
class PaymentsTaken:
    """How many were new or known already, and which could not be booked, with the reason."""

    new: int = 0
    known: int = 0
    refused: list[tuple[BookPayment, str]] = field(default_factory=list)


def take_in_payments(
    session: Session,
    portfolio: PortfolioRow,
    payments: Iterable[BookPayment],
    *,
    now: datetime,
    on_row: Callable[[], None] = lambda: None,
) -> PaymentsTaken:
    """Book payments and reversals; a second time changes nothing.

    Reversals are booked after the payments beside them. `on_row` is called after each one, for a progress bar.
    """
    taken = PaymentsTaken()
    loans = {row.number: row for row in session.exec(select(LoanRow).where(LoanRow.portfolio_id == portfolio.id)).all()}
    # A file may tell of the reversal first: in that order it would be refused, and only a second run would take it.
    for payment in sorted(payments, key=lambda p: p.reverses is not None):
        on_row()
        loan = loans.get(payment.loan_number)
        reason = _why_not(payment, loan)
        if reason is not None or loan is None:
            taken.refused.append((payment, reason or "no such loan"))
            continue
        is_new, refused = (
            _reverse(session, loan, payment, now=now) if payment.reverses else _book(session, loan, payment, now=now)
        )
        if refused:
            taken.refused.append((payment, refused))
        elif is_new:
            taken.new += 1
        else:
            taken.known += 1
    return taken


def newest_payment_at(session: Session, portfolio: PortfolioRow) -> datetime | None:
    """When the newest payment of a portfolio was received: where the next look into the lender's system begins."""
    return session.exec(
        select(PaymentRow.received_at)
        .join(LoanRow, col(LoanRow.id) == col(PaymentRow.loan_id))
        .where(LoanRow.portfolio_id == portfolio.id)
        .order_by(col(PaymentRow.received_at).desc())
    ).first()


def _why_not(payment: BookPayment, loan: LoanRow | None) -> str | None:
    if loan is None:
        return f"the portfolio has no loan '{payment.loan_number}'; import the loan first"
    if payment.currency != loan.currency:
        return f"the loan is in {loan.currency}, the payment in {payment.currency}"
    return None if payment.amount_minor > 0 else "the amount is not more than zero"


def _book(session: Session, loan: LoanRow, payment: BookPayment, *, now: datetime) -> tuple[bool, str | None]:
    row = PaymentRow(
        loan_id=loan.id,
        source=payment.source,
        external_id=payment.external_id,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        received_at=payment.received_at,
        recorded_at=now,
    )
    if not insert_new(session, row):
        return False, _why_not_the_same(session, row)
    _tell(session, loan, EventKind.PAYMENT_RECEIVED, payment, now=now)
    return True, None


def _why_not_the_same(session: Session, row: PaymentRow) -> str | None:
    there = session.exec(
        select(PaymentRow).where(PaymentRow.source == row.source, PaymentRow.external_id == row.external_id)
    ).one()
    if (there.loan_id, there.amount_minor) == (row.loan_id, row.amount_minor):
        return None
    return f"'{row.source}' has a payment '{row.external_id}' already, of another loan or amount; check the ids"


def _reverse(session: Session, loan: LoanRow, payment: BookPayment, *, now: datetime) -> tuple[bool, str | None]:
    original = session.exec(
        select(PaymentRow).where(PaymentRow.source == payment.source, PaymentRow.external_id == payment.reverses)
    ).first()
    if original is None or original.loan_id != loan.id:
        return False, f"there is no payment '{payment.reverses}' of this loan to reverse"
    already = session.exec(
        select(func.coalesce(func.sum(ReversalRow.amount_minor), 0)).where(
            ReversalRow.payment_id == original.id, ReversalRow.external_id != payment.external_id
        )
    ).one()
    if payment.amount_minor > original.amount_minor - int(already):
        return False, f"more would be taken back than is left of the payment '{payment.reverses}'"
    row = ReversalRow(
        payment_id=original.id,
        loan_id=loan.id,
        source=payment.source,
        external_id=payment.external_id,
        amount_minor=payment.amount_minor,
        reversed_at=payment.received_at,
        recorded_at=now,
    )
    if not insert_new(session, row):
        return False, None
    _tell(session, loan, EventKind.PAYMENT_REVERSED, payment, now=now)
    return True, None


def _tell(session: Session, loan: LoanRow, kind: EventKind, payment: BookPayment, *, now: datetime) -> None:
    journey = session.exec(
        select(JourneyRow).where(JourneyRow.loan_id == loan.id).order_by(col(JourneyRow.opened_at).desc())
    ).first()
    events.append(
        session,
        kind,
        loan_id=loan.id,
        journey_id=None if journey is None else journey.id,
        at=now,
        amount_minor=payment.amount_minor,
        source=payment.source,
        external_id=payment.external_id,
    )
    if journey is None:
        return
    if kind is EventKind.PAYMENT_RECEIVED and payment.received_at >= journey.opened_at:
        _commission(session, journey, payment, now=now)
    if journey.state == JourneyState.OPEN.value:
        settle(session, journey, now=now)
        wake(session, journey.id, reason=kind.value.replace("_", " "), now=now)


def _commission(session: Session, journey: JourneyRow, payment: BookPayment, *, now: datetime) -> None:
    """An agency that holds the loan earns its share of what comes in."""
    placement = session.exec(
        select(WorkItemRow)
        .where(WorkItemRow.journey_id == journey.id, WorkItemRow.kind == WorkKind.AGENCY_PLACEMENT.value)
        .order_by(col(WorkItemRow.opened_at).desc())
    ).first()
    is_placed = placement is not None and (
        placement.state in OPEN_WORK or journey.closing_reason == ClosingReason.AGENCY.value
    )
    if placement is not None and is_placed and payment.received_at >= placement.opened_at:
        charge(
            session,
            journey,
            turn_no=placement.turn_no,
            rung=placement.rung,
            action=Action.AGENCY_PLACEMENT,
            unit=CostUnit.AGENCY_COMMISSION,
            quantity=payment.amount_minor,
            now=now,
        )
