"""Whether the text of a record goes: its ceiling has passed, and no floor, hold or open journey keeps it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal

from policy.compliance.record_class import CountedFrom
from policy.compliance.retention import Retention, Term


class Why(StrEnum):
    """Why a text is kept."""

    LEGAL_HOLD = "legal_hold"
    OPEN_JOURNEY = "open_journey"
    SUSPENDED = "suspended"
    FLOOR = "floor"
    NEEDED = "needed"
    CEILING_AHEAD = "ceiling_ahead"
    NO_CEILING = "no_ceiling"


@dataclass(frozen=True, slots=True)
class House:
    """What the lender itself has settled.

    purges: whether anything is removed at all, or only listed. at_floor: what becomes of a text whose floors have
    passed and for which no pack sets a ceiling.
    """

    purges: Literal["yes", "no"] = "no"
    at_floor: Literal["keep", "remove"] = "keep"


ONLY_LISTED = House()
"""Unless the lender says otherwise, nothing is removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands in the way of a removal.

    going_on: the disputes, complaints and litigation that go on, in the packs' words. needed_for: what the packs say
    of other records of the person that would mean little without this one; needed_since: what those count from.
    """

    has_legal_hold: bool
    has_open_journey: bool
    going_on: frozenset[str] = frozenset()
    needed_for: tuple[Retention, ...] = ()
    needed_since: Mapping[CountedFrom, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Goes:
    """The text goes: it might since `due_on`, under the rule that says so."""

    due_on: date
    rule: str
    citation: str


@dataclass(frozen=True, slots=True)
class Kept:
    """The text stays.

    until: the first day on which this reason holds no more; None where no day is known. rule: the rule behind the
    reason, where one is.
    """

    why: Why
    rule: str = ""
    citation: str = ""
    until: date | None = None


def together(kept: Sequence[Retention]) -> Retention:
    """What holds for a record that belongs to several classes at once: every floor, the first ceiling."""
    return Retention(
        record_class=kept[0].record_class,
        floors=tuple(term for each in kept for term in each.floors),
        ceilings=tuple(term for each in kept for term in each.ceilings),
        legal_hold=frozenset().union(*(each.legal_hold for each in kept)),
    )


def judge_removal(
    retention: Retention, since: Mapping[CountedFrom, date], *, standing: Standing, house: House, on: date
) -> Goes | Kept:
    """Whether a text goes on a day. A floor outweighs a ceiling, and a hold or an open journey outweighs both.

    since: the days that counts begin with, as far as they have happened, on the same calendar as `on`.
    """
    if standing.has_legal_hold:
        return Kept(Why.LEGAL_HOLD)
    if standing.has_open_journey:
        return Kept(Why.OPEN_JOURNEY)
    if (floor := _standing_floor((retention,), since, on=on)) is not None:
        return _held_by(floor, since, why=Why.FLOOR)
    if (floor := _standing_floor(standing.needed_for, standing.needed_since, on=on)) is not None:
        return _held_by(floor, standing.needed_since, why=Why.NEEDED)
    if not retention.ceilings and (house.at_floor == "keep" or not retention.floors):
        return Kept(Why.NO_CEILING)
    # What the house adds on its own account waits for anything that goes on; a pack's ceiling for what the pack names.
    suspending = retention.legal_hold & standing.going_on if retention.ceilings else standing.going_on
    if suspending:
        return Kept(Why.SUSPENDED, rule=", ".join(sorted(suspending)))
    if not retention.ceilings:
        return _at_floor(retention, since)
    first = _first_to_end(retention.ceilings, since)
    due_on = retention.must_go_on(since)
    if due_on is None or on < due_on:
        return _held_by(first, since, why=Why.CEILING_AHEAD)
    return Goes(due_on, first.rule, first.citation)


def _at_floor(retention: Retention, since: Mapping[CountedFrom, date]) -> Goes:
    last = max(retention.floors, key=lambda term: term.ends_on(since) or date.max)
    return Goes(last.ends_on(since) or date.max, last.rule, f"house setting: removed at the floor; {last.citation}")


def _standing_floor(kept: Sequence[Retention], since: Mapping[CountedFrom, date], *, on: date) -> Term | None:
    """The floor that ends last among those that have not ended; one without a known end is later than any other."""
    running = [term for each in kept for term in each.floors if (term.ends_on(since) or date.max) > on]
    return max(running, key=lambda term: term.ends_on(since) or date.max, default=None)


def _first_to_end(terms: Sequence[Term], since: Mapping[CountedFrom, date]) -> Term:
    """The term that ends first; the shortest where none has begun."""
    return min(terms, key=lambda term: (term.ends_on(since) or date.max, term.span.after(date.min)))


def _held_by(term: Term, since: Mapping[CountedFrom, date], *, why: Why) -> Kept:
    return Kept(why, term.rule, term.citation, term.ends_on(since))
