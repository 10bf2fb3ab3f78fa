"""A short demo, looked at from every side: its summary, Prefect's database, the ledger and the files it leaves."""

import csv
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.compare import compare, in_words
from tests.demo.running import demo

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


PHONES = ("mobile_phone", "home_phone")
PERSONAL = ("last_name", *PHONES, "email", "street")
KNOW_PEOPLE = ("sample-portfolio.csv", "sandbox.db")
"""The lender's own file, and the memory of the pretend vendors."""


@dataclass(frozen=True, slots=True)
class Played:
    """A demo that is over."""

    home: Path
    summary: dict[str, Any]

    def prefect(self, query: str) -> list[Any]:
        """Ask Prefect's own database."""
        with sqlite3.connect(self.home / "prefect" / "prefect.db") as database:
            return database.execute(query).fetchall()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Six loans, twenty days."""
    folder = tmp_path_factory.mktemp("played")
    with demo(folder, "--loans", "6", "--days", "20", "--pace", "0", "--seed", "3") as running:
        summary = running.summary()
        yield Played(running.home, summary)


class TestADemo:
    """What a demo leaves behind."""

    def test_agrees_with_the_sandbox_and_the_ledger(self, played: Played) -> None:
        """Every accepted attempt is in the sandbox's own log once, and every figure reconciles."""
        assert played.summary["duplicates"] == 0
        assert played.summary["attempts"] == played.summary["sandbox_accepts"]
        assert played.summary["reconciles"] is True
        assert played.summary["invariants_broken"] == {}
        assert played.summary["unknown"] == 0

    def test_takes_every_loan_on_a_journey(self, played: Played) -> None:
        """Each loan has one journey, open or closed for a reason."""
        journeys = played.summary["journeys"]
        assert played.summary["loans"] == sum(journeys["by_state"].values()) == 6
        assert sum(journeys["by_closing_reason"].values()) == journeys["by_state"]["closed"]
        assert {"sms", "email"} <= set(played.summary["steps"])

    def test_names_each_flow_run_by_its_loan(self, played: Played) -> None:
        """Whoever types a loan's number into the Prefect UI finds its one run, with its tags."""
        runs = played.prefect(
            "SELECT flow_run.name, flow_run.tags FROM flow_run JOIN flow ON flow.id = flow_run.flow_id"
            " WHERE flow.name = 'loan_journey'"
        )
        with (played.home / "sample-portfolio.csv").open() as file:
            numbers = {row["loan_no"] for row in csv.DictReader(file)}
        assert {name for name, _ in runs} == numbers
        assert len(runs) == len(numbers)
        assert all("portfolio:" in tags and "ladder:" in tags and "bucket:" in tags for _, tags in runs)

    def test_says_until_when_it_waits_and_why(self, played: Played) -> None:
        """Waiting runs carry a sentence, and the simulated instant as their scheduled time."""
        waits = played.prefect(
            "SELECT message FROM flow_run_state WHERE type = 'SCHEDULED' AND message LIKE 'until % in %'"
        )
        assert waits
        assert all(": " in message for (message,) in waits)

    def test_names_tasks_so_that_a_person_understands(self, played: Played) -> None:
        """The timeline of a loan says what was done."""
        names = {name for (name,) in played.prefect("SELECT name FROM task_run")}
        assert any(name.startswith("sms: ") for name in names)
        assert any(name.startswith("wait until ") for name in names)

    def test_keeps_personal_data_out_of_prefect_its_results_and_the_logs(self, played: Played) -> None:
        """No name, number or address of the portfolio is in any file that the product leaves, however it is spelled.

        Prefect's database and results, every log, the ledger, the signed roots and the report's page; only the lender's
        own file and the pretend vendors' memory know people.
        """
        with (played.home / "sample-portfolio.csv").open() as portfolio:
            rows = list(csv.DictReader(portfolio))
        told = {row[column] for row in rows for column in PERSONAL if len(row[column]) > 5}
        digits = {re.sub(r"\D", "", row[column])[-9:] for row in rows for column in PHONES}
        canaries = {
            spelled for text in {*told, *digits} - {""} for spelled in (text.encode(), text.encode("utf-16-le"))
        }
        left = [file for file in played.home.rglob("*") if file.is_file() and not file.name.startswith(KNOW_PEOPLE)]
        names = {file.name for file in left}
        assert {"prefect.db", "prefect-server.log", "worker.log", "receipts.log", "ledger.db", "report.html"} <= names
        assert canaries
        for file in left:
            content = file.read_bytes()
            assert not [canary for canary in canaries if canary in content], file

    def test_passes_an_auditor_who_knows_nothing_of_the_product(self, played: Played) -> None:
        """The sandbox's log and the ledger, compared by plain SQL."""
        found = compare(str(played.home / "ledger.db"), played.home / "sandbox.db")
        assert found["agrees"] is True, list(in_words(found))
        assert found["accepts"] > 0

    def test_writes_the_report_as_a_page(self, played: Played) -> None:
        """One self-contained file."""
        page = (played.home / "report.html").read_text()
        assert "<html" in page
        assert "http://" not in page.split("<body")[0].split("<script")[0]
