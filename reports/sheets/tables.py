"""Which tables a report has: one for every list of its JSON, so that no shape says what the JSON does not.

No list of theirs is kept here: whatever the JSON has becomes a table, also what nobody has thought of yet.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reports.columns import BY, ORDER, rows_of
from reports.figures import words
from reports.opening.command import THEN, command_of
from reports.sheets.table import Record, Table, flat, table_of

Report = Mapping[str, Any]

NOTES = frozenset({"glossary", "stamp", "period"})
"""What stands among the notes and not in a table."""

SAID = frozenset({"is_pretend", "reconciles"})
"""What the notes say in words."""

COUNTED = {"journeys_by_closing_reason": ("closing_reason", "journeys")}
"""Records that are really lists: what their keys and their values are."""

TITLES = {
    "headline": "Headline figures",
    "outcomes": "How the steps of each rung ended",
    "journeys_by_closing_reason": "How the journeys that entered in the period stand",
    "reconciliation": "The period's cash account",
    "reconciliation_checks": "Every check against the ledger",
    "assumptions": "What the report takes for granted",
    "waterfall": "From gross to net",
    "sankey": "Journeys through rungs to their ends",
    "cure": "Loans cured within days of entry",
    "roll_money": "Roll rates by money",
    "roll_counts": "Roll rates by loans",
    "roll": "Buckets of the roll rates",
    "liquidation": "Liquidation by cohort",
    "time_to_cure": "Time to cure, with the ends that compete",
    "npv": "Net present value",
    "incremental": "Incremental recovery against the holdout",
    "rung_holdouts": "Incremental recovery of single rungs",
    "wait_intervals": "How long to wait after each rung",
    "wait_hazards": "Chance of a first payment by days since each rung",
    "origination": "Loss net of collection cost, for underwriting",
    "collectors": "Collectors, adjusted for the mix they were given",
}
"""Titles that a name alone does not give; any other table is called by the words of its name."""

SPLIT_TITLES = {
    "by": "By {}",
    "time_to_cure_by": "Time to cure by {}",
    "roll_by": "Roll rates by {}",
    "liquidation_by": "Liquidation by {}, all cohorts together",
    "cure_by": "Loans cured within days of entry, by {}",
    "recovery_curves": "Share of opening arrears recovered, by {}",
    "attribution": "Attribution by {}",
    "rates": "{} rate",
}
"""Titles of tables of which there is one for each key."""

SHARES = {"time_to_cure": ("cured",), "time_to_cure_by": ("cured",), "recovery_curves": ("ci_low", "ci_high")}
"""Keys that hold shares in the tables of one key of the JSON, and something else in others."""

ADDS_UP = frozenset({"steps", "attempts", "promises", "promises_kept", "cured"})
"""Counts that may be added up across the rows of a breakdown."""


def tables_of(report: Report) -> list[Table]:
    """The tables of a report as `reports.as_json.as_json` gives it, in the JSON's order; none for an empty list."""
    return [_table(path, records, report) for path, records in _lists(report) if records]


def records_of(report: Report) -> dict[str, list[dict[str, Any]]]:
    """The records of every table by its name, flat, with the values of the JSON."""
    return {"_".join(path): [flat(record) for record in records] for path, records in _lists(report)}


def notes_of(report: Report) -> dict[str, str]:
    """What must be known to read them: the days, what was known when, whether it reconciles, and every term."""
    period = report["period"]
    return {
        "Portfolio": report["portfolio"],
        "Period": f"{period['from']} to {period['to']}, both whole, in UTC",
        "As on record at": report["as_of"],
        **({"Pretend": "Pretend borrowers, simulated time: no money moved."} if report["is_pretend"] else {}),
        "Reconciles": report["reconciliation"]["verdict"],
        "Opening a figure": f"{command_of(report)} lists the tables; {THEN}",
        **{f"Stamp: {words(name)}": str(value) for name, value in flat(report.get("stamp", {})).items()},
        **{words(term): meaning for term, meaning in report["glossary"].items()},
    }


def _lists(report: Report) -> Iterator[tuple[Sequence[str], Sequence[Record]]]:
    """The records of each table, and where in the JSON they are."""
    figures = {key: value for key, value in report.items() if isinstance(value, int | float) and key not in SAID}
    yield ("headline",), [figures]
    for key, value in report.items():
        if key not in NOTES:
            yield from _of(value, (key,))


def _of(value: Any, path: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[Record]]]:
    """Those of a value of the JSON: of a list, of a record's own plain values, and of all within them."""
    match value:
        case Mapping() if path[-1] in COUNTED:
            what, number = COUNTED[path[-1]]
            yield path, [{what: key, number: count} for key, count in value.items()]
        case Mapping():
            if plain := {key: each for key, each in value.items() if not isinstance(each, Mapping) and _shows(each)}:
                yield path, [plain]
            for key, each in value.items():
                yield from _of(each, (*path, key))
        case [Mapping(), *_]:
            if any(len(flat(record)) > 1 for record in value):
                yield path, value
            yield from _within(value, path)
        case _:
            return


def _within(records: Sequence[Record], path: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[Record]]]:
    """The lists of records within records, each row with what its outer record says."""
    inner = dict.fromkeys(key for record in records for key, each in record.items() if _is_records(each))
    for key in inner:
        found = [{**_named(flat(record), path), **each} for record in records for each in record.get(key, ())]
        is_all = all(len(flat(record)) <= 1 for record in records) and len(inner) == 1
        yield path if is_all else (*path, key), found


def _named(record: dict[str, Any], path: Sequence[str]) -> dict[str, Any]:
    """Call a curve by what it is the curve of: `name` alone could be anything."""
    return {(path[-1] if key == "name" and len(path) > 1 else key): value for key, value in record.items()}


def _table(path: Sequence[str], records: Sequence[Record], report: Report) -> Table:
    name = "_".join(path)
    is_split = name.startswith(BY)
    return table_of(
        name,
        _title(path),
        records,
        currency=report["currency"],
        shares=SHARES.get(path[0], ()),
        order=ORDER if is_split else (),
        foot=foot_of(records, report) if is_split else None,
    )


def _title(path: Sequence[str]) -> str:
    name = "_".join(path)
    if name in TITLES:
        return TITLES[name]
    if path[0] == "npv" and path[-1].startswith(BY):
        return f"Net present value by {rows_of(path[-1].removeprefix(BY)).lower()}"
    if len(path) > 1 and path[0] in SPLIT_TITLES:
        rows = words(path[1]) if path[0] in {"attribution", "rates"} else rows_of(path[1]).lower()
        title = SPLIT_TITLES[path[0]].format(rows)
        return title[0].upper() + title[1:]
    return ": ".join(words(part) for part in path).capitalize()


def foot_of(records: Sequence[Record], report: Report) -> dict[str, Any]:
    """The whole of a breakdown: the report's own figures, so that a row that is missing would be seen."""
    keys = dict.fromkeys(key for record in records for key in record)
    foot: dict[str, Any] = {"name": "All", "journeys": report["loans_entered"]}
    for key in keys:
        if key in report:
            foot[key] = report[key]
        elif key in ADDS_UP:
            foot[key] = sum(record[key] for record in records)
    return foot


def _is_records(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _shows(value: object) -> bool:
    return not (isinstance(value, list | tuple) and (not value or isinstance(value[0], Mapping)))
