"""Contacts that a person has to decide on, or to clear the way for: asked once, and the answer is used once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from domain.event import EventKind
from domain.work_item import Disposition, WorkKind, WorkState
from ledger import events
from ledger.people import text_shown
from ledger.steps import ask_again
from ledger.tables.attempt import AttemptRow, VerdictRow
from ledger.tables.journey import JourneyRow, TurnRow
from ledger.tables.work_item import WorkItemRow
from ledger.waking import wake
from ledger.work import OPEN, open_work
from policy.compliance.history import Mark
from policy.compliance.stacking import Stack
from policy.compliance.verdict import Finding, Verdict

DECIDE_WITHIN = timedelta(days=3)
RECORDED_BY_PEOPLE = frozenset(
    mark.value
    for mark in (
        Mark.AGENT_NOTICE_SENT,
        Mark.ARREARS_NOTICE_SENT,
        Mark.CREDITOR_NOTICE_SENT,
        Mark.DEFAULT_NOTICE_SENT,
        Mark.FORBEARANCE_OFFERED,
        Mark.NUMBER_CHECKED,
        Mark.RESIDENCE_CONFIRMED,
        Mark.VALIDATION_NOTICE_MAILED,
        Mark.VERIFICATION_SENT,
        Mark.VISIT_CONSENTED,
    )
)
"""Events for which a rule may wait and of which nobody tells the ledger but a person, with `standing add`."""


@dataclass(frozen=True, slots=True)
class Review:
    """What a person decided on a contact: whether to go ahead, and the rules that are set aside then.

    reason: for which they go ahead, where the rules name reasons; else it stands in the work item's note.
    """

    work_item: str
    by: str
    goes_ahead: bool
    rules: frozenset[str]
    reason: str = ""


def review_of(session: Session, attempt: AttemptRow, *, packs: Stack) -> Review | None:
    """The answer that a person gave for this step by this action; None when nobody did, or it has been used.

    Going ahead sets aside the rules that left it to a person. Where the note begins with a reason that rules accept,
    those that put the contact off and accept it are set aside too. An answer that sets nothing aside is none.
    """
    found = session.exec(
        select(WorkItemRow, AttemptRow)
        .join(AttemptRow, col(AttemptRow.id) == col(WorkItemRow.attempt_id))
        .where(
            WorkItemRow.journey_id == attempt.journey_id,
            WorkItemRow.kind == WorkKind.REVIEW_CONTACT.value,
            WorkItemRow.state == WorkState.DONE.value,
            WorkItemRow.rung == attempt.rung,
            AttemptRow.action == attempt.action,
        )
        .order_by(col(WorkItemRow.recorded_at).desc())
    ).first()
    if found is None:
        return None
    item, asked = found
    used = session.exec(
        select(AttemptRow.id).where(
            AttemptRow.journey_id == attempt.journey_id,
            AttemptRow.rung == attempt.rung,
            AttemptRow.action == attempt.action,
            col(AttemptRow.claimed_at) >= item.recorded_at,
        )
    ).first()
    if used is not None:
        return None
    reason = ""
    rules = _objected(session, asked, "needs_human", "overridden")
    put_off = _objected(session, asked, "deferred")
    note = text_shown(session, attempt.borrower_id, item.note_sealed) if item.note_sealed is not None else ""
    accepted = {rule: reasons for rule in put_off if (reasons := reasons_for(packs, rule))}
    for given in sorted(frozenset[str]().union(*accepted.values())):
        if note.strip().startswith(given):
            reason = given
            rules |= {rule for rule, reasons in accepted.items() if given in reasons}
    goes_ahead = item.disposition == Disposition.DONE.value
    if goes_ahead and not rules:
        return None
    return Review(work_item=item.id, by=item.taken_by or "", goes_ahead=goes_ahead, rules=rules, reason=reason)


def reasons_for(packs: Stack, rule: str) -> frozenset[str]:
    """The reasons for which a person may go ahead against a rule."""
    forms = [known.form.overrides for pack in packs.packs for known in pack.rules if known.id == rule]
    return frozenset(reason for overrides in forms if overrides.allowed for reason in overrides.reasons)


def _objected(session: Session, attempt: AttemptRow, *verdicts: str) -> frozenset[str]:
    said = select(VerdictRow.rule).where(VerdictRow.attempt_id == attempt.id, col(VerdictRow.verdict).in_(verdicts))
    return frozenset(session.exec(said).all())


def people_may_clear(verdict: Verdict) -> bool:
    """Whether a contact that is put off without an end can go on because of what a person does or decides."""

    def may_clear(violation: Finding) -> bool:
        return violation.until is not None or violation.until_event in RECORDED_BY_PEOPLE

    return bool(verdict.overridable_by) or all(may_clear(violation) for violation in verdict.violations)


def ask_what_is_missing(
    session: Session, attempt: AttemptRow, journey: JourneyRow, *, every: timedelta, now: datetime
) -> datetime:
    """Put a contact that waits for what a person records on people's list; returns when it is looked at again.

    Whoever has just answered, and cleared nothing, is asked again after some days. every: how long it waits else.
    """
    answered = session.exec(
        select(WorkItemRow.id).where(
            WorkItemRow.journey_id == journey.id,
            WorkItemRow.kind == WorkKind.REVIEW_CONTACT.value,
            WorkItemRow.rung == attempt.rung,
            WorkItemRow.state == WorkState.DONE.value,
            col(WorkItemRow.recorded_at) > now - DECIDE_WITHIN,
        )
    ).first()
    if answered is not None:
        return now + DECIDE_WITHIN
    ask_a_person(session, attempt, journey, now=now)
    return now + every


def ask_a_person(session: Session, attempt: AttemptRow, journey: JourneyRow, *, now: datetime) -> datetime:
    """Put the contact on people's list, unless it is there already; returns when it is looked at again."""
    if not _waiting(session, attempt):
        turn = session.exec(
            select(TurnRow).where(TurnRow.journey_id == journey.id, TurnRow.turn_no == attempt.turn_no)
        ).one()
        open_work(
            session,
            journey,
            turn=turn,
            kind=WorkKind.REVIEW_CONTACT,
            attempt_id=attempt.id,
            now=now,
            deadline_at=now + DECIDE_WITHIN,
        )
    return now + DECIDE_WITHIN


def nobody_needs_to_decide(session: Session, attempt: AttemptRow, journey: JourneyRow, *, now: datetime) -> None:
    """The rules do not leave a contact to people any more: the question is taken off their list."""
    for item in _waiting(session, attempt):
        item.state, item.recorded_at = WorkState.WITHDRAWN.value, now
        events.append(
            session,
            EventKind.WORK_WITHDRAWN,
            loan_id=journey.loan_id,
            journey_id=journey.id,
            at=now,
            work_item=item.id,
        )


def _waiting(session: Session, attempt: AttemptRow) -> Sequence[WorkItemRow]:
    return session.exec(
        select(WorkItemRow).where(
            WorkItemRow.journey_id == attempt.journey_id,
            WorkItemRow.kind == WorkKind.REVIEW_CONTACT.value,
            WorkItemRow.rung == attempt.rung,
            col(WorkItemRow.state).in_(OPEN),
        )
    ).all()


def review_is_done(session: Session, journey: JourneyRow, *, now: datetime) -> None:
    """A person has decided: the contact is judged again at once, with their answer."""
    ask_again(session, journey.id, now=now)
    wake(session, journey.id, reason="a person decided on a contact", now=now)
