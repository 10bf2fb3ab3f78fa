"""The page stands alone, draws its plots in a real browser, and shows the figures of the JSON."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from plotly.graph_objects import Figure

from domain.money import Money
from ledger.database import Ledger
from ledger.simulated_clock import set_simulated_now
from reports.as_json import as_json
from reports.breakdown import Breakdown
from reports.effectiveness import Effectiveness, effectiveness
from reports.figures import amount
from reports.page import page
from reports.plots import plots_of
from reports.reconciling import Reconciliation, reconcile
from tests.reports.chronicle import AS_OF, FIRST_DAY, LAST_DAY, Chronicle, write_spring

CHROMIUM = Path("/usr/bin/chromium")
QUIETLY = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PLOTS = {
    "recovery-against-cost",
    "recovery-by-ladder",
    "recovery-by-arm",
    "outcomes-by-rung",
    "journeys-by-closing-reason",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser that talks to nobody of its own accord."""
    if not CHROMIUM.exists():
        pytest.skip("there is no chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIETLY))
        yield opened
        opened.close()


@pytest.fixture
def report(ledger: Ledger) -> tuple[Effectiveness, Reconciliation]:
    """The report on the portfolio that `write_spring` wrote, on a ledger of the skipping clock."""
    with ledger.transaction() as session:
        write_spring(session)
        set_simulated_now(session, AS_OF)
    with ledger.reading() as session:
        found = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        return found, reconcile(session, found)


@pytest.mark.slow
@pytest.mark.parametrize("width", [1200, 390])
def test_the_page_opens_alone_and_shows_the_figures_of_the_json(
    browser: Browser, report: tuple[Effectiveness, Reconciliation], tmp_path: Path, width: int
) -> None:
    """From a file, on a desk and on a phone: no error, no request, every plot drawn, every figure as in the JSON."""
    path = tmp_path / "report.html"
    path.write_text(page(*report), encoding="utf-8")
    expected = as_json(*report)
    errors: list[str] = []
    requests: list[str] = []
    tab = browser.new_page(viewport={"width": width, "height": 900})
    tab.on("console", lambda message: errors.append(message.text))
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on("request", lambda request: requests.append(request.url))
    tab.goto(path.as_uri())
    for plot in PLOTS:
        tab.wait_for_selector(f"#{plot} .main-svg")
    assert tab.locator(".plot .main-svg").count() >= len(PLOTS)
    assert tab.title() == "Strategy effectiveness: spring"
    assert tab.locator("[role=note]").inner_text().startswith("Pretend borrowers, simulated time")
    headline = dict(
        zip(tab.locator(".figures dt").all_inner_texts(), tab.locator(".figures dd").all_inner_texts(), strict=True)
    )
    assert headline["Recovered"] == str(Money(expected["recovered_minor"], "CNY"))
    assert headline["Reversed"] == str(Money(expected["reversals_minor"], "CNY"))
    assert headline["Cost"] == str(Money(expected["cost_minor"], "CNY"))
    assert headline["Net"] == str(Money(expected["net_minor"], "CNY"))
    assert headline["Loans entered"] == str(expected["loans_entered"])
    assert expected["reconciliation"]["verdict"] in tab.locator(".verdict").inner_text()
    for breakdown in Breakdown:
        table = tab.locator("table", has=tab.locator(f"caption:text-matches('^By {breakdown.value}')"))
        headings = table.locator("thead th").all_inner_texts()
        shown = [
            dict(zip(headings, row.locator("th, td").all_inner_texts(), strict=True))
            for row in table.locator("tbody tr:not(.foot)").all()
        ]
        assert [row["Recovered"] for row in shown] == [
            amount(row["recovered_minor"], currency="CNY") for row in expected["by"][breakdown.value]
        ]
        assert [row["Net"] for row in shown] == [
            amount(row["net_minor"], currency="CNY") for row in expected["by"][breakdown.value]
        ]
    assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert errors == []
    assert requests == [path.as_uri()]
    tab.close()


def test_the_page_loads_nothing(report: tuple[Effectiveness, Reconciliation]) -> None:
    """No element of it names another file, and its own policy forbids every fetch."""
    text = page(*report)
    assert "default-src 'none'" in text
    markup = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
    assert not re.search(r"\b(src|href|url)\s*[=(]", markup)
    assert '<html lang="en">' in text


def test_the_same_report_gives_the_same_page(report: tuple[Effectiveness, Reconciliation]) -> None:
    """Nothing of the moment of printing is in it."""
    assert page(*report) == page(*report)


def test_the_page_says_when_it_does_not_reconcile(report: tuple[Effectiveness, Reconciliation]) -> None:
    """A difference is shown where the verdict stands, and real ledgers carry no banner."""
    found, honest = report
    forged = replace(honest, checks=(replace(honest.checks[0], report=1), *honest.checks[1:]))
    text = page(replace(found, is_pretend=False), forged)
    assert 'class="verdict differs"' in text
    assert "Does not reconcile with the ledger in 1 of 24 checks" in text
    assert "Pretend borrowers" not in text


def test_every_plot_is_one_that_plotly_knows_and_has_words(report: tuple[Effectiveness, Reconciliation]) -> None:
    """Plotly's own checks accept each figure, and each says what it shows to those who hear the page."""
    plots = plots_of(report[0])
    assert set(plots) == PLOTS
    for plot in plots.values():
        Figure(plot.figure)
        assert plot.summary
    assert "standard v2: 15.00 CNY recovered at a cost of 30.40 CNY" in plots["recovery-against-cost"].summary


def test_an_empty_report_has_a_page_without_plots(ledger: Ledger) -> None:
    """It says that there is nothing to draw."""
    with ledger.transaction() as session:
        Chronicle(session)
        found = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        text = page(found, reconcile(session, found))
    assert text.count("Nothing to draw in this period.") == len(PLOTS)
