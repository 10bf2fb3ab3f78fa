"""Erasing a person: their texts are written over and their key is thrown away, as far as no floor or hold forbids it.

Payments, costs, events, verdicts and steps stay: they hold no names and no numbers, and figures and evidence rest on
them. What has to be kept is told with the rule and the day; a later call takes up what was left.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from domain.event import EventKind
from ledger import events
from ledger.removed import Removed, removed_from
from ledger.removing import Going, remove
from ledger.retention import Judged, judged_texts
from ledger.tables.borrower import BorrowerRow
from ledger.tables.loan import LoanRow, PortfolioRow
from ledger.verdicts import lock_borrower
from policy.compliance.record_class import RecordClass
from policy.compliance.removal import Goes, House, Kept, Why

RULE = "erasure"
AT_ONCE = House(purges="yes", at_floor="remove")
NOT_IN_THE_WAY = frozenset({Why.CEILING_AHEAD, Why.NO_CEILING})
"""Reasons to keep a text that a person's wish outweighs: nothing but our own patience."""


class ErasureRefused(Exception):
    """Nothing of this person may be erased now."""


class ErasedAlready(Exception):
    """This person was erased before."""


@dataclass(frozen=True, slots=True)
class StaysFor:
    """Texts of one class that have to be kept, and why; until is empty where no day is known."""

    record_class: RecordClass
    why: Why
    rule: str
    citation: str
    texts: int
    until: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """What went, or would go. is_whole: nothing is left, and the person's key is gone."""

    borrower_id: str
    texts: int
    loans: tuple[str, ...]
    kept: tuple[StaysFor, ...]

    @property
    def is_whole(self) -> bool:
        return not self.kept


def erase(
    session: Session, borrower_id: str, *, by: str, request: str, dry_run: bool = False, now: datetime
) -> Erasure:
    """Erase a person, as far as it is allowed; the loans are worked no more.

    by, request: who does it, and the number of the person's request, for the record; neither is a name of theirs.

    Raises:
        ErasureRefused: a legal hold is in force, or a journey is open.
        ErasedAlready: the key is gone.
    """
    lock_borrower(session, borrower_id)
    borrower = session.get_one(BorrowerRow, borrower_id)
    if (erased := removed_from(borrower.data_key)) is not None:
        raise ErasedAlready(f"this person was erased on {erased.on}")
    portfolio = session.get_one(PortfolioRow, borrower.portfolio_id)
    judged = judged_texts(session, portfolio.name, [borrower_id], house=AT_ONCE, now=now)
    _refuse(judged)
    going = [Going(borrower_id, each.text, RULE) for each in judged if _may_go(each.found)]
    loans = session.exec(select(LoanRow).where(LoanRow.borrower_id == borrower_id).order_by(col(LoanRow.number))).all()
    found = Erasure(borrower_id, len(going), tuple(loan.number for loan in loans), _kept(judged))
    if not dry_run:
        remove(session, going, now=now)
        if found.is_whole:
            borrower.data_key = Removed(now.astimezone(UTC).date(), RULE).mark
        for loan in loans:
            loan.withdrawn = True
            events.append(
                session,
                EventKind.BORROWER_ERASED,
                loan_id=loan.id,
                journey_id=None,
                at=now,
                by=by,
                request=request,
                texts=found.texts,
                is_whole=found.is_whole,
            )
    return found


def _refuse(judged: Iterable[Judged]) -> None:
    reasons = {each.found.why for each in judged if isinstance(each.found, Kept)}
    if Why.LEGAL_HOLD in reasons:
        raise ErasureRefused("a legal hold is in force; `duecourse retention hold list` shows it")
    if Why.OPEN_JOURNEY in reasons:
        raise ErasureRefused("a journey is open; it must end first, by payment or by withdrawing the loan in the book")


def _may_go(found: Goes | Kept) -> bool:
    return isinstance(found, Goes) or found.why in NOT_IN_THE_WAY


def _kept(judged: Iterable[Judged]) -> tuple[StaysFor, ...]:
    texts: dict[tuple[RecordClass, Why, str, str, str], int] = {}
    for each in judged:
        if isinstance(each.found, Kept) and not _may_go(each.found):
            until = "" if each.found.until is None else each.found.until.isoformat()
            key = (each.text.classes[0], each.found.why, each.found.rule, each.found.citation, until)
            texts[key] = texts.get(key, 0) + 1
    return tuple(StaysFor(*key[:4], number, key[4]) for key, number in sorted(texts.items()))
