"""Removing what is personal when its time has come: what goes, what stays and why, and the removal itself.

Only texts go: names, numbers, addresses, messages as sent and notes. Payments, costs, events, verdicts and steps stay,
because figures, receipts and evidence rest on them. A dry run and a real run ask the same question of the same rows.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from ledger.database import Ledger
from ledger.legal_holds import held_borrowers
from ledger.portfolios import portfolio_named
from ledger.removing import Going, remove
from ledger.retained_texts import Dossier, Text, dossiers
from ledger.retention_terms import retentions_of
from ledger.tables.borrower import BorrowerRow
from policy.compliance.record_class import CountedFrom, RecordClass
from policy.compliance.removal import Goes, House, Kept, Standing, Why, judge_removal, together
from policy.compliance.retention import Retention

BATCH = 200
"""People in one transaction."""


class RemovalIsOff(RuntimeError):
    """Nothing is removed while the setting DUECOURSE_RETENTION_PURGES is off; a dry run lists what would go."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """Texts of one class that go under one rule; oldest_on: the day on which the oldest was made."""

    record_class: RecordClass
    rule: str
    citation: str
    texts: int
    oldest_on: date


@dataclass(frozen=True, slots=True)
class Staying:
    """Texts of one class that stay for one reason; next_on: the first day on which it holds no more for one of them.

    next_on is empty where no day is known: a hold waits for a person, a floor for the end of the debt.
    """

    record_class: RecordClass
    why: Why
    rule: str
    citation: str
    texts: int
    next_on: date | None


@dataclass(frozen=True, slots=True)
class Review:
    """What goes and what stays of a portfolio's texts, by class of record. It holds no personal data."""

    portfolio: str
    reviewed_at: datetime
    people: int
    leaving: tuple[Leaving, ...]
    staying: tuple[Staying, ...]

    @property
    def texts_leaving(self) -> int:
        """How many texts go."""
        return sum(line.texts for line in self.leaving)


@dataclass(frozen=True, slots=True)
class Judged:
    """One text and what was found of it."""

    borrower_id: str
    text: Text
    found: Goes | Kept


def review_texts(
    ledger: Ledger, portfolio: str, *, house: House, now: datetime, on_people: Callable[[int], None] = lambda _: None
) -> Review:
    """The dry run: what would go of a portfolio at `now`, and what is kept and why. Raises NoSuchPortfolio.

    on_people is called after each batch with the number of people in it.
    """

    def treat(session: Session, batch: Collection[str]) -> list[Judged]:
        return judged_texts(session, portfolio, batch, house=house, now=now)

    return _through(portfolio, opened=ledger.reading, treat=treat, now=now, on_people=on_people)


def remove_texts(
    ledger: Ledger, portfolio: str, *, house: House, now: datetime, on_people: Callable[[int], None] = lambda _: None
) -> Review:
    """The real run: exactly what the dry run lists goes, a batch of people in a transaction of its own.

    A run that was broken off is taken up by the next one: what is gone is not there to be found. Returns what went.
    Raises RemovalIsOff, NoSuchPortfolio.
    """
    if house.purges != "yes":
        raise RemovalIsOff(RemovalIsOff.__doc__)

    def treat(session: Session, batch: Collection[str]) -> list[Judged]:
        _lock(session, batch)
        judged = judged_texts(session, portfolio, batch, house=house, now=now)
        remove(session, _going(judged), now=now)
        return judged

    return _through(portfolio, opened=ledger.transaction, treat=treat, now=now, on_people=on_people)


def people_in(session: Session, portfolio: str) -> int:
    """How many borrowers a portfolio has; for a progress bar. Raises NoSuchPortfolio."""
    row = portfolio_named(session, portfolio)
    return session.exec(select(func.count(col(BorrowerRow.id))).where(BorrowerRow.portfolio_id == row.id)).one()


def judged_texts(
    session: Session, portfolio: str, borrower_ids: Collection[str], *, house: House, now: datetime
) -> list[Judged]:
    """Every text of these people with what is found of it, in a fixed order."""
    retentions = retentions_of(session, portfolio, now=now)
    held = held_borrowers(session, borrower_ids)

    def judge(dossier: Dossier, text: Text) -> Goes | Kept:
        has_legal_hold = dossier.borrower_id in held
        return _judge(dossier, text, retentions, has_legal_hold=has_legal_hold, house=house, now=now)

    return [
        Judged(dossier.borrower_id, text, judge(dossier, text))
        for dossier in dossiers(session, borrower_ids, now=now)
        for text in dossier.texts
    ]


def _through(
    portfolio: str,
    *,
    opened: Callable[[], AbstractContextManager[Session]],
    treat: Callable[[Session, Collection[str]], list[Judged]],
    now: datetime,
    on_people: Callable[[int], None],
) -> Review:
    """Go through a portfolio's people, a batch in a session of its own."""
    tally = _Tally()
    after = ""
    while True:
        with opened() as session:
            batch = _next_people(session, portfolio, after=after)
            judged = treat(session, batch)
        if not batch:
            return tally.review(portfolio, now=now)
        tally.add(judged, people=len(batch))
        on_people(len(batch))
        after = batch[-1]


def _judge(
    dossier: Dossier,
    text: Text,
    retentions: dict[RecordClass, Retention],
    *,
    has_legal_hold: bool,
    house: House,
    now: datetime,
) -> Goes | Kept:
    is_of_person = text.loan_id is None
    pasts = [past for loan_id, past in dossier.loans.items() if is_of_person or loan_id == text.loan_id]
    since = {CountedFrom.MADE: text.made_on, **_last_of(past.since for past in pasts)}
    standing = Standing(
        has_legal_hold=has_legal_hold,
        has_open_journey=any(past.has_open_journey for past in pasts),
        # A dispute about one loan may turn on what was said about another.
        going_on=frozenset[str]().union(*(past.going_on for past in dossier.loans.values())),
        # A record of a call or a message would say little of somebody without a name: what is the person's stays as
        # long as any other record of theirs has to.
        needed_for=tuple(retentions[each] for each in sorted(dossier.classes)) if is_of_person else (),
        needed_since={**since, CountedFrom.MADE: since.get(CountedFrom.LAST_ACTIVITY, text.made_on)},
    )
    retention = together([retentions[each] for each in text.classes])
    return judge_removal(retention, since, standing=standing, house=house, on=now.astimezone(dossier.zone).date())


def _last_of(counts: Iterable[dict[CountedFrom, date]]) -> dict[CountedFrom, date]:
    """What is the person's counts from the last of their loans, once it has begun for each of them."""
    of_loans = list(counts)
    return {
        each: max(since[each] for since in of_loans)
        for each in CountedFrom
        if of_loans and all(each in since for since in of_loans)
    }


def _next_people(session: Session, portfolio: str, *, after: str) -> list[str]:
    row = portfolio_named(session, portfolio)
    return list(
        session.exec(
            select(BorrowerRow.id)
            .where(BorrowerRow.portfolio_id == row.id, col(BorrowerRow.id) > after)
            .order_by(col(BorrowerRow.id))
            .limit(BATCH)
        ).all()
    )


def _lock(session: Session, borrower_ids: Collection[str]) -> None:
    """As a legal hold and a claim lock them: whichever comes second sees what the first one did."""
    session.exec(
        select(BorrowerRow.id)
        .where(col(BorrowerRow.id).in_(borrower_ids))
        .order_by(col(BorrowerRow.id))
        .with_for_update(key_share=True)
    ).all()


def _going(judged: Iterable[Judged]) -> list[Going]:
    return [Going(each.borrower_id, each.text, each.found.rule) for each in judged if isinstance(each.found, Goes)]


class _Tally:
    """Counts of what goes and what stays, while batches come in."""

    def __init__(self) -> None:
        self.people = 0
        self.leaving: Counter[tuple[RecordClass, str, str]] = Counter()
        self.oldest: dict[tuple[RecordClass, str, str], date] = {}
        self.staying: Counter[tuple[RecordClass, Why, str, str]] = Counter()
        self.until: defaultdict[tuple[RecordClass, Why, str, str], set[date]] = defaultdict(set)

    def add(self, judged: Iterable[Judged], *, people: int) -> None:
        self.people += people
        for each in judged:
            record_class = each.text.classes[0]
            match each.found:
                case Goes(rule=rule, citation=citation):
                    leaves = record_class, rule, citation
                    self.leaving[leaves] += 1
                    self.oldest[leaves] = min(self.oldest.get(leaves, date.max), each.text.made_on)
                case Kept(why=why, rule=rule, citation=citation, until=until):
                    stays = record_class, why, rule, citation
                    self.staying[stays] += 1
                    self.until[stays] |= set() if until is None else {until}

    def review(self, portfolio: str, *, now: datetime) -> Review:
        return Review(
            portfolio,
            now,
            self.people,
            tuple(Leaving(*key, texts, self.oldest[key]) for key, texts in sorted(self.leaving.items())),
            tuple(
                Staying(*key, texts, min(self.until[key], default=None)) for key, texts in sorted(self.staying.items())
            ),
        )
