"""One person's case: their zone, debts and history, as far as it was known at a moment."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from policy.compliance.history import Call, Happening, LocationInfo, Mark, Marked

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
        """The case without what became known later, oldest first."""
        known = sorted(
            (h for h in self.history if h.at is None or h.at <= moment),
            key=lambda h: (h.at is not None, h.at or moment),
        )
        return replace(self, history=tuple(known))

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
        """Every zone in which the person may be: where they live, and what other facts suggest."""
        named = {location.tz for info in self.all_of(LocationInfo) for location in info.locations}
        return (self.zone, *(ZoneInfo(name) for name in sorted(named - {self.zone.key})))
