"""A loan's timeline: everything that was decided, done, said, paid and agreed, in the order in which it happened."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from domain.borrower import ContactKind, ContactState
from domain.journey import JourneyState
from ledger.happenings import Happening
from ledger.ladders import label_of
from ledger.listings import loan_numbered
from ledger.people import contact_shown
from ledger.positions import position_at
from ledger.recollecting import happenings_of
from ledger.tables.borrower import BorrowerRow, ContactPointRow
from ledger.tables.journey import AssignmentRow, JourneyRow, LadderRow
from ledger.tables.loan import LoanRow, PortfolioRow


@dataclass(frozen=True, slots=True)
class ContactOnFile:
    """A contact point, masked so that it can be recognised but not used.

    provenance: where it came from. verified_at: None where it is not verified. changed_at: when its state was set.
    """

    kind: ContactKind
    masked: str
    state: ContactState
    provenance: str
    verified_at: datetime | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class JourneyOnFile:
    """One journey of the loan, and how it stands.

    rule, arm, probability: why it was given this ladder. flow_run_id: the run that carries it in Prefect.
    """

    journey_id: str
    ladder: str
    rule: str
    arm: str
    probability: float
    state: JourneyState
    opened_at: datetime
    rung: str | None
    due_at: datetime | None
    waiting_for: str | None
    waiting_reason: str | None
    flow_run_id: str | None
    closing_reason: str | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """A loan as it stands, and everything that happened to it, oldest first.

    Amounts are in minor units. arrears_minor, days_past_due: as of the moment asked about; balance_minor: as of
    `as_of_on`, the lender's last statement. timezone: the borrower's.
    """

    loan_number: str
    portfolio: str
    currency: str
    timezone: str
    product: str
    segment: str
    balance_minor: int
    as_of_on: date
    arrears_minor: int
    days_past_due: int
    contacts: tuple[ContactOnFile, ...]
    journeys: tuple[JourneyOnFile, ...]
    happenings: tuple[Happening, ...]


def timeline(session: Session, loan_number: str, *, portfolio: str | None = None, now: datetime) -> Timeline:
    """The timeline of a loan, without names and with contact points masked. Raises NoSuchLoan or SeveralLoans."""
    loan = loan_numbered(session, loan_number, portfolio=portfolio)
    borrower = session.get_one(BorrowerRow, loan.borrower_id)
    position = position_at(session, loan, zone=ZoneInfo(borrower.timezone), now=now)
    return Timeline(
        loan_number=loan.number,
        portfolio=session.get_one(PortfolioRow, loan.portfolio_id).name,
        currency=loan.currency,
        timezone=borrower.timezone,
        product=loan.product,
        segment=loan.segment,
        balance_minor=loan.balance_minor,
        as_of_on=loan.as_of_on,
        arrears_minor=position.arrears_minor,
        days_past_due=position.days_past_due,
        contacts=_contacts(session, borrower.id),
        journeys=_journeys(session, loan),
        happenings=happenings_of(session, loan),
    )


def _contacts(session: Session, borrower_id: str) -> tuple[ContactOnFile, ...]:
    points = session.exec(
        select(ContactPointRow)
        .where(ContactPointRow.borrower_id == borrower_id)
        .order_by(col(ContactPointRow.kind), col(ContactPointRow.id))
    ).all()
    return tuple(
        ContactOnFile(
            kind=ContactKind(point.kind),
            masked=contact_shown(session, point.id),
            state=ContactState(point.state),
            provenance=point.provenance,
            verified_at=point.verified_at,
            changed_at=point.changed_at,
        )
        for point in points
    )


def _journeys(session: Session, loan: LoanRow) -> tuple[JourneyOnFile, ...]:
    rows = session.exec(
        select(JourneyRow, LadderRow, AssignmentRow)
        .join(LadderRow, col(LadderRow.digest) == col(JourneyRow.ladder_digest))
        .join(AssignmentRow, col(AssignmentRow.journey_id) == col(JourneyRow.id))
        .where(JourneyRow.loan_id == loan.id)
        .order_by(col(JourneyRow.opened_at))
    ).all()
    return tuple(
        JourneyOnFile(
            journey_id=journey.id,
            ladder=label_of(ladder),
            rule=assignment.rule,
            arm=assignment.arm,
            probability=assignment.probability,
            state=JourneyState(journey.state),
            opened_at=journey.opened_at,
            rung=journey.rung,
            due_at=journey.due_at,
            waiting_for=journey.waiting_for,
            waiting_reason=journey.waiting_reason,
            flow_run_id=journey.flow_run_id,
            closing_reason=journey.closing_reason,
            closed_at=journey.closed_at,
        )
        for journey, ladder, assignment in rows
    )
