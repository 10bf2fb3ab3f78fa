"""Which tables a report has: every list of its JSON, so that a spreadsheet can say nothing that the JSON does not."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reports.breakdown import Breakdown
from reports.columns import heading_of
from reports.figures import words
from reports.sheets.table import Table, table_of

Report = Mapping[str, Any]


def tables_of(report: Report) -> list[Table]:
    """The tables of a report as `reports.as_json.as_json` gives it, in the order in which a reader wants them."""
    return list(_tables(report))


def notes_of(report: Report) -> dict[str, str]:
    """What must be known to read them: the days, what was known when, whether it reconciles, and every term."""
    period = report["period"]
    return {
        "Portfolio": report["portfolio"],
        "Period": f"{period['from']} to {period['to']}, both whole, in UTC",
        "As on record at": report["as_of"],
        **({"Pretend": "Pretend borrowers, simulated time: no money moved."} if report["is_pretend"] else {}),
        "Reconciles": report["reconciliation"]["verdict"],
        **{name: str(value) for name, value in _flat(report.get("stamp", {}), "Stamp")},
        **{words(term): meaning for term, meaning in report["glossary"].items()},
    }


def _tables(report: Report) -> Iterator[Table]:
    currency: str = report["currency"]
    yield _headline(report)
    for name, records in report["by"].items():
        title = f"By {heading_of(Breakdown(name)).lower()}"
        yield table_of(f"by_{name}", title, records, currency=currency)
    for method, records in report["attribution"].items():
        if not records:
            continue
        yield table_of(f"{method}", f"Attribution: {words(method)}", records, currency=currency)
    yield table_of("outcomes", "How steps ended", report["outcomes"], currency=currency)
    yield table_of("checks", "Reconciliation with the ledger", report["reconciliation"]["checks"], currency=currency)
    for name, curves in report["recovery_curves"].items():
        points = [{name: curve["name"], **point} for curve in curves for point in curve["points"]]
        yield table_of(f"recovery_by_{name}", f"Recovery curves by {words(name)}", points, currency=currency)


def _headline(report: Report) -> Table:
    """The figures at the top of the JSON."""
    figures = {k: v for k, v in report.items() if isinstance(v, int | float) and not isinstance(v, bool)}
    return table_of("headline", "Headline", [figures], currency=report["currency"])


def _flat(values: Mapping[str, Any], name: str) -> Iterable[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{name}: {words(key)}")
        else:
            yield f"{name}: {words(key)}", value
