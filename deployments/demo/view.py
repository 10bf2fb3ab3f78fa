"""What the demo shows while it runs: the day, the journeys, the contacts and the money."""

from collections.abc import Callable
from datetime import datetime

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from domain.money import MILLIS_PER_MINOR, Money
from ledger.database import Ledger
from ledger.totals import Totals, totals

SAYS_EVERY_DAYS = 10


class View:
    """A live view on a terminal; without one (`headless`) a line every ten days."""

    def __init__(
        self, console: Console, ledger: Ledger, *, currency: str, starts: datetime, days: int, ui: str, headless: bool
    ) -> None:
        self.console, self.ledger = console, ledger
        self.currency, self.starts, self.days, self.ui = currency, starts, days, ui
        self.live = None if headless else Live(console=console, auto_refresh=False, transient=True)
        self.said = -1
        self.shown: tuple[object, ...] = ()

    def __enter__(self) -> Callable[[datetime], None]:
        if self.live is not None:
            self.live.start()
        return self.watch

    def __exit__(self, *_: object) -> None:
        if self.live is not None:
            self.live.stop()

    def watch(self, now: datetime) -> None:
        """Show how things stand at simulated `now`, when something has changed."""
        day = (now - self.starts).days
        if self.live is None and day // SAYS_EVERY_DAYS <= self.said:
            return
        with self.ledger.reading() as session:
            counted = totals(session)
        if self.live is None:
            self.said = day // SAYS_EVERY_DAYS
            self.console.print(_line(day, counted, currency=self.currency), soft_wrap=True)
        elif (now, counted) != self.shown:
            self.shown = (now, counted)
            self.live.update(self._page(now, day, counted), refresh=True)

    def _page(self, now: datetime, day: int, counted: Totals) -> RenderableType:
        head = Text.assemble(
            (f"Day {day} of {self.days}", "bold"),
            f"   {now:%a %-d %b %Y %H:%M} UTC   simulated time, pretend borrowers",
        )
        columns = Table.grid(padding=(0, 4))
        columns.add_row(
            _counts("Journeys", counted.journeys),
            _counts("Contacts taken by vendor or desk", counted.accepted),
            _money(counted, currency=self.currency),
        )
        link = Text.assemble("Watch every loan in the Prefect UI: ", (self.ui, "underline"))
        return Panel(Group(head, Text(), columns, Text(), link), title="Duecourse demo", border_style="cyan")


def _counts(title: str, counts: dict[str, int]) -> Table:
    table = Table(title=title, box=None, show_header=False, title_justify="left", title_style="bold")
    table.add_column(no_wrap=True)
    table.add_column(justify="right")
    for name, count in counts.items():
        table.add_row(name.replace("_", " "), str(count))
    return table


def _money(counted: Totals, *, currency: str) -> Table:
    table = Table(title="Money", box=None, show_header=False, title_justify="left", title_style="bold")
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_row("in", str(Money(counted.recovered_minor - counted.reversed_minor, currency)))
    table.add_row("out", str(Money(counted.cost_millis // MILLIS_PER_MINOR, currency)))
    return table


def _line(day: int, counted: Totals, *, currency: str) -> str:
    money_in = Money(counted.recovered_minor - counted.reversed_minor, currency)
    money_out = Money(counted.cost_millis // MILLIS_PER_MINOR, currency)
    contacts = sum(counted.accepted.values())
    return (
        f"day {day:3d}: {counted.open_journeys} of {counted.loans} journeys open,"
        f" {contacts} contacts, {money_in} in, {money_out} out"
    )
