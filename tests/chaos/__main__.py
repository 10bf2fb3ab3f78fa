"""`python -m tests.chaos`: run experiments, show one row each, and write JSON."""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.chaos import clock, points, postgres_kills, provider, races, random_kills, webhooks
from tests.chaos.databases import Databases, databases
from tests.chaos.house import warm_up
from tests.chaos.point import POINTS
from tests.chaos.tally import Plan, Tally
from tests.chaos.way import WAYS

COLUMNS = ("runs", "lost", "duplicates", "unknown_left", "forged_accepted", "server_errors")
NOT_CLEAN = 1
SAYS_EVERY_SECONDS = 60.0

Tell = Callable[[str], None]
EXPERIMENTS: Mapping[str, tuple[str, Callable[[Plan, Databases, Tell], Tally]]] = {
    "random": ("worker, Prefect server and database die every 5-40 s under 2,000 journeys", random_kills.run),
    "postgres": ("PostgreSQL dies every 5-40 s, once for 120 s", postgres_kills.run),
    "provider": ("vendors misbehave, 200 times in each way", provider.run),
    "webhooks": ("valid ones up to 46 times, shuffled and late, and 2,000 forged ones", webhooks.run),
    "races": ("STOP, payment, dispute and other workers against sends", races.run),
    "clock": ("summer time in every zone, leap days, steps back, machines not on UTC", clock.run),
}


def main() -> int:
    """Read the command line, run what is asked for, and say what came of it."""
    given = _parser().parse_args()
    screen = Console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="duecourse-chaos-") as name:
        folder = Path(name)
        plan = Plan(folder, tuple(range(given.seed_base, given.seed_base + given.seeds)))
        with databases(folder, postgres=not given.only_sqlite) as made, screen.status("") as status:
            tell = status.update if screen.is_terminal else _now_and_then(screen)
            warm_up(folder, made)
            tallies = list(_tallies(given, plan, made, tell=tell))
    _show(tallies)
    if given.json:
        given.json.write_text(json.dumps([tally.as_json() for tally in tallies], indent=2) + "\n", encoding="utf-8")
    return 0 if all(tally.is_clean for tally in tallies) else NOT_CLEAN


def _now_and_then(screen: Console) -> Tell:
    """Without a terminal a line a minute says that it is alive, and where it is."""
    said_at = [-SAYS_EVERY_SECONDS]

    def tell(what: str) -> None:
        if time.monotonic() - said_at[0] >= SAYS_EVERY_SECONDS:
            said_at[0] = time.monotonic()
            screen.print(what, markup=False, highlight=False)

    return tell


def _parser() -> argparse.ArgumentParser:
    named = ", ".join(point.name for point in POINTS)
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--all", action="store_true", help="every experiment")
    parser.add_argument(
        "--points",
        nargs="+",
        type=_point,
        metavar="POINT",
        help=f"kill -9 at each point: all, or {named}; one of them by one way only: inbox_apply:desk",
    )
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS, help="of contact, for --points; all of them")
    for name, (told, _) in EXPERIMENTS.items():
        parser.add_argument(f"--{name}", action="store_true", help=told)
    parser.add_argument("--seeds", type=int, default=1, help="how many; 1")
    parser.add_argument("--seed-base", type=int, default=1, help="the first of them; 1")
    parser.add_argument(
        "--share",
        nargs="+",
        type=_share,
        default=[],
        metavar="SHARE",
        help="of the full size, between 0 and 1; provider=0.01 is for that experiment only",
    )
    parser.add_argument("--only-sqlite", action="store_true", help="no PostgreSQL, which even seeds of --points take")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the tallies here")
    return parser


def _point(text: str) -> tuple[str, str]:
    """A point and the one way by which it is to be taken; no way for all that are asked for."""
    name, _, way = text.partition(":")
    if (name, way) == ("all", "") or any(p.name == name and way in {"", *p.only} for p in POINTS):
        return name, way
    raise argparse.ArgumentTypeError(f"there is no point {text!r}; --help lists them")


def _share(text: str) -> tuple[str, float]:
    """An experiment and its share; no name for all that are not named."""
    name, _, number = text.rpartition("=")
    if (name and name not in EXPERIMENTS) or not 0 < float(number) <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no share, such as 0.1 or provider=0.01")
    return name, float(number)


def _tallies(given: argparse.Namespace, plan: Plan, made: Databases, *, tell: Tell) -> list[Tally]:
    found = []
    if given.all or given.points:
        named = points.WHOLE if given.all or ("all", "") in given.points else tuple(given.points)
        found.append(points.run(plan, made, tell, points=named, ways=tuple(given.ways)))
    shares: dict[str, float] = dict(given.share)
    for name, (_, run) in EXPERIMENTS.items():
        if given.all or getattr(given, name):
            share = shares.get(name, shares.get("", plan.share))
            found.append(run(replace(plan, share=share), made, tell))
    return found


def _show(tallies: list[Tally]) -> None:
    table = Table("experiment", *COLUMNS, "seeds", "seconds", box=None)
    for tally in tallies:
        row = tally.as_json()
        seeds = f"{tally.seeds[0]}-{tally.seeds[-1]}" if len(tally.seeds) > 1 else str(tally.seeds[0])
        table.add_row(tally.experiment, *(str(row[column]) for column in COLUMNS), seeds, f"{tally.seconds:.0f}")
    screen = Console()
    screen.width = max(screen.width, 120)
    screen.print(table)
    for tally in tallies:
        for why, number in sorted(tally.unknown_why.items()):
            screen.print(f"{tally.experiment}: {number} unknown, {why}")
        for what in tally.left_out:
            screen.print(f"{tally.experiment}: left out {what}", markup=False, highlight=False)
        for wrong in tally.amiss:
            screen.print(f"{tally.experiment}: AMISS {wrong}", markup=False)


if __name__ == "__main__":
    sys.exit(main())
