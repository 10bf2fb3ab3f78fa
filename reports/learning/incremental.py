"""Incremental recovery: what each arm brought per loan entered more than another one, and what each rung brings."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from sqlalchemy import Select, SelectBase, String, cast, func, literal, select, union_all
from sqlmodel import Session, col

from domain.step import Outcome
from ledger.tables.journey import StepRow, TurnRow
from reports.evidence import on_record
from reports.experiments.comparison import POWER
from reports.experiments.confidence_sequence import multiplier
from reports.experiments.entries import Entries
from reports.experiments.evaluation import CHAMPION, HOLDOUT, Pair, evaluate, pairs_of
from reports.experiments.verdict import Verdict
from reports.facts.facts import Facts, in_micros
from reports.facts.fetching import Ints, fetch
from reports.facts.queries import numbered_journeys
from reports.facts.spelling import micros
from reports.learning.entering import Standing
from reports.learning.hearing import Heard, unheard
from reports.learning.windows import DAY, Money
from reports.scope import Scope

ALPHA = 0.05
RUNG_DAYS = 30
TAKEN, WITHHELD = "taken", "withheld"

TERMS = {
    "incremental recovery": (
        "(money per loan entered in the arm - the same in the arm compared with) x loans entered in the arm; every "
        "loan that entered since the beginning and was watched for `days` counts once, in the arm it was drawn for, "
        "whatever was done to it; each is weighted by 1 / the logged probability of its arm (Hajek), among loans whose "
        "rule could give both arms; money of `days` days after entry, net of what was taken back within them; `days` "
        "is how long the holdout's ladder leaves it alone, at most 90; figures that begin with `net` are after cost"
    ),
    "valid at any time": (
        "estimate +/- sqrt(2 (n r + 1) / (n r) x log(sqrt(n r + 1) / alpha)) x standard error, with r fixed "
        "beforehand (asymptotic confidence sequence, Waudby-Smith and others 2024): the interval may be looked at "
        "every week, and all looks together miss the truth in at most one case of twenty"
    ),
    "mde": (
        "the smallest true difference per loan that would be shown with 80 % power: `mde_minor` at this look, "
        "`mde_all_entered_minor` once every loan that has entered so far has been watched; before an experiment, "
        "`duecourse experiment plan` tells it"
    ),
    "insufficient data": (
        "fewer than 100 loans (by weight) or 30 with a recovery in an arm, one loan with most of the variance, an "
        "interval wider than all that is recovered per loan, or counts that the logged probabilities contradict"
    ),
    "rung holdout": (
        "a ladder may withhold a rung at random from a share of journeys (`holdout: 0.1`); drawn when the rung is due, "
        "logged for those who got it and those who did not; the difference in money of 30 days from that instant per "
        "journey that reached the rung, with the same interval"
    ),
}


@dataclass(frozen=True, slots=True)
class Incremental:
    """An arm against another one; money in minor units, None where there are too few loans for a figure.

    n: loans of both arms that were watched for `days`; n_arm, n_against: of each. incremental_minor: the difference
    times n_arm. why: the reasons for insufficient data, else empty. Net is after collection cost.
    """

    arm: str
    against: str
    days: int
    difference_per_loan_minor: float | None
    ci_low: float | None
    ci_high: float | None
    alpha: float
    n: int
    n_arm: int
    n_against: int
    mde_minor: float | None
    mde_all_entered_minor: float | None
    verdict: Verdict
    valid_at_any_time: bool
    incremental_minor: int | None
    incremental_low_minor: int | None
    incremental_high_minor: int | None
    net_difference_per_loan_minor: float | None
    net_ci_low: float | None
    net_ci_high: float | None
    net_verdict: Verdict
    why: str


@dataclass(frozen=True, slots=True)
class RungHoldout:
    """A rung of a ladder version, taken against withheld; as above."""

    rung: str
    comparison: Incremental


def incremental(standing: Standing) -> tuple[Incremental, ...]:
    """Each arm against the holdout, and each other one against the champion."""
    return tuple(_compared(standing.entries, days=standing.days, entered=standing.entered))


@dataclass(frozen=True, slots=True, eq=False)
class DrawnRung:
    """Journeys that reached a rung and were watched for 30 days from the draw (microseconds); entered: all, by arm."""

    name: str
    journey: Ints
    at: Ints
    entries: Entries
    entered: Mapping[tuple[str, str], int]


def rung_holdouts(
    session: Session, facts: Facts, money: Money, *, ladders: Mapping[str, str], heard: Heard = unheard
) -> tuple[RungHoldout, ...]:
    """Every rung that was withheld from somebody, by ladder version and in the order of names."""
    found = [
        RungHoldout(rung.name, replace(each, arm=TAKEN, against=WITHHELD))
        for rung in drawn_rungs(session, facts, money, ladders=ladders, heard=heard)
        for each in _compared(rung.entries, days=RUNG_DAYS, entered=rung.entered)
    ]
    return tuple(sorted(found, key=lambda each: each.rung))


def drawn_rungs(
    session: Session, facts: Facts, money: Money, *, ladders: Mapping[str, str], heard: Heard = unheard
) -> Iterator[DrawnRung]:
    """The journeys of each rung that was drawn for."""
    drawn = fetch(session, _drawn(facts.scope), names=("rung", "share"), order="any")
    heard("draws", drawn)
    journey, at = drawn.columns["journey"], drawn.columns["at"]
    if not len(drawn):
        return
    loan, ladder = facts.journeys["loan"][journey], facts.journeys["ladder"][journey]
    share = np.array([*map(float, drawn.names["share"]), np.nan])[drawn.columns["share"]]
    is_taken = drawn.columns["is_taken"] == 1
    arm = np.where(is_taken, CHAMPION, HOLDOUT)
    chance = np.where(is_taken, 1 - share, share)
    is_watched = at <= in_micros(facts.scope.seen_until) - RUNG_DAYS * DAY
    rungs = drawn.columns["rung"]
    for digest, rung in sorted(set(zip(ladder.tolist(), rungs.tolist(), strict=True))):
        mine = np.flatnonzero((ladder == digest) & (rungs == rung))
        mine = mine[np.lexsort((journey[mine], at[mine]))]
        seen = mine[is_watched[mine]]
        entries = Entries(
            entered_on=(at[seen] // DAY).astype("datetime64[D]"),
            arm=arm[seen],
            probability=chance[seen],
            recovered=money.kept_within(loan[seen], at[seen], days=RUNG_DAYS),
            cost=money.spent_within(loan[seen], at[seen], days=RUNG_DAYS),
        )
        entered = {("", name): int((arm[mine] == name).sum()) for name in (CHAMPION, HOLDOUT)}
        name = f"{ladders[facts.names['ladder'][digest]]}: {drawn.names['rung'][rung]}"
        yield DrawnRung(name, journey[seen], at[seen], entries, entered)


def _compared(entries: Entries, *, days: int, entered: Mapping[tuple[str, str], int]) -> Iterator[Incremental]:
    """Also arms of which no loan has been watched long enough yet; entered: by rule and arm."""
    evaluation = evaluate(entries, alpha=ALPHA)
    there = {(pair.arm, pair.against): pair for pair in evaluation.pairs}
    for arm, against in pairs_of(tuple(sorted({arm for _, arm in entered}))):
        pair = there.get((arm, against))
        if pair is None:
            yield _nothing(arm, against, days=days)
        else:
            yield _of(pair, days=days, entered=entered)


def _of(pair: Pair, *, days: int, entered: Mapping[tuple[str, str], int]) -> Incremental:
    gross, net = pair.gross, pair.net
    treated = pair.n_by_arm[pair.arm]

    def in_all(per_loan: float | None) -> int | None:
        return None if per_loan is None else round(per_loan * treated)

    return Incremental(
        arm=pair.arm,
        against=pair.against,
        days=days,
        difference_per_loan_minor=_rounded(gross.difference_per_loan_minor),
        ci_low=_rounded(gross.ci_low),
        ci_high=_rounded(gross.ci_high),
        alpha=ALPHA,
        n=pair.n,
        n_arm=treated,
        n_against=pair.n_by_arm[pair.against],
        mde_minor=_rounded(gross.mde_minor),
        mde_all_entered_minor=_rounded(_later_mde(pair, entered=entered)),
        verdict=gross.verdict,
        valid_at_any_time=True,
        incremental_minor=in_all(gross.difference_per_loan_minor),
        incremental_low_minor=in_all(gross.ci_low),
        incremental_high_minor=in_all(gross.ci_high),
        net_difference_per_loan_minor=_rounded(net.difference_per_loan_minor),
        net_ci_low=_rounded(net.ci_low),
        net_ci_high=_rounded(net.ci_high),
        net_verdict=net.verdict,
        why="; ".join(dict.fromkeys((*gross.why, *net.why))),
    )


def _later_mde(pair: Pair, *, entered: Mapping[tuple[str, str], int]) -> float | None:
    """Once all that entered under rules that gave both are watched, if money stays as spread as it is."""
    gross = pair.gross
    if gross.ci_high is None or gross.difference_per_loan_minor is None:
        return None
    rules = [rule for rule, arm in entered if arm == pair.arm and (rule, pair.against) in entered]
    loans = max(sum(entered[rule, arm] for rule in rules for arm in (pair.arm, pair.against)), pair.n)
    error = (gross.ci_high - gross.difference_per_loan_minor) / multiplier(pair.n, alpha=ALPHA)
    later = error * math.sqrt(pair.n / loans)
    return (multiplier(loans, alpha=ALPHA) + NormalDist().inv_cdf(POWER)) * later


def _nothing(arm: str, against: str, *, days: int) -> Incremental:
    none = Verdict.INSUFFICIENT_DATA
    why = f"no loan of both arms has been watched for {days} days yet"
    return Incremental(
        arm=arm,
        against=against,
        days=days,
        difference_per_loan_minor=None,
        ci_low=None,
        ci_high=None,
        alpha=ALPHA,
        n=0,
        n_arm=0,
        n_against=0,
        mde_minor=None,
        mde_all_entered_minor=None,
        verdict=none,
        valid_at_any_time=True,
        incremental_minor=None,
        incremental_low_minor=None,
        incremental_high_minor=None,
        net_difference_per_loan_minor=None,
        net_ci_low=None,
        net_ci_high=None,
        net_verdict=none,
        why=why,
    )


def _rounded(minor: float | None) -> float | None:
    return None if minor is None else round(minor, 4)


def _drawn(scope: Scope) -> Select[tuple[int, str, int, str, int]]:
    """Each journey and rung once, at the instant of the draw: from the turn that took it, or the step withheld."""
    taken: SelectBase = (
        select(
            col(TurnRow.journey_id),
            col(TurnRow.rung),
            func.min(TurnRow.decided_at).label("at"),
            func.min(TurnRow.withhold_share).label("share"),
            literal(1).label("is_taken"),
        )
        .where(col(TurnRow.withhold_share).is_not(None), col(TurnRow.decided_at) < scope.seen_until)
        .group_by(col(TurnRow.journey_id), col(TurnRow.rung))
    )
    withheld: SelectBase = select(
        col(StepRow.journey_id),
        col(StepRow.rung),
        col(StepRow.ended_at).label("at"),
        col(StepRow.withhold_share).label("share"),
        literal(0).label("is_taken"),
    ).where(
        col(StepRow.outcome) == Outcome.WITHHELD.value,
        col(StepRow.withhold_share).is_not(None),
        col(StepRow.ended_at) < scope.seen_until,
        on_record(scope, StepRow.recorded_at),
    )
    both, journey = union_all(taken, withheld).subquery(), numbered_journeys(scope)
    return select(
        journey.c.no.label("journey"),
        both.c.rung,
        micros(both.c.at).label("at"),
        cast(both.c.share, String).label("share"),
        both.c.is_taken,
    ).join(journey, journey.c.id == both.c.journey_id)
