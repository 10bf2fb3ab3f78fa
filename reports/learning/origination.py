"""What to lend on: loss net of collection cost by what was known when the loan was made, for an underwriter."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sqlalchemy import Select, String, cast, extract, func, select
from sqlmodel import Session, col

from ledger.tables.statement import StatementRow
from reports.experiments.confidence_sequence import Floats
from reports.facts.facts import Facts, in_micros
from reports.facts.fetching import NONE, Ints, fetch
from reports.facts.queries import numbered_loans
from reports.learning.hearing import Heard, unheard
from reports.learning.shrinking import ALPHA, Ratio, discoveries, ratio_of, shrink, two_sided
from reports.learning.windows import DAY, Money
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


@dataclass(frozen=True, slots=True, eq=False)
class Lent:
    """Loans, each from its first journey in the period (`journey`) on, with the money of `days` days.

    names: the values of each dimension, by the codes in `cells`; the last one is for what is not known.
    """

    journey: Ints
    placed: Floats
    recovered: Floats
    cost: Floats
    cells: Mapping[str, Ints]
    names: Mapping[str, tuple[str, ...]]
    days: int

    @property
    def loss(self) -> Floats:
        found: Floats = self.placed - self.recovered + self.cost
        return found


def origination(session: Session, facts: Facts, money: Money, *, heard: Heard = unheard) -> tuple[OriginationCell, ...]:
    """Every cell of every dimension of which something is known, the dimension's cells by name."""
    loans = lent(session, facts, money, heard=heard)
    if loans is None:
        return ()
    cells = list(_cells(loans))
    compared = [index for index, cell in enumerate(cells) if cell.q_value is not None]
    corrected = discoveries([cells[index].q_value or 0.0 for index in compared])
    q_values = dict(zip(compared, corrected, strict=True))
    return tuple(_judged(cell, q_values.get(index)) for index, cell in enumerate(cells))


def members_of(loans: Lent) -> Iterator[tuple[str, dict[str, Ints]]]:
    """Each dimension of which something is known, and the loans of its cells; too small ones are put together."""
    for by in DIMENSIONS:
        of = loans.cells[by]
        members = {loans.names[by][code]: np.flatnonzero(of == code) for code in np.unique(of)}
        if set(members) <= {UNKNOWN}:
            continue
        small = [name for name, indices in members.items() if len(indices) < LEAST_LOANS]
        together = np.sort(np.concatenate([np.zeros(0, dtype=np.int64), *(members.pop(name) for name in small)]))
        if len(together) >= LEAST_LOANS:
            members[SUPPRESSED] = together
        yield by, {name: members[name] for name in sorted(members, key=lambda name: (name == SUPPRESSED, name))}


def _cells(loans: Lent) -> Iterator[OriginationCell]:
    """With the chance of each as its q-value, which is corrected afterwards."""
    total = len(loans.placed)
    for by, members in members_of(loans):
        names = list(members)
        picked = [members[name] for name in names]
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


def lent(session: Session, facts: Facts, money: Money, *, heard: Heard = unheard) -> Lent | None:
    """The first journey in the period of each loan that owed something then, where it was watched for long enough."""
    journeys, seen_until = facts.journeys, in_micros(facts.scope.seen_until)
    opened_at = journeys["opened_at"]
    owing = np.flatnonzero(facts.entered & (opened_at < seen_until) & (journeys["opening_minor"] > 0))
    _, first = np.unique(journeys["loan"][owing], return_index=True)
    entered = owing[first]
    for days in SPANS:
        watched = entered[opened_at[entered] <= seen_until - days * DAY]
        if len(entered) and 2 * len(watched) >= len(entered):
            break
    else:
        return None
    loan, starts = journeys["loan"][watched], opened_at[watched]
    known = fetch(session, _origins(facts.scope), names=DIMENSIONS, order="any")
    heard("origins", known)
    place = np.full(int(max(known.columns["loan"].max(initial=0), loan.max(initial=0))) + 1, NONE, dtype=np.int64)
    place[known.columns["loan"]] = np.arange(len(known))
    codes = {by: np.append(known.columns[by], NONE)[place[loan]] for by in DIMENSIONS}
    return Lent(
        journey=watched,
        placed=journeys["opening_minor"][watched].astype(np.float64),
        recovered=money.kept_within(loan, starts, days=days),
        cost=money.spent_within(loan, starts, days=days),
        cells={by: np.where(codes[by] >= 0, codes[by], len(known.names[by])) for by in DIMENSIONS},
        names={by: (*known.names[by], UNKNOWN) for by in DIMENSIONS},
        days=days,
    )


def _origins(scope: Scope) -> Select[Any]:
    """What was known of each loan when it was made, as the newest book on record tells it."""
    loan = numbered_loans(scope)
    nth = func.row_number().over(
        partition_by=col(StatementRow.loan_id),
        order_by=(col(StatementRow.recorded_at).desc(), col(StatementRow.as_of_on).desc(), col(StatementRow.id)),
    )
    newest = (
        select(
            col(StatementRow.loan_id),
            col(StatementRow.product),
            col(StatementRow.originated_on),
            col(StatementRow.attributes),
            nth.label("nth"),
        )
        .where(col(StatementRow.recorded_at) <= scope.as_of)
        .subquery()
    )
    given = {by: newest.c.attributes[by].as_string() for by in DIMENSIONS}
    year = cast(extract("year", newest.c.originated_on), String)
    columns = {**given, "product": newest.c.product, "vintage": func.coalesce(given["vintage"], year)}
    return (
        select(loan.c.no.label("loan"), *(columns[by].label(by) for by in DIMENSIONS))
        .join(loan, loan.c.id == newest.c.loan_id)
        .where(newest.c.nth == 1)
    )
