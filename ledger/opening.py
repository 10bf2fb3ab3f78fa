"""Opening journeys: delinquent loans without one are given a treatment by the rules, and the draw is logged."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlmodel import Session, col, select

from domain.arrears import Position
from domain.event import EventKind
from domain.journey import ClosingReason, JourneyState
from ledger import events
from ledger.ladders import publish
from ledger.positions import position_at
from ledger.removed import removed_from
from ledger.tables.borrower import BorrowerRow
from ledger.tables.columns import new_id
from ledger.tables.journey import AssignmentRow, JourneyRow
from ledger.tables.loan import LoanRow, PortfolioRow
from ledger.waking import wake
from policy.ladders.shipped import shipped_ladder, shipped_ladder_text
from policy.treatment.choosing import choose
from policy.treatment.rule import Case, Rules


class CannotBeWorked(ValueError):
    """A loan's own row is in the way of its journey; the message says what to mend in the lender's book."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A journey that was just opened."""

    journey_id: str
    loan_number: str
    ladder: str
    arm: str


def loans_without_journey(session: Session, portfolio: PortfolioRow, *, at_most: int | None = None) -> list[str]:
    """Ids of loans that may need a journey: overdue by their statement, and never worked or cured since.

    A loan whose journey ended unpaid (exhausted, with legal, with an agency) is not started over by a machine. A loan
    that only an import of the past tells of is not ours to work; what the past tells of another one settles nothing.
    """
    settled = select(JourneyRow.id).where(
        col(JourneyRow.loan_id) == col(LoanRow.id),
        (col(JourneyRow.state) == JourneyState.OPEN.value)
        | (
            (col(JourneyRow.state) == JourneyState.CLOSED.value)
            & (col(JourneyRow.closing_reason) != ClosingReason.CURED.value)
        ),
    )
    query = (
        select(LoanRow.id)
        .where(
            LoanRow.portfolio_id == portfolio.id,
            LoanRow.arrears_minor > 0,
            col(LoanRow.deceased).is_(False),
            col(LoanRow.withdrawn).is_(False),
            col(LoanRow.history_only).is_not(True),
            ~settled.exists(),
        )
        .order_by(col(LoanRow.number))
    )
    return list(session.exec(query if at_most is None else query.limit(at_most)).all())


def open_journeys(session: Session, loan_ids: Sequence[str], *, rules: Rules, salt: str, now: datetime) -> list[Opened]:
    """Open a journey for each of these loans that is past due today; the others, and those with an open one, are left
    alone.

    salt: the experiment's name; with the loan's number it fixes the draw, so that a repeated run gives the same arm.
    Raises CannotBeWorked for a loan whose own row is in the way.
    """
    return [
        opened
        for loan_id in loan_ids
        if (opened := _open(session, session.get_one(LoanRow, loan_id), rules=rules, salt=salt, now=now)) is not None
    ]


def drawn(*, salt: str, loan_number: str, earlier: int) -> float:
    """The draw of a loan's next journey, at least 0 and less than 1; `earlier` is how many journeys it had."""
    return random.Random(f"{salt}/{loan_number}/{earlier}").random()


def _open(session: Session, loan: LoanRow, *, rules: Rules, salt: str, now: datetime) -> Opened | None:
    borrower = session.get_one(BorrowerRow, loan.borrower_id)
    if loan.history_only:
        return None  # the lender's book has not brought it in
    if removed_from(borrower.name_sealed) is not None:
        return None  # nobody is written to without a name; the lender's book brings it again
    position = _position(session, loan, borrower, now=now)
    if position.is_cured or position.days_past_due < 1:
        return None
    case = Case(
        days_past_due=position.days_past_due,
        balance_minor=position.arrears_minor,
        product=loan.product,
        segment=loan.segment,
        currency=loan.currency,
    )
    earlier = session.exec(select(JourneyRow.state).where(JourneyRow.loan_id == loan.id)).all()
    if JourneyState.OPEN.value in earlier:
        return None
    draw = drawn(salt=salt, loan_number=loan.number, earlier=len(earlier))
    assignment = choose(case, rules=rules, draw=draw)
    ladder = shipped_ladder(assignment.ladder)
    publish(session, ladder, content=shipped_ladder_text(assignment.ladder), now=now)
    journey = JourneyRow(
        id=new_id(),
        loan_id=loan.id,
        borrower_id=loan.borrower_id,
        ladder_digest=ladder.digest,
        state=JourneyState.OPEN.value,
        opened_at=now,
        opening_minor=position.arrears_minor,
        opening_days_past_due=position.days_past_due,
        due_at=now,
    )
    session.add(journey)
    session.flush()
    session.add(
        AssignmentRow(
            journey_id=journey.id,
            rule=f"{rules.name}@{rules.version}/{assignment.rule}",
            arm=assignment.arm.value,
            probability=assignment.probability,
            draw=draw,
            assigned_at=now,
        )
    )
    events.append(
        session,
        EventKind.JOURNEY_OPENED,
        loan_id=loan.id,
        journey_id=journey.id,
        at=now,
        ladder=f"{ladder.name} v{ladder.version}",
        arm=assignment.arm.value,
    )
    wake(session, journey.id, reason="the journey opened", now=now)
    return Opened(journey.id, loan.number, ladder.name, assignment.arm.value)


def _position(session: Session, loan: LoanRow, borrower: BorrowerRow, *, now: datetime) -> Position:
    try:
        return position_at(session, loan, zone=ZoneInfo(borrower.timezone), now=now)
    except (ZoneInfoNotFoundError, ValueError, OverflowError) as error:
        raise CannotBeWorked(
            f"loan '{loan.number}' cannot be worked: its borrower's time zone is '{borrower.timezone}', and its "
            f"statement is of {loan.as_of_on}; let the book tell them right"
        ) from error
