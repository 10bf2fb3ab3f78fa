"""How likely a payment is on each day after a rung, while nothing else is done: by rung and segment."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Float, Select, SelectBase, and_, case, cast, func, literal, null, select, union_all
from sqlmodel import Session, col

from domain.step import Outcome
from ledger.tables.journey import JourneyRow, StepRow
from ledger.tables.loan import LoanRow
from ledger.tables.money import PaymentRow
from reports.evidence import on_record, rows
from reports.learning.instants import days_between, whole_days_between
from reports.scope import Scope
from reports.touch import REACH, Reach

DAYS = 45
"""So many days after a rung are looked at."""
LEAST_EXPOSED = 30
"""Fewer loan-days say nothing of a day."""
ALL = "all"

LADDER_WAITS = frozenset(
    {
        Outcome.SENT,
        Outcome.UNKNOWN,
        Outcome.MESSAGE_LEFT,
        Outcome.REFUSED,
        Outcome.DONE,
        Outcome.NO_ANSWER,
    }
)
"""After these the ladder's own spacing decides when the next rung comes; after a promise or a hardship others do."""
TAKEN = tuple(outcome.value for outcome, reach in REACH.items() if reach in {Reach.TOUCH, Reach.TRIED})

TERMS = {
    "hazard of payment": (
        "on day d after a rung: first payments on that day / loan-days on it without a payment, a further step or the "
        "journey's end before; rungs withheld at random lengthen the days that can be seen; days with fewer than 30 "
        "loan-days are not shown; only outcomes after which the ladder's spacing decides (not promises, hardship, "
        "disputes); 95 % interval after Wilson"
    ),
}

Floats = NDArray[np.float64]

STEP, PAID, CLOSED, SEEN = 0, 1, 2, 3
"""What ended the days after a rung: a further step, a payment, the journey's end, or the end of what is seen."""


@dataclass
class AfterRung:
    """What is known of the days after one rung in one segment; arrays are by day, from the first 24 hours on.

    loans: how many took the rung. paid: first payments. exposed: loan-days. next_rungs, waits: the steps that followed,
    by name and by whole days waited. amount: of the first payments, in minor units, and their squares.
    """

    loans: int = 0
    paid: Floats = field(default_factory=lambda: np.zeros(DAYS))
    exposed: Floats = field(default_factory=lambda: np.zeros(DAYS))
    next_rungs: Counter[str] = field(default_factory=Counter)
    waits: Counter[int] = field(default_factory=Counter)
    amount: float = 0.0
    squares: float = 0.0

    def add(self, *, day: int, part: float, number: int, ended_by: int) -> None:
        """So many loans whose days ended on this day, with the parts of that day that they saw, summed."""
        self.loans += number
        self.exposed[: min(day, DAYS)] += number
        if day < DAYS:
            self.exposed[day] += part
            self.paid[day] += number if ended_by == PAID else 0

    @property
    def payers(self) -> int:
        """How many paid within the days."""
        return int(self.paid.sum())

    @cached_property
    def mean(self) -> float:
        """Of a first payment, in minor units; 0 where there was none."""
        return self.amount / self.payers if self.payers else 0.0

    @cached_property
    def error(self) -> float:
        """The standard error of that mean."""
        if self.payers < 2:
            return 0.0
        variance = max(self.squares / self.payers - self.mean**2, 0.0)
        return float(np.sqrt(variance / (self.payers - 1)))

    @property
    def seen_days(self) -> int:
        """For how many days, without a gap, there are enough loan-days."""
        short = np.flatnonzero(self.exposed < LEAST_EXPOSED)
        return int(short[0]) if len(short) else DAYS


@dataclass(frozen=True, slots=True)
class Hazards:
    """By ladder digest, rung and segment (`all` as well); steps: how many were taken of each rung of a ladder."""

    after: dict[tuple[str, str, str], AfterRung]
    steps: dict[tuple[str, str], int]


def hazards(session: Session, scope: Scope) -> Hazards:
    """After every rung that was taken in the period, with the money on record at the scope's as_of."""
    after = defaultdict[tuple[str, str, str], AfterRung](AfterRung)
    steps: Counter[tuple[str, str]] = Counter()
    for row in rows(session, _ends(scope)):
        steps[row.ladder_digest, row.rung] += row.number
        is_retry = row.ended_by == STEP and row.next_rung == row.rung
        if not row.ladder_waits or is_retry:
            continue
        for segment in (ALL, row.segment):
            there = after[row.ladder_digest, row.rung, segment]
            there.add(day=row.day, part=float(row.part), number=row.number, ended_by=row.ended_by)
            if row.ended_by == PAID and row.day < DAYS:
                there.amount += float(row.amount)
                there.squares += float(row.squares)
            if row.ended_by == STEP:
                there.next_rungs[row.next_rung] += row.number
                there.waits[row.day] += row.number
    return Hazards(dict(after), dict(steps))


def _ends(scope: Scope) -> Select[Any]:
    """What came next after each step that was taken, counted by rung, segment and day."""
    happened = _happenings(scope)
    following = {"partition_by": happened.c.loan_id, "order_by": (happened.c.at, happened.c.what)}
    ordered = select(
        *(happened.c[name] for name in ("ladder_digest", "segment", "rung", "ladder_waits", "at", "what")),
        *(
            func.lead(happened.c[name]).over(**following).label(f"next_{name}")
            for name in ("at", "what", "rung", "amount")
        ),
    ).subquery()
    end = func.coalesce(ordered.c.next_at, scope.seen_until)
    measured = (
        select(
            ordered.c.ladder_digest,
            ordered.c.rung,
            ordered.c.segment,
            ordered.c.ladder_waits,
            func.coalesce(ordered.c.next_what, SEEN).label("ended_by"),
            case((ordered.c.next_what == STEP, ordered.c.next_rung)).label("next_rung"),
            whole_days_between(ordered.c.at, end).label("day"),
            days_between(ordered.c.at, end).label("length"),
            cast(func.coalesce(ordered.c.next_amount, 0), Float).label("amount"),
        )
        .where(ordered.c.what == STEP, ordered.c.at >= scope.starts_at)
        .subquery()
    )
    by = [measured.c[n] for n in ("ladder_digest", "rung", "segment", "ladder_waits", "ended_by", "next_rung", "day")]
    return (
        select(
            *by,
            func.count().label("number"),
            func.sum(measured.c.length - measured.c.day).label("part"),
            func.sum(measured.c.amount).label("amount"),
            func.sum(measured.c.amount * measured.c.amount).label("squares"),
        )
        .group_by(*by)
        .order_by(*by)
    )


def _happenings(scope: Scope) -> Any:
    """Steps taken, payments and journeys' ends of the portfolio, in one table."""
    of_portfolio = col(LoanRow.portfolio_id) == scope.portfolio_id
    steps: SelectBase = (
        select(
            col(JourneyRow.loan_id),
            col(StepRow.ended_at).label("at"),
            literal(STEP).label("what"),
            col(JourneyRow.ladder_digest),
            col(LoanRow.segment),
            col(StepRow.rung),
            case((col(StepRow.outcome).in_([o.value for o in LADDER_WAITS]), 1), else_=0).label("ladder_waits"),
            literal(0).label("amount"),
        )
        .join(JourneyRow, col(JourneyRow.id) == col(StepRow.journey_id))
        .join(LoanRow, col(LoanRow.id) == col(JourneyRow.loan_id))
        .where(
            of_portfolio,
            col(StepRow.outcome).in_(TAKEN),
            col(StepRow.ended_at) >= scope.starts_at,
            col(StepRow.ended_at) < scope.seen_until,
            on_record(scope, StepRow.recorded_at),
        )
    )
    paid: SelectBase = (
        select(
            col(PaymentRow.loan_id),
            col(PaymentRow.received_at),
            literal(PAID),
            *(null() for _ in range(4)),
            col(PaymentRow.amount_minor),
        )
        .join(LoanRow, col(LoanRow.id) == col(PaymentRow.loan_id))
        .where(
            of_portfolio,
            col(PaymentRow.received_at) >= scope.starts_at,
            col(PaymentRow.received_at) < scope.seen_until,
            col(PaymentRow.recorded_at) <= scope.as_of,
        )
    )
    closed: SelectBase = (
        select(
            col(JourneyRow.loan_id),
            col(JourneyRow.closed_at),
            literal(CLOSED),
            *(null() for _ in range(4)),
            literal(0),
        )
        .join(LoanRow, col(LoanRow.id) == col(JourneyRow.loan_id))
        .where(
            and_(of_portfolio, col(JourneyRow.closed_at) >= scope.starts_at),
            col(JourneyRow.closed_at) < scope.seen_until,
            on_record(scope, JourneyRow.end_recorded_at),
        )
    )
    return union_all(steps, paid, closed).subquery()
