"""Costs of a portfolio that nothing in it caused, such as a licence: a month's amount, shared out over its journeys.

The rule: each journey of the portfolio that was open in the month bears a part by the days on which it was open in it;
where none was, each loan bears the same. Parts are whole thousandths of a minor unit, and the largest remainders are
rounded up, so that they sum exactly to the amount. They are incurred at the end of the month.
"""

import calendar
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func
from sqlalchemy import select as select_rows
from sqlmodel import Session, col, or_, select

from domain.book import BookCost
from domain.money import MILLIS_PER_MINOR
from ledger.tables.columns import UtcDateTime, new_id
from ledger.tables.journey import JourneyRow
from ledger.tables.loan import LoanRow, PortfolioRow
from ledger.tables.money import CostRow, FixedCostRow


class MonthRefused(ValueError):
    """The month's amount cannot be shared out."""


def book_month(session: Session, portfolio: PortfolioRow, cost: BookCost, *, now: datetime) -> int:
    """Book a month's amount and its shares; returns how many shares there are. Raises MonthRefused."""
    month_on = cost.incurred_at.date().replace(day=1)
    if cost.corrects is not None:
        month_on = _corrected(session, portfolio, cost)
    last_on = month_on.replace(day=calendar.monthrange(month_on.year, month_on.month)[1])
    if now.astimezone(UTC).date() <= last_on:
        raise MonthRefused(f"the month is not over: who bears it is known from {last_on + timedelta(days=1)} on")
    if cost.amount_millis % MILLIS_PER_MINOR:
        raise MonthRefused("a month's amount is in whole minor units")
    bearers = _journeys(session, portfolio, month_on, last_on) or _loans(session, portfolio)
    if not bearers:
        raise MonthRefused("the portfolio has no loan that could bear it")
    fixed = FixedCostRow(
        portfolio_id=portfolio.id,
        unit=cost.unit.value,
        month_on=month_on,
        amount_minor=cost.amount_millis // MILLIS_PER_MINOR,
        currency=cost.currency,
        source=cost.source,
        external_id=cost.external_id,
        recorded_at=now,
    )
    session.add(fixed)
    session.flush()
    sign = 1 if cost.amount_millis > 0 else -1
    parts = shares(abs(cost.amount_millis), weights=[days for _, _, days in bearers])
    rows = [
        CostRow(
            id=new_id(),
            loan_id=loan_id,
            journey_id=journey_id,
            unit=cost.unit.value,
            quantity=sign * millis,
            price_millis=1,
            amount_millis=sign * millis,
            currency=cost.currency,
            incurred_at=datetime.combine(last_on, time(23, 59), tzinfo=UTC),
            recorded_at=now,
            fixed_cost_id=fixed.id,
        )
        for (loan_id, journey_id, _), millis in zip(bearers, parts, strict=True)
        if millis
    ]
    session.add_all(rows)
    return len(rows)


def shares(total: int, *, weights: Sequence[int]) -> list[int]:
    """Split a whole number by weights; the parts sum to it exactly (the largest remainders are rounded up)."""
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def _corrected(session: Session, portfolio: PortfolioRow, cost: BookCost) -> date:
    """The month of the amount that this one corrects; no more is taken off than it is."""
    there = session.exec(
        select(FixedCostRow).where(FixedCostRow.source == cost.source, FixedCostRow.external_id == cost.corrects)
    ).first()
    if there is None or there.portfolio_id != portfolio.id or there.unit != cost.unit.value:
        raise MonthRefused(f"there is no {cost.unit.value} '{cost.corrects}' of this portfolio to correct")
    booked = session.exec(
        select(func.sum(FixedCostRow.amount_minor)).where(
            FixedCostRow.portfolio_id == portfolio.id,
            FixedCostRow.unit == there.unit,
            FixedCostRow.month_on == there.month_on,
        )
    ).one()
    if int(booked or 0) * MILLIS_PER_MINOR + cost.amount_millis < 0:
        raise MonthRefused("more would be taken off than the month cost")
    return there.month_on


def _journeys(
    session: Session, portfolio: PortfolioRow, first_on: date, last_on: date
) -> list[tuple[str, str | None, int]]:
    """Journeys that were open in a month, with the days on which they were."""
    starts = datetime.combine(first_on, time(0), tzinfo=UTC)
    ends = datetime.combine(last_on + timedelta(days=1), time(0), tzinfo=UTC)
    over_at = func.coalesce(JourneyRow.closed_at, JourneyRow.watched_until, type_=UtcDateTime)
    rows = session.execute(
        select_rows(col(JourneyRow.loan_id), col(JourneyRow.id), col(JourneyRow.opened_at), over_at)
        .join(LoanRow, col(LoanRow.id) == col(JourneyRow.loan_id))
        .where(
            col(LoanRow.portfolio_id) == portfolio.id,
            col(JourneyRow.opened_at) < ends,
            or_(over_at.is_(None), over_at >= starts),
        )
        .order_by(col(LoanRow.number), col(JourneyRow.opened_at))
    ).all()
    return [
        (loan_id, journey_id, (min(_day(over or ends), last_on) - max(_day(opened), first_on)).days + 1)
        for loan_id, journey_id, opened, over in rows
    ]


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()


def _loans(session: Session, portfolio: PortfolioRow) -> list[tuple[str, str | None, int]]:
    rows = session.exec(select(LoanRow.id).where(LoanRow.portfolio_id == portfolio.id).order_by(col(LoanRow.number)))
    return [(loan_id, None, 1) for loan_id in rows.all()]
