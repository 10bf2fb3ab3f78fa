"""Which flow run carries which journey: what an intake must start, and what a repair must mend."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import Select

from domain.arrears import bucket_of
from domain.journey import JourneyState, WaitingFor
from ledger.tables.journey import JourneyRow, LadderRow
from ledger.tables.loan import LoanRow, PortfolioRow


@dataclass(frozen=True, slots=True)
class Carried:
    """An open journey as its driver needs it.

    due_at: when it is to be looked at next; None while a run holds it. was_woken: no turn has seen its last wake-up.
    fence, wake_seq: grow with every claim and every wake-up, so that two equal pictures show that nothing happened.
    """

    journey_id: str
    loan_number: str
    portfolio: str
    ladder: str
    bucket: int
    flow_run_id: str | None
    due_at: datetime | None
    waiting_for: WaitingFor
    waiting_reason: str
    lease_until: datetime | None
    was_woken: bool
    fence: int
    wake_seq: int

    @property
    def tags(self) -> list[str]:
        """The tags of its flow run: portfolio, ladder and the bucket it opened in."""
        return [f"portfolio:{self.portfolio}", f"ladder:{self.ladder}", f"bucket:{self.bucket}"]


def open_journeys_carried(session: Session, *, only: list[str] | None = None) -> list[Carried]:
    """Every open journey (or those of the given ids) with the run that carries it, by the loans' numbers."""
    query = _open().order_by(col(LoanRow.number))
    return _carried(session, query if only is None else query.where(col(JourneyRow.id).in_(only)))


def next_journeys_carried(session: Session, *, after: str, at_most: int) -> list[Carried]:
    """A page of the open journeys, by their ids; `after` is the last id of the page before, empty for the first."""
    query = _open().where(JourneyRow.id > after).order_by(col(JourneyRow.id)).limit(at_most)
    return _carried(session, query)


def next_journeys_without_run(session: Session, portfolio: str, *, after: str, at_most: int) -> list[Carried]:
    """A page of a portfolio's open journeys that no run carries, by the loans' numbers; `after` is the last one's."""
    query = (
        _open()
        .where(PortfolioRow.name == portfolio, col(JourneyRow.flow_run_id).is_(None), LoanRow.number > after)
        .order_by(col(LoanRow.number))
        .limit(at_most)
    )
    return _carried(session, query)


def is_as_it_was(session: Session, carried: Carried) -> bool:
    """Whether a journey is open and stands where it stood, and the same run carries it."""
    return open_journeys_carried(session, only=[carried.journey_id]) == [carried]


def carried_by(session: Session, journey_id: str, *, flow_run_id: str) -> None:
    """Note the flow run that carries a journey from now on."""
    session.get_one(JourneyRow, journey_id).flow_run_id = flow_run_id


def unsettled(session: Session, *, now: datetime) -> int:
    """How many open journeys still have something to do at `now`: held by a run, due, or woken and not looked at."""
    to_do = or_(
        col(JourneyRow.wake_seq) > col(JourneyRow.seen_wake_seq),
        col(JourneyRow.due_at).is_(None),
        col(JourneyRow.due_at) <= now,
        col(JourneyRow.lease_until).is_not(None),
    )
    query = select(func.count()).select_from(JourneyRow).where(JourneyRow.state == JourneyState.OPEN.value, to_do)
    return session.exec(query).one()


def has_lease_run_out(session: Session, *, machine_now: datetime) -> bool:
    """Whether a process holds a journey no more, and has not said so: it died."""
    held = select(JourneyRow.id).where(
        JourneyRow.state == JourneyState.OPEN.value, col(JourneyRow.lease_until) < machine_now
    )
    return session.exec(held.limit(1)).first() is not None


def next_due_at(session: Session) -> datetime | None:
    """The earliest instant at which an open journey is to be looked at; None when none waits."""
    return session.exec(
        select(JourneyRow.due_at)
        .where(JourneyRow.state == JourneyState.OPEN.value, col(JourneyRow.due_at).is_not(None))
        .order_by(col(JourneyRow.due_at))
    ).first()


def due_journeys(session: Session, *, now: datetime) -> list[str]:
    """Ids of open journeys whose wait is over at `now` and that nobody has woken yet."""
    return list(
        session.exec(
            select(JourneyRow.id).where(
                JourneyRow.state == JourneyState.OPEN.value,
                col(JourneyRow.due_at) <= now,
                col(JourneyRow.wake_seq) == col(JourneyRow.seen_wake_seq),
            )
        ).all()
    )


def _open() -> Select[JourneyRow, str, str, str]:
    return (
        select(JourneyRow, LoanRow.number, PortfolioRow.name, LadderRow.name)
        .join(LoanRow, col(LoanRow.id) == col(JourneyRow.loan_id))
        .join(PortfolioRow, col(PortfolioRow.id) == col(LoanRow.portfolio_id))
        .join(LadderRow, col(LadderRow.digest) == col(JourneyRow.ladder_digest))
        .where(JourneyRow.state == JourneyState.OPEN.value)
    )


def _carried(session: Session, query: Select[JourneyRow, str, str, str]) -> list[Carried]:
    return [
        Carried(
            journey_id=journey.id,
            loan_number=number,
            portfolio=portfolio,
            ladder=ladder,
            bucket=bucket_of(journey.opening_days_past_due),
            flow_run_id=journey.flow_run_id,
            due_at=journey.due_at,
            waiting_for=WaitingFor(journey.waiting_for) if journey.waiting_for else WaitingFor.TIME,
            waiting_reason=journey.waiting_reason or "",
            lease_until=journey.lease_until,
            was_woken=journey.wake_seq > journey.seen_wake_seq,
            fence=journey.fence,
            wake_seq=journey.wake_seq,
        )
        for journey, number, portfolio, ladder in session.exec(query).all()
    ]
