"""What a ladder does with one borrower from a standing on while nothing is paid, in simulated time."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from domain.action import Action
from domain.hold import Hold, HoldReason
from domain.promise import Promise
from domain.step import Outcome, StepRecord
from domain.work_item import WorkItem, WorkItemId, WorkKind, WorkState
from policy.compliance.stacking import Stack
from policy.ladders.ladder import Ladder
from policy.next_step import CHANGES_NOTHING, Act, Finish, PassedOver, Wait, decide
from policy.spacing import grace_ends
from simulation.behaviour.chance import number_for
from simulation.what_if.entrant import Entrant
from simulation.what_if.known import Known
from simulation.what_if.screening import screen
from simulation.what_if.standing import InHand, Standing

MOST_TURNS = 500
"""No ladder takes so many turns with one borrower; a life that does is cut there."""
DEADLINE = timedelta(days=7)

RESTS: dict[Outcome, HoldReason] = {
    Outcome.HARDSHIP: HoldReason.HARDSHIP,
    Outcome.DISPUTED: HoldReason.DISPUTE,
}
"""Outcomes after which the loan rests until a person lifts the hold: in a simulated life nobody does."""
GIVE_TIME = frozenset({Outcome.PROMISED, Outcome.ARRANGED})
"""Money is promised for a day, and the ladder waits for it; a plan is taken as a promise of its first part."""


@dataclass(frozen=True)
class World:
    """What every life of a comparison has in common. packs: None leaves screening out."""

    known: Known
    packs: Stack | None
    seed: int


def opened(entrant: Entrant, world: World) -> Standing:
    """How a loan stands when its journey opens."""
    days = world.known.days_after_opening(entrant.segment)
    return Standing(entrant.opened_at, entrant.borrower, days, since=entrant.opened_at)


def path(start: Standing, entrant: Entrant, ladder: Ladder, world: World, *, until: datetime) -> list[Standing]:
    """The standings from `start` on, oldest first, as long as nothing is paid; each lasts until the next one."""
    standing, found, now = start, [start], start.at
    for _ in range(MOST_TURNS):
        if standing.is_over or now >= until:
            break
        if standing.in_hand is not None and standing.in_hand.ends_at <= now:
            standing = _answered(standing, standing.in_hand, entrant, world)
            found.append(standing)
            continue
        decision = decide(standing.situation(entrant, ladder, now=now), now=now)
        standing = _passed(standing, decision.passed_over, now=now)
        match decision:
            case Act():
                standing = _act(standing, decision, entrant, world, now=now)
                found.append(standing)
            case Wait():
                if decision.passed_over:
                    found.append(standing)
                now = decision.until
                if standing.in_hand is not None:
                    now = min(now, standing.in_hand.ends_at)
                if standing.promise is not None and now >= _grace_ends(standing.promise, ladder, standing):
                    standing = replace(standing, at=now, promise=None)
                    found.append(standing)
            case Finish():
                standing = replace(standing, at=now, is_over=True)
                found.append(standing)
            case other:
                assert_never(other)
    return [standing for standing in found if standing.at < until]


def paid(standing: Standing, amount_minor: int, *, at: datetime, known: Known) -> Standing:
    """After a payment at an instant within a standing."""
    days = known.after_payment or standing.days
    return replace(standing, at=at, received=(*standing.received, (at, amount_minor)), days=days, since=at)


def _act(standing: Standing, act: Act, entrant: Entrant, world: World, *, now: datetime) -> Standing:
    rung, action, turn = act.rung, act.action, standing.turn + 1
    standing = replace(standing, at=now, turn=turn)
    if world.packs is not None:
        against = screen(entrant, standing.steps, rung=rung.name, action=action, packs=world.packs, now=now)
        if against is not None:
            step = StepRecord(turn, rung.name, action, against.outcome, now, against.until, against.reason)
            return replace(standing, steps=(*standing.steps, step))
    outcome, chance = _outcome(standing, rung.name, action, entrant, world)
    if action.is_message:
        return _ended(standing, rung.name, action, outcome, entrant, world)
    deadline_at = act.deadline_at or now + DEADLINE
    work = WorkItem(WorkItemId(""), WorkKind(action.value), rung.name, turn, now, deadline_at, WorkState.OPEN)
    ends_at = deadline_at
    if outcome is not Outcome.LAPSED:
        ends_at = min(now + world.known.takes(action, number=chance), deadline_at)
    return replace(standing, in_hand=InHand(work, ends_at, outcome))


def _outcome(standing: Standing, rung: str, action: Action, entrant: Entrant, world: World) -> tuple[Outcome, float]:
    """How the step ends, and a second number for how long it takes; the same for the same try on every ladder."""
    nth = sum(s.rung == rung and s.outcome not in CHANGES_NOTHING for s in standing.steps)
    number = number_for(world.seed, entrant.key, "ends", rung, nth)
    outcome = world.known.ends_as(action, number=number)
    if outcome is None:  # nobody has taken such a step yet
        outcome = Outcome.SENT if action.is_message else Outcome.DONE
    return outcome, number_for(world.seed, entrant.key, "takes", rung, nth)


def _answered(standing: Standing, in_hand: InHand, entrant: Entrant, world: World) -> Standing:
    standing = replace(standing, at=in_hand.ends_at, in_hand=None)
    action = Action(in_hand.work.kind.value)
    return _ended(standing, in_hand.work.rung, action, in_hand.outcome, entrant, world)


def _ended(standing: Standing, rung: str, action: Action, outcome: Outcome, entrant: Entrant, world: World) -> Standing:
    """After a step has ended at `standing.at`."""
    now = standing.at
    standing = replace(standing, steps=(*standing.steps, StepRecord(standing.turn, rung, action, outcome, now)))
    days = world.known.days_after(rung, action, outcome, segment=entrant.segment)
    if days is not None:
        standing = replace(standing, days=days, since=now)
    if outcome is Outcome.CONFIRMED:
        standing = replace(standing, borrower=standing.verified())
    if outcome in RESTS:
        standing = replace(standing, holds=(*standing.holds, Hold(RESTS[outcome], now, None)))
    if outcome in GIVE_TIME:
        number = number_for(world.seed, entrant.key, "promises", rung, standing.turn)
        due_on = now.astimezone(ZoneInfo(standing.borrower.timezone)).date() + world.known.promises(number)
        arrears = standing.position(entrant, now=now).arrears_minor
        standing = replace(standing, promise=Promise("", now, due_on, arrears, 0))
    return standing


def _grace_ends(promise: Promise, ladder: Ladder, standing: Standing) -> datetime:
    zone = ZoneInfo(standing.borrower.timezone)
    return grace_ends(promise.due_on, grace=ladder.promise_grace, hour=ladder.hour, zone=zone)


def _passed(standing: Standing, passed_over: tuple[PassedOver, ...], *, now: datetime) -> Standing:
    if not passed_over:
        return standing
    turn = standing.turn + 1
    steps = (StepRecord(turn, each.rung, each.action, each.outcome, now, reason=each.reason) for each in passed_over)
    return replace(standing, at=now, turn=turn, steps=(*standing.steps, *steps))
