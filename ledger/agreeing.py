"""Booking what a borrower agreed to: a promise, or an arrangement as the packs allow it to be."""

from datetime import date, datetime

from sqlmodel import Session

from domain.arrangement import ArrangementState, Instalment
from domain.arrears import add_months
from domain.event import EventKind
from domain.promise import PromiseState
from ledger import events
from ledger.packs import stack_of
from ledger.tables.agreement import ArrangementRow, PromiseRow
from ledger.tables.loan import LoanRow, PortfolioRow
from ledger.tables.work_item import WorkItemRow
from policy.compliance.agreements import ArrangementLimits, arrangement_limits


def plan_must_state(session: Session, loan_id: str, *, now: datetime) -> tuple[str, ...]:
    """What the writing of an arrangement on a loan has to say, by the portfolio's packs."""
    return _limits(session, loan_id, now=now).content


def misfit(
    session: Session,
    loan_id: str,
    instalments: tuple[Instalment, ...],
    *,
    states: frozenset[str],
    today: date,
    now: datetime,
) -> str | None:
    """Why the packs do not allow an arrangement, with rule and citation; None where they do.

    states: what its writing says. today: the day where the borrower lives.
    """
    limits = _limits(session, loan_id, now=now)
    cited = ", ".join(f"{rule}: {citation}" for rule, citation in zip(limits.rules, limits.citations, strict=True))
    most = limits.max_term_months
    if most is not None and max(part.due_on for part in instalments) > add_months(today, most):
        return f"an arrangement runs for at most {most} months ({cited})"
    missing = [element for element in limits.content if element not in states]
    if missing:
        return f"the writing of the arrangement has to state: {', '.join(missing)} ({cited})"
    return None


def book_promise(session: Session, item: WorkItemRow, promised: Instalment, *, now: datetime) -> None:
    """Keep a promise that came of a work item."""
    promise = PromiseRow(
        loan_id=item.loan_id,
        journey_id=item.journey_id,
        work_item_id=item.id,
        amount_minor=promised.amount_minor,
        due_on=promised.due_on,
        state=PromiseState.OPEN.value,
        made_at=now,
    )
    session.add(promise)
    events.append(
        session,
        EventKind.PROMISE_MADE,
        loan_id=item.loan_id,
        journey_id=item.journey_id,
        at=now,
        promise=promise.id,
        amount_minor=promise.amount_minor,
        due_on=promise.due_on.isoformat(),
    )


def book_arrangement(
    session: Session, item: WorkItemRow, instalments: tuple[Instalment, ...], *, states: frozenset[str], now: datetime
) -> None:
    """Keep an arrangement that came of a work item, with what its writing states."""
    ordered = sorted(instalments, key=lambda i: i.due_on)
    arrangement = ArrangementRow(
        loan_id=item.loan_id,
        journey_id=item.journey_id,
        work_item_id=item.id,
        instalments=[{"due_on": i.due_on.isoformat(), "amount_minor": i.amount_minor} for i in ordered],
        states=sorted(states),
        state=ArrangementState.ACTIVE.value,
        agreed_at=now,
    )
    session.add(arrangement)
    events.append(
        session,
        EventKind.ARRANGEMENT_AGREED,
        loan_id=item.loan_id,
        journey_id=item.journey_id,
        at=now,
        arrangement=arrangement.id,
        instalments=len(ordered),
    )


def _limits(session: Session, loan_id: str, *, now: datetime) -> ArrangementLimits:
    loan = session.get_one(LoanRow, loan_id)
    return arrangement_limits(stack_of(session.get_one(PortfolioRow, loan.portfolio_id)), at=now)
