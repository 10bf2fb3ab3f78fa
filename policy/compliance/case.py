"""One person's case: their zone, debts and history, as far as it was known at a moment."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from policy.compliance.history import (
    Call,
    Direction,
    Happening,
    LocationInfo,
    Mark,
    Marked,
    Preference,
    WebSession,
)

Kind = TypeVar("Kind", bound=Happening)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a rule may know.

    zone: where the person lives. debts: all that is collected from the person here. groups: debts counted as one, by
    debt. facts: what is known of the loan and person besides (`product`, `language`, `jurisdiction`).
    """

    zone: ZoneInfo
    debts: frozenset[str]
    history: tuple[Happening, ...] = ()
    groups: MappingProxyType[str, str] = field(default_factory=lambda: MappingProxyType({}))
    facts: MappingProxyType[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def known_at(self, moment: datetime) -> "Case":
        """The case without what became known later, oldest first; of one instant, what came in goes before the rest.

        That a session ended later, or that a wish was taken back later, is not known either.
        """
        known = [_as_known_at(h, moment) for h in self.history if h.at is None or h.at <= moment]
        return replace(self, history=tuple(sorted(known, key=_InOrder)))

    def all_of(self, kind: type[Kind]) -> Iterator[Kind]:
        """What happened of one kind, oldest first."""
        return (h for h in self.history if isinstance(h, kind))

    def marks(self, *marks: Mark, debt: str | None = None) -> Iterator[Marked]:
        """Marks of those kinds, oldest first; on one debt where it is named."""
        for marked in self.all_of(Marked):
            if marked.mark in marks and (debt is None or not marked.debts or self.touches(marked.debts, debt)):
                yield marked

    def calls_to(self, person: str) -> Iterator[Call]:
        """Calls with one person, by either side."""
        return (call for call in self.all_of(Call) if call.to == person)

    def group(self, debt: str) -> str:
        """The name under which a debt is counted."""
        return self.groups.get(debt, debt)

    def touches(self, debts: frozenset[str], debt: str) -> bool:
        """Whether a debt, or one that is counted as one with it, is among some; no debts named are all debts."""
        return not debts or self.group(debt) in {self.group(d) for d in debts}

    def day(self, moment: datetime) -> date:
        """The day on the person's calendar."""
        return moment.astimezone(self.zone).date()

    def zones(self) -> tuple[ZoneInfo, ...]:
        """Every zone in which the person may be: where they live, and what other facts suggest.

        Once somebody has confirmed where they live, the area codes that were known by then suggest nothing any more.
        """
        confirmed_at = max((mark.at for mark in self.marks(Mark.RESIDENCE_CONFIRMED)), default=None)
        named = {
            location.tz
            for info in self.all_of(LocationInfo)
            for location in info.locations
            if not (location.is_guessed and confirmed_at is not None and (info.at is None or info.at <= confirmed_at))
        }
        return (self.zone, *(ZoneInfo(name) for name in sorted(named - {self.zone.key})))


def _as_known_at(happening: Happening, moment: datetime) -> Happening:
    match happening:
        case WebSession(until=datetime() as until) if until > moment:
            return replace(happening, until=None)
        case Preference(withdrawn_at=datetime() as withdrawn_at) if withdrawn_at > moment:
            return replace(happening, withdrawn_at=None)
        case _:
            return happening


@dataclass(frozen=True, slots=True)
class _InOrder:
    """The place of something in a history. What happened at one instant has one order, however it was handed in."""

    happening: Happening

    def __lt__(self, other: "_InOrder") -> bool:
        mine, theirs = self.happening.at, other.happening.at
        if mine == theirs:
            return self._told() < other._told()
        return mine is None or (theirs is not None and mine < theirs)

    def _told(self) -> tuple[bool, str, str]:
        way = getattr(self.happening, "direction", None)
        return way is not Direction.IN, type(self.happening).__name__, plain_text(self.happening)


def plain_text(value: object) -> str:
    """A frozen value as one text that does not depend on the order of a set."""
    fields = getattr(value, "__dataclass_fields__", None)
    if fields is not None:
        return f"{type(value).__name__}({', '.join(f'{n}={plain_text(getattr(value, n))}' for n in fields)})"
    if isinstance(value, frozenset):
        return f"{{{', '.join(sorted(map(plain_text, value)))}}}"
    if isinstance(value, tuple):
        return f"({', '.join(map(plain_text, value))})"
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else repr(value)
