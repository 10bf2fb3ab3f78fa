"""Collectors against what anybody would have reached with the same cases: for coaching, not for ranking.

Each case is a call or a visit whose result a person recorded. What was to be expected of it comes from all cases of the
period: a linear model of the money and of payments on segment, bucket at entry, rung and balance (least squares with a
little ridge), so that whoever gets the hard cases is not blamed for them.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from sqlalchemy import Select, and_, case, select
from sqlmodel import Session, col

from domain.promise import PromiseState
from domain.work_item import SPOKEN_TO, Disposition, WorkKind, WorkState
from ledger.tables.agreement import PromiseRow
from ledger.tables.work_item import WorkItemRow
from reports.evidence import in_period, on_record
from reports.experiments.confidence_sequence import Floats
from reports.facts.facts import Facts
from reports.facts.fetching import Ints, fetch
from reports.facts.queries import numbered_journeys
from reports.facts.spelling import micros
from reports.learning.hearing import Heard, unheard
from reports.learning.shrinking import ALPHA, Ratio, discoveries, shrink, two_sided
from reports.learning.windows import Money
from reports.scope import Scope

DAYS = 14
LEAST_CASES = 30
RIDGE = 1.0
MOST_BUCKET = 7
"""Later ones are taken together."""
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


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """collector, team: codes into `names` and `teams`. The others are 1 where it is so, or money in minor units.

    journey: its number; at: when the result was recorded, in microseconds. ids: of the work, where they were asked for.
    """

    journey: Ints
    at: Ints
    ids: tuple[str, ...]
    names: tuple[str, ...]
    teams: tuple[str, ...]
    collector: Ints
    team: Ints
    spoken: Floats
    promised: Floats
    kept: Floats
    paid: Floats
    money: Floats
    mix: Floats


def collectors(session: Session, facts: Facts, money: Money, *, heard: Heard = unheard) -> tuple[Collector, ...]:
    """Every collector with a case in the period, by name."""
    cases = cases_of(session, facts, money, heard=heard)
    if cases is None:
        return ()
    expected_paid, expected_money = (_expected(cases.mix, outcome) for outcome in (cases.paid, cases.money))
    members = {cases.names[code]: np.flatnonzero(cases.collector == code) for code in np.unique(cases.collector)}
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
        teams = cases.team[mine][cases.team[mine] >= 0]
        found.append(
            Collector(
                collector=name,
                team=cases.teams[teams[-1]] if len(teams) else None,
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


def cases_of(
    session: Session, facts: Facts, money: Money, *, heard: Heard = unheard, with_ids: bool = False
) -> Cases | None:
    """The cases of the period in order of journey and instant; None where there are none."""
    scope, journeys = facts.scope, facts.journeys
    names = ("taken_by", "team", "disposition", "kind", "rung", *(("id",) if with_ids else ()))
    query = _done(scope)
    columns = [column for column in query.selected_columns if with_ids or column.name != "id"]
    done = fetch(session, query.with_only_columns(*columns, maintain_column_froms=True), names=names, order="any")
    heard("calls and visits", done)
    if not len(done):
        return None
    order = np.lexsort((done.columns["turn"], done.columns["journey"], done.columns["at"]))
    ordered = {name: values[order] for name, values in done.columns.items()}
    journey, at = ordered["journey"], ordered["at"]
    received = money.received_within(journeys["loan"][journey], at, days=DAYS).astype(np.float64)

    def said(*dispositions: str) -> Floats:
        told = np.array([*(name in dispositions for name in done.names["disposition"]), False])
        return told[ordered["disposition"]].astype(np.float64)

    return Cases(
        journey=journey,
        at=at,
        ids=tuple(done.names["id"][code] for code in ordered["id"]) if with_ids else (),
        names=done.names["taken_by"],
        teams=done.names["team"],
        collector=ordered["taken_by"],
        team=ordered["team"],
        spoken=said(*SPOKEN),
        promised=said(Disposition.PROMISE.value),
        kept=ordered["is_kept"].astype(np.float64),
        paid=(received > 0).astype(np.float64),
        money=received,
        mix=_mix(
            journeys["segment"][journey],
            np.minimum(journeys["bucket"][journey], MOST_BUCKET),
            ordered["kind"],
            journeys["ladder"][journey] * (len(done.names["rung"]) + 1) + ordered["rung"],
            owed=journeys["opening_minor"][journey],
        ),
    )


def _mix(*kinds: Ints, owed: Ints) -> Floats:
    """What a case was like: dummies of its kinds and the logarithm of what was owed at entry, all centred."""
    dummies = [(kind == each).astype(np.float64) for kind in kinds for each in np.unique(kind)]
    mix = np.stack([*dummies, np.log1p(np.maximum(owed, 0).astype(np.float64))], axis=1)
    centred: Floats = mix - mix.mean(axis=0)
    return centred


def _done(scope: Scope) -> Select[Any]:
    """Calls and visits whose result somebody recorded, early enough to see what followed."""
    journey = numbered_journeys(scope)
    is_kept = and_(
        col(PromiseRow.state) == PromiseState.KEPT.value,
        col(PromiseRow.settled_at) <= scope.as_of,
        col(PromiseRow.settled_at) < scope.ends_at,
        on_record(scope, PromiseRow.recorded_at),
    )
    kept = select(col(PromiseRow.work_item_id)).where(is_kept, col(PromiseRow.work_item_id).is_not(None)).distinct()
    kept_items = kept.subquery()
    return (
        select(
            col(WorkItemRow.id),
            journey.c.no.label("journey"),
            micros(WorkItemRow.recorded_at).label("at"),
            col(WorkItemRow.turn_no).label("turn"),
            case((kept_items.c.work_item_id.is_not(None), 1), else_=0).label("is_kept"),
            col(WorkItemRow.taken_by),
            col(WorkItemRow.team),
            col(WorkItemRow.disposition),
            col(WorkItemRow.kind),
            col(WorkItemRow.rung),
        )
        .join(journey, journey.c.id == col(WorkItemRow.journey_id))
        .outerjoin(kept_items, kept_items.c.work_item_id == col(WorkItemRow.id))
        .where(
            col(WorkItemRow.kind).in_(CALLS_AND_VISITS),
            col(WorkItemRow.state) == WorkState.DONE.value,
            col(WorkItemRow.taken_by).is_not(None),
            col(WorkItemRow.disposition).is_not(None),
            *in_period(scope, WorkItemRow.recorded_at),
            on_record(scope, WorkItemRow.told_at),
            col(WorkItemRow.recorded_at) <= scope.seen_until - timedelta(days=DAYS),
        )
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
