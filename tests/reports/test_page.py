"""The page stands alone, draws its plots in a real browser, and shows the figures of the JSON."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from plotly.graph_objects import Figure

from domain.money import Money
from ledger.database import Ledger
from ledger.simulated_clock import set_simulated_now
from reports.as_json import as_json
from reports.breakdown import Breakdown
from reports.drawing import drawn, plots_of
from reports.effectiveness import effectiveness
from reports.figures import amount
from reports.page import page
from reports.plots import Plot
from reports.reconciling import reconcile
from reports.sections.order import sections_of
from tests.reports.chronicle import AS_OF, FIRST_DAY, LAST_DAY, Chronicle, write_spring
from tests.reports.whole_report import with_every_measure

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
def report(ledger: Ledger) -> dict[str, Any]:
    """The report on the portfolio that `write_spring` wrote, on a ledger of the skipping clock."""
    with ledger.transaction() as session:
        write_spring(session)
        set_simulated_now(session, AS_OF)
    with ledger.reading() as session:
        found = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        return as_json(found, reconcile(session, found))


@pytest.mark.slow
@pytest.mark.parametrize("width", [1200, 390])
def test_the_page_opens_alone_and_shows_the_figures_of_the_json(
    browser: Browser, report: dict[str, Any], tmp_path: Path, width: int
) -> None:
    """From a file, on a desk and on a phone: no error, no request, every plot drawn, every figure as in the JSON."""
    path = tmp_path / "report.html"
    path.write_text(page(report), encoding="utf-8")
    expected = report
    errors: list[str] = []
    requests: list[str] = []
    tab = browser.new_page(viewport={"width": width, "height": 900})
    tab.on("console", lambda message: errors.append(message.text))
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on("request", lambda request: requests.append(request.url))
    tab.goto(path.as_uri())
    for plot in plots(report):
        tab.wait_for_selector(f"#{plot} .main-svg")
    assert tab.locator(".plot .main-svg").count() >= len(plots(report))
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
        table = tab.locator(f"#table-by_{breakdown.value}")
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


def test_the_page_loads_nothing(report: dict[str, Any]) -> None:
    """No element of it names another file, and its own policy forbids every fetch."""
    text = page(report)
    assert "default-src 'none'" in text
    markup = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
    assert not re.search(r"\b(src|url)\s*[=(]", markup)
    assert set(re.findall(r'href="(.)', markup)) == {"#"}
    assert '<html lang="en">' in text


def test_the_same_report_gives_the_same_page(report: dict[str, Any]) -> None:
    """Nothing of the moment of printing is in it."""
    assert page(report) == page(report)


def test_the_page_says_when_it_does_not_reconcile(report: dict[str, Any]) -> None:
    """A difference is shown where the verdict stands, and real ledgers carry no banner."""
    verdict = "Does not reconcile with the ledger in 1 of 24 checks"
    told = {"is_pretend": False, "reconciles": False, "reconciliation": report["reconciliation"] | {"verdict": verdict}}
    text = page(report | told)
    assert 'class="verdict differs"' in text
    assert verdict in text
    assert "Pretend borrowers" not in text


def test_every_plot_is_one_that_plotly_knows_and_has_words(report: dict[str, Any]) -> None:
    """Plotly's own checks accept each figure, and each says what it shows to those who hear the page."""
    shown = plots(report)
    assert set(shown) >= PLOTS
    for plot in shown.values():
        Figure(plot.figure)
        assert plot.summary
    assert "standard v2: 15.00 CNY recovered at a cost of 30.40 CNY" in shown["recovery-against-cost"].summary


def test_every_measure_has_its_plot(report: dict[str, Any]) -> None:
    """With something under every key each of them is drawn, and Plotly accepts what it is given."""
    shown = plots(with_every_measure(report))
    wanted = {
        *("gross-to-net", "incremental", "rung-holdouts", "cure-by-horizon", "cure-by-ladder", "time-to-cure"),
        *("liquidation", "roll-by-money", "roll-by-loans", "journeys-through-rungs", "contact-rate", "kept-rate"),
        *("by-segment", "credited-by-step", "hazard-after-rungs", "loss-by-cell", "collectors"),
    }
    assert set(shown) >= PLOTS | wanted
    for plot in shown.values():
        Figure(plot.figure)
        assert plot.summary
    assert "insufficient data" in shown["incremental"].summary
    assert len(shown["incremental"].figure["data"][0]["x"]) == 1, "what says nothing is not drawn as a finding"
    band = shown["recovery-by-ladder"].figure["data"][1]
    assert band["fill"] == "tonexty"


def test_the_contents_lead_to_every_section(report: dict[str, Any]) -> None:
    """No section is left out, and nothing that has something to show is missing."""
    text = page(report)
    for section in sections_of(report):
        assert f'<a href="#{section.id}">' in text
        assert f'<h2 id="{section.id}">' in text


def test_an_empty_report_has_a_page_without_plots(ledger: Ledger) -> None:
    """Only the money's own plot, in which everything is nothing."""
    with ledger.transaction() as session:
        Chronicle(session)
        found = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        report = as_json(found, reconcile(session, found))
    assert not set(plots(report)) & PLOTS
    assert "What the figures mean" in page(report)


def plots(report: dict[str, Any]) -> dict[str, Plot]:
    """The report's plots by their ids."""
    return {plot.id: plot for plot in plots_of(drawn(sections_of(report), currency=report["currency"]))}
