"""`duecourse report`: on the screen, as JSON, as a page, a workbook and CSV files, all of one report."""

import json
from datetime import timedelta

from tests.cli.stage import MONDAY, Driven


def test_writes_every_shape_at_once(driven: Driven) -> None:
    """The JSON on the screen and in the file are the same, and the other files are there."""
    shapes = ("--json", "r.json", "--html", "r.html", "--xlsx", "r.xlsx", "--csv", "tables")
    told = driven.run("report", "--portfolio", "cards", "--as-of", MONDAY.isoformat()[:19], *shapes)
    assert told.exit_code == 0, told.output
    on_screen = driven.run("report", "--portfolio", "cards", "--as-of", MONDAY.isoformat()[:19], "--json")
    written = json.loads((driven.folder / "r.json").read_text())
    assert json.loads(on_screen.stdout) == written
    assert written["reconciles"] is True
    assert (driven.folder / "r.html").exists()
    assert (driven.folder / "r.xlsx").exists()
    assert (driven.folder / "tables" / "by_ladder.csv").exists()


def test_a_day_as_as_of_means_its_end(driven: Driven) -> None:
    """All that was recorded on it counts; and where it is not over yet, that is said."""
    told = driven.run("report", "--portfolio", "cards", "--as-of", f"{MONDAY:%Y-%m-%d}", "--json", "r.json")
    assert told.exit_code == 0, told.output
    written = json.loads((driven.folder / "r.json").read_text())
    assert written["as_of"] == f"{MONDAY:%Y-%m-%d}T23:59:59.999999+00:00"
    assert "lies ahead" in told.output
    assert driven.run("report", "--portfolio", "cards", "--as-of", "soon").exit_code == 2


def test_a_cell_opens_to_what_is_behind_it(driven: Driven) -> None:
    """Every figure of a row, with what it says and what the rows behind it sum to; a wrong row is told in words."""
    driven.carry_to(MONDAY + timedelta(days=1), start=MONDAY)
    report = driven.answer("report", "--portfolio", "cards")
    row = next(row for row in report["by"]["channel"] if row["steps"])
    asked = ("report", "open", "--portfolio", "cards", "--by", "channel", "--row")
    opened = driven.answer(*asked, row["name"])
    figures = {cell["figure"]: cell for cell in opened["cells"]}
    assert all(cell["agrees"] for cell in opened["cells"])
    assert {key: figures[key]["value"] for key in ("steps", "attempts", "cost_millis", "journeys")} == {
        key: row[key] for key in ("steps", "attempts", "cost_millis", "journeys")
    }
    step = figures["steps"]["behind"][0]
    assert (step["what"], step["action"]) == ("step", row["name"])
    on_screen = driven.run(*asked, row["name"], "--cell", "steps")
    assert step["loan"] in on_screen.stdout
    assert "there are '" in driven.refusal(*asked, "fax")


def test_every_table_of_the_report_opens(driven: Driven) -> None:
    """They are listed with the names of their figures; a ratio says how it is made, and its journeys are listed."""
    driven.carry_to(MONDAY + timedelta(days=1), start=MONDAY)
    asked = ("report", "open", "--portfolio", "cards")
    listed = {each["table"]: each for each in driven.answer(*asked)["tables"]}
    assert listed["waterfall"]["named_by"] == ["step"]
    assert "journeys" in listed["sankey"]["figures"]
    report = driven.answer("report", "--portfolio", "cards")
    (link, *_) = report["sankey"]
    (cell,) = driven.answer(*asked, "--table", "sankey", "--row", link["from"], "--row", link["to"])["cells"]
    assert (cell["figure"], cell["value"], cell["sum"]) == ("journeys", link["journeys"], len(cell["behind"]))
    (npv,) = driven.answer(*asked, "--table", "npv", "--cell", "npv", "--annual-rate", "0.2")["cells"]
    assert npv["agrees"]
    assert npv["cell"] == "npv"
    on_screen = driven.run(*asked, "--table", "cure", "--row", "7", "--cell", "rate").stdout
    assert "cured / watched" in on_screen
    assert "no table 'moods'" in driven.refusal(*asked, "--table", "moods")
    assert "no figure 'shoes'" in driven.refusal(*asked, "--table", "cure", "--row", "7", "--cell", "shoes")


def test_readers_come_and_go(driven: Driven) -> None:
    """Subscribed once, listed masked, and forgotten; whoever is none is told so with a remedy."""
    whom = ("--portfolio", "cards", "--email", "ada@lender.example")
    assert "is sent the report of every month" in driven.run("report", "subscribe", *whom).output
    assert "is sent it already" in driven.run("report", "subscribe", *whom).output
    listed = driven.run("report", "subscribers", "--portfolio", "cards", "--json")
    (reader,) = json.loads(listed.stdout)["subscribers"]
    assert (reader["email"], reader["last"]) == ("a***@lender.example", None)
    assert "a***@lender.example" in driven.run("report", "subscribers", "--portfolio", "cards").output
    assert driven.run("report", "unsubscribe", *whom).exit_code == 0
    again = driven.run("report", "unsubscribe", *whom)
    assert again.exit_code == 1
    assert "duecourse report subscribers" in again.output
    assert "Nobody is sent" in driven.run("report", "subscribers", "--portfolio", "cards").output
    wrong = driven.run("report", "subscribe", "--portfolio", "cards", "--email", "ada")
    assert wrong.exit_code == 1
    assert "--email" in wrong.output


def test_an_empty_period_is_refused_with_a_remedy(driven: Driven) -> None:
    """Its last day lies before its first."""
    told = driven.run("report", "--portfolio", "cards", "--from", "2026-02-01", "--to", "2026-01-01")
    assert told.exit_code == 1
    assert "--from" in told.output
