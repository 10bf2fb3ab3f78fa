"""`duecourse experiment`: from a file on disk to an answer, without a ledger."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from deployments.cli.main import app
from tests.experiments.streams import skewed, stream

HEADER = "loan_id,entered_on,arm,probability,recovered_minor,cost_minor"


def run(*arguments: object) -> Result:
    """One command."""
    return CliRunner().invoke(app, ["experiment", *map(str, arguments)])


def answer(*arguments: object) -> Any:
    """Its answer for programs."""
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def entered(tmp_path: Path) -> Path:
    """A file of 4,000 loans of which the treated bring half as much again."""
    shares = {"holdout": 0.3, "champion": 0.7}
    entries = stream(np.random.default_rng(1), skewed, shares=shares, loans=4_000, times={"champion": 1.5})
    columns = (entries.entered_on, entries.arm, entries.probability, entries.recovered)
    rows = [f"L{n},{day},{arm},{p},{money:.0f},10" for n, (day, arm, p, money) in enumerate(zip(*columns, strict=True))]
    file = tmp_path / "entered.csv"
    file.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    return file


@pytest.fixture
def scored(tmp_path: Path) -> Path:
    """Expected and actual recoveries, with 300 more from 1,000 on, and 500 more from 2,000 on."""
    rng = np.random.default_rng(4)
    score = rng.integers(200, 3_000, 3_000)
    paid = (score + 300 * (score >= 1_000) + 500 * (score >= 2_000)) * rng.gamma(30, 1 / 30, 3_000)
    file = tmp_path / "scored.csv"
    file.write_text("expected,paid\n" + "".join(f"{s},{p:.2f}\n" for s, p in zip(score, paid, strict=True)), "utf-8")
    return file


class TestEvaluate:
    """`experiment evaluate`."""

    def test_answers_for_programs(self, entered: Path) -> None:
        """One pair, better."""
        told = answer("evaluate", entered)
        (pair,) = told["pairs"]
        assert (pair["arm"], pair["against"], pair["verdict"]) == ("champion", "holdout", "better")
        assert pair["ci_low"] < 50 < pair["ci_high"]
        assert (told["rows"]["read"], told["rows"]["used"], told["rows"]["bad"]) == (4_000, 4_000, [])

    def test_answers_for_people(self, entered: Path) -> None:
        """A table, and a page where one is asked for."""
        page = entered.with_suffix(".html")
        result = run("evaluate", entered, "--html", page)
        assert "champion against holdout" in result.stdout
        assert "better" in result.stdout
        assert "<!doctype html>" in page.read_text(encoding="utf-8")

    def test_lists_every_bad_row(self, entered: Path) -> None:
        """With its line and what to do; the good ones count."""
        with entered.open("a", encoding="utf-8") as text:
            text.write("X1,2026-01-05,holdout,50,1,1\nX2,yesterday,holdout,0.3,1,1\n")
        told = answer("evaluate", entered)
        assert [(bad["line"], bad["column"]) for bad in told["rows"]["bad"]] == [
            (4_002, "probability"),
            (4_003, "entered_on"),
        ]
        assert told["pairs"][0]["verdict"] == "better"
        assert "Write it as 2026-01-31." in run("evaluate", entered).stdout

    def test_shows_a_file_s_own_marks_as_text(self, entered: Path) -> None:
        """Neither markup nor what a terminal would obey comes out of a cell."""
        with entered.open("a", encoding="utf-8") as text:
            text.write("X1,2026-01-05,holdout,[red]\x1b[2J,1,1\n")
        shown = run("evaluate", entered).stdout
        assert "[red] [2J" in shown
        assert "\x1b" not in shown

    def test_of_one_arm_has_nothing_to_compare(self, tmp_path: Path) -> None:
        """Which is said, and is no error."""
        file = tmp_path / "one.csv"
        file.write_text(f"{HEADER}\nL1,2026-01-05,champion,0.5,1,1\n", encoding="utf-8")
        told = answer("evaluate", file)
        assert told["pairs"] == []
        assert "nothing to compare" in told["warnings"][0]

    def test_names_a_column_that_is_missing(self, tmp_path: Path) -> None:
        """And the columns that are there."""
        file = tmp_path / "short.csv"
        file.write_text("loan_id,entered_on,arm,recovered_minor,cost_minor\n", encoding="utf-8")
        result = run("evaluate", file)
        assert result.exit_code == 1
        assert "no column 'probability'" in result.stderr
        assert "mapping" not in result.stderr


class TestPlan:
    """`experiment plan`."""

    def test_gives_both_promises(self) -> None:
        """Looked at once, and at any time."""
        told = answer("plan", "--mean", 100, "--sd", 163.17, "--effect", "20%", "--per-week", 100)
        assert told["fixed_horizon"]["by_arm"] == {"holdout": 1_045, "champion": 1_045}
        assert told["always_valid"]["loans"] > 2 * told["fixed_horizon"]["loans"]
        assert told["effect_relative"] == pytest.approx(0.2)
        assert "looked at once" in run("plan", "--mean", 100, "--sd", 163.17, "--effect", "20").stdout

    def test_takes_mean_and_spread_from_the_past(self, scored: Path) -> None:
        """A column of a file."""
        told = answer("plan", "--past", scored, "--column", "paid", "--effect", "10%")
        assert told["question"]["mean_minor"] == pytest.approx(2_000, rel=0.1)
        assert told["past"]["sd_minor"] == told["question"]["sd_minor"]
        assert told["past"]["sd_error_minor"] == told["question"]["sd_error_minor"] > 0

    @pytest.mark.parametrize(
        "arguments",
        [
            ("--effect", "10%"),
            ("--effect", "ten", "--mean", "1", "--sd", "1"),
            ("--effect", "1", "--mean", "1", "--sd", "1", "--shares", "holdout"),
            ("--effect", "1", "--mean", "1", "--sd", "1", "--past", "x.csv"),
        ],
    )
    def test_refuses_what_it_does_not_understand(self, arguments: tuple[str, ...]) -> None:
        """As a mistake of typing."""
        assert run("plan", *arguments).exit_code == 2

    def test_says_why_no_plan_can_be_made(self) -> None:
        """Shares that do not sum to one."""
        result = run("plan", "--effect", "1", "--mean", "1", "--sd", "1", "--shares", "holdout=0.2,champion=0.7")
        assert result.exit_code == 1
        assert "sum to 1" in result.stderr


class TestThreshold:
    """`experiment threshold`."""

    def test_finds_the_jump_and_takes_the_cost_off(self, scored: Path) -> None:
        """With the other cut-off kept out."""
        told = answer(
            *("threshold", scored, "--score", "expected", "--outcome", "paid", "--cutoff", 1_000),
            *("--other-cutoffs", "2000", "--cost", 50),
        )
        assert told["ci_low"] < 300 < told["ci_high"]
        assert told["verdict"] == "better"
        assert told["net_of_cost"] == pytest.approx(told["jump"] - 50)
        assert told["rows"]["used"] < told["rows"]["read"] == 3_000

    def test_keeps_to_the_bandwidth_given(self, scored: Path) -> None:
        """A window from 900 to 1,100."""
        command = ("threshold", scored, "--score", "expected", "--outcome", "paid", "--cutoff", 1_000)
        told = answer(*command, "--bandwidth", 100)
        assert told["bandwidth"] == 100
        assert 60 < told["n_left"] < 160
        assert "loans below the cut-off" in run(*command, "--bandwidth", 100).stdout

    def test_tells_rows_that_are_no_numbers(self, scored: Path) -> None:
        """And judges by the others."""
        with scored.open("a", encoding="utf-8") as text:
            text.write("1000,none\n")
        command = ("threshold", scored, "--score", "expected", "--outcome", "paid", "--cutoff", 1_000)
        told = answer(*command)
        assert [(bad["line"], bad["column"]) for bad in told["rows"]["bad"]] == [(3_002, "paid")]
        assert "1 of 3,001 rows" in told["warnings"][0]
        assert "is not a number" in run(*command).stdout

    def test_refuses_a_bandwidth_of_nothing(self, scored: Path) -> None:
        """As a mistake of typing."""
        command = ("threshold", scored, "--score", "expected", "--outcome", "paid", "--cutoff", 1_000)
        assert run(*command, "--bandwidth", 0).exit_code == 2
        assert run(*command, "--other-cutoffs", "two").exit_code == 2
