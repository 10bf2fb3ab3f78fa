"""Collectors against what anybody would have reached with the same cases: for coaching, not for ranking.

Each case is a call or a visit whose result a person recorded. What was to be expected of it comes from all cases of the
period: a linear model of the money and of payments on segment, bucket at entry, rung and balance (least squares with a
little ridge), so that whoever gets the hard cases is not blamed for them.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from sqlalchemy import Subquery, and_, func, select
from sqlmodel import Session, col

from domain.arrears import bucket_of
from domain.work_item import SPOKEN_TO, Disposition, WorkKind, WorkState
from ledger.tables.agreement import PromiseRow
from ledger.tables.journey import JourneyRow
from ledger.tables.loan import LoanRow
from ledger.tables.money import PaymentRow
from ledger.tables.work_item import WorkItemRow
from reports.experiments.confidence_sequence import Floats
from reports.learning.asking import days_after, in_period, rows
from reports.learning.shrinking import ALPHA, Ratio, discoveries, shrink, two_sided
from reports.scope import Scope

DAYS = 14
LEAST_CASES = 30
RIDGE = 1.0
CALLS_AND_VISITS = (WorkKind.CALLBACK.value, WorkKind.FIELD_VISIT.value)
SPOKEN = frozenset(disposition.value for disposition in SPOKEN_TO)
ABOVE, BELOW, AS_EXPECTED, TOO_FEW = "above_expected", "below_expected", "as_expected", "too_few_cases"
ALONE = "nobody_to_compare_with"

TERMS = {
    "collector scorecard": (
        "calls and visits recorded in the period, at least 14 days before the end of what is seen; paid: cases with a "
        "payment within 14 days; expected: what all cases of the period with the same segment, bucket at entry, rung "
        "and balance bring (least squares, the same model for everybody); difference per case: (paid - expected) / "
        "cases, pulled towards the others by how uncertain it is (empirical Bayes), with a 95 % interval"
    ),
    "no ranking": (
        "below 30 cases no comparison is shown, and nobody is listed by result; above or below expected is said where "
        "the q value over all collectors is below 0.05; cases were not given out at random, so it is a reason to "
        "listen to calls together, and nothing more"
    ),
}


@dataclass(frozen=True, slots=True)
class Collector:
    """One collector, by the name or id that was recorded; money in minor units, differences per case.

    Comparisons are None below 30 cases.
    """

    collector: str
    team: str | None
    cases: int
    spoken_to: int
    promises: int
    promises_kept: int
    paid_cases: int
    expected_paid_cases: float | None
    paid_difference_per_case: float | None
    ci_low: float | None
    ci_high: float | None
    recovered_minor: int
    expected_minor: int | None
    q_value: float | None
    is_compared: bool
    verdict: str


@dataclass(frozen=True)
class _Cases:
    collector: list[str]
    team: list[str | None]
    spoken: Floats
    promised: Floats
    kept: Floats
    paid: Floats
    money: Floats
    mix: Floats

    def __len__(self) -> int:
        return len(self.collector)


def collectors(session: Session, scope: Scope) -> tuple[Collector, ...]:
    """Every collector with a case in the period, by name."""
    cases = _cases(session, scope)
    if not len(cases):
        return ()
    expected_paid, expected_money = (_expected(cases.mix, outcome) for outcome in (cases.paid, cases.money))
    members = defaultdict[str, list[int]](list)
    for index, name in enumerate(cases.collector):
        members[name].append(index)
    names = sorted(members)
    residuals = cases.paid - expected_paid
    compared = [name for name in names if len(members[name]) >= LEAST_CASES]
    raw = [_mean(residuals[members[name]]) for name in compared]
    shrunk = dict(zip(compared, shrink(raw), strict=True)) if len(compared) > 1 else {}
    q_values = dict(zip(compared, discoveries([two_sided(r.rate, r.error) for r in raw]), strict=True))
    found = []
    for name in names:
        mine = members[name]
        at, q_value = shrunk.get(name), q_values.get(name)
        difference = None if at is None else at.rate
        found.append(
            Collector(
                collector=name,
                team=next((cases.team[i] for i in reversed(mine) if cases.team[i]), None),
                cases=len(mine),
                spoken_to=int(cases.spoken[mine].sum()),
                promises=int(cases.promised[mine].sum()),
                promises_kept=int(cases.kept[mine].sum()),
                paid_cases=int(cases.paid[mine].sum()),
                expected_paid_cases=None if at is None else round(float(expected_paid[mine].sum()), 2),
                paid_difference_per_case=_rounded(difference),
                ci_low=None if at is None else _rounded(at.ci_low),
                ci_high=None if at is None else _rounded(at.ci_high),
                recovered_minor=int(cases.money[mine].sum()),
                expected_minor=None if at is None else round(float(expected_money[mine].sum())),
                q_value=None if at is None else _rounded(q_value),
                is_compared=at is not None,
                verdict=_verdict(difference, q_value) if len(compared) != 1 or name not in compared else ALONE,
            )
        )
    return tuple(found)


def _verdict(difference: float | None, q_value: float | None) -> str:
    if difference is None or q_value is None:
        return TOO_FEW
    if q_value >= ALPHA:
        return AS_EXPECTED
    return ABOVE if difference > 0 else BELOW


def _mean(residuals: Floats) -> Ratio:
    return Ratio(float(residuals.mean()), float(residuals.std(ddof=1)) / float(np.sqrt(len(residuals))))


def _expected(mix: Floats, outcome: Floats) -> Floats:
    """The model's value for each case, the whole summing to what there was."""
    middle = float(outcome.mean())
    gram = mix.T @ mix + RIDGE * np.eye(mix.shape[1])
    found: Floats = middle + mix @ np.linalg.solve(gram, mix.T @ (outcome - middle))
    return found


def _cases(session: Session, scope: Scope) -> _Cases:
    done = _done(scope)
    money = dict(rows(session, _money(scope, done)))
    promised = dict(rows(session, _promises(scope, done)))
    found = rows(session, select(done).order_by(done.c.recorded_at, done.c.id))
    is_kept = {"kept": 1.0}
    return _Cases(
        collector=[row.taken_by for row in found],
        team=[row.team for row in found],
        spoken=np.array([row.disposition in SPOKEN for row in found], dtype=np.float64),
        promised=np.array([row.disposition == Disposition.PROMISE.value for row in found], dtype=np.float64),
        kept=np.array([is_kept.get(promised.get(row.id, ""), 0.0) for row in found], dtype=np.float64),
        paid=np.array([row.id in money for row in found], dtype=np.float64),
        money=np.array([int(money.get(row.id, 0)) for row in found], dtype=np.float64),
        mix=_mix(found),
    )


def _mix(found: list[Any]) -> Floats:
    """What a case was like: dummies of segment, bucket and rung, and the logarithm of the arrears, all centred."""
    if not found:
        return np.zeros((0, 0))
    columns: list[Floats] = []
    for value in (
        lambda row: row.segment,
        lambda row: min(bucket_of(row.opening_days_past_due), 7),
        lambda row: row.kind,
        lambda row: (row.ladder_digest, row.rung),
    ):
        values = [value(row) for row in found]
        columns += [np.array([v == each for v in values], dtype=np.float64) for each in sorted(set(values))]
    columns.append(np.log1p(np.array([max(row.opening_minor, 0) for row in found], dtype=np.float64)))
    mix = np.stack(columns, axis=1)
    centred: Floats = mix - mix.mean(axis=0)
    return centred


def _done(scope: Scope) -> Subquery:
    """Calls and visits whose result somebody recorded, early enough to see what followed."""
    return (
        select(
            col(WorkItemRow.id),
            col(WorkItemRow.loan_id),
            col(WorkItemRow.kind),
            col(WorkItemRow.rung),
            col(WorkItemRow.taken_by),
            col(WorkItemRow.team),
            col(WorkItemRow.disposition),
            col(WorkItemRow.recorded_at),
            col(JourneyRow.ladder_digest),
            col(JourneyRow.opening_minor),
            col(JourneyRow.opening_days_past_due),
            col(LoanRow.segment),
        )
        .join(JourneyRow, col(JourneyRow.id) == col(WorkItemRow.journey_id))
        .join(LoanRow, col(LoanRow.id) == col(WorkItemRow.loan_id))
        .where(
            col(LoanRow.portfolio_id) == scope.portfolio_id,
            col(WorkItemRow.kind).in_(CALLS_AND_VISITS),
            col(WorkItemRow.state) == WorkState.DONE.value,
            col(WorkItemRow.taken_by).is_not(None),
            col(WorkItemRow.disposition).is_not(None),
            *in_period(scope, WorkItemRow.recorded_at),
            col(WorkItemRow.recorded_at) <= scope.seen_until - timedelta(days=DAYS),
        )
        .subquery()
    )


def _money(scope: Scope, done: Subquery) -> Any:
    return (
        select(done.c.id, func.sum(PaymentRow.amount_minor))
        .join(
            PaymentRow,
            and_(
                col(PaymentRow.loan_id) == done.c.loan_id,
                col(PaymentRow.received_at) >= done.c.recorded_at,
                col(PaymentRow.received_at) < days_after(done.c.recorded_at, DAYS),
            ),
        )
        .where(col(PaymentRow.recorded_at) <= scope.as_of)
        .group_by(done.c.id)
    )


def _promises(scope: Scope, done: Subquery) -> Any:
    return (
        select(done.c.id, func.min(PromiseRow.state))
        .join(PromiseRow, col(PromiseRow.work_item_id) == done.c.id)
        .where(col(PromiseRow.settled_at) <= scope.as_of, col(PromiseRow.settled_at) < scope.ends_at)
        .group_by(done.c.id)
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
