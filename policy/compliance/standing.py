"""What a mark brings about under all packs: what stops, on which debts, for how long, and what stays allowed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from policy.compliance.history import Mark, Marked
from policy.compliance.packfile import Pack, Rule
from policy.compliance.rules.arrangement import ArrangementTerms
from policy.compliance.rules.hold import Hold, ends_at
from policy.compliance.rules.legal_bar import LegalBar
from policy.compliance.rules.route import Route
from policy.compliance.span import Span
from policy.compliance.stacking import Stack
from policy.compliance.standing_rule import Stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The strictest of all rules about a mark.

    scope: the marked debts, or every linked debt of the person. until: when it ends of itself; None where an event
    ends it (`ends_on`; none of these: nothing does), which may be so many whole days later. stops: union over the
    rules. still_allowed: purposes that every hold lets through. needs_person: what is not stopped is for a person.
    bars_law: no legal referral and no legal words, for good. limit: see the kind of rule `hold`.
    """

    mark: Mark
    scope: Literal["debt", "person"]
    until: datetime | None
    ends_on: tuple[Mark, ...]
    days_after_end: int
    stops: frozenset[Stopped]
    still_allowed: frozenset[str]
    needs_person: bool
    bars_law: bool
    limit: Span | None
    rules: tuple[str, ...]
    citations: tuple[str, ...]


def standing_for(packs: Stack, mark: Mark, *, at: datetime, zone: ZoneInfo) -> Standing | None:
    """What a mark made at an instant on somebody who lives in a zone brings about; None where no rule begins with it.

    A mark that ends something begins nothing.
    """
    begun = list(_begun(packs, mark, at=at))
    if not begun:
        return None
    holds = [each.rest for each in begun if each.rest is not None and not each.is_flag]
    flags = [each.rest for each in begun if each.rest is not None and each.is_flag]
    lasting = holds or flags
    ends = [ends_at(h, Marked(at=at, mark=mark), None, zone=ZoneInfo(h.zone) if h.zone else zone) for h in lasting]
    known = [until for until in ends if until is not None]
    limits = [hold.limit for hold in holds if hold.limit is not None]
    return Standing(
        mark=mark,
        scope="person" if any(each.scope == "person" for each in (*holds, *flags)) else "debt",
        until=max(known, default=None) if len(known) == len(ends) else None,
        ends_on=tuple(dict.fromkeys(end for each in lasting for end in each.ends_on)),
        days_after_end=max((each.days_after_end for each in lasting), default=0),
        stops=frozenset(stopped for hold in holds for stopped in hold.stops),
        still_allowed=frozenset.intersection(*(frozenset(each.still_allowed) for each in lasting))
        if lasting
        else frozenset(),
        needs_person=bool(flags),
        bars_law=any(each.rest is None for each in begun),
        limit=max(limits, key=lambda span: (span.months, span.days), default=None),
        rules=tuple(each.rule.id for each in begun),
        citations=tuple(each.pack.cite(each.rule) for each in begun),
    )


@dataclass(frozen=True, slots=True)
class _Begun:
    """A rule that begins with the mark, as the hold that it is; a legal bar stops no time, so it has none."""

    pack: Pack
    rule: Rule
    rest: Hold | None
    is_flag: bool = False


def _begun(packs: Stack, mark: Mark, *, at: datetime) -> Iterator[_Begun]:
    for pack, rule in packs.rules(at):
        match rule.params:
            case Hold() as hold if mark in hold.starts_on:
                yield _Begun(pack, rule, hold)
            case ArrangementTerms() as terms if mark is Mark.ARRANGEMENT_AGREED:
                yield _Begun(pack, rule, terms.rest())
            case Route() as route if mark in route.starts_on:
                yield _Begun(pack, rule, route.flag(), is_flag=True)
            case LegalBar() as bar if mark in bar.starts_on:
                yield _Begun(pack, rule, None)
            case _:
                pass
