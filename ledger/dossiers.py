"""All that the ledger may show of one loan to the people who work it: no name, no text, contact points masked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from domain.arrangement import ArrangementState, Instalment
from domain.hold import HoldReason, HoldScope
from domain.promise import PromiseState
from domain.work_item import Disposition, WorkKind, WorkState
from ledger.happenings import PackUsed
from ledger.holding import holds_on, over_since
from ledger.known_facts import ListedFact, listed_facts
from ledger.packs import stack_of
from ledger.tables.agreement import ArrangementRow, PromiseRow
from ledger.tables.journey import JourneyRow
from ledger.tables.loan import LoanRow, PortfolioRow
from ledger.tables.work_item import WorkItemRow
from ledger.timelines import JourneyOnFile, Timeline, timeline


class NoSuchJourney(LookupError):
    """There is no journey with that id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldOnFile:
    """A hold on the loan, or on its borrower (placed on another loan, then). over_at: None while it is in force."""

    id: str
    reason: HoldReason
    scope: HoldScope
    loan_number: str
    placed_at: datetime
    placed_by: str | None
    until: datetime | None
    event_at: datetime | None
    over_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOnFile:
    """A work item of the loan and what came of it. has_note: somebody wrote something down, which is not shown."""

    id: str
    kind: WorkKind
    rung: str
    state: WorkState
    opened_at: datetime
    deadline_at: datetime
    taken_by: str | None
    disposition: Disposition | None
    minutes: int | None
    recorded_at: datetime | None
    has_note: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseOnFile:
    """A promise and how it stands, in minor units."""

    amount_minor: int
    due_on: date
    state: PromiseState
    made_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangementOnFile:
    """An instalment plan and how it stands."""

    instalments: tuple[Instalment, ...]
    state: ArrangementState
    agreed_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A loan with one of its journeys.

    facts: what was learned of the borrower, as a case file writes it. packs: those that the portfolio is worked under
    now, for a collector of that role.
    """

    timeline: Timeline
    journey: JourneyOnFile
    holds: tuple[HoldOnFile, ...]
    facts: tuple[ListedFact, ...]
    work: tuple[WorkOnFile, ...]
    promises: tuple[PromiseOnFile, ...]
    arrangements: tuple[ArrangementOnFile, ...]
    packs: tuple[PackUsed, ...]
    collector_role: str


def dossier(session: Session, journey_id: str, *, now: datetime) -> Dossier:
    """The dossier of a journey's loan as it stands at `now`.

    Raises NoSuchJourney, or NoSuchPack where the portfolio names a pack that is not there.
    """
    journey = session.get(JourneyRow, journey_id)
    if journey is None:
        raise NoSuchJourney
    loan = session.get_one(LoanRow, journey.loan_id)
    portfolio = session.get_one(PortfolioRow, loan.portfolio_id)
    told = timeline(session, loan.number, portfolio=portfolio.name, now=now)
    return Dossier(
        timeline=told,
        journey=next(each for each in told.journeys if each.journey_id == journey_id),
        holds=tuple(_holds(session, loan, now=now)),
        facts=tuple(listed_facts(session, borrower_id=loan.borrower_id)),
        work=tuple(_work(session, loan)),
        promises=tuple(_promises(session, loan)),
        arrangements=tuple(_arrangements(session, loan)),
        packs=tuple(PackUsed(pack.label, pack.digest) for pack in stack_of(portfolio).packs),
        collector_role=portfolio.collector_role,
    )


def _holds(session: Session, loan: LoanRow, *, now: datetime) -> Iterator[HoldOnFile]:
    for row in holds_on(session, loan):
        yield HoldOnFile(
            id=row.id,
            reason=HoldReason(row.reason),
            scope=HoldScope(row.scope),
            loan_number=session.get_one(LoanRow, row.loan_id).number,
            placed_at=row.placed_at,
            placed_by=row.placed_by,
            until=row.until,
            event_at=row.event_at,
            over_at=over_since(row, now=now),
        )


def _work(session: Session, loan: LoanRow) -> Iterator[WorkOnFile]:
    rows = session.exec(
        select(WorkItemRow).where(WorkItemRow.loan_id == loan.id).order_by(col(WorkItemRow.opened_at))
    ).all()
    for row in rows:
        yield WorkOnFile(
            id=row.id,
            kind=WorkKind(row.kind),
            rung=row.rung,
            state=WorkState(row.state),
            opened_at=row.opened_at,
            deadline_at=row.deadline_at,
            taken_by=row.taken_by,
            disposition=Disposition(row.disposition) if row.disposition else None,
            minutes=row.minutes,
            recorded_at=row.recorded_at,
            has_note=row.note_sealed is not None,
        )


def _promises(session: Session, loan: LoanRow) -> Iterator[PromiseOnFile]:
    rows = session.exec(select(PromiseRow).where(PromiseRow.loan_id == loan.id).order_by(col(PromiseRow.made_at))).all()
    for row in rows:
        yield PromiseOnFile(
            amount_minor=row.amount_minor,
            due_on=row.due_on,
            state=PromiseState(row.state),
            made_at=row.made_at,
            settled_at=row.settled_at,
        )


def _arrangements(session: Session, loan: LoanRow) -> Iterator[ArrangementOnFile]:
    rows = session.exec(
        select(ArrangementRow).where(ArrangementRow.loan_id == loan.id).order_by(col(ArrangementRow.agreed_at))
    ).all()
    for row in rows:
        yield ArrangementOnFile(
            instalments=tuple(Instalment(date.fromisoformat(i["due_on"]), i["amount_minor"]) for i in row.instalments),
            state=ArrangementState(row.state),
            agreed_at=row.agreed_at,
            settled_at=row.settled_at,
        )
