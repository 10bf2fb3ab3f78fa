"""The file of an experiment: every row is taken or told, and none twice."""

from pathlib import Path

import pytest

from connectors.book_file.raw_row import WrongColumnsError
from reports.experiments.entry_file import EntryFile, read_entries
from reports.experiments.number_file import read_numbers

HEADER = "loan_id,entered_on,arm,probability,recovered_minor,cost_minor"


def read(path: Path, *rows: str, header: str = HEADER) -> EntryFile:
    """The file with these rows."""
    file = path / "entered.csv"
    file.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return read_entries(file)


class TestAnEntryFile:
    """One row per loan entered."""

    def test_is_read_in_the_order_of_entry(self, tmp_path: Path) -> None:
        """Whatever order the rows have; arms in small letters, times cut to days, other columns left alone."""
        there = read(
            tmp_path,
            "x,L2,2026-02-01T10:00:00, Holdout ,0.25,0,0",
            "y,L1,2026-01-31,champion,0.75,1250,12.5",
            header=f"note,{HEADER}",
        )
        assert there.bad == ()
        assert there.entries.arm.tolist() == ["champion", "holdout"]
        assert [str(d) for d in there.entries.entered_on] == ["2026-01-31", "2026-02-01"]
        assert there.entries.cost.tolist() == [12.5, 0]

    @pytest.mark.parametrize(
        ("row", "column", "problem"),
        [
            (",2026-01-01,holdout,0.5,0,0", "loan_id", "is empty"),
            ("L,01/02/2026,holdout,0.5,0,0", "entered_on", "is not a day"),
            ("L,,holdout,0.5,0,0", "entered_on", "is empty"),
            ("L,2026-01-01,,0.5,0,0", "arm", "is empty"),
            ("L,2026-01-01,holdout,,0,0", "probability", "is empty"),
            ("L,2026-01-01,holdout,0,0,0", "probability", "is not in (0, 1]"),
            ("L,2026-01-01,holdout,-0.5,0,0", "probability", "is not in (0, 1]"),
            ("L,2026-01-01,holdout,50,0,0", "probability", "is not in (0, 1]"),
            ("L,2026-01-01,holdout,nan,0,0", "probability", "is not a number"),
            ("L,2026-01-01,holdout,0.5,,0", "recovered_minor", "is empty"),
            ("L,2026-01-01,holdout,0.5,1_000,0", "recovered_minor", "is not a number"),
            ("L,2026-01-01,holdout,0.5,inf,0", "recovered_minor", "is not a number"),
            ("L,2026-01-01,holdout,0.5,1e300,0", "recovered_minor", "is too large"),
            ("L,2026-01-01,holdout,0.5,0,free", "cost_minor", "is not a number"),
            ("L,2026-01-01,holdout,0.5,0", "", "has 5 cells where the header has 6"),
        ],
    )
    def test_tells_a_bad_row_by_line_with_a_remedy(self, tmp_path: Path, row: str, column: str, problem: str) -> None:
        """And takes the others."""
        there = read(tmp_path, "A,2026-01-01,holdout,0.5,0,0", row, "B,2026-01-01,champion,0.5,7,0")
        (bad,) = there.bad
        assert (bad.line, bad.column) == (3, column)
        assert bad.problem.startswith(problem)
        assert bad.remedy
        assert (there.read, len(there.entries)) == (3, 2)

    def test_tells_a_percentage_from_a_probability(self, tmp_path: Path) -> None:
        """With what to write instead."""
        (bad,) = read(tmp_path, "L,2026-01-01,holdout,50,0,0").bad
        assert bad.remedy == "Write a share such as 0.5, not a percentage."

    def test_misses_no_loan_that_stands_there_twice(self, tmp_path: Path) -> None:
        """The row is told as bad, and yet every loan is there; a loan with two stories is missing."""
        row = "L1,2026-01-01,holdout,0.5,0,0"
        there = read(tmp_path, row, row, "L2,2026-01-01,holdout,0.5,0,0", "L2,2026-01-01,holdout,0.5,1,0")
        assert (len(there.bad), there.missing) == (3, 2)

    def test_keeps_the_rule_where_there_is_one(self, tmp_path: Path) -> None:
        """A column that may be there: arms are compared among loans of rules that gave both."""
        row = "L1,2026-01-01,holdout,0.5,0,0"
        assert read(tmp_path, row).entries.rule is None
        with_rule = read(tmp_path, f"{row},early", header=f"{HEADER},rule").entries
        assert with_rule.rule is not None
        assert with_rule.rule.tolist() == ["early"]

    def test_takes_a_row_that_stands_twice_once(self, tmp_path: Path) -> None:
        """The second is told."""
        row = "L,2026-01-01,holdout,0.5,9,0"
        there = read(tmp_path, row, row)
        assert [bad.line for bad in there.bad] == [3]
        assert len(there.entries) == 1

    def test_takes_none_of_the_rows_of_a_loan_that_contradict_each_other(self, tmp_path: Path) -> None:
        """Nobody can say which is right."""
        there = read(
            tmp_path, "L,2026-01-01,holdout,0.5,9,0", "M,2026-01-01,champion,0.5,9,0", "L,2026-03-01,champion,0.5,9,0"
        )
        assert [(bad.line, bad.value) for bad in there.bad] == [(2, "L"), (4, "L")]
        assert there.entries.arm.tolist() == ["champion"]

    def test_counts_fractions_of_minor_units(self, tmp_path: Path) -> None:
        """They hint at major ones."""
        assert read(tmp_path, "L,2026-01-01,holdout,0.5,12.50,0", "M,2026-01-01,holdout,0.5,12,0").with_fractions == 1

    def test_without_a_column_is_refused(self, tmp_path: Path) -> None:
        """It is named, and its nearest neighbour with it."""
        with pytest.raises(WrongColumnsError, match=r"no column 'probability' \(did you mean 'probability_pct'"):
            read(tmp_path, header=HEADER.replace("probability", "probability_pct"))


def test_numbers_are_taken_row_by_row(tmp_path: Path) -> None:
    """A row counts only with all its numbers; the others are told."""
    file = tmp_path / "numbers.csv"
    file.write_text("score,paid\n1,2\nx,3\n4,\n5,6\n", encoding="utf-8")
    there = read_numbers(file, ("paid", "score"))
    assert [column.tolist() for column in there.columns] == [[2, 6], [1, 5]]
    assert [(bad.line, bad.column) for bad in there.bad] == [(3, "score"), (4, "paid")]
    assert there.read == 4
