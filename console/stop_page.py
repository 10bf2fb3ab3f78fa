"""The page behind the link in every email: a person reads what will happen and presses one button."""

from enum import StrEnum
from functools import cache
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template

_FILE = Path(__file__).with_name("stop_page.html")

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


def stop_page(state: StopState) -> str:
    """The page as HTML; it holds nothing about the person or the loan."""
    return _template().render(state=state.value)


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    return environment.from_string(_FILE.read_text(encoding="utf-8"))
