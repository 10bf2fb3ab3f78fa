"""Taking in a lender's past: loans that were worked elsewhere, with all that is told of them. Nothing is ever done.

A loan that only the past tells of has no name and no contact, no journey is opened for it, and its journeys of the past
are in a state that no worker looks for. Ids are made from what is told, so that the same file again changes nothing.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, assert_never

from sqlmodel import Session, select

from domain.journey import Arm, JourneyState
from domain.past import Contacted, Ended, Entered, Paid, PastEvent, PastRow, Promised, Spent
from ledger.past_events import Occurred, add_contacts, add_cost, add_payment, add_promise, add_reversal
from ledger.past_known import Known, known_in
from ledger.past_loans import PastLoans, Refused
from ledger.past_spells import Spell, spell_at, spells_of, worked_since
from ledger.past_writing import PastWriting
from ledger.tables.journey import AssignmentRow, JourneyRow, LadderRow
from ledger.tables.loan import PortfolioRow

NOT_TOLD = "not assigned"
"""The arm of a journey of which the past does not tell it."""
RULE = "history"


@dataclass(slots=True)
class PastTaken:
    """What was taken in. new, known: events. implied: journeys that no event told of, made for what happened in them.

    refused: rows with why one of their events could not be taken in.
    """

    new: int = 0
    known: int = 0
    loans: int = 0
    journeys: int = 0
    implied: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[PastRow, str, str]] = field(default_factory=list)


def take_in_past(
    session: Session,
    portfolio: PortfolioRow,
    rows: Iterable[PastRow],
    *,
    default_at: datetime,
    now: datetime,
    on_row: Callable[[], None] = lambda: None,
) -> PastTaken:
    """Store what the rows tell. default_at: stands for an instant that was not told. `on_row` is for a progress bar."""
    told: dict[str, list[PastRow]] = {}
    for row in rows:
        told.setdefault(row.loan.number, []).append(row)
    intake = _Intake(session, portfolio, told, default_at=default_at, now=now)
    for number, of_loan in told.items():
        intake.take(number, of_loan)
        for _ in of_loan:
            on_row()
    intake.writing.flush()
    intake.taken.loans = intake.loans.made
    return intake.taken


class _Intake:
    """One import: what is known already, and the rows on their way."""

    def __init__(
        self,
        session: Session,
        portfolio: PortfolioRow,
        told: dict[str, list[PastRow]],
        *,
        default_at: datetime,
        now: datetime,
    ) -> None:
        self.session, self.portfolio, self.default_at, self.now = session, portfolio, default_at, now
        self.writing, self.taken = PastWriting(session, now=now), PastTaken()
        sources = {row.source for rows in told.values() for row in rows}
        self.known: Known = known_in(session, portfolio, sources=sources)
        self.loans = PastLoans(session, portfolio, self.writing, now=now)
        self.spells = spells_of(session, portfolio)
        self.worked_since = worked_since(session, portfolio)
        self.ladders = set(session.exec(select(LadderRow.digest).where(LadderRow.version == 0)).all())
        self.seen = Counter[str]()
        entered = [e for rows in told.values() for row in rows for e in row.events if isinstance(e, Entered)]
        arms = Counter(e.arm for e in entered if e.arm)
        self.shares = {arm: number / sum(arms.values()) for arm, number in arms.items()}

    def take(self, number: str, rows: Sequence[PastRow]) -> None:
        events = [(row, event) for row in rows for event in row.events]
        first = min([self.default_at, *(event.at for _, event in events if event.at)])
        try:
            loan_id, borrower_id = self.loans.known_or_made(rows[0].loan, [event for _, event in events], first=first)
        except Refused as refused:
            self.taken.refused += [(row, "", str(refused)) for row in rows]
            return
        # Where it began comes first, money before what is judged by it, and the end last.
        ordered = sorted(events, key=lambda pair: _ORDER[type(pair[1])])
        for row, event in ordered:
            try:
                is_new = self._event(row, event, loan_id=loan_id, borrower_id=borrower_id, first=first)
            except Refused as refused:
                self.taken.refused.append((row, _kind(event), str(refused)))
                continue
            if is_new:
                self.taken.new += 1
                self.taken.kinds[_kind(event)] += 1
            else:
                self.taken.known += 1
        self._write_spells(loan_id)
        self.writing.end_loan()

    def _event(self, row: PastRow, event: PastEvent, *, loan_id: str, borrower_id: str, first: datetime) -> bool:
        self._refuse_ours(loan_id, event)
        if isinstance(event, Entered):
            return self._enter(row, event, loan_id=loan_id, borrower_id=borrower_id, first=first)
        if isinstance(event, Paid | Spent):
            return self._book(row, event, loan_id=loan_id)
        if not self.spells.get(loan_id):
            self._imply(row, loan_id=loan_id, borrower_id=borrower_id, at=event.at or first)
        spell = spell_at(self.spells[loan_id], event.at)
        if isinstance(event, Ended):
            return self._end(spell, event)
        at = event.at or spell.opened_at
        told = row.loan.attributes
        occurred = Occurred(
            loan_id,
            row.loan.currency,
            row.source,
            self._key(row, event),
            at,
            spell,
            team=told.get("team"),
            arrears_reason=told.get("arrears_reason"),
        )
        if isinstance(event, Contacted):
            return add_contacts(self.writing, self.known, occurred, event)
        return add_promise(self.writing, self.known, occurred, event, as_of=self.default_at)

    def _book(self, row: PastRow, event: Paid | Spent, *, loan_id: str) -> bool:
        """Money belongs to the spell that had begun when it moved, and to none before the first."""
        at = event.at or self.default_at
        begun = [spell for spell in self.spells.get(loan_id, ()) if spell.opened_at <= at]
        spell = begun[-1] if begun else None
        occurred = Occurred(loan_id, row.loan.currency, row.source, self._key(row, event), at, spell)
        match event:
            case Paid(reverses=None):
                booked = add_payment(self.writing, self.known, occurred, event)
            case Paid():
                booked = add_reversal(self.writing, self.known, occurred, event)
            case Spent():
                booked = add_cost(self.writing, self.known, occurred, event)
            case other:
                assert_never(other)
        if isinstance(booked, str):
            raise Refused(booked)
        return booked

    def _refuse_ours(self, loan_id: str, event: PastEvent) -> None:
        """The past lies before our own work on a loan: what came in or happened since then has its own commands."""
        since = self.worked_since.get(loan_id)
        if since is not None and (event.at or self.default_at) >= since and not isinstance(event, Spent):
            remedy = "`duecourse import payments`" if isinstance(event, Paid) else "the journey's own records"
            raise Refused(f"the loan is worked here since {since:%Y-%m-%d}, and this lies after; use {remedy}")

    def _enter(self, row: PastRow, event: Entered, *, loan_id: str, borrower_id: str, first: datetime) -> bool:
        told = event.key or (event.at.isoformat() if event.at else "")
        spell_id = self._id("entered", row.source, row.loan.number, told)
        spells = self.spells.setdefault(loan_id, [])
        if any(spell.id == spell_id for spell in spells):
            return False
        balance = event.balance_minor if event.balance_minor is not None else row.loan.balance_minor
        probability = event.probability or self.shares.get(event.arm, 1.0)
        is_told = event.probability is not None or not event.arm
        spells.append(
            self._open(
                Spell(spell_id, loan_id, event.at or first, None, None, 0),
                borrower_id=borrower_id,
                balance_minor=balance or 0,
                days_past_due=event.days_past_due or 0,
                ladder=event.ladder,
                arm=_arm(event.arm),
                rule=RULE if is_told else f"{RULE}, the arm's share of the file",
                probability=probability,
            )
        )
        spells.sort(key=lambda spell: spell.opened_at)
        return True

    def _imply(self, row: PastRow, *, loan_id: str, borrower_id: str, at: datetime) -> None:
        """Something happened on a loan of which no entering is told: it entered then."""
        self.taken.implied += 1
        self.spells[loan_id] = [
            self._open(
                Spell(self._id("implied", row.source, row.loan.number), loan_id, at, None, None, 0),
                borrower_id=borrower_id,
                balance_minor=row.loan.balance_minor or 0,
                days_past_due=0,
                ladder=RULE,
                arm=NOT_TOLD,
                rule=f"{RULE}, implied",
                probability=1.0,
            )
        ]

    def _open(
        self,
        spell: Spell,
        *,
        borrower_id: str,
        balance_minor: int,
        days_past_due: int,
        ladder: str,
        arm: str,
        rule: str,
        probability: float,
    ) -> Spell:
        self.taken.journeys += 1
        spell.values = {
            "id": spell.id,
            "loan_id": spell.loan_id,
            "borrower_id": borrower_id,
            "ladder_digest": self._ladder(ladder),
            "state": JourneyState.PAST.value,
            "opened_at": spell.opened_at,
            "opening_minor": balance_minor,
            "opening_days_past_due": days_past_due,
            "turn_no": 0,
            "wake_seq": 0,
            "seen_wake_seq": 0,
            "fence": 0,
            "closing_reason": None,
            "closed_at": None,
            "recorded_at": self.now,
            "end_recorded_at": None,
            "watched_until": self.default_at if spell.opened_at < self.default_at else None,
        }
        assignment = {
            "id": self._id("assigned", spell.id),
            "journey_id": spell.id,
            "rule": rule,
            "arm": arm,
            "probability": probability,
            "draw": 0.0,
            "assigned_at": spell.opened_at,
        }
        self.writing.add(AssignmentRow, assignment, loan_id=spell.loan_id)
        return spell

    def _ladder(self, name: str) -> str:
        """The digest under which a strategy of the past stands: a name, and no rungs that anybody could climb."""
        digest = hashlib.sha256(f"a strategy of the past: {name}".encode()).hexdigest()
        if digest not in self.ladders:
            self.ladders.add(digest)
            content = f"# a strategy of the past, known by name only\nladder: {name}\n"
            values = {"digest": digest, "name": name, "version": 0, "content": content, "published_at": self.now}
            self.writing.add(LadderRow, values)
        return digest

    def _end(self, spell: Spell, event: Ended) -> bool:
        at = event.at or max(self.default_at, spell.opened_at)
        if at < spell.opened_at:
            raise Refused(f"it ended before it began ({spell.opened_at:%Y-%m-%d})")
        if event.reason is None:
            if spell.values is None or spell.closed_at is not None:
                return False
            spell.values["watched_until"] = at
            return True
        if spell.closed_at is not None:
            if (spell.closing_reason, spell.closed_at) == (event.reason.value, at):
                return False
            raise Refused(f"it ended as {spell.closing_reason} on {spell.closed_at:%Y-%m-%d} already")
        spell.closing_reason, spell.closed_at = event.reason.value, at
        told = {"closing_reason": event.reason.value, "closed_at": at, "end_recorded_at": self.now}
        if spell.values is not None:
            spell.values |= told
            return True
        journey = self.session.get_one(JourneyRow, spell.id)
        for name, value in told.items():
            setattr(journey, name, value)
        self.writing.is_told(spell.loan_id)
        return True

    def _write_spells(self, loan_id: str) -> None:
        for spell in self.spells.get(loan_id, []):
            if spell.values is not None:
                self.writing.add(JourneyRow, spell.values, loan_id=loan_id)
                spell.values = None

    def _key(self, row: PastRow, event: PastEvent) -> str:
        """What tells an event from others: its key, or its content and how often it stood in the file before."""
        if event.key:
            return event.key
        content = [f"{part.name}={_written(getattr(event, part.name))}" for part in fields(event)]
        told = self._id(_kind(event), row.source, row.loan.number, *content)[:20]
        self.seen[told] += 1
        return f"{row.loan.number}/{told}/{self.seen[told]}"

    def _id(self, *parts: str) -> str:
        return hashlib.sha256("\x1f".join((self.portfolio.id, *parts)).encode()).hexdigest()[:32]


_ORDER: dict[type[Any], int] = {Entered: 0, Contacted: 1, Paid: 2, Spent: 3, Promised: 4, Ended: 5}


def _kind(event: PastEvent) -> str:
    match event:
        case Entered():
            return "entered"
        case Contacted():
            return "contact"
        case Promised():
            return "promise"
        case Paid():
            return "payment"
        case Spent():
            return "cost"
        case Ended():
            return "closed"
        case other:
            assert_never(other)


def _arm(told: str) -> str:
    """The arm's name; ours are written as we write them."""
    plain = told.strip().lower()
    return plain if plain in {arm.value for arm in Arm} else told or NOT_TOLD


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
