"""One full report in a process of its own: `python -m benchmarks.report_by_product URL` prints its time and memory."""

import json
import os
import sys
import time
from typing import Any

from benchmarks.big_ledger import AS_OF, FROM_ON, PORTFOLIO, TO_ON
from benchmarks.peak import peak_mb
from ledger.database import Ledger, open_ledger
from ledger.keyring import Keyring
from reports.as_json import as_json
from reports.effectiveness import effectiveness
from reports.reconciling import reconcile


def main(url: str) -> None:
    """Work every section out, reconcile it, and write the JSON down, as `duecourse report --json FILE` does."""
    began, cpu = time.perf_counter(), time.process_time()
    ledger = open_ledger(url, keyring=Keyring(os.urandom(32)))
    report = made(ledger)
    written = len(json.dumps(report))
    seconds = time.perf_counter() - began
    ledger.close()
    print(
        json.dumps(
            {
                "seconds": round(seconds, 2),
                "cpu_seconds": round(time.process_time() - cpu, 2),
                "peak_mb": round(peak_mb()),
                "json_bytes": written,
                "reconciles": report["reconciles"],
                "figures": figures(report),
            }
        )
    )


def made(ledger: Ledger) -> dict[str, Any]:
    """The whole report as its JSON values."""
    with ledger.reading() as session:
        found = effectiveness(session, portfolio=PORTFOLIO, from_on=FROM_ON, to_on=TO_ON, as_of=AS_OF)
        return as_json(found, reconcile(session, found))


def figures(report: dict[str, Any]) -> dict[str, Any]:
    """What the straightforward script works out too, and must agree on."""
    keys = ("recovered_minor", "reversals_minor", "cost_millis", "steps", "attempts", "promises")
    return {
        "loans_entered": report["loans_entered"],
        "cured_in_30_days": next(row["cured"] for row in report["cure"] if row["horizon_days"] == 30),
        "by": {
            by: {row["name"]: {key: row[key] for key in keys} for row in rows if any(row[key] for key in keys)}
            for by, rows in report["by"].items()
        },
    }


if __name__ == "__main__":
    main(sys.argv[1])
