"""What a borrower who never answers and never pays would see of a ladder: each step with its day, hour and cost."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.action import Action
from domain.step import NOT_TAKEN, Outcome
from policy.ladders.ladder import Ladder
from simulation.what_if.entrant import Entrant
from simulation.what_if.path import World, opened, path

SILENT: dict[Action, Outcome] = {
    Action.SMS: Outcome.SENT,
    Action.EMAIL: Outcome.SENT,
    Action.CHAT: Outcome.SENT,
    Action.CALLBACK: Outcome.NO_ANSWER,
    Action.VERIFY_CONTACTS: Outcome.CONFIRMED,
    Action.FIELD_VISIT: Outcome.NO_ANSWER,
    Action.LEGAL_REFERRAL: Outcome.HANDED_OVER,
    Action.AGENCY_PLACEMENT: Outcome.HANDED_OVER,
}
"""How steps end with somebody who is silent; where they live can be found out without them."""
LONGEST = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Moment:
    """One step. day: whole days since the opening, on the borrower's calendar. at: on the borrower's clock.

    outcome: how it ends; a rung that is passed over or not allowed stands here too, with the reason.
    cost_minor: of the step, 0 where it was not made.
    """

    day: int
    at: datetime
    rung: str
    action: Action
    outcome: Outcome
    reason: str
    cost_minor: float


def silent(ladder: Ladder, entrant: Entrant, world: World) -> list[Moment]:
    """Every step until the journey ends by itself, at most two years."""
    known = replace(
        world.known,
        after_rung={},
        after_action={},
        after_outcome={},
        after_opening={},
        ends={action: ((outcome, 1.0),) for action, outcome in SILENT.items()},
    )
    there = path(
        opened(entrant, world), entrant, ladder, replace(world, known=known), until=entrant.opened_at + LONGEST
    )
    zone = ZoneInfo(entrant.borrower.timezone)
    first = entrant.opened_at.astimezone(zone).date()
    return [
        Moment(
            day=(step.ended_at.astimezone(zone).date() - first).days,
            at=step.ended_at.astimezone(zone),
            rung=step.rung,
            action=step.action,
            outcome=step.outcome,
            reason=step.reason if step.outcome in NOT_TAKEN or step.until is not None else "",
            cost_minor=round(known.cost_of(step.rung, step.action, step.outcome), 4),
        )
        for step in there[-1].steps
    ]
