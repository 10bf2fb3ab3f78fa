"""What could not be read of a lender's file, and the CSV file that tells the lender so."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

COLUMNS = ("line", "column", "value", "reason", "severity")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_LONGEST_VALUE = 80
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not taken over: where, what stood there (only its shape where it is personal), and why."""

    line: int
    column: str
    value: str = field(repr=False)
    reason: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A row that was taken over, but without one of its optional values or with it read differently."""

    line: int
    column: str
    value: str = field(repr=False)
    reason: str


Finding = Reject | Remark


def write_rejects(path: Path, findings: Iterable[Finding]) -> int:
    """Write findings as CSV (UTF-8; line, column, value, reason, severity `rejected` or `remark`); returns how many.

    A text that a spreadsheet would run as a formula gets an apostrophe in front, so the file is safe to open.
    """
    count = 0
    with path.open("w", encoding="utf-8", newline="") as text:
        rows = csv.writer(text)
        rows.writerow(COLUMNS)
        for count, finding in enumerate(findings, start=1):  # noqa: B007 (the last one is the answer)
            severity = "rejected" if isinstance(finding, Reject) else "remark"
            texts = (finding.column, finding.value, finding.reason)
            rows.writerow([finding.line, *map(as_harmless, texts), severity])
    return count


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would take a text for a formula."""
    return text.startswith(_FORMULA_STARTS) or text.lstrip().startswith(_FORMULA_STARTS)


def as_harmless(text: str) -> str:
    """A text that shows in a spreadsheet as what it is, on one line."""
    harmless = f"'{text}" if is_formula(text) else text
    return _UNPRINTABLE.sub(" ", harmless)


def shown(text: str, *, is_personal: bool) -> str:
    """What a report may show of a cell: its first characters, or for personal data only its shape (Ann 12: xxx 99)."""
    short = text[:_LONGEST_VALUE] + ("..." if len(text) > _LONGEST_VALUE else "")
    if not is_personal:
        return short
    return "".join("9" if c.isnumeric() else "x" if c.isalpha() or ord(c) > 127 else c for c in short)
