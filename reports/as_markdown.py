"""The report as Markdown and as plain tables, for Prefect's artifacts."""

from collections.abc import Iterator, Sequence

from reports.headline import PRETEND, PRETEND_WHY, account_of, headline_of, period_of, title_of
from reports.sections.order import sections_of
from reports.sheets.table import Table, shown
from reports.sheets.tables import Report, tables_of

LONGEST = 40
"""Rows; a longer table is for the workbook."""


def as_markdown(report: Report, *, links: Sequence[tuple[str, str]] = ()) -> str:
    """Headline figures, the reconciliation, every section with its tables, and the glossary.

    links: what the page leads to, as words and addresses.
    """
    return "\n".join(_lines(report, links)) + "\n"


def as_table(report: Report, name: str) -> list[dict[str, str]]:
    """One table as a list of records, its foot last, as an artifact takes it; empty where there is no such table."""
    table = next((table for table in tables_of(report) if table.name == name), None)
    if table is None:
        return []
    headings = [column.heading for column in table.columns]
    return [dict(zip(headings, cells, strict=True)) for cells in _cells(table, report["currency"])]


def _lines(report: Report, links: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield f"# {_escaped(title_of(report))}"
    yield ""
    yield f"{period_of(report)}."
    yield ""
    if report["is_pretend"]:
        yield f"> **{PRETEND}.** {PRETEND_WHY}"
        yield ""
    for says, address in links:
        yield f"[{says}]({address})"
        yield ""
    yield from _table(["Figure", "Value"], [[figure.label, figure.text] for figure in headline_of(report)])
    mark = "" if report["reconciles"] else "**Warning:** "
    yield f"{mark}{_escaped(report['reconciliation']['verdict'])}. {account_of(report)}."
    yield ""
    for section in sections_of(report):
        yield f"## {section.title}"
        yield ""
        for part in section.shown:
            for sentence in part.sentences:
                yield f"- {_escaped(sentence)}"
            yield ""
            for table in part.tables:
                yield from _titled(table, report["currency"])
    yield "## What the figures mean"
    yield ""
    for term, meaning in report["glossary"].items():
        yield f"- **{term}**: {_escaped(meaning)}"


def _titled(table: Table, currency: str) -> Iterator[str]:
    yield f"**{_escaped(table.title)}**"
    yield ""
    if len(table.rows) > LONGEST:
        yield f"{len(table.rows)} rows; they are in the workbook and in the CSV files."
        yield ""
    else:
        yield from _table([column.heading for column in table.columns], _cells(table, currency))


def _cells(table: Table, currency: str) -> list[list[str]]:
    rows = [*table.rows, *([] if table.foot is None else [table.foot])]
    return [
        [shown(cell, column, currency=currency) for cell, column in zip(row, table.columns, strict=True)]
        for row in rows
    ]


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(headings)} |"
    yield f"|:--|{'--:|' * (len(headings) - 1)}"
    for cells in rows:
        yield f"| {' | '.join(_escaped(cell) for cell in cells)} |"
    yield ""


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|")
