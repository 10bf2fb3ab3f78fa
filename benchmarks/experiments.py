"""Whether experiments keep their promises: heavier simulations than the proofs, and the speed of an evaluation.

`python -m benchmarks.experiments --streams 500 --json` simulates years of loans whose truth is known.

*alarms*: nothing happens, and every stream is looked at in each of 52 weeks; how often any pair of arms is ever called
better or worse (promised: at most 5 %), beside what a test for one look would have said. *power*: an effect is planted
that multiplies what each loan brings, in an experiment of the planned size; how often it is found at the end (promised:
80 %), how often at some weekly look until then, and after which part of the loans in the middle case. *threshold*: how
often the interval at a cut-off holds the planted jump (promised: about 95 %), and how often crowding is seen where
nobody sorts (promised: about 1 %). *speed*: one evaluation of a million loans in three arms.
"""

import argparse
import json
import os
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from reports.experiments.confidence_sequence import Floats, fixed_multiplier
from reports.experiments.crowding import crowding
from reports.experiments.entries import Entries
from reports.experiments.evaluation import evaluate, pairs_of
from reports.experiments.planning import Question, plan
from reports.experiments.threshold import threshold
from reports.experiments.verdict import Verdict
from tests.experiments.streams import Money, first_alarm, mostly_nothing, skewed, stream

HALVES = {"holdout": 0.5, "champion": 0.5}
THREE = {"holdout": 0.1, "champion": 0.45, "challenger": 0.45}
WEEKS = 52


def very_skewed(rng: np.random.Generator, loans: int) -> Floats:
    """Nine in ten bring nothing, and a few of the others very much: a standard deviation of some ten means."""
    money: Floats = rng.lognormal(4, 1.5, loans) * (rng.random(loans) < 0.1)
    return money


def main() -> None:
    """Run all of it and print figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--streams", type=int, default=200, help="simulated experiments per line")
    parser.add_argument("--json", action="store_true", help="print figures as JSON")
    arguments = parser.parse_args()
    figures = {
        "streams": arguments.streams,
        "alarms": _alarms(arguments.streams),
        "power": _power(arguments.streams),
        "threshold": _thresholds(arguments.streams),
        "speed": _speed(1_000_000),
        "machine": {"cpus": os.cpu_count(), "load_average": [round(load, 2) for load in os.getloadavg()]},
    }
    if arguments.json:
        print(json.dumps(figures, indent=2))
        return
    for name in ("alarms", "power", "threshold"):
        Console().print(_table(name, figures[name]))
    Console().print(figures["speed"])


def _alarms(streams: int) -> list[dict[str, Any]]:
    cases: list[tuple[str, Money, Mapping[str, float], int]] = [
        ("halves, cv 1.6", skewed, HALVES, 100),
        ("halves, cv 3", mostly_nothing, HALVES, 100),
        ("holdout 10 %, cv 1.6", skewed, {"holdout": 0.1, "champion": 0.9}, 200),
        ("holdout 10 %, cv 3", mostly_nothing, {"holdout": 0.1, "champion": 0.9}, 200),
        ("holdout 2 %, cv 3", mostly_nothing, {"holdout": 0.02, "champion": 0.98}, 400),
        ("holdout 2 %, cv 10", very_skewed, {"holdout": 0.02, "champion": 0.98}, 400),
        ("three arms, cv 1.6", skewed, THREE, 200),
        ("three arms, cv 3", mostly_nothing, THREE, 400),
    ]
    rows = []
    for name, money, shares, weekly in cases:
        rng = np.random.default_rng(1)
        pairs = pairs_of(tuple(sorted(shares)))
        ours, once = 0, 0
        for _ in range(streams):
            seen = stream(rng, money, shares=shares, loans=weekly * WEEKS)
            ours += first_alarm(seen, pairs, looks=WEEKS) is not None
            once += any(_alarms_once(seen, pair) for pair in pairs)
        rows.append(
            {"case": name, "a_week": weekly, "ever": ours / streams, "ever_if_made_for_one_look": once / streams}
        )
    return rows


def _alarms_once(seen: Entries, pair: tuple[str, str]) -> bool:
    """Whether Welch's test, read at every week's end, ever exceeds 1.96."""
    ends = np.arange(1, WEEKS + 1) * len(seen) // WEEKS - 1
    means, errors = [], []
    for arm in pair:
        mask = seen.arm == arm
        counts = np.maximum(np.cumsum(mask)[ends], 2)
        sums, squares = (np.cumsum(seen.recovered**power * mask)[ends] for power in (1, 2))
        means.append(sums / counts)
        errors.append((squares / counts - means[-1] ** 2) / (counts - 1))
    apart, error = np.abs(means[0] - means[1]), np.sqrt(errors[0] + errors[1])
    return bool((apart > fixed_multiplier(alpha=0.05) * error)[3:].any())


def _power(streams: int) -> list[dict[str, Any]]:
    rows = []
    for effect, shares in ((0.3, HALVES), (0.2, HALVES), (0.1, HALVES), (0.2, {"holdout": 0.2, "champion": 0.8})):
        size = plan(Question(100, 163, 100 * effect, 0.05, 0.8, shares)).always_valid.loans
        rng = np.random.default_rng(2)
        at_end, alarms = 0, []
        for _ in range(streams):
            seen = stream(rng, skewed, shares=shares, loans=size, times={"champion": 1 + effect})
            at_end += evaluate(seen, alpha=0.05).pairs[0].gross.verdict is Verdict.BETTER
            alarms.append(first_alarm(seen, [("champion", "holdout")], looks=WEEKS))
        found = [alarm / WEEKS for alarm in alarms if alarm is not None]
        case = f"+{effect:.0%}, holdout {shares['holdout']:.0%}"
        middle = float(np.median(found)) if found else None
        rows.append(
            {
                "case": case,
                "loans": size,
                "at_the_end": at_end / streams,
                "at_some_look": len(found) / streams,
                "median_part_of_loans": middle,
            }
        )
    return rows


def _thresholds(streams: int) -> list[dict[str, Any]]:
    rows = []
    for name, loans in (
        ("bent line, 500 loans", 500),
        ("bent line, 4,000 loans", 4_000),
        ("whole scores, 1,882 loans", 1_882),
    ):
        held, crowded = 0, 0
        for seed in range(streams):
            rng = np.random.default_rng(seed)
            score, outcome, truth = (_whole if name.startswith("whole") else _bent)(rng, loans)
            found = threshold(score, outcome, cutoff=0)
            held += found.ci_low is not None and found.ci_high is not None and found.ci_low <= truth <= found.ci_high
            crowded += bool(crowding(score))
        rows.append({"case": name, "interval_holds_it": held / streams, "crowding_seen": crowded / streams})
    return rows


def _bent(rng: np.random.Generator, loans: int) -> tuple[Floats, Floats, float]:
    score = rng.uniform(-1, 1, loans)
    bent = 0.5 * score + 0.8 * score**2 + 0.4 * (score >= 0)
    return score, bent + rng.normal(0, 0.3 * (1 + np.abs(score)), loans), 0.4


def _whole(rng: np.random.Generator, loans: int) -> tuple[Floats, Floats, float]:
    score = np.round(rng.lognormal(7.4, 0.85, loans)).clip(190, 10_000) - 1_000
    score = score[score < 1_000]
    return score, (0.6 * score + 700 + 278 * (score >= 0)) * rng.gamma(4, 1 / 4, len(score)), 278


def _speed(loans: int) -> dict[str, Any]:
    seen = stream(np.random.default_rng(3), skewed, shares=THREE, loans=loans)
    began = time.perf_counter()
    evaluate(seen, alpha=0.05)
    return {"loans": loans, "seconds": round(time.perf_counter() - began, 2)}


def _table(name: str, rows: list[dict[str, Any]]) -> Table:
    table = Table(title=name)
    for column in rows[0]:
        table.add_column(column.replace("_", " "))
    for row in rows:
        table.add_row(*(f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row.values()))
    return table


if __name__ == "__main__":
    main()
