"""The queries behind a report's facts: what was on record of a portfolio at the scope's `as_of`, and nothing younger.

Loans, journeys and payments are numbered from 0 in a fixed order, and what belongs to them names them by their number.
"""

from typing import Any

from sqlalchemy import Select, and_, case, func, literal, or_, select, union_all
from sqlmodel import col

from domain.action import MESSAGES
from domain.attempt import REACHED_VENDOR, AttemptState
from domain.promise import PromiseState
from domain.step import Outcome
from domain.work_item import QUESTIONS, WorkState
from ledger.senders import CAPACITY
from ledger.tables.agreement import PromiseRow
from ledger.tables.attempt import AttemptRow
from ledger.tables.earlier_state import EarlierStateRow
from ledger.tables.journey import AssignmentRow, JourneyRow, StepRow
from ledger.tables.loan import LoanRow
from ledger.tables.money import CostRow, PaymentRow, ReversalRow
from ledger.tables.statement import StatementRow
from ledger.tables.work_item import WorkItemRow
from reports.evidence import in_period, on_record
from reports.facts.spelling import epoch_days, micros
from reports.scope import Scope
from reports.touch import NO_ROOM

LEFT = tuple(state.value for state in (*sorted(REACHED_VENDOR), AttemptState.UNKNOWN))
"""States of a contact that left, or may have."""
SPOKEN = tuple(sorted(action.value for action in MESSAGES))
ASKED = tuple(sorted(kind.value for kind in QUESTIONS))


def statements(scope: Scope) -> Select[Any]:
    """What the lender's book said, by loan and in the order in which it became known."""
    loan = numbered_loans(scope)
    return (
        select(
            col(StatementRow.id),
            loan.c.no.label("loan"),
            micros(StatementRow.recorded_at).label("recorded_at"),
            epoch_days(StatementRow.as_of_on).label("as_of_on"),
            col(StatementRow.balance_minor),
            col(StatementRow.arrears_minor),
            col(StatementRow.instalment_minor),
            epoch_days(StatementRow.past_due_since_on).label("since_on"),
            col(StatementRow.segment),
        )
        .join(loan, loan.c.id == col(StatementRow.loan_id))
        .where(col(StatementRow.recorded_at) <= scope.as_of)
        .order_by(loan.c.no, col(StatementRow.recorded_at), col(StatementRow.as_of_on), col(StatementRow.id))
    )


def journeys(scope: Scope) -> Select[Any]:
    """Journeys in order of opening; an end that was not known yet is empty."""
    loan, journey = numbered_loans(scope), numbered_journeys(scope)
    is_closed = and_(col(JourneyRow.closed_at) <= scope.as_of, on_record(scope, JourneyRow.end_recorded_at))
    return (
        select(
            col(JourneyRow.id),
            loan.c.no.label("loan"),
            micros(JourneyRow.opened_at).label("opened_at"),
            micros(func.coalesce(JourneyRow.recorded_at, JourneyRow.opened_at)).label("known_at"),
            col(JourneyRow.opening_minor),
            col(JourneyRow.opening_days_past_due).label("days_past_due"),
            col(JourneyRow.ladder_digest).label("ladder"),
            col(AssignmentRow.arm),
            case((is_closed, col(JourneyRow.closing_reason))).label("closing"),
            case((is_closed, micros(JourneyRow.closed_at))).label("closed_at"),
            micros(JourneyRow.watched_until).label("watched_until"),
        )
        .join(journey, journey.c.id == col(JourneyRow.id))
        .join(loan, loan.c.id == col(JourneyRow.loan_id))
        .outerjoin(AssignmentRow, col(AssignmentRow.journey_id) == col(JourneyRow.id))
        .order_by(journey.c.no)
    )


def steps(scope: Scope) -> Select[Any]:
    """Steps that had ended, with the outcome that was known; one that had no room is told apart from a rule's no."""
    journey = numbered_journeys(scope)
    before = _earlier(scope)
    had_no_room = and_(col(StepRow.outcome) == Outcome.DEFERRED.value, col(StepRow.reason).startswith(CAPACITY))
    return (
        select(
            col(StepRow.id),
            journey.c.no.label("journey"),
            micros(StepRow.ended_at).label("at"),
            col(StepRow.turn_no).label("turn"),
            col(StepRow.rung),
            col(StepRow.action),
            func.coalesce(before.c.state, case((had_no_room, NO_ROOM), else_=StepRow.outcome)).label("outcome"),
        )
        .join(journey, journey.c.id == col(StepRow.journey_id))
        .outerjoin(before, before.c.row_id == col(StepRow.id))
        .where(col(StepRow.ended_at) <= scope.as_of, on_record(scope, StepRow.recorded_at))
    )


def attempts(scope: Scope) -> Select[Any]:
    """Contacts that had left, or may have, and messages of the past, which are told as steps.

    is_undelivered: a receipt said by then that it did not arrive.
    """
    journey = numbered_journeys(scope)
    before = _earlier(scope)
    undelivered = AttemptState.UNDELIVERED.value
    said_so = and_(col(AttemptRow.state) == undelivered, col(AttemptRow.receipt_at) <= scope.as_of)
    had_left = and_(
        col(AttemptRow.state).in_(LEFT),
        func.coalesce(AttemptRow.recorded_at, AttemptRow.claimed_at) <= scope.as_of,
    )
    ours = (
        select(
            col(AttemptRow.id),
            journey.c.no.label("journey"),
            micros(AttemptRow.claimed_at).label("at"),
            col(AttemptRow.turn_no).label("turn"),
            col(AttemptRow.rung),
            col(AttemptRow.action),
            case((before.c.state == undelivered, 1), (before.c.state.is_not(None), 0), (said_so, 1), else_=0).label(
                "is_undelivered"
            ),
        )
        .join(journey, journey.c.id == col(AttemptRow.journey_id))
        .outerjoin(before, before.c.row_id == col(AttemptRow.id))
        .where(
            col(AttemptRow.claimed_at) <= scope.as_of,
            or_(before.c.state.in_(LEFT), and_(before.c.state.is_(None), had_left)),
        )
    )
    past = numbered_journeys(scope)
    told = (
        select(
            col(StepRow.id),
            past.c.no.label("journey"),
            micros(StepRow.ended_at).label("at"),
            col(StepRow.turn_no).label("turn"),
            col(StepRow.rung),
            col(StepRow.action),
            literal(0).label("is_undelivered"),
        )
        .join(past, past.c.id == col(StepRow.journey_id))
        .where(
            col(StepRow.recorded_at) <= scope.as_of,
            col(StepRow.ended_at) <= scope.as_of,
            col(StepRow.action).in_(SPOKEN),
        )
    )
    both = union_all(ours, told).subquery()
    return select(*both.c)


def works(scope: Scope) -> Select[Any]:
    """Work for people on rungs, with what was recorded of it by then."""
    journey = numbered_journeys(scope)
    is_recorded = col(WorkItemRow.recorded_at) <= scope.as_of
    is_done = and_(is_recorded, col(WorkItemRow.state) == WorkState.DONE.value)
    return (
        select(
            col(WorkItemRow.id),
            journey.c.no.label("journey"),
            micros(WorkItemRow.opened_at).label("at"),
            case((is_done, micros(WorkItemRow.recorded_at))).label("done_at"),
            col(WorkItemRow.turn_no).label("turn"),
            col(WorkItemRow.rung),
            col(WorkItemRow.kind).label("action"),
            case((is_done, col(WorkItemRow.disposition))).label("disposition"),
            case((is_recorded, col(WorkItemRow.team))).label("team"),
            case((is_recorded, col(WorkItemRow.arrears_reason))).label("reason"),
        )
        .join(journey, journey.c.id == col(WorkItemRow.journey_id))
        .where(
            col(WorkItemRow.opened_at) <= scope.as_of,
            on_record(scope, WorkItemRow.told_at),
            col(WorkItemRow.kind).not_in(ASKED),
        )
    )


def promises(scope: Scope) -> Select[Any]:
    """Promises that were made, with the step on which; is_kept: by then."""
    journey = numbered_journeys(scope)
    is_kept = and_(col(PromiseRow.state) == PromiseState.KEPT.value, col(PromiseRow.settled_at) <= scope.as_of)
    return (
        select(
            col(PromiseRow.id),
            journey.c.no.label("journey"),
            micros(PromiseRow.made_at).label("at"),
            epoch_days(PromiseRow.due_on).label("due_on"),
            case((is_kept, 1), else_=0).label("is_kept"),
            col(WorkItemRow.turn_no).label("turn"),
            col(WorkItemRow.rung),
            col(WorkItemRow.kind).label("action"),
        )
        .join(journey, journey.c.id == col(PromiseRow.journey_id))
        .outerjoin(WorkItemRow, col(WorkItemRow.id) == col(PromiseRow.work_item_id))
        .where(col(PromiseRow.made_at) <= scope.as_of, on_record(scope, PromiseRow.recorded_at))
    )


def payments(scope: Scope) -> Select[Any]:
    """Payments in order of time, of any day: a reversal of this period may concern an old one."""
    loan, payment = numbered_loans(scope), _payments(scope)
    return (
        select(
            col(PaymentRow.id),
            loan.c.no.label("loan"),
            micros(PaymentRow.received_at).label("at"),
            col(PaymentRow.amount_minor),
        )
        .join(payment, payment.c.id == col(PaymentRow.id))
        .join(loan, loan.c.id == col(PaymentRow.loan_id))
        .order_by(payment.c.no)
    )


def reversals(scope: Scope) -> Select[Any]:
    """Money taken back, of any day, with the number of its payment."""
    payment = _payments(scope)
    return (
        select(
            col(ReversalRow.id),
            payment.c.no.label("payment"),
            micros(ReversalRow.reversed_at).label("at"),
            col(ReversalRow.amount_minor),
        )
        .join(payment, payment.c.id == col(ReversalRow.payment_id))
        .where(col(ReversalRow.recorded_at) <= scope.as_of)
    )


def costs(scope: Scope) -> Select[Any]:
    """What was spent in the period; journey, rung and action may be empty."""
    loan, journey = numbered_loans(scope), numbered_journeys(scope)
    return (
        select(
            col(CostRow.id),
            loan.c.no.label("loan"),
            journey.c.no.label("journey"),
            micros(CostRow.incurred_at).label("at"),
            col(CostRow.turn_no).label("turn"),
            col(CostRow.rung),
            col(CostRow.action),
            col(CostRow.unit),
            col(CostRow.amount_millis),
        )
        .join(loan, loan.c.id == col(CostRow.loan_id))
        .outerjoin(journey, journey.c.id == col(CostRow.journey_id))
        .where(
            *in_period(scope, CostRow.incurred_at),
            on_record(scope, CostRow.recorded_at),
        )
    )


def numbered_loans(scope: Scope) -> Any:
    """The portfolio's loans with the numbers by which all tables name them."""
    return (
        select(col(LoanRow.id).label("id"), _number(col(LoanRow.number)))
        .where(col(LoanRow.portfolio_id) == scope.portfolio_id, col(LoanRow.created_at) <= scope.as_of)
        .subquery()
    )


def numbered_journeys(scope: Scope) -> Any:
    """The portfolio's journeys likewise."""
    return (
        select(col(JourneyRow.id).label("id"), _number(col(JourneyRow.opened_at), col(JourneyRow.id)))
        .join(LoanRow, col(LoanRow.id) == col(JourneyRow.loan_id))
        .where(
            col(LoanRow.portfolio_id) == scope.portfolio_id,
            col(JourneyRow.opened_at) <= scope.as_of,
            on_record(scope, JourneyRow.recorded_at),
        )
        .subquery()
    )


def _payments(scope: Scope) -> Any:
    return (
        select(col(PaymentRow.id).label("id"), _number(col(PaymentRow.received_at), col(PaymentRow.id)))
        .join(LoanRow, col(LoanRow.id) == col(PaymentRow.loan_id))
        .where(col(LoanRow.portfolio_id) == scope.portfolio_id, col(PaymentRow.recorded_at) <= scope.as_of)
        .subquery()
    )


def _number(*order: Any) -> Any:
    return (func.row_number().over(order_by=order) - literal(1)).label("no")


def _earlier(scope: Scope) -> Any:
    """The state that a step or an attempt had at `as_of`, where it has another one by now."""
    return (
        select(col(EarlierStateRow.row_id).label("row_id"), col(EarlierStateRow.state).label("state"))
        .where(col(EarlierStateRow.since_at) <= scope.as_of, col(EarlierStateRow.until_at) > scope.as_of)
        .subquery()
    )
