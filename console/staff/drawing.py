"""Drawing a page: everything in it escaped, its style inside, and with what the browser may do with it."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import status
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reports.drawing import TEMPLATES as SECTIONS
from reports.figures import words, written
from reports.timeline_lines import SHORT_ID, local

TEMPLATES = Path(__file__).parent / "templates"
ROOT = "/staff"
"""Under this address the pages are served."""


def page(template: str, *, code: int = status.HTTP_200_OK, **shown: Any) -> HTMLResponse:
    """A page as a response."""
    return HTMLResponse(_environment().get_template(f"{template}.html.j2").render(**shown), status_code=code)


@cache
def headers() -> dict[str, str]:
    """What every answer says: keep no copy, run nothing, load nothing, show it in no frame."""
    allowed = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{allowed}'; img-src data:; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex",
    }


@cache
def _style() -> str:
    return (TEMPLATES / "style.css").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    both = FileSystemLoader([TEMPLATES, SECTIONS])
    environment = Environment(loader=both, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters |= {"words": words, "written": written, "local": local, "short": lambda text: text[:SHORT_ID]}
    environment.globals |= {"style": _style(), "root": ROOT}
    return environment
