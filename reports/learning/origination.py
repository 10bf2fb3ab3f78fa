"""What to lend on: loss net of collection cost by what was known when the loan was made, for an underwriter."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
from sqlalchemy import Subquery, func, select
from sqlmodel import Session, col

from ledger.tables.journey import JourneyRow
from ledger.tables.loan import LoanRow
from reports.evidence import on_record
from reports.experiments.confidence_sequence import Floats
from reports.learning.asking import rows
from reports.learning.entering import MILLIS, costs, received
from reports.learning.shrinking import ALPHA, Ratio, discoveries, ratio_of, shrink, two_sided
from reports.scope import Scope

SPANS = (180, 90, 60, 30)
"""Days of money: the most for which at least half of the entered were watched."""
LEAST_LOANS = 30
DIMENSIONS = ("industry", "region", "product", "origination_channel", "vintage")
SUPPRESSED = "fewer than 30 loans each"
UNKNOWN = "not known"
HIGHER, LOWER, NO_DIFFERENCE = "higher_loss", "lower_loss", "no_difference_shown"

TERMS = {
    "loss net of collection cost": (
        "(arrears at entry - received + cost of collecting) / arrears at entry, over the loans that entered in the "
        "period and were watched for `days` days (the most of 180, 90, 60, 30 for which half of them were), each from "
        "its first journey in the period; more than 1 where collecting cost more than it brought"
    ),
    "shrunk rate": (
        "the cell's own rate pulled towards the mean of the k cells beside it by how uncertain it is: rate - B x (rate "
        "- mean), B = (k - 3) / (k - 1) x s^2 / (s^2 + t^2), s the cell's standard error, t the spread between cells "
        "(empirical Bayes; DerSimonian and Laird, Morris); the 95 % interval is around it and allows for a guessed t; "
        "cells with fewer than 30 loans are put together, and not shown where they are fewer than 30 even so"
    ),
    "q value": (
        "the share of false alarms among all cells at least as far from the rest of the portfolio as this one "
        "(Benjamini and Hochberg, over all cells of all dimensions); higher or lower loss is said below 0.05"
    ),
}


@dataclass(frozen=True, slots=True)
class OriginationCell:
    """One value of one dimension; money in minor units, rates as shares of the arrears at entry."""

    by: str
    name: str
    days: int
    loans: int
    placed_minor: int
    recovered_minor: int
    cost_minor: int
    loss_minor: int
    loss_rate: float
    shrunk_rate: float
    ci_low: float
    ci_high: float
    rest_rate: float | None
    q_value: float | None
    verdict: str


@dataclass(frozen=True)
class _Loans:
    placed: Floats
    recovered: Floats
    cost: Floats
    cells: Mapping[str, list[str]]
    days: int

    @property
    def loss(self) -> Floats:
        found: Floats = self.placed - self.recovered + self.cost
        return found


def origination(session: Session, scope: Scope) -> tuple[OriginationCell, ...]:
    """Every cell of every dimension of which something is known, the dimension's cells by name."""
    loans = _loans(session, scope)
    if loans is None:
        return ()
    cells = list(_cells(loans))
    compared = [index for index, cell in enumerate(cells) if cell.q_value is not None]
    corrected = discoveries([cells[index].q_value or 0.0 for index in compared])
    q_values = dict(zip(compared, corrected, strict=True))
    return tuple(_judged(cell, q_values.get(index)) for index, cell in enumerate(cells))


def _cells(loans: _Loans) -> Iterator[OriginationCell]:
    """With the chance of each as its q-value, which is corrected afterwards."""
    total = len(loans.placed)
    for by in DIMENSIONS:
        members = defaultdict[str, list[int]](list)
        for index, name in enumerate(loans.cells[by]):
            members[name].append(index)
        if set(members) <= {UNKNOWN}:
            continue
        small = [name for name, indices in members.items() if len(indices) < LEAST_LOANS]
        together = [index for name in small for index in members.pop(name)]
        if len(together) >= LEAST_LOANS:
            members[SUPPRESSED] = together
        names = sorted(members, key=lambda name: (name == SUPPRESSED, name))
        picked = [np.array(sorted(members[name]), dtype=np.int64) for name in names]
        ratios = [ratio_of(loans.loss[each], loans.placed[each]) for each in picked]
        for name, each, ratio, shrunk in zip(names, picked, ratios, shrink(ratios), strict=True):
            others = np.ones(total, dtype=bool)
            others[each] = False
            rest = ratio_of(loans.loss[others], loans.placed[others]) if others.any() else None
            placed, recovered, cost = (
                round(float(amount[each].sum())) for amount in (loans.placed, loans.recovered, loans.cost)
            )
            yield OriginationCell(
                by=by,
                name=name,
                days=loans.days,
                loans=len(each),
                placed_minor=placed,
                recovered_minor=recovered,
                cost_minor=cost,
                loss_minor=placed - recovered + cost,
                loss_rate=round(ratio.rate, 6),
                shrunk_rate=round(shrunk.rate, 6),
                ci_low=round(shrunk.ci_low, 6),
                ci_high=round(shrunk.ci_high, 6),
                rest_rate=None if rest is None else round(rest.rate, 6),
                q_value=None
                if rest is None
                else two_sided(ratio.rate - rest.rate, math.hypot(ratio.error, rest.error)),
                verdict=NO_DIFFERENCE,
            )


def _chance(one: Ratio, other: Ratio) -> float:
    return two_sided(one.rate - other.rate, math.hypot(one.error, other.error))


def _judged(cell: OriginationCell, q_value: float | None) -> OriginationCell:
    if q_value is None or cell.rest_rate is None or q_value >= ALPHA or cell.name in {SUPPRESSED, UNKNOWN}:
        return replace(cell, q_value=None if q_value is None else round(q_value, 6))
    verdict = HIGHER if cell.loss_rate > cell.rest_rate else LOWER
    return replace(cell, q_value=round(q_value, 6), verdict=verdict)


def _loans(session: Session, scope: Scope) -> _Loans | None:
    entered = _entered(scope)
    opened = [at for (at,) in rows(session, select(entered.c.opened_at))]
    for days in SPANS:
        ends_at = scope.seen_until - timedelta(days=days)
        if opened and 2 * sum(at <= ends_at for at in opened) >= len(opened):
            break
    else:
        return None
    watched = select(entered).where(entered.c.opened_at <= ends_at).subquery()
    found = rows(session, select(watched).order_by(watched.c.journey_id))
    money = received(session, scope, starts=watched, days=days)
    spent = costs(session, scope, starts=watched, days=days)
    return _Loans(
        placed=np.array([row.opening_minor for row in found], dtype=np.float64),
        recovered=np.array([money.get(row.journey_id, 0) for row in found], dtype=np.float64),
        cost=np.array([spent.get(row.journey_id, 0) / MILLIS for row in found], dtype=np.float64),
        cells={by: [_value(row, by) for row in found] for by in DIMENSIONS},
        days=days,
    )


def _value(row: Any, by: str) -> str:
    match by:
        case "product":
            return str(row.product)
        case "vintage":
            given = row.attributes.get(by)
            return str(given or (row.originated_on.year if row.originated_on else UNKNOWN))
        case _:
            return str(row.attributes.get(by) or UNKNOWN)


def _entered(scope: Scope) -> Subquery:
    """The first journey in the period of each loan that owed something then."""
    nth = func.row_number().over(
        partition_by=col(JourneyRow.loan_id), order_by=(col(JourneyRow.opened_at), col(JourneyRow.id))
    )
    numbered = (
        select(
            col(JourneyRow.id).label("journey_id"),
            col(JourneyRow.loan_id),
            col(JourneyRow.opened_at),
            col(JourneyRow.opening_minor),
            col(LoanRow.product),
            col(LoanRow.originated_on),
            col(LoanRow.attributes),
            nth.label("nth"),
        )
        .join(LoanRow, col(LoanRow.id) == col(JourneyRow.loan_id))
        .where(
            col(LoanRow.portfolio_id) == scope.portfolio_id,
            col(JourneyRow.opening_minor) > 0,
            col(JourneyRow.opened_at) >= scope.starts_at,
            col(JourneyRow.opened_at) < scope.seen_until,
            on_record(scope, JourneyRow.recorded_at),
        )
        .subquery()
    )
    return select(numbered).where(numbered.c.nth == 1).subquery()
