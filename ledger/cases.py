"""Putting a person's case together from the rows: everything that is known of them when a contact is judged.

What became known after `knowing` is left out, so that the same case can be put together again at any later time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, or_, select

from domain.action import Action
from domain.attempt import AttemptState
from domain.borrower import USABLE, ContactKind, ContactState
from domain.receipt import ReceiptKind
from ledger.known_facts import known_facts
from ledger.marks import marks_of_hold, marks_of_loan
from ledger.people import contact_text
from ledger.removed import removed_from
from ledger.restated import told_before
from ledger.tables.agreement import ArrangementRow, HoldRow, PromiseRow
from ledger.tables.attempt import AttemptRow
from ledger.tables.borrower import BorrowerRow, ContactPointRow
from ledger.tables.call import CallRow
from ledger.tables.inbox import InboxRow
from ledger.tables.journey import JourneyRow
from ledger.tables.loan import LoanRow
from ledger.verified import addresses_verified
from policy.compliance.area_code import zones_of_number
from policy.compliance.case import Case
from policy.compliance.history import (
    Call,
    CallOutcome,
    Direction,
    Happening,
    Location,
    LocationInfo,
    Mark,
    Marked,
    Medium,
    Preference,
    PreferenceKind,
    Sent,
)

LOOK_BACK = timedelta(days=400)
"""Contacts further back than this are not looked at; no rule counts longer."""

LEFT_OR_MAY_HAVE = tuple(
    s.value
    for s in (
        AttemptState.SENDING,
        AttemptState.ACCEPTED,
        AttemptState.DELIVERED,
        AttemptState.UNDELIVERED,
        AttemptState.UNKNOWN,
    )
)

ARRIVED = (AttemptState.ACCEPTED.value, AttemptState.DELIVERED.value)
OFFERS_HELP = "offer_of_help"
"""The wording by which smaller payments, a pause or a plan are offered."""

MEDIUM_OF: dict[Action, Medium] = {
    Action.SMS: Medium.SMS,
    Action.EMAIL: Medium.EMAIL,
    Action.CHAT: Medium.CHAT,
    Action.FIELD_VISIT: Medium.VISIT,
}
"""Attempts that reach the person; an order to a lawyer or an agency does not."""

WRITES_BY: dict[ContactKind, Medium] = {
    ContactKind.MOBILE: Medium.SMS,
    ContactKind.EMAIL: Medium.EMAIL,
    ContactKind.CHAT: Medium.CHAT,
}
"""By which medium a reply comes from a contact point of a kind."""

AREA_CODE_OF: dict[ContactKind, str] = {
    ContactKind.MOBILE: "mobile_area_code",
    ContactKind.LANDLINE: "landline_area_code",
}


def case_of(session: Session, borrower_id: str, *, at: datetime, knowing: datetime) -> Case:
    """A borrower's case for a contact at an instant, on what had become known by `knowing` (as a rule the same).

    Loans and contact points are those that were there at the instant.
    """
    borrower = session.get_one(BorrowerRow, borrower_id)
    zone = ZoneInfo(borrower.timezone)
    loans = session.exec(
        select(LoanRow)
        .where(LoanRow.borrower_id == borrower_id, col(LoanRow.created_at) <= at)
        .order_by(col(LoanRow.id))
    ).all()
    debts = [loan.id for loan in loans]
    told = told_before(session, loans, knowing=knowing)
    points = _points(session, borrower_id, at=at)
    history: list[Happening] = [
        *_attempts(session, borrower_id, at=at, knowing=knowing),
        *_calls(session, borrower_id, at=at, knowing=knowing),
        *_replies(session, points, at=at, knowing=knowing),
        *_of_points(session, points, home=borrower.timezone, knowing=knowing),
        *(Marked(at=when, mark=Mark.ADDRESS_VERIFIED) for when in addresses_verified(session, points, debts, at=at)),
        *(mark for loan_id, book in told.items() for mark in marks_of_loan(loan_id, book, zone=zone)),
        *_holds(session, debts, knowing=knowing),
        *_arrangements(session, debts, knowing=knowing),
        *_promises(session, debts, knowing=knowing),
        *known_facts(session, borrower_id, zone=zone, knowing=knowing),
    ]
    return Case(
        zone=zone,
        debts=frozenset(debts),
        history=tuple(history),
        facts=MappingProxyType({"language": borrower.language, "jurisdiction": borrower.jurisdiction}),
    )


def about(case: Case, loan: LoanRow, *, product: str | None = None) -> Case:
    """The same case with what is known of the one loan that a contact is about. product: as it was, for a past one."""
    return replace(case, facts=MappingProxyType({**case.facts, "product": product or loan.product}))


def latest_contact(session: Session, borrower_id: str) -> datetime | None:
    """When the newest contact that left, or may have, was claimed or reserved; read under the borrower's lock."""
    attempt = session.exec(
        select(AttemptRow.claimed_at)
        .where(AttemptRow.borrower_id == borrower_id, col(AttemptRow.claimed_at).is_not(None))
        .order_by(col(AttemptRow.claimed_at).desc())
        .limit(1)
    ).first()
    call = session.exec(
        select(CallRow.at)
        .where(CallRow.borrower_id == borrower_id, CallRow.direction == Direction.OUT.value)
        .order_by(col(CallRow.at).desc())
        .limit(1)
    ).first()
    return max((moment for moment in (attempt, call) if moment is not None), default=None)


def _attempts(session: Session, borrower_id: str, *, at: datetime, knowing: datetime) -> Iterator[Happening]:
    """What left or may have, by what was known: one that was refused later still counted then.

    A message that offers help, and was taken by the vendor and did not come back, is an offer of forbearance.
    """
    rows = session.exec(
        select(AttemptRow, JourneyRow.loan_id)
        .join(JourneyRow, col(JourneyRow.id) == col(AttemptRow.journey_id))
        .where(
            AttemptRow.borrower_id == borrower_id,
            col(AttemptRow.claimed_at) >= at - LOOK_BACK,
            col(AttemptRow.claimed_at) < at,
            or_(col(AttemptRow.state).in_(LEFT_OR_MAY_HAVE), col(AttemptRow.recorded_at) > knowing),
        )
        .order_by(col(AttemptRow.claimed_at), col(AttemptRow.id))
    ).all()
    for row, loan_id in rows:
        medium, debts = MEDIUM_OF.get(Action(row.action)), frozenset({loan_id})
        if medium is None or row.claimed_at is None:
            continue
        yield Sent(
            at=row.claimed_at,
            direction=Direction.OUT,
            medium=medium,
            debts=debts,
            address=row.contact_point_id,
        )
        if _had_arrived(row, knowing=knowing) and (row.wording or "").partition("@")[0] == OFFERS_HELP:
            yield Marked(at=row.claimed_at, mark=Mark.FORBEARANCE_OFFERED, debts=debts)


def _had_arrived(row: AttemptRow, *, knowing: datetime) -> bool:
    """Whether the vendor had taken a message, as far as was known, and it had not come back."""
    if row.recorded_at is None or row.recorded_at > knowing:
        return False
    had_come_back = row.receipt_at is not None and row.receipt_at <= knowing
    return row.state in ARRIVED or (row.state == AttemptState.UNDELIVERED.value and not had_come_back)


def _calls(session: Session, borrower_id: str, *, at: datetime, knowing: datetime) -> Iterator[Happening]:
    rows = session.exec(
        select(CallRow, ContactPointRow.kind)
        .outerjoin(ContactPointRow, col(ContactPointRow.id) == col(CallRow.contact_point_id))
        .where(
            CallRow.borrower_id == borrower_id,
            col(CallRow.at) >= at - LOOK_BACK,
            col(CallRow.known_at) <= knowing,
            # What is judged at the same instant as a call of ours came before it: claims and reservations never tie.
            or_(col(CallRow.at) < at, col(CallRow.direction) == Direction.IN.value),
        )
        .order_by(col(CallRow.at), col(CallRow.id))
    ).all()
    for row, kind in rows:
        is_recorded = row.recorded_at is not None and row.recorded_at <= knowing
        yield Call(
            at=row.at,
            direction=Direction(row.direction),
            outcome=CallOutcome(row.outcome) if is_recorded else CallOutcome.RESERVED,
            to=row.recipient,
            counted_to=frozenset(row.counted_to),
            discussed=frozenset(row.discussed) if is_recorded else frozenset(),
            number_type=kind,
            address=row.contact_point_id,
        )


def _points(session: Session, borrower_id: str, *, at: datetime) -> Sequence[ContactPointRow]:
    return session.exec(
        select(ContactPointRow)
        .where(
            ContactPointRow.borrower_id == borrower_id,
            or_(col(ContactPointRow.added_at).is_(None), col(ContactPointRow.added_at) <= at),
        )
        .order_by(col(ContactPointRow.id))
    ).all()


def _replies(
    session: Session, points: Sequence[ContactPointRow], *, at: datetime, knowing: datetime
) -> Iterator[Happening]:
    """What the person wrote to us, a STOP among it."""
    writing = {point.lookup: point for point in points if ContactKind(point.kind) in WRITES_BY}
    if not writing:
        return
    rows = session.exec(
        select(InboxRow)
        .where(
            col(InboxRow.contact_lookup).in_(list(writing)),
            col(InboxRow.kind).in_([ReceiptKind.REPLY.value, ReceiptKind.STOP.value]),
            col(InboxRow.received_at) >= at - LOOK_BACK,
            col(InboxRow.received_at) <= knowing,
        )
        .order_by(col(InboxRow.received_at), col(InboxRow.id))
    ).all()
    for row in rows:
        point = writing[row.contact_lookup or b""]
        if row.kind == ReceiptKind.STOP.value and point.kind == ContactKind.EMAIL.value:
            continue  # a link was followed; nothing was written
        yield Sent(
            at=row.received_at,
            direction=Direction.IN,
            medium=WRITES_BY[ContactKind(point.kind)],
            address=point.id,
            content="stop" if row.kind == ReceiptKind.STOP.value else None,
        )


def _of_points(
    session: Session, points: Sequence[ContactPointRow], *, home: str, knowing: datetime
) -> Iterator[Happening]:
    """What the contact points themselves tell: opt-outs, and where a number's area code lies."""
    for point in points:
        kind, was_changed = ContactKind(point.kind), point.changed_at <= knowing
        if point.state == ContactState.OPTED_OUT.value and was_changed:
            yield Preference(at=point.changed_at, kind=PreferenceKind.OPT_OUT_ADDRESS, address=point.id)
        is_theirs = ContactState(point.state) in {*USABLE, ContactState.OPTED_OUT} or not was_changed
        if kind in AREA_CODE_OF and is_theirs and removed_from(point.text_sealed) is None:
            zones = zones_of_number(contact_text(session, point.id), home=home)
            if zones:
                places = tuple(Location(AREA_CODE_OF[kind], zone) for zone in zones)
                yield LocationInfo(at=point.added_at, locations=places)


def _holds(session: Session, loans: Sequence[str], *, knowing: datetime) -> Iterator[Happening]:
    rows = session.exec(
        select(HoldRow)
        .where(col(HoldRow.loan_id).in_(loans), col(HoldRow.placed_at) <= knowing)
        .order_by(col(HoldRow.placed_at), col(HoldRow.id))
    ).all()
    for row in rows:
        yield from marks_of_hold(row, knowing=knowing)


def _arrangements(session: Session, loans: Sequence[str], *, knowing: datetime) -> Iterator[Happening]:
    rows = session.exec(
        select(ArrangementRow)
        .where(col(ArrangementRow.loan_id).in_(loans), col(ArrangementRow.agreed_at) <= knowing)
        .order_by(col(ArrangementRow.agreed_at), col(ArrangementRow.id))
    ).all()
    for row in rows:
        debts = frozenset({row.loan_id})
        yield Marked(at=row.agreed_at, mark=Mark.ARRANGEMENT_AGREED, debts=debts)
        yield Marked(at=row.agreed_at, mark=Mark.FORBEARANCE_OFFERED, debts=debts)
        if row.settled_at is not None and row.settled_at <= knowing:
            yield Marked(at=row.settled_at, mark=Mark.ARRANGEMENT_ENDED, debts=debts)


def _promises(session: Session, loans: Sequence[str], *, knowing: datetime) -> Iterator[Happening]:
    """Time to pay that was agreed to is an offer of forbearance that was taken."""
    rows = session.exec(
        select(PromiseRow)
        .where(col(PromiseRow.loan_id).in_(loans), col(PromiseRow.made_at) <= knowing)
        .order_by(col(PromiseRow.made_at), col(PromiseRow.id))
    ).all()
    for row in rows:
        yield Marked(at=row.made_at, mark=Mark.FORBEARANCE_OFFERED, debts=frozenset({row.loan_id}))
