"""What a person needs to do a piece of work: whom to reach and when, what is owed, and what was said before."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from domain.action import Action
from domain.borrower import KINDS_FOR, NEEDS_VERIFIED, TO_VERIFY, Borrower, ContactKind, ContactPoint
from domain.hold import HoldReason
from domain.promise import PromiseState
from domain.work_item import DISPOSITIONS_FOR, QUESTIONS, Disposition, WorkKind, WorkState
from ledger.packs import stack_of
from ledger.people import contact_text, name_shown, text_shown
from ledger.positions import position_at
from ledger.questions import ASKED_FOR, target_of
from ledger.reviews import RECORDED_BY_PEOPLE, reasons_for
from ledger.situations import borrower_of
from ledger.steps import LEFT_OUT
from ledger.tables.agreement import HoldRow, PromiseRow
from ledger.tables.attempt import AttemptRow, VerdictRow
from ledger.tables.borrower import BorrowerRow, ContactPointRow
from ledger.tables.journey import StepRow
from ledger.tables.loan import LoanRow, PortfolioRow
from ledger.tables.work_item import WorkItemRow
from ledger.verdicts import judge_now, told
from policy.compliance.question import Question as Asking
from policy.compliance.rules.quiet_hours import QuietHours
from policy.compliance.stacking import Stack
from policy.compliance.telling import Told

SPOKEN_WITH = frozenset({HoldReason.HARDSHIP, HoldReason.VULNERABLE})
"""Holds about which a person speaks with the borrower."""


@dataclass(frozen=True, slots=True)
class ContactInClear:
    """A number or address that may be used, as it is. provenance: where it came from; verified_at: None if not."""

    id: str
    kind: ContactKind
    text: str = field(repr=False)
    provenance: str
    verified_at: datetime | None


@dataclass(frozen=True, slots=True)
class Said:
    """Something that was tried or said before; note: what a colleague wrote down, in the clear."""

    at: datetime
    action: str
    outcome: str
    by: str | None = None
    note: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Hours:
    """When a borrower may be contacted this way, on the borrower's clock, and on which days (`MON`)."""

    opens: time
    closes: time
    weekdays: tuple[str, ...]
    citation: str


@dataclass(frozen=True, slots=True)
class PromisedBefore:
    """An earlier promise and how it stands."""

    amount_minor: int
    due_on: date
    state: PromiseState


@dataclass(frozen=True, slots=True)
class Question:
    """For a contact of unknown fate: what was sent, by whom and when, so that it can be looked up there.

    why: for a contact that a person has to decide on, a line for each rule that asks for them or waits for something,
    and what they may do about it.
    """

    attempt_id: str
    action: Action
    vendor: str | None
    vendor_id: str | None
    claimed_at: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class Worksheet:
    """Everything for one work item. It holds personal data in the clear and is for the person who took the item.

    verdict: whether the borrower may be contacted now; None for work that contacts nobody. Amounts in minor units.
    rests_for: why the loan rests, for work that asks what becomes of it.
    """

    item_id: str
    kind: WorkKind
    state: WorkState
    deadline_at: datetime
    loan_number: str
    portfolio: str
    lender: str
    name: str = field(repr=False)
    language: str
    timezone: str
    contacts: tuple[ContactInClear, ...]
    currency: str
    arrears_minor: int
    balance_minor: int
    instalment_minor: int
    days_past_due: int
    product: str
    hours: tuple[Hours, ...]
    verdict: Told | None
    said_before: tuple[Said, ...]
    promises: tuple[PromisedBefore, ...]
    question: Question | None
    rests_for: HoldReason | None
    dispositions: tuple[Disposition, ...]


def currency_of_work(session: Session, item: WorkItemRow) -> str:
    """The currency in which amounts are agreed on an item."""
    return session.get_one(LoanRow, item.loan_id).currency


def country_of_work(session: Session, item: WorkItemRow) -> str:
    """The country (ISO 3166-1) in which a number without a country code is read on an item."""
    loan = session.get_one(LoanRow, item.loan_id)
    return session.get_one(BorrowerRow, loan.borrower_id).jurisdiction[:2]


def worksheet(session: Session, item: WorkItemRow, *, now: datetime) -> Worksheet:
    """The sheet for an item. Raises NoSuchPack where the portfolio names a pack that is not there."""
    loan = session.get_one(LoanRow, item.loan_id)
    portfolio = session.get_one(PortfolioRow, loan.portfolio_id)
    borrower = borrower_of(session, loan.borrower_id)
    zone = ZoneInfo(borrower.timezone)
    position = position_at(session, loan, zone=zone, now=now)
    kind = WorkKind(item.kind)
    hold = session.get(HoldRow, item.hold_id) if item.hold_id is not None else None
    action = Action(kind.value) if kind not in QUESTIONS else None
    if hold is not None and HoldReason(hold.reason) in SPOKEN_WITH:
        action = Action.CALLBACK
    kinds = KINDS_FOR[action] if action is not None else ()
    packs = stack_of(portfolio)
    return Worksheet(
        item_id=item.id,
        kind=kind,
        state=WorkState(item.state),
        deadline_at=item.deadline_at,
        loan_number=loan.number,
        portfolio=portfolio.name,
        lender=portfolio.lender,
        name=name_shown(session, borrower.id),
        language=borrower.language,
        timezone=borrower.timezone,
        contacts=tuple(
            _in_clear(session, p)
            for p in borrower.usable(*(TO_VERIFY if kind is WorkKind.VERIFY_CONTACTS else kinds))
            if p.is_verified or action not in NEEDS_VERIFIED
        ),
        currency=loan.currency,
        arrears_minor=position.arrears_minor,
        balance_minor=loan.balance_minor,
        instalment_minor=loan.instalment_minor,
        days_past_due=position.days_past_due,
        product=loan.product,
        hours=_hours(packs, action, product=loan.product, now=now) if action is not None and kinds else (),
        verdict=_verdict(session, loan, borrower, action, packs=packs, now=now)
        if action is not None and kinds
        else None,
        said_before=_said_before(session, item, borrower_id=borrower.id),
        promises=_promises(session, loan.id),
        question=_question(session, item, loan_number=loan.number, packs=packs) if kind in QUESTIONS else None,
        rests_for=None if hold is None else HoldReason(hold.reason),
        dispositions=tuple(sorted(DISPOSITIONS_FOR[kind])),
    )


def _in_clear(session: Session, point: ContactPoint) -> ContactInClear:
    row = session.get_one(ContactPointRow, point.id)
    return ContactInClear(point.id, point.kind, contact_text(session, point.id), row.provenance, row.verified_at)


def _hours(packs: Stack, action: Action, *, product: str, now: datetime) -> tuple[Hours, ...]:
    asking = Asking(at=now, action=ASKED_FOR[action], debts=frozenset())
    return tuple(
        Hours(rule.params.opens, rule.params.closes, rule.params.weekdays, pack.cite(rule))
        for pack in packs.packs
        for rule in pack.in_force(now)
        if isinstance(rule.params, QuietHours) and rule.form.when.speaks_to(asking, product=product)
    )


def _verdict(
    session: Session, loan: LoanRow, borrower: Borrower, action: Action, *, packs: Stack, now: datetime
) -> Told:
    """Whether it may be done now. It is no leave to do it: a call is judged again when it is reserved."""
    reachable = borrower.reachable_by(action)
    point = None if reachable is None else session.get_one(ContactPointRow, reachable.id)
    asking = Asking(at=now, action=ASKED_FOR[action], debts=frozenset({loan.id}), target=target_of(point))
    return told(judge_now(session, loan, asking, point=point, packs=packs))


def _said_before(session: Session, item: WorkItemRow, *, borrower_id: str) -> tuple[Said, ...]:
    steps = session.exec(
        select(StepRow)
        .where(StepRow.journey_id == item.journey_id, col(StepRow.outcome).not_in(LEFT_OUT))
        .order_by(col(StepRow.ended_at), col(StepRow.turn_no))
    ).all()
    work = {
        (row.rung, row.turn_no): row
        for row in session.exec(select(WorkItemRow).where(WorkItemRow.journey_id == item.journey_id)).all()
        if WorkKind(row.kind) not in QUESTIONS
    }

    def said(step: StepRow) -> Said:
        done = work.get((step.rung, step.turn_no))
        sealed = done.note_sealed if done is not None else None
        note = text_shown(session, borrower_id, sealed) if sealed is not None else ""
        return Said(step.ended_at, step.action, step.outcome, by=done.taken_by if done is not None else None, note=note)

    return tuple(said(step) for step in steps)


def _promises(session: Session, loan_id: str) -> tuple[PromisedBefore, ...]:
    rows = session.exec(select(PromiseRow).where(PromiseRow.loan_id == loan_id).order_by(col(PromiseRow.made_at))).all()
    return tuple(PromisedBefore(row.amount_minor, row.due_on, PromiseState(row.state)) for row in rows)


def _question(session: Session, item: WorkItemRow, *, loan_number: str, packs: Stack) -> Question | None:
    attempt = session.get(AttemptRow, item.attempt_id) if item.attempt_id is not None else None
    if attempt is None:
        return None
    why = "\n".join(_stands_in_the_way(session, attempt, loan_number=loan_number, packs=packs))
    return Question(attempt.id, Action(attempt.action), attempt.vendor, attempt.vendor_id, attempt.claimed_at, why)


def _stands_in_the_way(session: Session, attempt: AttemptRow, *, loan_number: str, packs: Stack) -> Iterator[str]:
    """What left a contact to a person, all of it, and what a person may do about each."""
    rows = session.exec(
        select(VerdictRow)
        .where(
            VerdictRow.attempt_id == attempt.id,
            col(VerdictRow.verdict).in_(["needs_human", "deferred"]),
            col(VerdictRow.until).is_(None),
        )
        .order_by(col(VerdictRow.verdict).desc(), col(VerdictRow.rule))
    ).all()
    for row in rows:
        ways = [f"begin the note with {reason}" for reason in sorted(reasons_for(packs, row.rule))]
        if row.until_event in RECORDED_BY_PEOPLE:
            ways.append(f"record it: duecourse standing add --loan {loan_number} --kind {row.until_event}")
        what_to_do = f". To go on, {', or '.join(ways)}" if ways and row.verdict == "deferred" else ""
        yield f"{row.message} ({row.citation}){what_to_do}"
