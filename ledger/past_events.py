"""The rows of what happened in a loan's past: contacts, promises, money in and out."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from domain.action import Action
from domain.cost import ACTION_FOR, CostUnit
from domain.past import Contacted, Paid, Promised, Spent
from domain.promise import PromiseState
from domain.step import Outcome
from domain.work_item import Disposition, WorkState
from ledger.past_known import Known
from ledger.past_spells import Spell
from ledger.past_writing import PastWriting
from ledger.tables.agreement import PromiseRow
from ledger.tables.columns import new_id
from ledger.tables.journey import StepRow
from ledger.tables.money import CostRow, PaymentRow, ReversalRow
from ledger.tables.work_item import WorkItemRow

GRACE = timedelta(days=3)
KEPT_SHARE = 0.9
NOON = time(12, tzinfo=UTC)

DISPOSITION_FOR: dict[Outcome, Disposition] = {
    Outcome.PROMISED: Disposition.PROMISE,
    Outcome.ARRANGED: Disposition.ARRANGEMENT,
    Outcome.PAID: Disposition.PAID,
    Outcome.HARDSHIP: Disposition.HARDSHIP,
    Outcome.DISPUTED: Disposition.DISPUTE,
    Outcome.REFUSED: Disposition.REFUSED,
    Outcome.NO_ANSWER: Disposition.NO_ANSWER,
    Outcome.MESSAGE_LEFT: Disposition.MESSAGE_LEFT,
    Outcome.WRONG_NUMBER: Disposition.WRONG_NUMBER,
    Outcome.DONE: Disposition.DONE,
    Outcome.SENT: Disposition.DONE,
    Outcome.UNKNOWN: Disposition.NO_ANSWER,
    Outcome.HANDED_OVER: Disposition.DONE,
    Outcome.RETURNED: Disposition.RETURNED,
    Outcome.REJECTED: Disposition.NO_ANSWER,
}
"""What a person would have recorded for a call, a visit or a handing over of the past."""


@dataclass(frozen=True, slots=True)
class Occurred:
    """Where an event belongs: its loan, what tells it from others, when it was, in which spell, and who worked it."""

    loan_id: str
    currency: str
    source: str
    key: str
    at: datetime
    spell: Spell | None
    team: str | None = None
    arrears_reason: str | None = None

    def id(self, *parts: str) -> str:
        """An id that is the same whenever the same is told."""
        told = "\x1f".join((self.loan_id, self.source, self.key, *parts))
        return hashlib.sha256(told.encode()).hexdigest()[:32]


def add_contacts(writing: PastWriting, known: Known, of: Occurred, event: Contacted) -> bool:
    """A step for each contact, and beside it the work where a person did it."""
    spell = of.spell
    if spell is None or of.id("step", "0") in known.rows:
        return False
    for number in range(event.times):
        spell.turn_no += 1
        step_id = of.id("step", str(number))
        known.rows.add(step_id)
        step = {
            "id": step_id,
            "journey_id": spell.id,
            "turn_no": spell.turn_no,
            "rung": event.action.value,
            "action": event.action.value,
            "outcome": event.outcome.value,
            "reason": "",
            "until": None,
            "ended_at": of.at,
            "recorded_at": writing.now,
        }
        writing.add(StepRow, step, loan_id=of.loan_id)
        if not event.action.is_message:
            _add_work(writing, known, of, event, step_id=step_id, turn_no=spell.turn_no)
    if event.cost_millis:
        _add_cost(
            writing, known, of, unit=CostUnit.OTHER, millis=event.cost_millis, action=event.action, turn=spell.turn_no
        )
    return True


def _add_work(
    writing: PastWriting, known: Known, of: Occurred, event: Contacted, *, step_id: str, turn_no: int
) -> None:
    work_id = hashlib.sha256(f"work of {step_id}".encode()).hexdigest()[:32]
    journey_id = "" if of.spell is None else of.spell.id
    work = {
        "id": work_id,
        "loan_id": of.loan_id,
        "journey_id": journey_id,
        "attempt_id": None,
        "hold_id": None,
        "kind": event.action.value,
        "rung": event.action.value,
        "turn_no": turn_no,
        "state": WorkState.DONE.value,
        "opened_at": of.at,
        "deadline_at": of.at,
        "taken_by": event.by or None,
        "taken_at": of.at if event.by else None,
        "disposition": DISPOSITION_FOR[event.outcome].value,
        "minutes": 0,
        "team": of.team,
        "arrears_reason": of.arrears_reason,
        "recorded_at": of.at,
        "told_at": writing.now,
    }
    writing.add(WorkItemRow, work, loan_id=of.loan_id)
    known.calls.setdefault(journey_id, []).append((of.at, work_id))


def add_promise(writing: PastWriting, known: Known, of: Occurred, event: Promised, *, as_of: datetime) -> bool:
    """A promise, judged by the payments where nobody tells whether it was kept."""
    row_id = of.id("promise")
    if of.spell is None or row_id in known.rows:
        return False
    known.rows.add(row_id)
    due_on = event.due_on or of.at.date()
    over_at = datetime.combine(due_on, NOON) + GRACE
    state = PromiseState.OPEN
    if event.is_kept is not None:
        state = PromiseState.KEPT if event.is_kept else PromiseState.BROKEN
    elif over_at <= as_of:
        received = sum(minor for at, minor in known.received.get(of.loan_id, ()) if of.at <= at <= over_at)
        is_kept = received > 0 and received >= KEPT_SHARE * event.amount_minor
        state = PromiseState.KEPT if is_kept else PromiseState.BROKEN
    settled_at = datetime.combine(due_on, NOON) if state is PromiseState.KEPT else over_at
    on_call = [work for at, work in known.calls.get(of.spell.id, ()) if at.date() == of.at.date()]
    promise = {
        "id": row_id,
        "loan_id": of.loan_id,
        "journey_id": of.spell.id,
        "work_item_id": on_call[-1] if on_call else None,
        "amount_minor": event.amount_minor,
        "due_on": due_on,
        "state": state.value,
        "made_at": of.at,
        "settled_at": None if state is PromiseState.OPEN else min(max(settled_at, of.at), writing.now),
        "recorded_at": writing.now,
    }
    writing.add(PromiseRow, promise, loan_id=of.loan_id)
    return True


def add_payment(writing: PastWriting, known: Known, of: Occurred, event: Paid) -> bool | str:
    """Money that came in; why not, where its key is taken by other money."""
    there = known.payments.get((of.source, of.key))
    if there is not None:
        if there[:2] == (of.loan_id, event.amount_minor):
            return False
        return f"'{of.source}' has a payment '{of.key}' already, of another loan or amount; check the ids"
    row_id = of.id("payment")
    known.payments[of.source, of.key] = (of.loan_id, event.amount_minor, row_id)
    known.received.setdefault(of.loan_id, []).append((of.at, event.amount_minor))
    payment = {
        "id": row_id,
        "loan_id": of.loan_id,
        "source": of.source,
        "external_id": of.key,
        "amount_minor": event.amount_minor,
        "currency": of.currency,
        "received_at": of.at,
        "recorded_at": writing.now,
    }
    writing.add(PaymentRow, payment, loan_id=of.loan_id)
    return True


def add_reversal(writing: PastWriting, known: Known, of: Occurred, event: Paid) -> bool | str:
    """Money that was taken back; why not, where there is no such payment or less is left of it."""
    original = known.payments.get((of.source, event.reverses or ""))
    if original is None or original[0] != of.loan_id:
        return f"there is no payment '{event.reverses}' of this loan to reverse"
    if (of.source, of.key) in known.reversals:
        return False
    if event.amount_minor > original[1] - known.taken_back[original[2]]:
        return f"more would be taken back than is left of the payment '{event.reverses}'"
    known.reversals.add((of.source, of.key))
    known.taken_back[original[2]] += event.amount_minor
    reversal = {
        "id": of.id("reversal"),
        "payment_id": original[2],
        "loan_id": of.loan_id,
        "source": of.source,
        "external_id": of.key,
        "amount_minor": event.amount_minor,
        "reversed_at": of.at,
        "recorded_at": writing.now,
    }
    writing.add(ReversalRow, reversal, loan_id=of.loan_id)
    return True


def add_cost(writing: PastWriting, known: Known, of: Occurred, event: Spent) -> bool | str:
    """A fee or cost; why not, where its key is taken by another one."""
    there = known.costs.get((of.source, of.key))
    if there is not None:
        if there == (of.loan_id, event.amount_millis):
            return False
        return f"'{of.source}' has a cost '{of.key}' already, of another loan or amount; check the ids"
    _add_cost(
        writing, known, of, unit=event.unit, millis=event.amount_millis, action=ACTION_FOR.get(event.unit), turn=0
    )
    return True


def _add_cost(
    writing: PastWriting,
    known: Known,
    of: Occurred,
    *,
    unit: CostUnit,
    millis: int,
    action: Action | None,
    turn: int,
) -> None:
    known.costs[of.source, of.key] = (of.loan_id, millis)
    is_step = of.spell is not None and action is not None
    cost = {
        "id": new_id(),
        "loan_id": of.loan_id,
        "journey_id": None if of.spell is None else of.spell.id,
        "rung": action.value if is_step and action else None,
        "action": action.value if is_step and action else None,
        "turn_no": turn,
        "unit": unit.value,
        "quantity": 1 if millis > 0 else -1,
        "price_millis": abs(millis),
        "amount_millis": millis,
        "currency": of.currency,
        "incurred_at": of.at,
        "recorded_at": writing.now,
        "source": of.source,
        "external_id": of.key,
        "corrects_id": None,
        "payment_id": None,
        "fixed_cost_id": None,
    }
    writing.add(CostRow, cost, loan_id=of.loan_id)
