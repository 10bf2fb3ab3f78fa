"""The report as one HTML file that carries everything it needs: no network, no other file."""

from plotly.offline import get_plotlyjs

from reports.drawing import drawn, environment, plots_of
from reports.headline import PRETEND, PRETEND_WHY, account_of, headline_of, period_of, title_of
from reports.sections.order import sections_of
from reports.sheets.tables import Report


def page(report: Report) -> str:
    """The whole page of a report as `reports.as_json.as_json` gives it. The same report gives the same text."""
    sections = drawn(sections_of(report), currency=report["currency"])
    return (
        environment()
        .get_template("effectiveness.html.j2")
        .render(
            title=title_of(report),
            period=period_of(report),
            currency=report["currency"],
            pretend=(PRETEND, PRETEND_WHY) if report["is_pretend"] else None,
            headline=headline_of(report),
            reconciles=report["reconciles"],
            verdict=report["reconciliation"]["verdict"],
            account=account_of(report),
            sections=sections,
            plots=plots_of(sections),
            stamp=report.get("stamp", {}),
            glossary=report["glossary"],
            plotly_js=get_plotlyjs(),
        )
    )
