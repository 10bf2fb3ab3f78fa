"""The application for staff: a list of journeys, a page for each, the report, and a page for each compliance pack."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from fastapi import FastAPI, Request, Response, status
from fastapi.responses import HTMLResponse

from console.staff.door import Door
from console.staff.drawing import page
from console.staff.journey_list import ANY, asked_from, journey_list
from console.staff.journey_view import view_of
from console.staff.passes import Passes
from console.staff.report_pages import ReportPages
from console.staff.report_shelf import ShelfIsBusy
from console.staff.waiting import WAITS_FOR
from ledger.database import Ledger
from ledger.dossiers import NoSuchJourney, dossier
from ledger.packs import text_kept
from policy.compliance.reading import UnreadablePack, pack_named, read_pack, shipped_packs, text_of_pack

_ID = re.compile(r"[0-9a-f]{1,64}")
"""Ids and digests; a database need not be asked about anything else."""


@dataclass(frozen=True, slots=True)
class StaffSettings:
    """token: what staff sign in with. is_secure: the cookie travels over TLS only."""

    token: str = field(repr=False)
    is_secure: bool


def create_staff(
    ledger: Ledger,
    *,
    settings: StaffSettings,
    clock: Callable[[], datetime],
    machine_clock: Callable[[], datetime],
) -> FastAPI:
    """The pages, to be mounted at `drawing.ROOT`. Nothing but signing in is shown to whoever has no pass.

    clock: the business's time, at which loans stand as they do. machine_clock: for passes and guesses.

    Raises:
        TokenTooShort: the token could be guessed.
    """
    passes = Passes(token=settings.token, key=ledger.keyring.lookup("passes of staff"))
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    Door(passes, is_secure=settings.is_secure, machine_clock=machine_clock).guard(app)
    pages = _Pages(ledger, clock=clock)
    shown: dict[str, Callable[..., Response]] = {
        "/": pages.journeys,
        "/journeys/{journey_id}": pages.journey,
        "/packs": pages.packs,
        "/packs/{digest}": pages.pack,
        **ReportPages(ledger, clock=clock).addresses(),
    }
    for path, shown_by in shown.items():
        app.add_api_route(path, shown_by, methods=["GET"], response_class=HTMLResponse)
    app.add_exception_handler(ShelfIsBusy, lambda *_: _busy())
    app.add_exception_handler(status.HTTP_404_NOT_FOUND, lambda *_: _not_there())
    return app


class _Pages:
    """What answers each address. Methods are synchronous: FastAPI runs them in threads, where the ledger may wait."""

    def __init__(self, ledger: Ledger, *, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._clock = clock

    def journeys(self, request: Request) -> Response:
        asked = asked_from(request.query_params)
        with self._ledger.reading() as session:
            listed = journey_list(session, asked)
        return page("journeys", listed=listed, asked=asked, kinds=WAITS_FOR, any=ANY)

    def journey(self, journey_id: str) -> Response:
        if not _ID.fullmatch(journey_id):
            return _not_there()
        try:
            with self._ledger.reading() as session:
                found = dossier(session, journey_id, now=self._clock())
        except NoSuchJourney:
            return _not_there()
        return page("journey", view=view_of(found), dossier=found, told=found.timeline)

    def packs(self) -> Response:
        return page("packs", packs=[pack_named(name) for name in shipped_packs()])

    def pack(self, digest: str) -> Response:
        if not _ID.fullmatch(digest):
            return _not_there()
        with self._ledger.reading() as session:
            text = text_kept(session, digest)
        if text is None:
            text = next((text_of_pack(name) for name in shipped_packs() if pack_named(name).digest == digest), None)
        if text is None:
            return _not_there()
        try:
            return page("pack", pack=read_pack(text, file="pack.yaml"))
        except UnreadablePack:
            return page("unreadable_pack", text=text)


def _busy() -> HTMLResponse:
    answer = page("busy", code=status.HTTP_503_SERVICE_UNAVAILABLE)
    answer.headers["Retry-After"] = "60"
    return answer


def _not_there() -> HTMLResponse:
    return page("missing", code=status.HTTP_404_NOT_FOUND)
