"""The rejects file says what went wrong, is safe to open in a spreadsheet, and names nobody."""

import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.book_file.rejects import COLUMNS, Finding, Reject, Remark, as_harmless, is_formula, shown, write_rejects


def written(path: Path, *findings: Finding) -> list[dict[str, str]]:
    """What a spreadsheet would find in the file."""
    assert write_rejects(path, findings) == len(findings)
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


class TestTheRejectsFile:
    """One row a finding."""

    def test_tells_rejects_and_remarks_apart(self, tmp_path: Path) -> None:
        """By severity; the columns are always the same."""
        rows = written(tmp_path / "r.csv", Reject(2, "overdue", "x", "is bad"), Remark(3, "phone", "99", "is left out"))
        assert [row["severity"] for row in rows] == ["rejected", "remark"]
        assert [*rows[0]] == [*COLUMNS]
        assert (rows[0]["line"], rows[0]["column"], rows[0]["value"], rows[0]["reason"]) == (
            "2",
            "overdue",
            "x",
            "is bad",
        )

    @pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\uff1d1"])
    def test_runs_nothing_in_a_spreadsheet(self, tmp_path: Path, value: str) -> None:
        """Such a value, or such a column's name, gets an apostrophe in front."""
        (row,) = written(tmp_path / "r.csv", Reject(2, value, value, "is bad"))
        assert row["value"].startswith("'")
        assert row["column"].startswith("'")

    @given(st.text(max_size=40))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_survives_any_value(self, tmp_path: Path, value: str) -> None:
        """Halves of characters and control characters become blanks; every finding is one line of the file."""
        (row,) = written(tmp_path / "r.csv", Reject(2, "c", value, "is bad"))
        assert not is_formula(row["value"])
        assert row["value"] == as_harmless(value)
        assert (tmp_path / "r.csv").read_bytes().count(b"\n") == 2


class TestAPersonalValue:
    """Names, numbers and addresses."""

    @pytest.mark.parametrize(
        ("text", "shape"),
        [("Ann O'Brien", "xxx x'xxxxx"), ("(212) 555-01", "(999) 999-99"), ("李 1", "x 9"), ("a@b.com", "x@x.xxx")],
    )
    def test_shows_only_its_shape(self, text: str, shape: str) -> None:
        """Which is what explains why it could not be read."""
        assert shown(text, is_personal=True) == shape

    @given(st.text())
    def test_has_no_letter_or_digit_left(self, text: str) -> None:
        """Of any script."""
        assert set(filter(str.isalnum, shown(text, is_personal=True))) <= {"x", "9"}
