"""Taking in what was learned of a person: a standing pauses their loans, and everything else is kept as a fact.

One door for both, because whoever reads a letter knows what it says, and not which of the two it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlmodel import Session, col, select

from domain.hold import HoldReason, HoldScope
from ledger.deaths import note_death
from ledger.holding import holds_of_person, over_since, standing_on
from ledger.holds import lift_hold, place_hold
from ledger.known_facts import end_fact, facts_like, note_fact
from ledger.marks import MARKS_OF
from ledger.tables.agreement import HoldRow
from ledger.tables.loan import LoanRow
from policy.compliance.history import Happening, Mark, Marked

HOLD_ON: Final = MappingProxyType(
    {begins: reason for reason, (begins, _) in MARKS_OF.items()} | {Mark.DISPUTE_WRITTEN: HoldReason.DISPUTE}
)
"""Which mark pauses a loan, and for which reason."""
IS_A_FACT_TOO: Final = frozenset({Mark.DISPUTE_WRITTEN, Mark.VERIFICATION_SENT})
"""Marks that matter also beside the hold that they begin or end."""


class NothingToEnd(LookupError):
    """No hold is in force that this would end."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of it: ids of the holds that were placed and of those that ended, and of the fact that is kept."""

    placed: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    fact: str | None = None


def learn(
    session: Session,
    borrower_id: str,
    happening: Happening,
    *,
    now: datetime,
    until: datetime | None = None,
    by: str | None = None,
) -> Learned:
    """Take in what became known at `now`; the person's journeys are woken. until: the end of a hold, where it is known.

    Debts that the happening names are the person's loans, by their ids; none named are all of them. Raises
    HeldTooSoon, BeganBeforeTheLoan, EndIsKnown, or NothingToEnd.
    """
    match happening:
        case Marked(mark=Mark.DECEASED):
            note_death(session, borrower_id, now=now)
            return Learned()
        case Marked(mark=mark) if mark in HOLD_ON:
            placed = tuple(_placed(session, borrower_id, happening, until=until, by=by, now=now))
            return Learned(placed=placed, fact=_kept(session, borrower_id, happening, now=now))
        case Marked() if ending := tuple(_ended_by(session, borrower_id, happening, now=now)):
            for hold in ending:
                lift_hold(session, hold, by=by, now=now)
            return Learned(ended=ending, fact=_kept(session, borrower_id, happening, now=now))
        case Marked(mark=mark) if any(mark is ends for _, ends in MARKS_OF.values()):
            raise NothingToEnd(f"no hold is in force that '{mark.value.replace('_', ' ')}' would end")
        case _:
            return Learned(fact=note_fact(session, borrower_id, happening, known_at=now))


def end(session: Session, written: str, *, by: str | None = None, now: datetime) -> datetime:
    """End a hold, take back a preference, revoke a consent or withdraw a fact, by its id or the beginning of it.

    Returns the instant from which it no longer stands. Raises NothingToEnd, EndIsKnown, or HasNoEnd.
    """
    holds = session.exec(select(HoldRow).where(col(HoldRow.id).startswith(written, autoescape=True)).limit(2)).all()
    in_force = [hold.id for hold in holds if over_since(hold, now=now) is None]
    facts = facts_like(session, written)
    if len(in_force) + len(facts) != 1:
        raise NothingToEnd(f"no single hold in force and no single fact has an id that begins with '{written}'")
    if in_force:
        return lift_hold(session, in_force[0], by=by, now=now)
    end_fact(session, facts[0], now=now)
    return now


def _placed(
    session: Session, borrower_id: str, mark: Marked, *, until: datetime | None, by: str | None, now: datetime
) -> Iterator[str]:
    """A hold on each loan that is meant; one is enough where it reaches all of them."""
    loans = session.exec(
        select(LoanRow).where(LoanRow.borrower_id == borrower_id).order_by(col(LoanRow.created_at), col(LoanRow.number))
    ).all()
    for loan in loans:
        if mark.debts and loan.id not in mark.debts:
            continue
        hold_id = place_hold(session, loan.id, reason=HOLD_ON[mark.mark], until=until, began_at=mark.at, by=by, now=now)
        yield hold_id
        if session.get_one(HoldRow, hold_id).scope == HoldScope.PERSON.value:
            return


def _ended_by(session: Session, borrower_id: str, mark: Marked, *, now: datetime) -> Iterator[str]:
    """Holds in force that the packs let this mark end."""
    for hold in holds_of_person(session, borrower_id):
        is_meant = not mark.debts or hold.loan_id in mark.debts or hold.scope == HoldScope.PERSON.value
        if is_meant and over_since(hold, now=now) is None and mark.mark in _ends_of(session, hold, now=now):
            yield hold.id


def _ends_of(session: Session, hold: HoldRow, *, now: datetime) -> Iterator[Mark]:
    loan = session.get_one(LoanRow, hold.loan_id)
    for begins, reason in HOLD_ON.items():
        standing = standing_on(session, loan, begins, now=now) if reason == hold.reason else None
        yield from () if standing is None else standing.ends_on


def _kept(session: Session, borrower_id: str, mark: Marked, *, now: datetime) -> str | None:
    return note_fact(session, borrower_id, mark, known_at=now) if mark.mark in IS_A_FACT_TOO else None
