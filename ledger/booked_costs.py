"""Costs that were billed from outside, for a loan or for a portfolio and a month; corrections are rows of their own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from domain.book import BookCost
from domain.cost import ACTION_FOR, CostUnit, UnitCost
from ledger.fixed_costs import MonthRefused, book_month
from ledger.tables.journey import JourneyRow, StepRow
from ledger.tables.loan import LoanRow, PortfolioRow
from ledger.tables.money import CostRow, FixedCostRow, UnitCostRow
from ledger.unit_costs import add_unit_costs

Key = tuple[str, str]


@dataclass(slots=True)
class CostsTaken:
    """How many were new or known already, and which could not be booked, with the reason. prices: new ones among them.

    allocated: how many shares the costs of whole months were split into.
    """

    new: int = 0
    known: int = 0
    prices: int = 0
    allocated: int = 0
    refused: list[tuple[BookCost | UnitCost, str]] = field(default_factory=list)


class NoSuchCost(LookupError):
    """There is no cost with an id that begins so, or there are several."""


def take_in_costs(
    session: Session,
    portfolio: PortfolioRow,
    costs: Iterable[BookCost | UnitCost],
    *,
    now: datetime,
    on_row: Callable[[], None] = lambda: None,
) -> CostsTaken:
    """Book costs and prices; a second time changes nothing. Corrections are booked after what they correct."""
    taken = CostsTaken()
    rows = list(costs)
    booked = [cost for cost in rows if isinstance(cost, BookCost)]
    known = _known(session, sources={cost.source for cost in booked})
    loans = dict(session.exec(select(LoanRow.number, LoanRow.id).where(LoanRow.portfolio_id == portfolio.id)).all())
    for price in rows:
        if isinstance(price, UnitCost):
            on_row()
            _price(session, price, taken)
    for cost in sorted(booked, key=lambda each: each.corrects is not None):
        on_row()
        try:
            is_new = _book(session, portfolio, cost, loans=loans, known=known, taken=taken, now=now)
        except (CostRefused, MonthRefused) as refused:
            taken.refused.append((cost, str(refused)))
            continue
        taken.new += is_new
        taken.known += not is_new
    return taken


class CostRefused(ValueError):
    """The cost cannot have been as it is told."""


def correct_cost(session: Session, cost_id: str, *, millis: int, source: str, now: datetime) -> CostRow:
    """Add to a cost, or take off it (less than zero): a row of its own, dated as the cost, known from now on.

    cost_id: the id or its beginning. Raises NoSuchCost or CostRefused.
    """
    found = _one(session, cost_id)
    row = _correction(session, found, millis=millis, now=now)
    row.source = source
    row.external_id = f"{found.id}/{row.id[:8]}"
    session.add(row)
    return row


def currency_of_cost(session: Session, cost_id: str) -> str:
    """In which currency a cost is; its id or the beginning of it. Raises NoSuchCost."""
    return _one(session, cost_id).currency


def _one(session: Session, cost_id: str) -> CostRow:
    found = session.exec(select(CostRow).where(col(CostRow.id).startswith(cost_id, autoescape=True)).limit(2)).all()
    if len(found) != 1:
        many = "several costs have ids" if found else "there is no cost with an id"
        raise NoSuchCost(
            f"{many} beginning with '{cost_id}'; `duecourse costs list --portfolio P --rows 50` shows them"
        )
    return found[0]


def _known(session: Session, *, sources: set[str]) -> dict[Key, tuple[str | None, int]]:
    """Booked costs by their keys: with the loan (None for one of a month) and the amount in thousandths."""
    costs = select(CostRow.source, CostRow.external_id, CostRow.loan_id, CostRow.amount_millis)
    fixed = select(FixedCostRow.source, FixedCostRow.external_id, FixedCostRow.amount_minor)
    found: dict[Key, tuple[str | None, int]] = {
        (str(source), str(key)): (loan_id, millis)
        for source, key, loan_id, millis in session.exec(costs.where(col(CostRow.source).in_(sources))).all()
    }
    for source, key, minor in session.exec(fixed.where(col(FixedCostRow.source).in_(sources))).all():
        found[source, key] = (None, minor * 1000)
    return found


def _price(session: Session, price: UnitCost, taken: CostsTaken) -> None:
    if add_unit_costs(session, [price]):
        taken.new += 1
        taken.prices += 1
        return
    there = session.exec(
        select(UnitCostRow.price_millis).where(
            UnitCostRow.unit == price.unit.value,
            UnitCostRow.currency == price.currency,
            UnitCostRow.valid_from_on == price.valid_from_on,
        )
    ).first()
    if there in {None, price.price_millis}:
        taken.known += 1
        return
    reason = "there is another price from that day already; prices are never changed, so give a later day"
    taken.refused.append((price, reason))


def _book(
    session: Session,
    portfolio: PortfolioRow,
    cost: BookCost,
    *,
    loans: dict[str, str],
    known: dict[Key, tuple[str | None, int]],
    taken: CostsTaken,
    now: datetime,
) -> bool:
    if cost.currency != portfolio.currency:
        raise CostRefused(f"the portfolio is in {portfolio.currency}, the cost in {cost.currency}")
    loan_id = None if cost.loan_number is None else loans.get(cost.loan_number)
    if cost.loan_number is not None and loan_id is None:
        raise CostRefused(f"the portfolio has no loan '{cost.loan_number}'; import the loan first")
    there = known.get((cost.source, cost.external_id))
    if there is not None:
        if there == (loan_id, cost.amount_millis) or (cost.corrects and there[1] == cost.amount_millis):
            return False
        raise CostRefused(f"'{cost.source}' has a cost '{cost.external_id}' already, of another loan or amount")
    if loan_id is None and cost.corrects is not None:
        loan_id = known.get((cost.source, cost.corrects), (None, 0))[0]
    known[cost.source, cost.external_id] = (loan_id, cost.amount_millis)
    if loan_id is None:
        taken.allocated += book_month(session, portfolio, cost, now=now)
        return True
    session.add(_row(session, cost, loan_id=loan_id, now=now))
    return True


def _row(session: Session, cost: BookCost, *, loan_id: str, now: datetime) -> CostRow:
    if cost.corrects is not None:
        corrected = session.exec(
            select(CostRow).where(CostRow.source == cost.source, CostRow.external_id == cost.corrects)
        ).first()
        if corrected is None or corrected.loan_id != loan_id:
            raise CostRefused(f"there is no cost '{cost.corrects}' of this loan to correct")
        row = _correction(session, corrected, millis=cost.amount_millis, now=now)
        row.source, row.external_id = cost.source, cost.external_id
        return row
    place = _place(session, loan_id, cost.unit, at=cost.incurred_at)
    return CostRow(
        loan_id=loan_id,
        journey_id=place.journey_id,
        rung=place.rung,
        action=place.action,
        turn_no=place.turn_no,
        unit=cost.unit.value,
        quantity=cost.quantity,
        price_millis=cost.amount_millis // cost.quantity,
        amount_millis=cost.amount_millis,
        currency=cost.currency,
        incurred_at=cost.incurred_at,
        recorded_at=now,
        source=cost.source,
        external_id=cost.external_id,
    )


def _correction(session: Session, cost: CostRow, *, millis: int, now: datetime) -> CostRow:
    """A row like the one it corrects, at the same instant, with what is added to it."""
    if cost.corrects_id is not None:
        raise CostRefused("it is a correction itself; correct the cost that it belongs to")
    session.flush()
    corrected = func.coalesce(func.sum(CostRow.amount_millis), 0)
    before = int(session.exec(select(corrected).where(CostRow.corrects_id == cost.id)).one())
    if cost.amount_millis + before + millis < 0:
        raise CostRefused("more would be taken off than it cost")
    return CostRow(
        loan_id=cost.loan_id,
        journey_id=cost.journey_id,
        rung=cost.rung,
        action=cost.action,
        turn_no=cost.turn_no,
        unit=cost.unit,
        quantity=1 if millis > 0 else -1,
        price_millis=abs(millis),
        amount_millis=millis,
        currency=cost.currency,
        incurred_at=cost.incurred_at,
        recorded_at=now,
        corrects_id=cost.id,
        payment_id=cost.payment_id,
    )


@dataclass(frozen=True, slots=True)
class _Place:
    journey_id: str | None
    rung: str | None = None
    action: str | None = None
    turn_no: int = 0


def _place(session: Session, loan_id: str, unit: CostUnit, *, at: datetime) -> _Place:
    """The journey that had opened last, and in it the last step of the kind that such a cost is for."""
    journey_id = session.exec(
        select(JourneyRow.id)
        .where(JourneyRow.loan_id == loan_id, JourneyRow.opened_at <= at)
        .order_by(col(JourneyRow.opened_at).desc())
    ).first()
    action = ACTION_FOR.get(unit)
    if journey_id is None or action is None:
        return _Place(journey_id)
    step = session.exec(
        select(StepRow)
        .where(StepRow.journey_id == journey_id, StepRow.action == action.value, StepRow.ended_at <= at)
        .order_by(col(StepRow.ended_at).desc())
    ).first()
    rung, turn_no = (action.value, 0) if step is None else (step.rung, step.turn_no)
    return _Place(journey_id, rung, action.value, turn_no)
