"""How long a portfolio's packs want each class of record kept, and which pack says so."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import Session

from ledger.packs import stack_of
from ledger.portfolios import portfolio_named
from policy.compliance.record_class import CountedFrom, RecordClass
from policy.compliance.retention import Retention, Term, retention_for

TEXTS = frozenset(
    {
        RecordClass.MESSAGES,
        RecordClass.VISITS,
        RecordClass.WORK_NOTES,
        RecordClass.CONTACT_POINTS,
        RecordClass.BORROWER_IDENTITY,
    }
)
"""The classes whose texts are removed. Calls and agreements leave theirs in notes; all else is facts, which stay."""


@dataclass(frozen=True, slots=True)
class SetTerm:
    """One floor or ceiling of a class of record, with the pack that sets it."""

    record_class: RecordClass
    limit: Literal["floor", "ceiling"]
    span: str
    counted_from: CountedFrom
    rule: str
    citation: str
    pack: str


def retentions_of(session: Session, portfolio: str, *, now: datetime) -> dict[RecordClass, Retention]:
    """What a portfolio's packs say of each class of record. Raises NoSuchPortfolio, NoSuchPack."""
    packs = stack_of(portfolio_named(session, portfolio))
    return {each: retention_for(packs, each, at=now) for each in RecordClass}


def set_terms(session: Session, portfolio: str, *, now: datetime) -> list[SetTerm]:
    """The floors and ceilings in force, by class of record. Raises NoSuchPortfolio, NoSuchPack."""
    packs = stack_of(portfolio_named(session, portfolio))
    set_by = {rule.id: pack.label for pack in packs.packs for rule in pack.rules}

    def told(kept: Retention, limit: Literal["floor", "ceiling"], term: Term) -> SetTerm:
        return SetTerm(
            kept.record_class, limit, str(term.span), term.counted_from, term.rule, term.citation, set_by[term.rule]
        )

    retentions = [retention_for(packs, each, at=now) for each in RecordClass]
    return [
        term
        for kept in retentions
        for term in (
            *(told(kept, "floor", each) for each in kept.floors),
            *(told(kept, "ceiling", each) for each in kept.ceilings),
        )
    ]
