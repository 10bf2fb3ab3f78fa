"""An experiment judged: every pair of arms compared by intention to treat, gross and net of cost."""

import math
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from reports.experiments.comparison import LEAST_LOANS, LEAST_PAYERS, Difference, capped_difference, difference
from reports.experiments.confidence_sequence import multiplier
from reports.experiments.entries import Entries
from reports.experiments.group import Group

HOLDOUT, CHAMPION = "holdout", "champion"
MOST_BAD = 0.01
"""With more than this share of rows unread, who is missing may decide the result."""

BALANCE_ALPHA = 0.001
MOST_LOOKS = 60


@dataclass(frozen=True, slots=True)
class ArmFigures:
    """An arm's loans, those of them that count in comparisons, and its means per loan entered, in minor units."""

    arm: str
    loans: int
    payers: int
    recovered_per_loan_minor: float | None
    net_per_loan_minor: float | None
    sd_minor: float | None


@dataclass(frozen=True, slots=True)
class Pair:
    """An arm against another over the days on which both were being given; `n` counts the loans of both."""

    arm: str
    against: str
    from_on: date | None
    to_on: date | None
    n: int
    n_by_arm: dict[str, int]
    gross: Difference
    net: Difference
    capped_difference_minor: float | None


@dataclass(frozen=True, slots=True)
class Look:
    """What a pair showed by the end of a day."""

    on: date
    n: int
    gross: Difference


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All of it; `doubts` hold for every pair, and `top_tenth_share` is the tenth with the most money, of all money."""

    alpha: float
    loans: int
    without_alternative: int
    arms: tuple[ArmFigures, ...]
    pairs: tuple[Pair, ...]
    doubts: tuple[str, ...]
    top_tenth_share: float | None


def evaluate(entries: Entries, *, alpha: float, bad_rows: int = 0) -> Evaluation:
    """Compare the arms; each interval holds at any time with probability 1 - alpha, for its own pair.

    bad_rows: how many loans are missing from the entries because their rows could not be read.
    """
    usable = entries.where(entries.probability < 1)
    doubts: tuple[str, ...] = ()
    if bad_rows > MOST_BAD * (len(entries) + bad_rows):
        doubts = (f"{bad_rows:,} rows could not be used: every loan entered must count",)
    return Evaluation(
        alpha=alpha,
        loans=len(entries),
        without_alternative=len(entries) - len(usable),
        arms=tuple(_figures(entries, arm) for arm in entries.arms),
        pairs=tuple(_pair(usable, arm, base, alpha=alpha, doubts=doubts) for arm, base in pairs_of(entries.arms)),
        doubts=doubts,
        top_tenth_share=_top_tenth(entries),
    )


def pairs_of(arms: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Each arm against the holdout, and each other one against the champion; where neither is there, all by name."""
    against = [(arm, HOLDOUT) for arm in arms if arm != HOLDOUT] if HOLDOUT in arms else []
    if CHAMPION in arms:
        against += [(arm, CHAMPION) for arm in arms if arm not in {HOLDOUT, CHAMPION}]
    if HOLDOUT in arms or CHAMPION in arms:
        return tuple(against)
    return tuple((arm, base) for index, arm in enumerate(arms) for base in arms[:index])


def counted_in(entries: Entries, arm: str, against: str) -> NDArray[np.int64]:
    """Which of the entries, by their places, count in the comparison of two arms."""
    there = np.flatnonzero(entries.probability < 1)
    usable = entries.where(entries.probability < 1)
    numbered = replace(usable, recovered=np.arange(len(usable), dtype=np.float64))
    return there[_while_both(numbered, arm, against)[0].recovered.astype(np.int64)]


def looks_at(entries: Entries, pair: Pair, *, alpha: float) -> tuple[Look, ...]:
    """What the pair showed week by week, or less often so that there are at most 60 looks."""
    if pair.from_on is None or pair.to_on is None:
        return ()
    shared = entries.where(entries.probability < 1).could_get(pair.arm, pair.against)
    weeks = math.ceil(((pair.to_on - pair.from_on).days + 1) / 7)
    step = 7 * math.ceil(weeks / MOST_LOOKS)
    days = [*range(step - 1, (pair.to_on - pair.from_on).days, step), (pair.to_on - pair.from_on).days]
    looks = []
    for day in days:
        on = np.datetime64(pair.from_on, "D") + day
        seen = shared.where((shared.entered_on >= np.datetime64(pair.from_on, "D")) & (shared.entered_on <= on))
        treated, base = seen.gross(pair.arm), seen.gross(pair.against)
        shown = difference(treated, base, alpha=alpha, scale=_scale(treated, base), doubts=_doubts(treated, base))
        looks.append(Look(on.item(), treated.loans + base.loans, shown))
    return tuple(looks)


def _pair(entries: Entries, arm: str, against: str, *, alpha: float, doubts: tuple[str, ...]) -> Pair:
    shared, from_on, to_on = _while_both(entries, arm, against)
    treated, base = shared.gross(arm), shared.gross(against)
    scale, doubts = _scale(treated, base), doubts + _doubts(treated, base)
    net = difference(shared.net(arm), shared.net(against), alpha=alpha, scale=scale, doubts=doubts)
    return Pair(
        arm=arm,
        against=against,
        from_on=from_on,
        to_on=to_on,
        n=treated.loans + base.loans,
        n_by_arm={arm: treated.loans, against: base.loans},
        gross=difference(treated, base, alpha=alpha, scale=scale, doubts=doubts),
        net=net,
        capped_difference_minor=capped_difference(treated, base),
    )


def _while_both(entries: Entries, arm: str, against: str) -> tuple[Entries, date | None, date | None]:
    """The entries that could have got either arm: under a rule that gave both, on the days on which both were given."""
    entries = entries.could_get(arm, against)
    days = [entries.entered_on[entries.arm == name] for name in (arm, against)]
    if any(not len(each) for each in days):
        return entries.where(np.zeros(len(entries), dtype=bool)), None, None
    first, last = max(each[0] for each in days), min(each[-1] for each in days)
    shared = entries.where((entries.entered_on >= first) & (entries.entered_on <= last))
    if first > last:
        return shared, None, None
    return shared, first.item(), last.item()


def _doubts(treated: Group, base: Group) -> tuple[str, ...]:
    """Reasons against any verdict, gross or net."""
    why = []
    if min(treated.loans, base.loans) == 0:
        return ("the two arms were never given at the same time",)
    if min(treated.effective, base.effective) < LEAST_LOANS:
        why.append(f"fewer than {LEAST_LOANS} loans in an arm (unequal weights count for less)")
    if min(_payers(treated), _payers(base)) < LEAST_PAYERS:
        why.append(f"fewer than {LEAST_PAYERS} loans with a recovery in an arm")
    apart = treated.weight.sum() - base.weight.sum()
    spread = math.sqrt(np.square(treated.weight).sum() + np.square(base.weight).sum())
    if abs(apart) > multiplier(treated.loans + base.loans, alpha=BALANCE_ALPHA) * spread:
        why.append(
            "the logged probabilities contradict how many loans each arm got"
            " (is it the probability of the loan's own arm, and is every loan entered in the file?)"
        )
    return tuple(why)


def _scale(treated: Group, base: Group) -> float:
    return max(abs(treated.mean), abs(base.mean)) if treated.loans and base.loans else 0.0


def _payers(group: Group) -> int:
    return int(np.count_nonzero(group.money))


def _figures(entries: Entries, arm: str) -> ArmFigures:
    gross, net = entries.gross(arm), entries.net(arm)
    sd = math.sqrt(gross.variance) if gross.loans > 1 else None
    return ArmFigures(arm, gross.loans, _payers(gross), gross.mean, net.mean, sd)


def _top_tenth(entries: Entries) -> float | None:
    total = float(entries.recovered.sum())
    if total <= 0:
        return None
    ordered = np.sort(entries.recovered)
    return float(ordered[-math.ceil(len(ordered) / 10) :].sum()) / total
