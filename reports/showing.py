"""The report in the terminal."""

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from reports.breakdown import Breakdown
from reports.columns import COLUMNS, FOOT, heading_of, table_of
from reports.effectiveness import Effectiveness
from reports.figures import words
from reports.headline import PRETEND, PRETEND_WHY, headline_of, period_of, title_of
from reports.reconciling import Reconciliation

LEFT_OUT = (
    (175, frozenset({"Steps", "Attempts", "Promises (kept)", "By itself", "Reversed"})),
    (100, frozenset({"Cured"})),
)
"""Columns that a terminal of less than so many characters leaves out; the page and the JSON have them all."""


def show(effectiveness: Effectiveness, reconciliation: Reconciliation, *, console: Console) -> None:
    """Print headline figures, whether they reconcile, and a table for each breakdown."""
    currency = effectiveness.scope.currency
    if effectiveness.is_pretend:
        console.print(Panel(f"[bold]{PRETEND}.[/bold] {PRETEND_WHY}", border_style="yellow"))
    console.print(f"[bold]{escape(title_of(effectiveness.scope))}[/bold]")
    console.print(f"{period_of(effectiveness.scope)}\n", style="dim")
    headline = Table.grid(padding=(0, 3))
    for figure in headline_of(effectiveness):
        headline.add_row(figure.label, f"[bold]{figure.text}[/bold]")
    console.print(headline)
    console.print()
    for breakdown in Breakdown:
        console.print(_table(effectiveness, breakdown, width=console.width))
    console.print(f"Money in {currency}. Journeys by how they stand: {_closings(effectiveness)}")
    style = "green" if reconciliation.reconciles else "bold red"
    console.print(f"{escape(reconciliation.verdict)}: {reconciliation.account}.", style=style)


def _table(effectiveness: Effectiveness, breakdown: Breakdown, *, width: int) -> Table:
    table = Table(title=f"By {breakdown.value}", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    left_out = {heading for least, headings in LEFT_OUT if width < least for heading in headings}
    shown = [column.heading not in left_out for column in COLUMNS]
    table.add_column(heading_of(breakdown), overflow="fold")
    for column, is_shown in zip(COLUMNS, shown, strict=True):
        if is_shown:
            table.add_column(column.heading, justify="right", no_wrap=True)  # names fold, figures do not
    for name, *cells in table_of(effectiveness, breakdown):
        if name == FOOT:
            table.add_section()
        kept = (cell for cell, is_shown in zip(cells, shown, strict=True) if is_shown)
        table.add_row(escape(name), *kept, style="bold" if name == FOOT else None)
    return table


def _closings(effectiveness: Effectiveness) -> str:
    return ", ".join(f"{number:,} {words(reason)}" for reason, number in effectiveness.closings) or "none entered"
