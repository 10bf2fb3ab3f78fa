"""Writing the file of an experiment, with the columns that `entry_file` reads."""

import csv
from collections.abc import Iterable
from pathlib import Path

from reports.experiments.entries import Entry
from reports.experiments.entry_file import COLUMNS, RULE


def write_entries(path: Path, loans: Iterable[Entry]) -> int:
    """Write a CSV, one row per loan entered; returns how many. Figures are written so that they read back the same."""
    number = 0
    with path.open("w", encoding="utf-8", newline="") as text:
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow((*COLUMNS, RULE))
        for loan in loans:
            number += 1
            money = (_plain(loan.recovered_minor), _plain(loan.cost_minor))
            rows.writerow(
                (_safe(loan.loan_id), loan.entered_on.isoformat(), loan.arm, repr(loan.probability), *money, loan.rule)
            )
    return number


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else repr(number)


def _safe(text: str) -> str:
    """A number that a spreadsheet would take for a formula keeps its text by a mark in front."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text
