"""Lists for people: journeys, holds and loans as one line each, and how healthy all open journeys are together."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func
from sqlalchemy import select as select_rows
from sqlmodel import Session, col, or_, select

from domain.attempt import AttemptState
from domain.hold import HoldReason, HoldScope
from domain.journey import JourneyState, WaitingFor
from ledger.ladders import label_of
from ledger.tables.agreement import HoldRow
from ledger.tables.attempt import AttemptRow
from ledger.tables.borrower import BorrowerRow
from ledger.tables.journey import AssignmentRow, JourneyRow, LadderRow, TurnRow
from ledger.tables.loan import LoanRow, PortfolioRow

OVERDUE_AFTER = timedelta(minutes=15)
"""How late a due journey may be taken up before something must be wrong with the worker."""


class NoSuchLoan(LookupError):
    """There is no loan of that number."""


class SeveralLoans(LookupError):
    """Several portfolios have a loan of that number; say which one."""


@dataclass(frozen=True, slots=True)
class ListedJourney:
    """One journey on a line.

    arrears_minor, days_past_due: as of its last turn, of its opening where it has had none.
    due_at: when it is looked at next; None while a run holds it. timezone: the borrower's.
    """

    journey_id: str
    loan_number: str
    portfolio: str
    currency: str
    timezone: str
    ladder: str
    arm: str
    state: JourneyState
    rung: str | None
    arrears_minor: int
    days_past_due: int
    opened_at: datetime
    due_at: datetime | None
    waiting_for: str | None
    waiting_reason: str | None
    closing_reason: str | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListedHold:
    """One hold in force on a line; `until` is empty when only a person can lift it.

    loan_number: the loan that it was placed on; scope `person` is on the borrower's other loans too. event_at: when the
    event became known after which it ends on `until`.
    """

    id: str
    loan_number: str
    portfolio: str
    timezone: str
    reason: HoldReason
    placed_at: datetime
    until: datetime | None
    scope: HoldScope
    borrower_number: str
    placed_by: str | None
    event_at: datetime | None


@dataclass(frozen=True, slots=True)
class JourneyHealth:
    """All open journeys together.

    without_run: no flow run carries them. overdue: due for longer than a worker should need, and nobody holds them.
    unknown_attempts: contacts of which nobody knows whether they left.
    """

    open: int
    without_run: int
    overdue: int
    unknown_attempts: int


def listed_journeys(
    session: Session,
    *,
    state: JourneyState | None = None,
    portfolio: str | None = None,
    waiting_for: WaitingFor | None = None,
    number: str | None = None,
    skipping: int = 0,
    at_most: int,
) -> list[ListedJourney]:
    """Journeys in the order in which they are due, closed ones last, by loan number where they tie.

    number: a part of the loan's. skipping: so many of them stand on earlier pages.
    """
    query = (
        select_rows(JourneyRow, LoanRow, PortfolioRow, LadderRow, BorrowerRow, AssignmentRow, TurnRow)
        .join(LoanRow, col(LoanRow.id) == col(JourneyRow.loan_id))
        .join(PortfolioRow, col(PortfolioRow.id) == col(LoanRow.portfolio_id))
        .join(LadderRow, col(LadderRow.digest) == col(JourneyRow.ladder_digest))
        .join(BorrowerRow, col(BorrowerRow.id) == col(JourneyRow.borrower_id))
        .join(AssignmentRow, col(AssignmentRow.journey_id) == col(JourneyRow.id))
        .outerjoin(
            TurnRow,
            (col(TurnRow.journey_id) == col(JourneyRow.id)) & (col(TurnRow.turn_no) == col(JourneyRow.turn_no)),
        )
        .where(*_asked(state=state, portfolio=portfolio, waiting_for=waiting_for, number=number))
        .order_by(
            col(JourneyRow.state).desc(),
            col(JourneyRow.due_at).nulls_first(),
            col(JourneyRow.closed_at).desc(),
            col(LoanRow.number),
            col(JourneyRow.id),
        )
        .offset(skipping)
        .limit(at_most)
    )
    return [
        ListedJourney(
            journey_id=journey.id,
            loan_number=loan.number,
            portfolio=in_portfolio.name,
            currency=loan.currency,
            timezone=borrower.timezone,
            ladder=label_of(ladder),
            arm=assignment.arm,
            state=JourneyState(journey.state),
            rung=journey.rung,
            arrears_minor=journey.opening_minor if turn is None else turn.arrears_minor,
            days_past_due=journey.opening_days_past_due if turn is None else turn.days_past_due,
            opened_at=journey.opened_at,
            due_at=journey.due_at,
            waiting_for=journey.waiting_for,
            waiting_reason=journey.waiting_reason,
            closing_reason=journey.closing_reason,
            closed_at=journey.closed_at,
        )
        for journey, loan, in_portfolio, ladder, borrower, assignment, turn in session.execute(query)
    ]


def count_journeys(
    session: Session,
    *,
    state: JourneyState | None = None,
    portfolio: str | None = None,
    waiting_for: WaitingFor | None = None,
    number: str | None = None,
) -> int:
    """How many journeys the same question finds in all."""
    return session.exec(
        select(func.count(col(JourneyRow.id)))
        .join(LoanRow, col(LoanRow.id) == col(JourneyRow.loan_id))
        .join(PortfolioRow, col(PortfolioRow.id) == col(LoanRow.portfolio_id))
        .where(*_asked(state=state, portfolio=portfolio, waiting_for=waiting_for, number=number))
    ).one()


def listed_holds(session: Session, *, borrower_id: str | None = None, now: datetime) -> list[ListedHold]:
    """Every hold in force, or those of one borrower, the oldest first."""
    query = (
        select(HoldRow, LoanRow.number, PortfolioRow.name, BorrowerRow)
        .join(LoanRow, col(LoanRow.id) == col(HoldRow.loan_id))
        .join(PortfolioRow, col(PortfolioRow.id) == col(LoanRow.portfolio_id))
        .join(BorrowerRow, col(BorrowerRow.id) == col(LoanRow.borrower_id))
        .where(col(HoldRow.lifted_at).is_(None), or_(col(HoldRow.until).is_(None), col(HoldRow.until) > now))
        .order_by(col(HoldRow.placed_at), col(LoanRow.number))
    )
    if borrower_id is not None:
        query = query.where(LoanRow.borrower_id == borrower_id)
    return [
        ListedHold(
            id=hold.id,
            loan_number=number,
            portfolio=portfolio,
            timezone=borrower.timezone,
            reason=HoldReason(hold.reason),
            placed_at=hold.placed_at,
            until=hold.until,
            scope=HoldScope(hold.scope),
            borrower_number=borrower.number,
            placed_by=hold.placed_by,
            event_at=hold.event_at,
        )
        for hold, number, portfolio, borrower in session.exec(query).all()
    ]


def loan_ids_of(session: Session, borrower_ids: Collection[str]) -> dict[str, list[str]]:
    """The ids of all loans of these people, by person and in their order."""
    found: dict[str, list[str]] = {borrower_id: [] for borrower_id in borrower_ids}
    loans = select(LoanRow.id, LoanRow.borrower_id).where(col(LoanRow.borrower_id).in_(borrower_ids))
    for loan_id, borrower_id in session.exec(loans.order_by(col(LoanRow.id))).all():
        found[borrower_id].append(loan_id)
    return found


def loan_numbered(session: Session, number: str, *, portfolio: str | None = None) -> LoanRow:
    """The loan of the lender's number; raises NoSuchLoan or SeveralLoans, with what to do."""
    query = (
        select(LoanRow, PortfolioRow.name)
        .join(PortfolioRow, col(PortfolioRow.id) == col(LoanRow.portfolio_id))
        .where(LoanRow.number == number)
    )
    if portfolio is not None:
        query = query.where(PortfolioRow.name == portfolio)
    found: Sequence[tuple[LoanRow, str]] = session.exec(query).all()
    if not found:
        within = f" in portfolio '{portfolio}'" if portfolio is not None else ""
        raise NoSuchLoan(f"there is no loan '{number}'{within}; `duecourse journeys list` shows those on a journey")
    if len(found) > 1:
        names = ", ".join(sorted(name for _, name in found))
        raise SeveralLoans(f"there is a loan '{number}' in {names}; say which with --portfolio")
    return found[0][0]


def zone_of(session: Session, loan: LoanRow) -> str:
    """The IANA name of the zone in which a loan's borrower lives."""
    return session.get_one(BorrowerRow, loan.borrower_id).timezone


def journey_health(session: Session, *, now: datetime) -> JourneyHealth:
    """Count what may be wrong with open journeys at `now`."""

    def counted(*conditions: ColumnElement[bool]) -> int:
        is_open = col(JourneyRow.state) == JourneyState.OPEN.value
        return session.exec(select(func.count(col(JourneyRow.id))).where(is_open, *conditions)).one()

    unknown = select(func.count(col(AttemptRow.id))).where(AttemptRow.state == AttemptState.UNKNOWN.value)
    return JourneyHealth(
        open=counted(),
        without_run=counted(col(JourneyRow.flow_run_id).is_(None)),
        overdue=counted(col(JourneyRow.due_at) <= now - OVERDUE_AFTER, col(JourneyRow.lease_until).is_(None)),
        unknown_attempts=session.exec(unknown).one(),
    )


def _asked(
    *, state: JourneyState | None, portfolio: str | None, waiting_for: WaitingFor | None, number: str | None
) -> list[ColumnElement[bool]]:
    # The past is listed only to who asks for it: nobody carries it.
    conditions = [
        col(JourneyRow.state) != JourneyState.PAST.value if state is None else col(JourneyRow.state) == state.value
    ]
    if portfolio is not None:
        conditions.append(col(PortfolioRow.name) == portfolio)
    if waiting_for is not None:
        conditions.append(col(JourneyRow.waiting_for) == waiting_for.value)
    if number is not None:
        conditions.append(col(LoanRow.number).icontains(number, autoescape=True))
    return conditions
