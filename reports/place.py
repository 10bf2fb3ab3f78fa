"""Where in a report money, costs and counts belong: the name of their row in each breakdown."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from domain.action import Action
from domain.journey import Arm
from ledger.ladders import pinned_ladder
from ledger.tables.journey import LadderRow
from reports.attribution import Credit
from reports.breakdown import NO_JOURNEY, NO_STEP, Breakdown
from reports.counting import Counted
from reports.evidence import Journey


@dataclass(frozen=True, slots=True)
class Place:
    """A journey's ladder and arm, and the step in it; all empty outside any journey, rung and action where no step."""

    ladder_digest: str | None = None
    arm: str | None = None
    rung: str | None = None
    action: str | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """The rows' names, in the order in which people read them.

    ladder_names: `standard v1` by digest; two contents under one name and version are told apart by their digests.
    """

    ladder_names: dict[str, str]
    order: dict[str, int]

    def row(self, breakdown: Breakdown, place: Place) -> str:
        """The name of the row that a place belongs to: by its journey, or by its step."""
        if place.ladder_digest is None or place.arm is None:
            return NO_JOURNEY
        match breakdown:
            case Breakdown.LADDER:
                return self.ladder_names[place.ladder_digest]
            case Breakdown.ARM:
                return place.arm
            case Breakdown.RUNG:
                return NO_STEP if place.rung is None else f"{self.ladder_names[place.ladder_digest]}: {place.rung}"
            case Breakdown.CHANNEL:
                return NO_STEP if place.action is None else place.action

    def rank(self, name: str) -> tuple[int, str]:
        """A key to sort rows by: as on the ladder, with what no step or journey brought at the end."""
        return self.order.get(name, len(self.order)), name


def places_of(session: Session) -> Places:
    """The names of every ladder in the ledger, their rungs, the arms and the channels."""
    ladders = session.exec(select(LadderRow).order_by(col(LadderRow.name), col(LadderRow.version))).all()
    plain = [f"{ladder.name} v{ladder.version}" for ladder in ladders]
    names = {
        ladder.digest: name if plain.count(name) == 1 else f"{name} ({ladder.digest[:8]})"
        for ladder, name in zip(ladders, plain, strict=True)
    }
    rungs = [f"{names[ladder.digest]}: {rung}" for ladder in ladders for rung in _rungs(session, ladder.digest)]
    readable = [*names.values(), *(arm.value for arm in Arm), *rungs, *(action.value for action in Action)]
    order = {name: index for index, name in enumerate(readable)}
    # Names that are not known here sort behind the known ones and before these two.
    return Places(names, order | {NO_STEP: len(order) + 3, NO_JOURNEY: len(order) + 4})


def place_of_journey(journey: Journey) -> Place:
    """A journey as a whole, without a step."""
    return Place(journey.ladder_digest, journey.arm)


def place_of_credit(credit: Credit) -> Place:
    """What a payment is credited to."""
    if credit.journey is None:
        return Place()
    if credit.touch is None:
        return place_of_journey(credit.journey)
    return Place(credit.journey.ladder_digest, credit.journey.arm, credit.touch.rung, credit.touch.action)


def place_of_count(counted: Counted) -> Place:
    """The step that a count or a cost belongs to."""
    return Place(counted.ladder_digest, counted.arm, counted.rung, counted.action)


def _rungs(session: Session, digest: str) -> Sequence[str]:
    return [rung.name for rung in pinned_ladder(session, digest).rungs]
