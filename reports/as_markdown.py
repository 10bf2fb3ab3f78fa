"""The report as Markdown and as plain tables, for Prefect's artifacts."""

from collections.abc import Iterator, Sequence

from reports.breakdown import Breakdown
from reports.columns import COLUMNS, heading_of, table_of
from reports.effectiveness import Effectiveness
from reports.glossary import GLOSSARY
from reports.headline import PRETEND, PRETEND_WHY, headline_of, period_of, title_of
from reports.reconciling import Reconciliation


def as_markdown(effectiveness: Effectiveness, reconciliation: Reconciliation) -> str:
    """Headline figures, the reconciliation, a table for each breakdown, and the glossary."""
    return "\n".join(_lines(effectiveness, reconciliation)) + "\n"


def as_table(effectiveness: Effectiveness, breakdown: Breakdown) -> list[dict[str, str]]:
    """One breakdown as a list of records, the total last: what a table artifact takes."""
    headings = _headings(breakdown)
    return [dict(zip(headings, cells, strict=True)) for cells in table_of(effectiveness, breakdown)]


def _lines(effectiveness: Effectiveness, reconciliation: Reconciliation) -> Iterator[str]:
    yield f"# {_escaped(title_of(effectiveness.scope))}"
    yield ""
    yield f"{period_of(effectiveness.scope)}."
    yield ""
    if effectiveness.is_pretend:
        yield f"> **{PRETEND}.** {PRETEND_WHY}"
        yield ""
    yield from _table(["Figure", "Value"], [[figure.label, figure.text] for figure in headline_of(effectiveness)])
    mark = "" if reconciliation.reconciles else "**Warning:** "
    yield f"{mark}{_escaped(reconciliation.verdict)}: {reconciliation.account}."
    yield ""
    for breakdown in Breakdown:
        yield f"## By {breakdown.value}"
        yield ""
        yield from _table(_headings(breakdown), table_of(effectiveness, breakdown))
    yield "## What the figures mean"
    yield ""
    for term, meaning in GLOSSARY.items():
        yield f"- **{term}**: {meaning}"


def _headings(breakdown: Breakdown) -> list[str]:
    return [heading_of(breakdown), *(column.heading for column in COLUMNS)]


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(headings)} |"
    yield f"|:--|{'--:|' * (len(headings) - 1)}"
    for cells in rows:
        yield f"| {' | '.join(_escaped(cell) for cell in cells)} |"
    yield ""


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|")
