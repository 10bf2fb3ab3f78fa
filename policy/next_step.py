"""The one function that decides what a journey does next: act, wait, or finish.

It is pure: the live driver, the wave driver and the simulator give it the same situations and get the same decisions,
so what a manager previews is what production does.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.action import Action
from domain.borrower import KINDS_FOR, TO_VERIFY
from domain.hold import HoldReason
from domain.journey import ClosingReason, WaitingFor
from domain.step import NOT_TAKEN, Outcome, StepRecord
from domain.work_item import WorkKind
from policy.ladders.ladder import OnDeadline, Rung
from policy.resting import resumed
from policy.situation import Situation
from policy.spacing import grace_ends, local_instant, spaced
from policy.withholding import Draw, drawn

ENDS_RUNG = frozenset(
    {
        Outcome.SENT,
        Outcome.UNKNOWN,
        Outcome.PROMISED,
        Outcome.ARRANGED,
        Outcome.REFUSED,
        Outcome.HARDSHIP,
        Outcome.DISPUTED,
        Outcome.MESSAGE_LEFT,
        Outcome.PAID,
        Outcome.DONE,
        Outcome.RETURNED,
        Outcome.HANDED_OVER,
        Outcome.CONFIRMED,
        Outcome.NOT_FOUND,
        Outcome.WITHHELD,
    }
)
"""The rung is over: the next one follows after its spacing."""
REACHED_OUT = ENDS_RUNG - {Outcome.CONFIRMED, Outcome.NOT_FOUND, Outcome.WITHHELD} | {Outcome.NO_ANSWER}
"""Somebody tried in earnest to reach the borrower: without one such step there is no referral and no placement."""
NEEDS_ANOTHER_TRY = frozenset({Outcome.NO_ANSWER, Outcome.LAPSED})
"""Nobody was reached: the rung is taken again, as often as it allows."""
NEEDS_ANOTHER_WAY = frozenset({Outcome.REJECTED, Outcome.WRONG_NUMBER, Outcome.BLOCKED, Outcome.FORBIDDEN})
"""This action cannot be used: the rung's next fallback is tried, or another contact point."""
SPENDS_NUMBER = frozenset({Outcome.REJECTED, Outcome.WRONG_NUMBER})
"""Of those: what is spent is one number or address, and another one of the same kind may still do."""
CHANGES_NOTHING = frozenset({Outcome.DEFERRED, Outcome.OVERTAKEN, Outcome.PASSED_OVER})
"""Nothing was done: the spacing still counts from the step before."""


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A rung that was not taken, and why: kept, because a step not taken is a decision too.

    draw: where it was withheld at random, what was drawn.
    """

    rung: str
    action: Action
    reason: str
    draw: Draw | None = None

    @property
    def outcome(self) -> Outcome:
        """How its step is kept."""
        return Outcome.PASSED_OVER if self.draw is None else Outcome.WITHHELD


@dataclass(frozen=True, slots=True)
class Act:
    """Take this rung now. `deadline_at` is set for work given to people, `draw` where it might have been withheld."""

    rung: Rung
    action: Action
    deadline_at: datetime | None = None
    passed_over: tuple[PassedOver, ...] = ()
    draw: Draw | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing until `until` (UTC, always later than now) unless something happens first.

    passed_over: a rung that was due and is withheld, and those passed over before it.
    """

    until: datetime
    waiting_for: WaitingFor
    reason: str
    passed_over: tuple[PassedOver, ...] = ()


@dataclass(frozen=True, slots=True)
class Finish:
    """The journey is over."""

    reason: ClosingReason
    passed_over: tuple[PassedOver, ...] = ()


Decision = Act | Wait | Finish

WAITING_FOR_WORK: dict[WorkKind, WaitingFor] = {
    WorkKind.CALLBACK: WaitingFor.CALLBACK,
    WorkKind.VERIFY_CONTACTS: WaitingFor.VERIFICATION,
    WorkKind.FIELD_VISIT: WaitingFor.VISIT,
    WorkKind.LEGAL_REFERRAL: WaitingFor.LEGAL,
    WorkKind.AGENCY_PLACEMENT: WaitingFor.AGENCY,
    WorkKind.RECONCILE_ATTEMPT: WaitingFor.TIME,
    WorkKind.REVIEW_CONTACT: WaitingFor.TIME,
    WorkKind.REVIEW_STANDING: WaitingFor.TIME,
}
CLOSES_AS: dict[Action, ClosingReason] = {
    Action.LEGAL_REFERRAL: ClosingReason.LEGAL,
    Action.AGENCY_PLACEMENT: ClosingReason.AGENCY,
}


def decide(situation: Situation, *, now: datetime) -> Decision:
    """What to do with one journey at one instant.

    Promises, arrangements and work items whose time has run out are settled before the situation is put together
    (`ledger.settling`), so what is open here is still open at `now`.
    """
    return _finish(situation) or _rest(situation, now=now) or _climb(situation, now=now)


def _finish(situation: Situation) -> Finish | None:
    if situation.closing is not None:
        return Finish(situation.closing)
    if situation.position.is_cured:
        return Finish(ClosingReason.CURED)
    for step in reversed(situation.steps):
        if step.outcome is Outcome.HANDED_OVER and step.action in CLOSES_AS:
            return Finish(CLOSES_AS[step.action])
    return None


def _rest(situation: Situation, *, now: datetime) -> Wait | None:
    """A wait that no rung may cut short: a hold, an agreement that is being kept, or work in a person's hands."""
    ladder, zone = situation.ladder, situation.zone
    candidates = [_hold(situation, reason=h.reason, since=h.placed_at, until=h.until, now=now) for h in situation.holds]
    if situation.arrangement is not None and (due_on := situation.arrangement.next_due_on()) is not None:
        until = grace_ends(due_on, grace=ladder.promise_grace, hour=ladder.hour, zone=zone)
        candidates.append(Wait(until, WaitingFor.ARRANGEMENT, f"an instalment is agreed for {due_on:%-d %b}"))
    if situation.promise is not None:
        due_on = situation.promise.due_on
        until = grace_ends(due_on, grace=ladder.promise_grace, hour=ladder.hour, zone=zone)
        candidates.append(Wait(until, WaitingFor.PROMISE, f"a payment is promised for {due_on:%-d %b}"))
    if situation.open_work is not None:
        work = situation.open_work
        reason = f"{work.kind.value.replace('_', ' ')} is in a person's hands"
        candidates.append(Wait(work.deadline_at, WAITING_FOR_WORK[work.kind], reason))
    return max((c for c in candidates if c.until > now), key=lambda c: c.until, default=None)


def _hold(situation: Situation, *, reason: HoldReason, since: datetime, until: datetime | None, now: datetime) -> Wait:
    why = f"on hold: {reason.value.replace('_', ' ')}"
    if until is not None:
        return Wait(until, WaitingFor.HOLD, why)
    every = situation.ladder.review_holds_after
    reviews = max((now - since) // every, 0) + 1
    return Wait(since + reviews * every, WaitingFor.HOLD, f"{why}, until a person lifts it")


def _climb(situation: Situation, *, now: datetime) -> Decision:
    # Rungs left out in the turn of a deferral bear the same instant and may stand behind it.
    last = next((s for s in reversed(situation.steps) if s.outcome not in NOT_TAKEN), None)
    if last is not None and last.outcome is Outcome.DEFERRED and last.until is not None and last.until > now:
        return Wait(last.until, WaitingFor.TIME, last.reason)
    ladder, zone = situation.ladder, situation.zone
    index, anchor = _reached(situation)
    passed: list[PassedOver] = []
    is_settled = 0
    spaced_at = anchor
    for rung in ladder.rungs[index:]:
        spaced_at = spaced(spaced_at, rung.after, zone=zone, hour=ladder.hour)
        obstacle = _obstacle(situation, rung)
        if obstacle is not None:
            passed.append(PassedOver(rung.name, rung.action, obstacle))
            continue
        due_at = _due_at(situation, rung, anchor=anchor, spaced_at=spaced_at, now=now)
        if due_at > now:
            why = f"{rung.name.replace('_', ' ')} comes next"
            return Wait(due_at, WaitingFor.TIME, why, tuple(passed[:is_settled]))
        draw = None if rung.holdout is None else drawn(key=situation.draw_key, rung=rung.name, share=rung.holdout)
        if draw is not None and draw.withholds:
            passed.append(PassedOver(rung.name, rung.action, _withheld(draw), draw))
            is_settled, anchor, spaced_at = len(passed), now, now
            continue
        deadline_at = None if rung.deadline is None else spaced(now, rung.deadline, zone=zone, hour=ladder.hour)
        return Act(rung, _ways(situation, rung)[0], deadline_at, tuple(passed), draw)
    ends_at = spaced(anchor, ladder.finish_after, zone=zone, hour=ladder.hour)
    ends_at = resumed(ends_at, situation.rested, since=anchor, zone=zone, hour=ladder.hour)
    if ends_at > now:
        why = "the last rung was taken; the journey ends then if nothing is paid"
        return Wait(ends_at, WaitingFor.TIME, why, tuple(passed[:is_settled]))
    return Finish(ClosingReason.EXHAUSTED, tuple(passed))


def _withheld(draw: Draw) -> str:
    return f"withheld at random to learn what it brings: {draw.number:.4f} was drawn, less than {draw.share:g}"


def _reached(situation: Situation) -> tuple[int, datetime]:
    """The index of the rung to take, and the instant from which its spacing counts.

    A payment since the last rung moves the anchor forward, so that paying part always buys time.
    """
    index, anchor = 0, situation.opened_at
    for position, rung in enumerate(situation.ladder.rungs):
        ended_at = _ended_at(situation, rung)
        if ended_at is not None:
            index, anchor = position + 1, max(anchor, ended_at)
        elif _was_passed_over(situation, rung):
            index = position + 1
    if situation.last_payment_at is not None:
        anchor = max(anchor, situation.last_payment_at)
    return index, anchor


def _ended_at(situation: Situation, rung: Rung) -> datetime | None:
    """When the rung was over; None while it is still to be taken."""
    mine = [s for s in situation.steps if s.rung == rung.name and s.outcome not in CHANGES_NOTHING]
    if not mine:
        return None
    last = mine[-1]
    if last.outcome in ENDS_RUNG:
        return last.ended_at
    if last.outcome in NEEDS_ANOTHER_WAY:
        has_way = _ways(situation, rung) and situation.borrower.may_be_pursued_by(rung.action)
        if not has_way:
            return last.ended_at
    tries = [s for s in mine if s.outcome in NEEDS_ANOTHER_TRY]
    is_final = last.outcome is Outcome.LAPSED and rung.on_deadline is OnDeadline.NEXT
    return last.ended_at if is_final or len(tries) >= rung.tries else None


def _was_passed_over(situation: Situation, rung: Rung) -> bool:
    return any(s.rung == rung.name and s.outcome is Outcome.PASSED_OVER for s in situation.steps)


def _obstacle(situation: Situation, rung: Rung) -> str | None:
    """Why the rung is passed over, in words; None when it applies."""
    most = rung.days_past_due.at_most
    if most is not None and situation.position.days_past_due > most:
        return f"{situation.position.days_past_due} days past due is more than this rung's {most}"
    if rung.when is not None and not rung.when.holds(situation.facts()):
        return f"'{rung.when.text}' does not hold"
    if rung.action in CLOSES_AS and not any(s.outcome in REACHED_OUT for s in situation.steps):
        return "the borrower has not been told yet, and nobody is referred out of the blue"
    if not situation.borrower.may_be_pursued_by(rung.action):
        return f"a {rung.action.value.replace('_', ' ')} needs a verified address, and there is none"
    if rung.action is Action.VERIFY_CONTACTS and all(situation.borrower.has_verified(kind) for kind in TO_VERIFY):
        return "what later rungs need is verified already"
    return None if _ways(situation, rung) else f"no usable contact point for {rung.action.value}"


def _ways(situation: Situation, rung: Rung) -> list[Action]:
    """The rung's actions that can still be used: not spent on it, and with a contact point where one is needed."""
    spent = {
        s.action
        for s in situation.steps
        if s.rung == rung.name and s.outcome in NEEDS_ANOTHER_WAY and not _has_new_number(situation, s)
    }
    return [
        action
        for action in rung.actions
        if action not in spent and (not KINDS_FOR[action] or situation.borrower.reachable_by(action) is not None)
    ]


def _has_new_number(situation: Situation, step: StepRecord) -> bool:
    """A wrong or bad number spends itself, not the action: another number of the borrower may be tried."""
    if step.outcome not in SPENDS_NUMBER:
        return False
    same = [s for s in situation.steps if s.rung == step.rung and s.action is step.action]
    numbers = [c for c in situation.borrower.contact_points if c.kind in KINDS_FOR[step.action]]
    return (
        len([s for s in same if s.outcome in SPENDS_NUMBER]) < len(numbers)
        and situation.borrower.reachable_by(step.action) is not None
    )


def _due_at(situation: Situation, rung: Rung, *, anchor: datetime, spaced_at: datetime, now: datetime) -> datetime:
    ladder, zone = situation.ladder, situation.zone
    since, due_at = anchor, spaced_at
    tried = [s for s in situation.steps if s.rung == rung.name and s.outcome in NEEDS_ANOTHER_TRY]
    if tried:
        since = max(since, tried[-1].ended_at)
        due_at = max(due_at, spaced(tried[-1].ended_at, rung.again_after, zone=zone, hour=ladder.hour))
    due_at = resumed(due_at, situation.rested, since=since, zone=zone, hour=ladder.hour)
    short = rung.days_past_due.at_least - situation.position.days_past_due
    if short > 0:
        early = now.astimezone(zone).date() + timedelta(days=short)
        due_at = max(due_at, local_instant(early, hour=ladder.hour, zone=zone))
    return due_at
