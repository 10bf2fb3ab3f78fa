"""A simulated contact judged by the packs, on the contacts that were simulated before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from domain.action import Action
from domain.borrower import ContactKind
from domain.step import Outcome, StepRecord
from policy.compliance.case import Case
from policy.compliance.history import Call, CallOutcome, Direction, Happening, Mark, Marked, Medium, Sent
from policy.compliance.judging import judge
from policy.compliance.question import Asked, Question, Target
from policy.compliance.stacking import Stack
from policy.compliance.verdict import Answer
from simulation.what_if.entrant import Entrant

ASKED_FOR: dict[Action, Asked] = {
    Action.SMS: Asked.SMS,
    Action.EMAIL: Asked.EMAIL,
    Action.CHAT: Asked.CHAT,
    Action.FIELD_VISIT: Asked.VISIT,
    Action.LEGAL_REFERRAL: Asked.LEGAL_REFERRAL,
    Action.AGENCY_PLACEMENT: Asked.AGENCY_PLACEMENT,
}
"""What is asked when a step leaves. A call is judged when somebody dials, within the work that the ladder waits for."""
MEDIUM_OF: dict[Action, Medium] = {
    Action.SMS: Medium.SMS,
    Action.EMAIL: Medium.EMAIL,
    Action.CHAT: Medium.CHAT,
    Action.FIELD_VISIT: Medium.VISIT,
}
A_PERSON = "a person was asked"
ASKING_TAKES = timedelta(days=2)
"""Where the packs want a person to decide, somebody is taken to agree after two days."""


@dataclass(frozen=True, slots=True)
class Screened:
    """Not now (`until` says when again) or never; the reason as a step keeps it."""

    outcome: Outcome
    until: datetime | None
    reason: str


def screen(
    entrant: Entrant, steps: Sequence[StepRecord], *, rung: str, action: Action, packs: Stack, now: datetime
) -> Screened | None:
    """What stands against a step; None where nothing does. What a message says is not looked at."""
    if action not in ASKED_FOR or _a_person_agreed(steps, rung=rung):
        return None
    point = entrant.borrower.reachable_by(action)
    target = Target()
    if point is not None:
        kind = point.kind
        number = kind.value if kind in {ContactKind.MOBILE, ContactKind.LANDLINE} else None
        place = "home" if kind is ContactKind.ADDRESS else None
        target = Target(place=place, number_type=number, address=point.id, verified_at=point.verified_at)
    question = Question(at=now, action=ASKED_FOR[action], debts=frozenset({entrant.key}), target=target)
    verdict = judge(_case(entrant, steps), question, packs)
    match verdict.answer:
        case Answer.ALLOWED:
            return None
        case Answer.FORBIDDEN:
            return Screened(Outcome.FORBIDDEN, None, verdict.decided_by.message if verdict.decided_by else "")
        case Answer.DEFERRED if verdict.until is not None:
            return Screened(Outcome.DEFERRED, verdict.until, verdict.decided_by.message if verdict.decided_by else "")
        case Answer.DEFERRED | Answer.NEEDS_HUMAN:
            return Screened(Outcome.DEFERRED, now + ASKING_TAKES, A_PERSON)


def _a_person_agreed(steps: Sequence[StepRecord], *, rung: str) -> bool:
    return bool(steps) and steps[-1].rung == rung and steps[-1].reason == A_PERSON


def _case(entrant: Entrant, steps: Sequence[StepRecord]) -> Case:
    borrower = entrant.borrower
    return Case(
        zone=ZoneInfo(borrower.timezone),
        debts=frozenset({entrant.key}),
        history=(*entrant.history, *(happening for step in steps for happening in _happenings(entrant, step))),
        facts=MappingProxyType(
            {"language": borrower.language, "jurisdiction": borrower.jurisdiction, "product": entrant.product}
        ),
    )


def _happenings(entrant: Entrant, step: StepRecord) -> list[Happening]:
    debts = frozenset({entrant.key})
    point = entrant.borrower.reachable_by(step.action)
    address = None if point is None else point.id
    if step.action is Action.CALLBACK and step.outcome in TALKED_OR_NOT:
        outcome = TALKED_OR_NOT[step.outcome]
        return [Call(at=step.ended_at, direction=Direction.OUT, outcome=outcome, counted_to=debts, address=address)]
    if step.action is Action.VERIFY_CONTACTS and step.outcome is Outcome.CONFIRMED:
        return [Marked(at=step.ended_at, mark=Mark.ADDRESS_VERIFIED)]
    if step.action in MEDIUM_OF and step.outcome in LEFT:
        medium = MEDIUM_OF[step.action]
        return [Sent(at=step.ended_at, direction=Direction.OUT, medium=medium, debts=debts, address=address)]
    return []


TALKED_OR_NOT: dict[Outcome, CallOutcome] = {
    Outcome.PROMISED: CallOutcome.CONVERSATION,
    Outcome.ARRANGED: CallOutcome.CONVERSATION,
    Outcome.REFUSED: CallOutcome.CONVERSATION,
    Outcome.HARDSHIP: CallOutcome.CONVERSATION,
    Outcome.DISPUTED: CallOutcome.CONVERSATION,
    Outcome.PAID: CallOutcome.CONVERSATION,
    Outcome.MESSAGE_LEFT: CallOutcome.VOICEMAIL,
    Outcome.NO_ANSWER: CallOutcome.UNANSWERED,
}
"""What a callback's end says of its call."""
LEFT = frozenset(
    {
        *(Outcome.SENT, Outcome.UNKNOWN, Outcome.PROMISED, Outcome.ARRANGED, Outcome.REFUSED, Outcome.HARDSHIP),
        *(Outcome.DISPUTED, Outcome.PAID, Outcome.MESSAGE_LEFT, Outcome.NO_ANSWER, Outcome.DONE),
    }
)
"""Messages that left, and visits that were made."""
