"""Staff read the report in the console, take it away as a file, and open every figure of it."""

import csv
import json
import re
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape
from io import BytesIO, StringIO
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook
from playwright.sync_api import sync_playwright

from console.staff.report_asked import ReportAsked
from console.staff.report_shelf import AT_ONCE, ReportShelf, ShelfIsBusy
from ledger.database import Ledger
from reports.as_json import as_json
from reports.effectiveness import effectiveness
from reports.reconciling import reconcile
from tests.ledger.lender import Lender
from tests.reports.chronicle import AS_OF, FIRST_DAY, LAST_DAY, write_spring
from tests.staff_pages.staffed import TOKEN, MachineClock, signed_in, staffed
from tests.staff_pages.test_journey_pages import CHROMIUM, QUIETLY

ASKED = {"portfolio": "spring", "from": FIRST_DAY.isoformat(), "to": LAST_DAY.isoformat(), "as_of": AS_OF.isoformat()}
RATE = "table=cure_by_arm&row=champion&row=14&cell=rate"
MONEY = {"recovered_minor": "payments", "reversals_minor": "reversals", "cost_minor": "costs"}


@pytest.fixture
def report(ledger: Ledger) -> dict[str, Any]:
    """What the spring's report says."""
    with ledger.transaction() as session:
        write_spring(session)
        found = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        return as_json(found, reconcile(session, found))


@pytest.fixture
def client(report: dict[str, Any], ledger: Ledger) -> Iterator[httpx.Client]:
    """A browser of staff who have signed in."""
    with staffed(Lender(ledger, now=AS_OF), machine=MachineClock()) as client:
        yield signed_in(client)


def test_nobody_sees_a_report_without_a_pass(ledger: Ledger) -> None:
    """Neither the page nor a file nor a cell, nor the script that draws."""
    with staffed(Lender(ledger), machine=MachineClock()) as client:
        for path in ("", "/file/json", "/cell", "/plotly.js"):
            assert client.get(f"/staff/reports{path}", params=ASKED).status_code == 401


def test_the_files_are_the_report(client: httpx.Client, report: dict[str, Any]) -> None:
    """JSON to the value, a workbook and an archive that open, a page that stands alone."""
    files = {
        shape: client.get(f"/staff/reports/file/{shape}", params=ASKED) for shape in ("json", "xlsx", "csv", "html")
    }
    assert files["json"].json() == json.loads(json.dumps(report))
    assert 'filename="what-worked_spring_2026-03-01_2026-03-31.xlsx"' in files["xlsx"].headers["Content-Disposition"]
    assert "by_ladder" in load_workbook(BytesIO(files["xlsx"].content)).sheetnames
    assert "by_ladder.csv" in zipfile.ZipFile(BytesIO(files["csv"].content)).namelist()
    assert "Plotly.newPlot" in files["html"].text
    assert client.get("/staff/reports/file/exe", params=ASKED).status_code == 404


def test_every_figure_of_a_split_opens_to_what_it_sums_to(client: httpx.Client, report: dict[str, Any]) -> None:
    """For each row, and for the whole: payments, reversals and costs add up to the cells."""
    page = client.get("/staff/reports", params=ASKED).text
    for split, rows in report["by"].items():
        table = _table(page, f"by_{split}")
        cells = re.findall(r'<td class="n">(.*?)</td>', table)
        assert cells
        assert all(cell.startswith('<a href="/staff/reports/cell?') for cell in cells if cell != "n/a")
        for row in (*rows, {"name": "All", **report}):
            opened = client.get("/staff/reports/cell", params=ASKED | {"by": split, "row": row["name"]})
            assert opened.status_code == 200
            for key, behind in MONEY.items():
                assert _sum(opened.text, behind) == pytest.approx(row[key], abs=1), (split, row["name"], key)


def test_the_figures_that_head_the_report_open_as_well(client: httpx.Client) -> None:
    """The headline, the steps from gross to net, and what the last touches are credited with."""
    page = client.get("/staff/reports", params=ASKED).text
    for name, column, least in (("headline", 0, 6), ("waterfall", 1, 4), ("attribution", 1, 5)):
        rows = re.findall(r"<tr[^>]*>(.*?)</tr>", _table(page, name))[1:]
        cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row) for row in rows]
        figures = cells[0] if column == 0 else [row[column] for row in cells]
        opened = [re.match(r'<a href="([^"]*)">', figure) for figure in figures]
        addresses = [unescape(found.group(1)) for found in opened if found is not None]
        assert len(addresses) >= least, name
        assert all(client.get(address).status_code == 200 for address in set(addresses))


def test_a_figure_opens_to_its_parts_and_each_is_a_file(client: httpx.Client, report: dict[str, Any]) -> None:
    """A rate says how it is made; its journeys are listed and can be taken away, and the whole row is a click away."""
    page = client.get("/staff/reports", params=ASKED).text
    links = map(unescape, re.findall(r'href="(/staff/reports/cell[^"]*)"', page))
    (address,) = {link for link in links if RATE in link}
    opened = client.get(address).text
    (rate,) = (rate for rate in report["cure_by"]["arm"] if (rate["name"], rate["horizon_days"]) == ("champion", 14))
    assert f"{rate['rate']:.1%}: cured / watched." in opened
    files = [unescape(each) for each in re.findall(r'href="([^"]*)" download', opened)]
    assert [len(list(csv.DictReader(StringIO(client.get(each).text)))) for each in files] == [rate["cured"], rate["n"]]
    of_row = client.get(
        "/staff/reports/cell", params=ASKED | {"table": "by_arm", "row": "champion", "cell": "net_minor"}
    )
    assert "All that the row is made of" in of_row.text
    for wrong in ({"table": "moods", "cell": "rate"}, {"table": "cure", "row": "8", "cell": "rate"}, {"table": "npv"}):
        assert client.get("/staff/reports/cell", params=ASKED | wrong).status_code == 404


def test_all_that_is_behind_a_row_is_a_file(client: httpx.Client, report: dict[str, Any]) -> None:
    """However many there are: they add up to the cell."""
    (row,) = (row for row in report["by"]["arm"] if row["name"] == "champion")
    answer = client.get("/staff/reports/cell/payments", params=ASKED | {"by": "arm", "row": "champion"})
    lines = list(csv.DictReader(StringIO(answer.text)))
    assert round(sum(float(line["Amount"]) for line in lines) * 100) == row["recovered_minor"]
    for wrong in ("/cell/moods", "/cell/payments?by=arm&row=nobody"):
        assert client.get(f"/staff/reports{wrong}", params=ASKED | {"by": "arm", "row": "nobody"}).status_code == 404


def test_a_cell_leads_to_the_loan(client: httpx.Client) -> None:
    """From a figure to its payments, and from a payment to the journey."""
    opened = client.get("/staff/reports/cell", params=ASKED | {"by": "arm", "row": "holdout"}).text
    (address,) = set(re.findall(r'href="(/staff/[^"]*)">L-B<', opened))
    found = client.get(unescape(address))
    assert found.status_code == 200
    assert "L-B" in found.text


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"portfolio": "nobody's"}, "There is no such portfolio."),
        ({"from": "2026-13-01"}, "The first and the last day are days"),
        ({"from": "2026-04-02"}, "The last day is before the first one."),
        ({"as_of": "soon"}, "As on record at: &#39;soon&#39; is neither a day"),
        ({"portfolio": "<script>alert(1)</script>"}, "There is no such portfolio."),
    ],
)
def test_what_cannot_be_reported_is_said_by_the_form(client: httpx.Client, asked: dict[str, str], says: str) -> None:
    """And nothing that was typed runs."""
    answer = client.get("/staff/reports", params=ASKED | asked)
    assert answer.status_code == 400
    assert says in answer.text
    assert "<script>alert" not in answer.text


def test_rows_and_splits_that_are_not_there_are_missing(client: httpx.Client) -> None:
    """An address that somebody changed by hand."""
    for wrong in ({"by": "mood", "row": "fair"}, {"by": "arm", "row": "fair"}, {"by": "", "row": ""}):
        assert client.get("/staff/reports/cell", params=ASKED | wrong).status_code == 404


def test_a_day_as_as_of_means_its_end(client: httpx.Client) -> None:
    """What was recorded in its last hour counts."""
    found = client.get("/staff/reports/file/json", params=ASKED | {"as_of": "2026-04-09"}).json()
    assert found["as_of"].startswith("2026-04-09T23:59:59")


def test_no_more_than_a_few_wait_for_a_report(ledger: Ledger, report: dict[str, Any]) -> None:
    """The threads that take in receipts are not all to stand in this queue."""
    shelf = ReportShelf(ledger, clock=lambda: AS_OF)
    asked = ReportAsked("spring", FIRST_DAY, LAST_DAY, AS_OF)
    assert shelf.report(asked).report == report
    assert shelf.report(asked) is shelf.report(asked)
    with ThreadPoolExecutor(4 * AT_ONCE) as threads:
        days = [FIRST_DAY + timedelta(days=day) for day in range(4 * AT_ONCE)]
        askings = [ReportAsked("spring", FIRST_DAY, day, AS_OF) for day in days]
        given = [threads.submit(shelf.report, asking) for asking in askings]
        turned_away = [isinstance(each.exception(timeout=60), ShelfIsBusy) for each in given]
    assert not all(turned_away)
    assert any(turned_away)
    assert shelf.report(asked).report == report


@pytest.mark.slow
def test_a_browser_draws_it_under_a_policy_that_runs_only_our_scripts(client: httpx.Client) -> None:
    """Every plot is drawn, nothing is refused, and a click on a figure opens it."""
    if not CHROMIUM.exists():
        pytest.skip("there is no chromium on this machine: apt-get install chromium")
    policy = client.get("/staff/reports", params=ASKED).headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIETLY))
        tab = browser.new_page(viewport={"width": 1200, "height": 900})
        wrong: list[str] = []
        tab.goto(f"{client.base_url}/staff/sign-in")
        tab.fill("#token", TOKEN)
        tab.click("button[type=submit]")
        tab.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.goto(f"{client.base_url}/staff/reports?{httpx.QueryParams(ASKED)}")
        for plot in tab.locator(".plot").all():
            plot.locator(".main-svg").first.wait_for()
        tab.click("#table-by_arm tbody tr:nth-child(1) td:nth-child(2) a")
        tab.wait_for_selector("h1:has-text('By arm, champion: recovered')")
        assert wrong == []
        browser.close()


def _table(page: str, name: str) -> str:
    found = re.search(rf'<table id="table-{name}">.*?</table>', page, flags=re.DOTALL)
    assert found is not None, name
    return found.group()


def _sum(page: str, behind: str) -> float:
    """What stands at the foot of a table, in minor units; nothing where there is no table."""
    if f'<table id="table-{behind}">' not in page:
        return 0
    (foot,) = re.findall(r'<tr class="foot">(.*?)</tr>', _table(page, behind))
    (amount,) = (cell for cell in re.findall(r'<td class="n">([-0-9.,]+)</td>', foot) if "." in cell)
    return float(amount.replace(",", "")) * 100
