"""Where journeys went: from their ladder through the rungs that they took to their ends."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import BigInteger, case, distinct, func, literal, select
from sqlmodel import Session, col

from domain.journey import ClosingReason, JourneyState
from domain.step import Outcome
from ledger.tables.journey import JourneyRow, StepRow
from ledger.tables.loan import LoanRow
from reports.evidence import Journey, on_record, rows
from reports.place import Places
from reports.scope import Scope

TERMS = {
    "journeys through rungs": (
        "each journey that opened in the period, from its ladder through the rungs on which it took a step (passed "
        "over is not taken), each counted once and in the ladder's order, to how it stood at the end of what is "
        "seen; what flows into a rung flows out of it"
    ),
}

BITS = 62
"""Rungs that fit into one whole number of every database, a bit each."""
STILL_OPEN = JourneyState.OPEN.value
ENDS = (*(reason.value for reason in ClosingReason), STILL_OPEN)


@dataclass(frozen=True, slots=True)
class Flow:
    """So many journeys went from here to there: a ladder version, one of its rungs, or an end."""

    from_node: str
    to_node: str
    journeys: int


def flows(session: Session, scope: Scope, *, entered: Sequence[Journey], places: Places) -> tuple[Flow, ...]:
    """Every link that some journey took; those that leave a ladder sum to the loans entered."""
    taken = _rungs_taken(session, scope)
    paths = Counter(
        (journey.ladder_digest, taken.get(journey.id, ()), journey.closing_reason or STILL_OPEN) for journey in entered
    )
    found = Counter[tuple[str, str]]()
    for (digest, rungs, end), number in paths.items():
        ladder = places.ladder_names[digest]
        nodes = [ladder, *sorted((f"{ladder}: {rung}" for rung in rungs), key=places.rank), end]
        for link in pairwise(nodes):
            found[link] += number
    ordered = sorted(found.items(), key=lambda item: [_rank(node, places) for node in item[0]])
    return tuple(Flow(start, end, number) for (start, end), number in ordered)


def ended(flows: Sequence[Flow]) -> int:
    """How many journeys come to an end or are still open: as many as entered."""
    return sum(flow.journeys for flow in flows if flow.to_node in ENDS)


def _rank(node: str, places: Places) -> tuple[int, int, str]:
    return (1, ENDS.index(node), node) if node in ENDS else (0, *places.rank(node))


def _rungs_taken(session: Session, scope: Scope) -> dict[str, tuple[str, ...]]:
    """The rungs that each journey took, equal ones shared: the database adds them up as bits, one row a journey."""
    of_portfolio = (
        col(LoanRow.portfolio_id) == scope.portfolio_id,
        col(StepRow.outcome) != Outcome.PASSED_OVER.value,
        col(StepRow.ended_at) < scope.ends_at,
        col(StepRow.ended_at) <= scope.as_of,
        on_record(scope, StepRow.recorded_at),
        col(JourneyRow.opened_at) >= scope.starts_at,
    )
    joined = select(col(StepRow.rung)).join(JourneyRow, col(JourneyRow.id) == col(StepRow.journey_id))
    names = sorted(
        name
        for (name,) in rows(
            session, joined.join(LoanRow, col(LoanRow.id) == col(JourneyRow.loan_id)).where(*of_portfolio).distinct()
        )
    )
    if not names:
        return {}
    masks = [_mask(names[first : first + BITS]) for first in range(0, len(names), BITS)]
    by_journey = (
        select(col(StepRow.journey_id), *masks)
        .join(JourneyRow, col(JourneyRow.id) == col(StepRow.journey_id))
        .join(LoanRow, col(LoanRow.id) == col(JourneyRow.loan_id))
        .where(*of_portfolio)
        .group_by(col(StepRow.journey_id))
    )
    shared: dict[tuple[int, ...], tuple[str, ...]] = {}
    taken = {}
    for journey, *bits in rows(session, by_journey):
        key = tuple(int(each) for each in bits)
        if key not in shared:
            shared[key] = tuple(_named(key, names))
        taken[journey] = shared[key]
    return taken


def _mask(names: Sequence[str]) -> object:
    bits = [(col(StepRow.rung) == name, literal(1 << bit, BigInteger)) for bit, name in enumerate(names)]
    return func.sum(distinct(case(*bits, else_=literal(0, BigInteger))))


def _named(masks: Sequence[int], names: Sequence[str]) -> Iterator[str]:
    for place, mask in enumerate(masks):
        for bit, name in enumerate(names[place * BITS : (place + 1) * BITS]):
            if mask >> bit & 1:
                yield name
