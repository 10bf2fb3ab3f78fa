"""What the packs together allow an arrangement to be: how long, what its writing holds, and how long it is kept."""

from dataclasses import dataclass
from datetime import datetime

from policy.compliance.rules.arrangement import ArrangementTerms
from policy.compliance.stacking import Stack


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangementLimits:
    """max_term_months: None where no pack sets one. content: what the writing must hold.

    is_voice_enough: an agreement by voice stands, if it is recorded. rules, citations: of every rule that says so.
    """

    max_term_months: int | None
    content: tuple[str, ...]
    is_voice_enough: bool
    rules: tuple[str, ...]
    citations: tuple[str, ...]


def arrangement_limits(packs: Stack, *, at: datetime) -> ArrangementLimits:
    """The strictest of all rules that are in force: the shortest term, everything that any writing must hold."""
    found = [(pack, rule, rule.params) for pack, rule in packs.rules(at) if isinstance(rule.params, ArrangementTerms)]
    return ArrangementLimits(
        max_term_months=min((terms.max_term_months for _, _, terms in found), default=None),
        content=tuple(dict.fromkeys(element for _, _, terms in found for element in terms.content)),
        is_voice_enough=all(terms.oral == "recorded" for _, _, terms in found),
        rules=tuple(rule.id for _, rule, _ in found),
        citations=tuple(pack.cite(rule) for pack, rule, _ in found),
    )
