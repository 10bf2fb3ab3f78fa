"""The report in the terminal."""

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table as Shown

from reports.columns import BY
from reports.figures import words
from reports.headline import PRETEND, PRETEND_WHY, account_of, headline_of, period_of, title_of
from reports.sections.cause import sentence
from reports.sheets.table import Kind, Table, shown
from reports.sheets.tables import Report, tables_of

LEFT_OUT = (
    (200, frozenset({"cost_millis", "npv_minor"})),
    (175, frozenset({"steps", "attempts", "promises", "promises_kept", "by_itself_minor", "reversals_minor"})),
    (100, frozenset({"cured"})),
)
"""Columns that a terminal of less than so many characters leaves out; the page and the JSON have them all."""
BESIDE = ("cure", "npv")
"""Tables shown besides those that split the cash."""


def show(report: Report, *, console: Console) -> None:
    """Print headline figures, whether they reconcile, each split of the cash, cures, and what came because of it."""
    currency = report["currency"]
    if report["is_pretend"]:
        console.print(Panel(f"[bold]{PRETEND}.[/bold] {PRETEND_WHY}", border_style="yellow"))
    console.print(f"[bold]{escape(title_of(report))}[/bold]")
    console.print(f"{period_of(report)}\n", style="dim")
    headline = Shown.grid(padding=(0, 3))
    for figure in headline_of(report):
        headline.add_row(figure.label, f"[bold]{figure.text}[/bold]")
    console.print(headline)
    console.print()
    for table in tables_of(report):
        if table.name.startswith(BY) or table.name in BESIDE:
            console.print(_table(table, currency=currency, width=console.width))
    for record in report.get("incremental", ()):
        console.print(escape(sentence(record, currency=currency, by="arm")))
    console.print(f"Money in {currency}. Journeys by how they stand: {_closings(report)}")
    style = "green" if report["reconciles"] else "bold red"
    console.print(f"{escape(report['reconciliation']['verdict'])}. {account_of(report)}.", style=style)


def _table(table: Table, *, currency: str, width: int) -> Shown:
    drawn = Shown(title=table.title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    left_out = {key for least, keys in LEFT_OUT if width < least for key in keys}
    columns = [(place, column) for place, column in enumerate(table.columns) if column.key not in left_out]
    for _, column in columns:
        if column.kind is Kind.TEXT:
            drawn.add_column(column.heading, overflow="fold")  # names fold, figures do not
        else:
            drawn.add_column(column.heading, justify="right", no_wrap=True)
    for row in table.rows:
        drawn.add_row(*(escape(shown(row[place], column, currency=currency)) for place, column in columns))
    if table.foot is not None:
        drawn.add_section()
        cells = (shown(table.foot[place], column, currency=currency) for place, column in columns)
        drawn.add_row(*cells, style="bold")
    return drawn


def _closings(report: Report) -> str:
    closings = report["journeys_by_closing_reason"].items()
    return ", ".join(f"{number:,} {words(reason)}" for reason, number in closings) or "none entered"
