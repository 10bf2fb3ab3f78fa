"""Counts and costs, added up by the database: how many steps, attempts and promises a rung had, and what they cost."""

from dataclasses import dataclass

from sqlalchemy import SelectBase, case, func, literal, select
from sqlmodel import Session, col

from domain.attempt import REACHED_VENDOR, AttemptState
from domain.promise import PromiseState
from domain.work_item import WorkKind, WorkState
from ledger.steps import LEFT_OUT
from ledger.tables.agreement import PromiseRow
from ledger.tables.attempt import AttemptRow
from ledger.tables.journey import AssignmentRow, JourneyRow, StepRow
from ledger.tables.loan import LoanRow
from ledger.tables.money import CostRow
from ledger.tables.work_item import WorkItemRow
from reports.evidence import NOT_ASSIGNED, in_period, on_record, rows, undelivered
from reports.scope import Scope
from reports.touch import UNDELIVERED

LEFT = tuple(state.value for state in (*sorted(REACHED_VENDOR), AttemptState.UNKNOWN))
KEPT = "kept"
MADE = "made"


@dataclass(frozen=True, slots=True)
class Counted:
    """A number that belongs to a rung of a ladder, in an arm, through an action; `what` says of which kind it is.

    rung and action are empty for what no step is known of (a promise that was not made on a work item), ladder_digest
    and arm for what is outside any journey (a cost of a loan that had none).
    """

    ladder_digest: str | None
    arm: str | None
    rung: str | None
    action: str | None
    what: str
    number: int


@dataclass(frozen=True, slots=True)
class JourneysAt:
    """How many different journeys took a step of the period on a rung, and through an action."""

    rung: dict[tuple[str, str], int]
    action: dict[str, int]


def costs(session: Session, scope: Scope) -> list[Counted]:
    """What was spent in the period, in thousandths of a minor unit; also on loans outside any journey."""
    by = (col(JourneyRow.ladder_digest), col(AssignmentRow.arm), col(CostRow.rung), col(CostRow.action))
    query = (
        select(*by, func.sum(CostRow.amount_millis))
        .join(LoanRow, col(LoanRow.id) == col(CostRow.loan_id))
        .outerjoin(JourneyRow, col(JourneyRow.id) == col(CostRow.journey_id))
        .outerjoin(AssignmentRow, col(AssignmentRow.journey_id) == col(CostRow.journey_id))
        .where(
            col(LoanRow.portfolio_id) == scope.portfolio_id,
            *in_period(scope, CostRow.incurred_at),
            on_record(scope, CostRow.recorded_at),
        )
        .group_by(*by)
        .order_by(*by)
    )
    return [
        Counted(digest, digest and (arm or NOT_ASSIGNED), rung, action, "cost", int(millis))
        for digest, arm, rung, action, millis in rows(session, query)
    ]


def steps(session: Session, scope: Scope) -> list[Counted]:
    """Steps that ended in the period, by outcome; a message that did not arrive, says a receipt, is undelivered."""
    ended = (
        select(
            col(StepRow.journey_id),
            col(StepRow.rung),
            col(StepRow.action),
            case((col(AttemptRow.id).is_not(None), UNDELIVERED), else_=col(StepRow.outcome)).label("what"),
            literal(1).label("number"),
        )
        .outerjoin(AttemptRow, undelivered(scope))
        .where(*in_period(scope, StepRow.ended_at), on_record(scope, StepRow.recorded_at))
    )
    return _counted(session, scope, ended)


def attempts(session: Session, scope: Scope) -> list[Counted]:
    """Messages and orders that left in the period, or may have, and calls that were made."""
    left: SelectBase = select(
        col(AttemptRow.journey_id),
        col(AttemptRow.rung),
        col(AttemptRow.action),
        literal("attempts").label("what"),
        literal(1).label("number"),
    ).where(col(AttemptRow.state).in_(LEFT), *in_period(scope, AttemptRow.claimed_at))
    called: SelectBase = select(
        col(WorkItemRow.journey_id),
        col(WorkItemRow.rung),
        col(WorkItemRow.kind).label("action"),
        literal("attempts").label("what"),
        literal(1).label("number"),
    ).where(
        col(WorkItemRow.kind) == WorkKind.CALLBACK.value,
        col(WorkItemRow.state) == WorkState.DONE.value,
        *in_period(scope, WorkItemRow.recorded_at),
    )
    return [*_counted(session, scope, left), *_counted(session, scope, called)]


def promises(session: Session, scope: Scope) -> list[Counted]:
    """Promises made in the period: KEPT for those that were kept by `as_of`, MADE for the others."""
    is_kept = (col(PromiseRow.state) == PromiseState.KEPT.value) & (col(PromiseRow.settled_at) <= scope.as_of)
    made = (
        select(
            col(PromiseRow.journey_id),
            col(WorkItemRow.rung),
            col(WorkItemRow.kind).label("action"),
            case((is_kept, KEPT), else_=MADE).label("what"),
            literal(1).label("number"),
        )
        .outerjoin(WorkItemRow, col(WorkItemRow.id) == col(PromiseRow.work_item_id))
        .where(*in_period(scope, PromiseRow.made_at), on_record(scope, PromiseRow.recorded_at))
    )
    return _counted(session, scope, made)


def journeys_at(session: Session, scope: Scope) -> JourneysAt:
    """How many journeys took steps where; a rung that was passed over was not taken."""
    taken = (
        select(col(JourneyRow.ladder_digest), col(StepRow.rung), col(StepRow.action), col(StepRow.journey_id))
        .join(JourneyRow, col(JourneyRow.id) == col(StepRow.journey_id))
        .join(LoanRow, col(LoanRow.id) == col(JourneyRow.loan_id))
        .where(
            col(LoanRow.portfolio_id) == scope.portfolio_id,
            col(StepRow.outcome).not_in(LEFT_OUT),
            *in_period(scope, StepRow.ended_at),
            on_record(scope, StepRow.recorded_at),
        )
        .subquery()
    )
    number = func.count(taken.c.journey_id.distinct())
    by_rung = select(taken.c.ladder_digest, taken.c.rung, number).group_by(taken.c.ladder_digest, taken.c.rung)
    by_action = select(taken.c.action, number).group_by(taken.c.action)
    return JourneysAt(
        rung={(digest, rung): count for digest, rung, count in rows(session, by_rung)},
        action=dict(rows(session, by_action)),
    )


def _counted(session: Session, scope: Scope, things: SelectBase) -> list[Counted]:
    """Add up (journey_id, rung, action, what, number) over the portfolio's journeys."""
    # A subquery, so that PostgreSQL groups by columns and not by expressions with parameters in them.
    thing = things.subquery()
    by = (col(JourneyRow.ladder_digest), col(AssignmentRow.arm), thing.c.rung, thing.c.action, thing.c.what)
    query = (
        select(*by, func.sum(thing.c.number))
        .join(JourneyRow, col(JourneyRow.id) == thing.c.journey_id)
        .join(LoanRow, col(LoanRow.id) == col(JourneyRow.loan_id))
        .outerjoin(AssignmentRow, col(AssignmentRow.journey_id) == col(JourneyRow.id))
        .where(col(LoanRow.portfolio_id) == scope.portfolio_id)
        .group_by(*by)
        .order_by(*by)
    )
    return [
        Counted(digest, arm or NOT_ASSIGNED, rung, action, what, int(number))
        for digest, arm, rung, action, what, number in rows(session, query)
    ]
