"""The terminal, the JSON and the Markdown say the same."""

import json
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from ledger.database import Ledger
from reports.as_json import as_json
from reports.as_markdown import as_markdown, as_table
from reports.breakdown import NO_JOURNEY, NO_STEP
from reports.effectiveness import effectiveness
from reports.reconciling import reconcile
from reports.sheets.table import shown
from reports.sheets.tables import tables_of
from reports.showing import show
from tests.reports.chronicle import AS_OF, FIRST_DAY, LAST_DAY, write_spring


@pytest.fixture
def report(ledger: Ledger) -> dict[str, Any]:
    """The report on the portfolio that `write_spring` wrote."""
    with ledger.transaction() as session:
        write_spring(session)
        found = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        return as_json(found, reconcile(session, found))


def test_the_json_has_what_others_read(report: dict[str, Any]) -> None:
    """Its keys are a promise; money is whole minor units; it can be written down."""
    found = json.loads(json.dumps(report))
    assert found["portfolio"] == "spring"
    assert found["period"] == {"from": "2026-03-01", "to": "2026-03-31"}
    assert found["as_of"] == "2026-04-10T00:00:00+00:00"
    assert found["currency"] == "CNY"
    assert found["is_pretend"] is False
    assert found["loans_entered"] == 5
    assert found["gross_recovered_minor"] == found["recovered_minor"]
    assert (found["recovered_minor"], found["reversals_minor"], found["cost_minor"]) == (15_000, 1_000, 3_901)
    assert (found["net_minor"], found["cost_per_unit"]) == (10_099, 0.26005)
    assert {"ladder", "arm", "rung", "channel"} <= set(found["by"])
    assert found["attribution"]["last_touch"][-2:] == [
        {"step": NO_STEP, "amount_minor": 3_500},
        {"step": NO_JOURNEY, "amount_minor": 1_500},
    ]
    assert sum(step["amount_minor"] for step in found["attribution"]["last_touch"]) == found["recovered_minor"]
    assert found["journeys_by_closing_reason"] == {"cured": 1, "open": 4}
    assert found["reconciles"] is True
    assert {"recovered", "cost", "net", "last touch"} <= set(found["glossary"])


def test_the_markdown_has_a_table_for_each_breakdown(report: dict[str, Any]) -> None:
    """And the verdict of the reconciliation."""
    text = as_markdown(report, links=[("The page in the console", "https://pages.example/staff/reports")])
    assert text.startswith("# Strategy effectiveness: spring\n")
    assert "Reconciles with the ledger to the minor unit in " in text
    assert "[The page in the console](https://pages.example/staff/reports)" in text
    for heading in ("| Ladder version |", "| Arm |", "| Rung |", "| Channel |"):
        assert heading in text
    assert "| holdout | 20.00 | 20.00 | 0.00 | 0.00 | 20.00 | 0.0000 |" in text


def test_a_table_ends_with_its_total(report: dict[str, Any]) -> None:
    """One record a row, under the headings of every other shape."""
    records = as_table(report, "by_channel")
    assert [record["Channel"] for record in records] == ["sms", "callback", "field visit", NO_STEP, NO_JOURNEY, "All"]
    assert records[-1]["Recovered"] == "150.00"
    assert (records[-1]["Promises"], records[-1]["Promises kept"]) == ("1", "1")
    assert as_table(report, "by_nothing") == []


def test_the_terminal_shows_the_figures_of_the_json(report: dict[str, Any]) -> None:
    """Wide enough, every cell of every split stands on its row's line, in the columns' order."""
    console = Console(file=StringIO(), width=400)
    show(report, console=console)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]  # it is the StringIO above
    seen = 0
    for table in tables_of(report):
        if not table.name.startswith("by_"):
            continue
        for row in (*table.rows, table.foot or ()):
            cells = [shown(c, column, currency="CNY") for c, column in zip(row, table.columns, strict=True)]
            assert any(line.split() == " ".join(cells).split() for line in lines), (table.name, cells)
            seen += len(cells)
    assert seen > 300


@pytest.mark.parametrize("width", [80, 120, 200])
def test_the_terminal_shows_whole_figures_at_any_width(report: dict[str, Any], width: int) -> None:
    """Names are folded and columns left out before a figure is cut."""
    console = Console(file=StringIO(), width=width)
    show(report, console=console)
    text = console.file.getvalue()  # type: ignore[attr-defined]  # it is the StringIO above
    assert "…" not in text
    assert max(len(line) for line in text.splitlines()) <= width
    assert text.count("150.00") >= 6
    assert "Reconciles with the ledger" in text
