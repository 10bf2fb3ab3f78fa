"""Moments in the life of a process at which it may be killed: commits, statements, and steps of an HTTP exchange.

The product knows nothing of them. A transaction is told by the tables that it writes, an exchange by the trace that
httpcore gives.
"""

import os
import re
import signal
from collections.abc import Callable
from typing import Any

import httpx
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from tests.chaos.point import Moment

WRITE = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM) (\w+)", re.IGNORECASE)
NAMES = (
    ({"insert inbox"}, "inbox"),
    ({"insert payments"}, "payment"),
    ({"insert attempts"}, "plan"),
    ({"insert verdicts", "insert decisions"}, "claim"),
    ({"update inquiries", "delete inquiries"}, "reconcile"),
    ({"update attempts"}, "record"),
    ({"insert turns"}, "turn"),
)
TRACE = {
    "connection.connect_tcp.started": "http:connect",
    "http11.send_request_body.complete": "http:written",
    "http11.receive_response_headers.complete": "http:accepted",
    "http11.receive_response_body.complete": "http:read",
}

Watch = Callable[[str], None]


def killer(moment: Moment) -> Watch:
    """Kill -9 this process when a moment comes."""
    seen = [0]

    def watch(name: str) -> None:
        if name == moment.name:
            seen[0] += 1
            if seen[0] == moment.nth:
                os.kill(os.getpid(), signal.SIGKILL)

    return watch


def watch_engine(engine: Engine, watch: Watch) -> None:
    """Tell of every commit by name (`plan:before`, `plan:after`) and of every write (`claim/insert events`)."""
    written: set[str] = set()

    def statement(_connection: object, _cursor: object, text: str, *_: object) -> None:
        found = WRITE.match(text)
        if found:
            written.add(f"{found[1].split()[0].lower()} {found[2].lower()}")
            watch(f"{_name(written)}/{found[1].split()[0].lower()} {found[2].lower()}")

    def before(_session: Session) -> None:
        _session.flush()
        watch(f"{_name(written)}:before")

    def after(_session: Session) -> None:
        name = _name(written)
        written.clear()
        watch(f"{name}:after")

    event.listen(engine, "before_cursor_execute", statement)
    event.listen(Session, "before_commit", before)
    event.listen(Session, "after_commit", after)


def watched_http(watch: Watch, *, read_seconds: float = 10.0) -> httpx.Client:
    """A client as the connectors have it, that tells of the steps of every exchange."""

    def trace(name: str, _info: dict[str, Any]) -> None:
        if name in TRACE:
            watch(TRACE[name])

    class Traced(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            request.extensions = {**request.extensions, "trace": trace}
            return super().handle_request(request)

    return httpx.Client(
        timeout=httpx.Timeout(read_seconds, connect=3.0), follow_redirects=False, transport=Traced(), trust_env=False
    )


def _name(written: set[str]) -> str:
    return next((name for tables, name in NAMES if tables & written), "other")
