"""Recording what came of a work item: the step ends, promises and plans are booked, the journey is woken at once."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from domain.action import Action
from domain.arrangement import Instalment
from domain.attempt import AttemptState
from domain.book import MOST_MINOR
from domain.borrower import KINDS_FOR, ContactState
from domain.cost import CostUnit
from domain.disposition import WorkResult
from domain.event import EventKind
from domain.hold import HoldReason
from domain.step import Outcome
from domain.work_item import DISPOSITIONS_FOR, Disposition, WorkKind, WorkState
from ledger import events
from ledger.agreeing import book_arrangement, book_promise, misfit
from ledger.calling import note_result
from ledger.contacts import mark_contact
from ledger.deaths import note_death
from ledger.earlier_states import keep_state
from ledger.findings import note_findings
from ledger.holds import lift_hold, place_hold
from ledger.outcomes import mark_accepted
from ledger.people import seal_for
from ledger.reviews import review_is_done
from ledger.situations import borrower_of
from ledger.steps import charge, end_step
from ledger.tables.attempt import AttemptRow
from ledger.tables.borrower import BorrowerRow
from ledger.tables.journey import JourneyRow
from ledger.tables.work_item import WorkItemRow
from ledger.waking import wake
from ledger.work import open_item
from policy.compliance.history import CallOutcome

OUTCOME_FOR: dict[Disposition, Outcome] = {
    Disposition.PROMISE: Outcome.PROMISED,
    Disposition.ARRANGEMENT: Outcome.ARRANGED,
    Disposition.PAID: Outcome.PAID,
    Disposition.HARDSHIP: Outcome.HARDSHIP,
    Disposition.DISPUTE: Outcome.DISPUTED,
    Disposition.REFUSED: Outcome.REFUSED,
    Disposition.NO_ANSWER: Outcome.NO_ANSWER,
    Disposition.MESSAGE_LEFT: Outcome.MESSAGE_LEFT,
    Disposition.WRONG_NUMBER: Outcome.WRONG_NUMBER,
    Disposition.STOP_CONTACT: Outcome.DONE,
    Disposition.REPRESENTED: Outcome.DONE,
    Disposition.BANKRUPTCY: Outcome.DONE,
    Disposition.VULNERABLE: Outcome.DONE,
    Disposition.DEBT_ADVICE: Outcome.DONE,
    Disposition.DECEASED: Outcome.DONE,
    Disposition.DONE: Outcome.DONE,
    Disposition.RETURNED: Outcome.RETURNED,
    Disposition.CONFIRMED: Outcome.CONFIRMED,
    Disposition.NOT_FOUND: Outcome.NOT_FOUND,
}
"""How a step ended when a person says so."""

HOLD_FOR: dict[Disposition, HoldReason] = {
    Disposition.HARDSHIP: HoldReason.HARDSHIP,
    Disposition.DISPUTE: HoldReason.DISPUTE,
    Disposition.STOP_CONTACT: HoldReason.CEASE,
    Disposition.REPRESENTED: HoldReason.REPRESENTED,
    Disposition.BANKRUPTCY: HoldReason.BANKRUPTCY,
    Disposition.VULNERABLE: HoldReason.VULNERABLE,
    Disposition.DEBT_ADVICE: HoldReason.DEBT_ADVICE,
}
"""Which results pause the journey; whether the person's other loans rest too, and how long, the packs say."""


ENDS_HOLD = frozenset({Disposition.RETURNED, Disposition.ARRANGEMENT})
"""What a person may find when they look into a hold that ends it: there is nothing in it any more, or a plan."""

FARTHEST = timedelta(days=10 * 365)
"""Nobody agrees to pay on a later day; such a one is a slip of the hand, and the journey would wait for it."""


class ResultDoesNotFit(ValueError):
    """The result cannot be recorded for this kind of work, lacks its amount and day, or is not as the packs want it."""


def record_result(
    session: Session, work_item_id: str, result: WorkResult, *, call: CallOutcome | None = None, now: datetime
) -> Outcome:
    """Record what came of an item. call: how a callback's call ended, where its result does not tell it (busy).

    Raises NoSuchWork, WorkIsOver, ResultDoesNotFit, FindingDoesNotFit, or HeldTooSoon.
    """
    item = open_item(session, work_item_id)
    kind = WorkKind(item.kind)
    journey = session.get_one(JourneyRow, item.journey_id)
    zone = ZoneInfo(session.get_one(BorrowerRow, journey.borrower_id).timezone)
    today = now.astimezone(zone).date()
    _check(kind, result, today=today)
    if result.instalments:
        why = misfit(session, item.loan_id, result.instalments, states=result.plan_states, today=today, now=now)
        if why is not None:
            raise ResultDoesNotFit(why)
    item.state, item.recorded_at = WorkState.DONE.value, now
    item.disposition, item.minutes = result.disposition.value, result.minutes
    item.taken_by = item.taken_by or result.by
    item.team, item.arrears_reason = result.team, result.arrears_reason and result.arrears_reason.value
    item.note_sealed = seal_for(session, journey.borrower_id, result.note) if result.note else None
    events.append(
        session,
        EventKind.WORK_RECORDED,
        loan_id=item.loan_id,
        journey_id=journey.id,
        at=now,
        work_item=item.id,
        disposition=result.disposition.value,
    )
    if kind is WorkKind.CALLBACK:
        note_result(
            session,
            item,
            borrower_id=journey.borrower_id,
            disposition=result.disposition,
            outcome=call,
            by=result.by,
            now=now,
        )
    note_findings(session, item, journey, result, now=now)
    match kind:
        case WorkKind.RECONCILE_ATTEMPT:
            return _settle_unknown(session, item, journey, result, now=now)
        case WorkKind.REVIEW_CONTACT:
            review_is_done(session, journey, now=now)
            return OUTCOME_FOR[result.disposition]
        case WorkKind.REVIEW_STANDING:
            return _look_into(session, item, journey, result, now=now)
        case _:
            return _end_rung(session, item, journey, result, now=now)


def _end_rung(
    session: Session, item: WorkItemRow, journey: JourneyRow, result: WorkResult, *, now: datetime
) -> Outcome:
    outcome = _outcome(WorkKind(item.kind), result.disposition)
    _charge(session, item, journey, result, now=now)
    end_step(
        session,
        journey,
        turn_no=item.turn_no,
        rung=item.rung,
        action=Action(item.kind),
        outcome=outcome,
        reason=result.disposition.value.replace("_", " "),
        now=now,
    )
    _book(session, item, result, now=now)
    if result.disposition in HOLD_FOR:
        reason = HOLD_FOR[result.disposition]
        place_hold(session, journey.loan_id, reason=reason, until=None, by=result.by, now=now)
    names_the_stranger = any(f.state is ContactState.WRONG_PARTY for f in result.findings)
    if result.disposition is Disposition.WRONG_NUMBER and not names_the_stranger:
        point = borrower_of(session, journey.borrower_id).reachable_by(Action(item.kind))
        if point is not None and KINDS_FOR[Action(item.kind)]:
            mark_contact(session, point.id, ContactState.WRONG_PARTY, journey=journey, now=now, work_item=item.id)
    if result.disposition is Disposition.DECEASED:
        note_death(session, journey.borrower_id, now=now)
    wake(session, journey.id, reason=f"{item.kind}: {result.disposition.value}", now=now)
    return outcome


def _book(session: Session, item: WorkItemRow, result: WorkResult, *, now: datetime) -> None:
    if result.promised is not None:
        book_promise(session, item, result.promised, now=now)
    if result.instalments:
        book_arrangement(session, item, result.instalments, states=result.plan_states, now=now)


def _check(kind: WorkKind, result: WorkResult, *, today: date) -> None:
    if result.disposition not in DISPOSITIONS_FOR[kind]:
        fitting = ", ".join(sorted(d.value for d in DISPOSITIONS_FOR[kind]))
        raise ResultDoesNotFit(f"'{result.disposition.value}' does not fit a {kind.value}; choose from: {fitting}")
    if (result.disposition is Disposition.PROMISE) != (result.promised is not None):
        raise ResultDoesNotFit("a promise needs its amount and day, and nothing else takes them")
    if (result.disposition is Disposition.ARRANGEMENT) != bool(result.instalments):
        raise ResultDoesNotFit("an arrangement needs its instalments, and nothing else takes them")
    _check_agreed((*result.instalments, *([result.promised] if result.promised else [])), today=today)
    if result.plan_states and not result.instalments:
        raise ResultDoesNotFit("only an arrangement has a writing that states something")
    if kind is WorkKind.REVIEW_CONTACT and not result.note:
        raise ResultDoesNotFit("say in the note why the contact may be made, or why not")
    if kind is WorkKind.REVIEW_STANDING and not result.note:
        raise ResultDoesNotFit("say in the note what was found and done")
    if result.minutes < 0 or result.kilometres < 0:
        raise ResultDoesNotFit("minutes and kilometres cannot be negative")
    if result.kilometres and kind is not WorkKind.FIELD_VISIT:
        raise ResultDoesNotFit("kilometres are driven for visits only")


def _check_agreed(parts: tuple[Instalment, ...], *, today: date) -> None:
    if any(p.amount_minor <= 0 for p in parts) or any(p.due_on < today for p in parts):
        raise ResultDoesNotFit("every promised amount is more than zero, and every day is today or later")
    if any(p.amount_minor > MOST_MINOR for p in parts):
        raise ResultDoesNotFit("an amount is more than any loan; check its digits")
    if any(p.due_on > today + FARTHEST for p in parts):
        raise ResultDoesNotFit(f"a day lies more than {FARTHEST.days // 365} years ahead; check its year")


def _outcome(kind: WorkKind, disposition: Disposition) -> Outcome:
    if disposition is Disposition.DONE and kind in {WorkKind.LEGAL_REFERRAL, WorkKind.AGENCY_PLACEMENT}:
        return Outcome.HANDED_OVER
    return OUTCOME_FOR[disposition]


def _charge(session: Session, item: WorkItemRow, journey: JourneyRow, result: WorkResult, *, now: datetime) -> None:
    units = {CostUnit.COLLECTOR_MINUTE: result.minutes}
    if item.kind == WorkKind.FIELD_VISIT.value:
        units = {CostUnit.FIELD_VISIT: 1, CostUnit.KILOMETRE: result.kilometres}
    for unit, quantity in units.items():
        if quantity:
            charge(
                session,
                journey,
                turn_no=item.turn_no,
                rung=item.rung,
                action=Action(item.kind),
                unit=unit,
                quantity=quantity,
                now=now,
            )


def _look_into(
    session: Session, item: WorkItemRow, journey: JourneyRow, result: WorkResult, *, now: datetime
) -> Outcome:
    """A person looked into a hold: what they did is kept, and the hold ends unless it still has to stand."""
    _book(session, item, result, now=now)
    if result.disposition in ENDS_HOLD and item.hold_id is not None:
        lift_hold(session, item.hold_id, by=result.by, now=now)
    if result.disposition is Disposition.DECEASED:
        note_death(session, journey.borrower_id, now=now)
    wake(session, journey.id, reason=f"{item.kind}: {result.disposition.value}", now=now)
    return OUTCOME_FOR[result.disposition]


def _settle_unknown(
    session: Session, item: WorkItemRow, journey: JourneyRow, result: WorkResult, *, now: datetime
) -> Outcome:
    """A person found out what became of a contact: done means that it did arrive, returned that it did not."""
    attempt = session.exec(select(AttemptRow).where(AttemptRow.id == item.attempt_id).with_for_update()).one()
    if result.disposition is Disposition.DONE:
        mark_accepted(session, attempt, journey, now=now)
        return Outcome.SENT
    if attempt.state == AttemptState.UNKNOWN.value:
        keep_state(session, attempt, now=now)
        attempt.state = AttemptState.REJECTED.value
    return Outcome.REJECTED
