"""The end of a demo: the report in the terminal and as a page, and where to look next."""

from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console

from deployments.reporting import report_on, write_page
from ledger.database import Ledger
from reports.showing import show


def tell(ledger: Ledger, *, portfolio: str, starts: datetime, days: int, home: Path, console: Console) -> bool:
    """Show and write the report; returns whether it reconciles with the ledger."""
    ends = starts + timedelta(days=days)
    report = report_on(ledger, portfolio, from_on=starts.date(), to_on=ends.date(), as_of=ends)
    write_page(report, home / "report.html")
    show(report, console=console)
    return bool(report["reconciles"])


def where_to_look(home: Path, *, console: Console) -> None:
    """What a newcomer may want to try on the ledger that the demo left behind."""
    settings = f"DUECOURSE_LEDGER_URL=sqlite:///{home}/ledger.db DUECOURSE_KEY_FILE={home}/ledger.key"
    console.print()
    console.print("[bold]Where to look next[/bold]")
    console.print(f"The report as a page: {home / 'report.html'}", soft_wrap=True)
    console.print("One loan's story, and the work that waits for people:", soft_wrap=True)
    for command in ("journeys list", "journeys show LOAN", "work list", "doctor"):
        console.print(f"  {settings} duecourse {command}", soft_wrap=True, highlight=False)
    console.print("A ladder against its days:  duecourse ladder show standard", highlight=False)
