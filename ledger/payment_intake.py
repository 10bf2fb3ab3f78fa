"""Taking in money: each payment and reversal once, with its event, its wake-up and the agency's commission.

Payments are written many at a time. A reversal, and what an open journey makes of its money, is looked at one by one.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from domain.book import MOST_MINOR, BookPayment
from domain.event import EventKind
from domain.journey import JourneyState
from ledger import events
from ledger.commissions import earn_commission, give_back_commission
from ledger.evidence.pending import pending_in
from ledger.evidence.records import KIND_OF
from ledger.inserting import insert_new, insert_several
from ledger.settling import settle
from ledger.tables.columns import new_id
from ledger.tables.journey import JourneyRow
from ledger.tables.loan import LoanRow, PortfolioRow
from ledger.tables.money import PaymentRow, ReversalRow
from ledger.waking import wake

AT_ONCE = 500
"""So many payments are written in one statement."""
CALENDARS_DIFFER = timedelta(days=1)
"""A payment may be dated a little ahead, by a calendar east of ours; anything later is a mistake, or not money yet."""
LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
LONGEST_NAME = 200
NUL = "\0"


@dataclass(slots=True)
class PaymentsTaken:
    """How many were new or known already, and which could not be booked, with the reason."""

    new: int = 0
    known: int = 0
    refused: list[tuple[BookPayment, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Loan:
    id: str
    currency: str


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
    listed = list(payments)
    received = [payment for payment in listed if payment.reverses is None]
    taken_back = [payment for payment in listed if payment.reverses is not None]
    for start in range(0, len(received), AT_ONCE):
        part = received[start : start + AT_ONCE]
        _book(session, _fitting(session, portfolio, part, taken, now=now), taken, now=now)
        for _ in part:
            on_row()
    # A file may tell of the reversal first: in that order it would be refused, and only a second run would take it.
    for start in range(0, len(taken_back), AT_ONCE):
        part = taken_back[start : start + AT_ONCE]
        for payment, loan in _fitting(session, portfolio, part, taken, now=now):
            is_new, refused = _reverse(session, loan, payment, now=now)
            if refused:
                taken.refused.append((payment, refused))
            elif is_new:
                taken.new += 1
            else:
                taken.known += 1
        for _ in part:
            on_row()
    return taken


def newest_payment_at(session: Session, portfolio: PortfolioRow, *, now: datetime) -> datetime | None:
    """When the newest payment of a portfolio was received, of those that are not dated later than now."""
    return session.exec(
        select(func.max(PaymentRow.received_at))
        .join(LoanRow, col(LoanRow.id) == col(PaymentRow.loan_id))
        .where(LoanRow.portfolio_id == portfolio.id, col(PaymentRow.received_at) <= now)
    ).one()


def _fitting(
    session: Session, portfolio: PortfolioRow, payments: Sequence[BookPayment], taken: PaymentsTaken, *, now: datetime
) -> list[tuple[BookPayment, _Loan]]:
    """Those that can be booked, with their loans; the others are refused."""
    numbers = {payment.loan_number for payment in payments if NUL not in payment.loan_number}
    query = select(LoanRow.number, LoanRow.id, LoanRow.currency).where(
        LoanRow.portfolio_id == portfolio.id, col(LoanRow.number).in_(numbers)
    )
    loans = {number: _Loan(loan_id, currency) for number, loan_id, currency in session.exec(query).all()}
    fitting = []
    for payment in payments:
        loan = loans.get(payment.loan_number)
        reason = _why_not(payment, loan, now=now)
        if reason is not None or loan is None:
            taken.refused.append((payment, reason or "no such loan"))
        else:
            fitting.append((payment, loan))
    return fitting


def _why_not(payment: BookPayment, loan: _Loan | None, *, now: datetime) -> str | None:
    if loan is None:
        return f"the portfolio has no loan '{payment.loan_number}'; import the loan first"
    if payment.currency != loan.currency:
        return f"the loan is in {loan.currency}, the payment in {payment.currency}"
    if not 0 < payment.amount_minor <= MOST_MINOR:
        return "the amount is not more than zero" if payment.amount_minor <= 0 else "the amount is more than any loan"
    if not LONG_AGO <= payment.received_at <= now + CALENDARS_DIFFER:
        return f"it is dated {payment.received_at.date()}, and today is {now.date()}; check its date"
    names = (payment.source, payment.external_id, payment.reverses or "")
    if any(NUL in name or len(name) > LONGEST_NAME for name in names):
        return f"a name of it is longer than {LONGEST_NAME} characters, or holds a character that cannot be kept"
    return None


def _book(
    session: Session, received: Sequence[tuple[BookPayment, _Loan]], taken: PaymentsTaken, *, now: datetime
) -> None:
    """Insert those that are new, each with its event that binds its row; then see what open journeys make of them."""
    rows = [_values(payment, loan, now=now) for payment, loan in received]
    inserted = insert_several(session, PaymentRow, rows)
    _hold_open_journeys(session, {row["loan_id"] for row in rows if row["id"] in inserted})
    journeys = _last_journeys(session, {loan.id for _, loan in received})
    there = _those_there(session, [row for row in rows if row["id"] not in inserted])
    kind = KIND_OF[PaymentRow]
    woken: dict[str, JourneyRow] = {}
    for (payment, loan), values in zip(received, rows, strict=True):
        if values["id"] not in inserted:
            reason = _why_not_the_same(values, there[payment.source, payment.external_id])
            if reason is None:
                taken.known += 1
            else:
                taken.refused.append((payment, reason))
            continue
        taken.new += 1
        journey = journeys.get(loan.id)
        _tell(session, loan, EventKind.PAYMENT_RECEIVED, payment, journey=journey, now=now)
        pending_in(session).events[-1].records[kind.record(values["id"])] = kind.digest([kind.values(values)])
        if journey is not None and payment.received_at >= journey.opened_at:
            earn_commission(session, journey, PaymentRow(**values), now=now)
        if journey is not None and journey.state == JourneyState.OPEN.value:
            woken[journey.id] = journey
            wake(session, journey.id, reason=EventKind.PAYMENT_RECEIVED.value.replace("_", " "), now=now)
    for journey in woken.values():
        settle(session, journey, now=now)


def _values(payment: BookPayment, loan: _Loan, *, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "loan_id": loan.id,
        "source": payment.source,
        "external_id": payment.external_id,
        "amount_minor": payment.amount_minor,
        "currency": payment.currency,
        "received_at": payment.received_at,
        "recorded_at": now,
    }


def _why_not_the_same(values: dict[str, Any], there: tuple[str, int]) -> str | None:
    if there == (values["loan_id"], values["amount_minor"]):
        return None
    named = f"'{values['source']}' has a payment '{values['external_id']}' already"
    return f"{named}, of another loan or amount; check the ids"


def _those_there(session: Session, rows: Sequence[dict[str, Any]]) -> dict[tuple[str, str], tuple[str, int]]:
    """The payments that have these keys already: their loans and amounts."""
    query = select(PaymentRow.source, PaymentRow.external_id, PaymentRow.loan_id, PaymentRow.amount_minor).where(
        col(PaymentRow.external_id).in_([row["external_id"] for row in rows]),
        col(PaymentRow.source).in_({row["source"] for row in rows}),
    )
    return {(source, key): (loan_id, minor) for source, key, loan_id, minor in session.exec(query).all()}


def _hold_open_journeys(session: Session, loan_ids: set[str]) -> None:
    """Lock what is going to be woken, in the order of the ids, as a book that comes in and a STOP do it."""
    query = select(JourneyRow.id).where(
        col(JourneyRow.loan_id).in_(loan_ids), JourneyRow.state == JourneyState.OPEN.value
    )
    session.exec(query.order_by(col(JourneyRow.id)).with_for_update(key_share=True)).all()


def _last_journeys(session: Session, loan_ids: set[str]) -> dict[str, JourneyRow]:
    """The journey of each loan that opened last."""
    query = select(JourneyRow).where(col(JourneyRow.loan_id).in_(loan_ids)).order_by(col(JourneyRow.opened_at))
    return {row.loan_id: row for row in session.exec(query).all()}


def _reverse(session: Session, loan: _Loan, payment: BookPayment, *, now: datetime) -> tuple[bool, str | None]:
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
    journey = _last_journeys(session, {loan.id}).get(loan.id)
    _tell(session, loan, EventKind.PAYMENT_REVERSED, payment, journey=journey, now=now)
    give_back_commission(session, original, row, now=now)
    if journey is not None and journey.state == JourneyState.OPEN.value:
        settle(session, journey, now=now)
        wake(session, journey.id, reason=EventKind.PAYMENT_REVERSED.value.replace("_", " "), now=now)
    return True, None


def _tell(
    session: Session,
    loan: _Loan,
    kind: EventKind,
    payment: BookPayment,
    *,
    journey: JourneyRow | None,
    now: datetime,
) -> None:
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
