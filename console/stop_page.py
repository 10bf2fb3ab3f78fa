"""The page behind the link in every email: a person reads what will happen and presses one button."""

from enum import StrEnum
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

FOLDER = Path(__file__).parent
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
"""The link itself is the key, so it must not travel on as a referrer or into an index."""


class StopState(StrEnum):
    """What the page says."""

    ASKS = "asks"
    DONE = "done"
    UNKNOWN = "unknown"


class Page(StrEnum):
    """What is stopped, by the name of the page's file."""

    MESSAGES = "stop_page.html"
    REPORTS = "stop_reports_page.html"


def stop_page(state: StopState, *, of: Page) -> str:
    """The page as HTML; it holds nothing about the person or the loan."""
    return _template(of).render(state=state.value)


@cache
def _template(page: Page) -> Template:
    environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined)
    return environment.get_template(page.value)
