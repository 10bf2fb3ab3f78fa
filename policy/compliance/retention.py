"""How long records of a class are kept under all packs: every floor has passed, and the first ceiling rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from policy.compliance.packfile import Pack, Rule
from policy.compliance.record_class import CountedFrom, RecordClass
from policy.compliance.rules.arrangement import ArrangementTerms
from policy.compliance.rules.recording import Recording
from policy.compliance.rules.retention import Retention as RetentionTerms
from policy.compliance.span import Span
from policy.compliance.stacking import Stack


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One floor or ceiling: a span, or None for as long as the count has not begun; and the rule that sets it."""

    span: Span
    counted_from: CountedFrom
    rule: str
    citation: str

    def ends_on(self, since: Mapping[CountedFrom, date]) -> date | None:
        """The first day after the term; None while what it is counted from has not happened."""
        began_on = since.get(self.counted_from)
        return None if began_on is None else self.span.after(began_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """What the packs together say of one class of record. legal_hold: what suspends the ceilings while it goes on."""

    record_class: RecordClass
    floors: tuple[Term, ...]
    ceilings: tuple[Term, ...]
    legal_hold: frozenset[str]

    def may_go_on(self, since: Mapping[CountedFrom, date]) -> date | None:
        """The first day on which no floor holds the record; None while the count of one has not begun.

        since: the days that counts begin with, as far as they have happened. Without floors it may go at once
        (`date.min`).
        """
        ends = [term.ends_on(since) for term in self.floors]
        known = [day for day in ends if day is not None]
        return max(known, default=date.min) if len(known) == len(ends) else None

    def must_go_on(self, since: Mapping[CountedFrom, date]) -> date | None:
        """The day from which the record must be gone: the first ceiling, but never before every floor has passed.

        None while nothing says so: no ceiling has begun to count, or a floor still runs without a known end.
        """
        free_on = self.may_go_on(since)
        ends = [day for term in self.ceilings if (day := term.ends_on(since)) is not None]
        return max(min(ends), free_on) if ends and free_on is not None else None


def retention_for(packs: Stack, record_class: RecordClass, *, at: datetime) -> Retention:
    """What all rules in force say of a class of record: retention, recording, and the record of agreements.

    Floors and ceilings stand beside each other because they may be counted from different days.
    """
    floors, ceilings, holds = [], [], set[str]()
    for pack, rule in packs.rules(at):
        match rule.params:
            case RetentionTerms() as terms if record_class in terms.records:
                floors += _terms(pack, rule, terms.floor, counted_from=terms.counted_from)
                ceilings += _terms(pack, rule, terms.ceiling, counted_from=terms.counted_from)
                holds.update(terms.legal_hold)
            case Recording(keep=keep) if record_class is RecordClass.CALL_RECORDINGS:
                floors += _terms(pack, rule, keep, counted_from=CountedFrom.MADE)
            case ArrangementTerms() if record_class is RecordClass.AGREEMENTS:
                floors += _terms(pack, rule, Span(), counted_from=CountedFrom.SETTLED)
            case _:
                pass
    return Retention(
        record_class=record_class, floors=tuple(floors), ceilings=tuple(ceilings), legal_hold=frozenset(holds)
    )


def _terms(pack: Pack, rule: Rule, span: Span | None, *, counted_from: CountedFrom) -> list[Term]:
    if span is None:
        return []
    return [Term(span=span, counted_from=counted_from, rule=rule.id, citation=pack.cite(rule))]
