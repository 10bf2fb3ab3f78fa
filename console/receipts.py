"""The addresses that vendors post to, and the page to stop messages: checked, written down, answered at once."""

import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from fastapi import FastAPI, HTTPException, Request, Response, status
from fastapi.responses import HTMLResponse
from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError

from connectors import sendgrid_signature, twilio_signature
from console.lender_door import add_lender_routes
from console.metrics import CONTENT_TYPE, metrics_page
from console.raw_body import RawBody, RawForm
from console.sendgrid_news import UnreadableBatch, batch_receipts
from console.stop_page import HEADERS, Page, StopState, stop_page
from console.twilio_news import inbound_message, status_receipt
from domain.receipt import Receipt, Written
from ledger.database import Ledger
from ledger.gauges import gauges
from ledger.portfolios import portfolio_names
from ledger.receipts import can_stop, stop_by_attempt, take_in
from ledger.report_mails import reader_of_mail, unsubscribe_by_mail
from ledger.stop_words import receipt_of

_log = logging.getLogger(__name__)
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class ReceiptSettings:
    """How to know the vendors.

    public_url: scheme, host and path under which the vendors reach this application; Twilio signs the whole address.
    twilio_auth_token, sendgrid_public_key: empty or None while a vendor is not set up; its webhooks are then refused.
    desk_token, loan_book_token: the same for the lender's own systems, which sign with the token that we show them.
    """

    public_url: str
    twilio_auth_token: str | None = field(default=None, repr=False)
    sendgrid_public_key: str | None = None
    desk_token: SecretStr | None = None
    loan_book_token: SecretStr | None = None


def create_receipts(ledger: Ledger, *, settings: ReceiptSettings, clock: Callable[[], datetime]) -> FastAPI:
    """The application for webhooks.

    Raises:
        ValueError: SendGrid's public key is not one.
    """
    if settings.sendgrid_public_key:
        # A wrong key is found here, not when the first event is lost.
        sendgrid_signature.is_genuine(
            b"", signature=None, timestamp=None, public_key=settings.sendgrid_public_key, now=clock()
        )
    door = _Door(ledger, settings=settings, clock=clock)
    app = FastAPI(title="Duecourse receipts", docs_url=None, redoc_url=None, openapi_url=None)
    # The fixed address stands before the one with an id, which would swallow it.
    posts: dict[str, Callable[..., None]] = {
        "/receipts/twilio/inbound": door.twilio_inbound,
        "/receipts/twilio/{attempt_id}": door.twilio_status,
        "/receipts/sendgrid": door.sendgrid_events,
    }
    for path, taken_by in posts.items():
        app.add_api_route(path, taken_by, methods=["POST"], status_code=status.HTTP_204_NO_CONTENT)
    add_lender_routes(
        app, ledger, desk_token=settings.desk_token, loan_book_token=settings.loan_book_token, clock=clock
    )
    app.add_api_route("/stop/{attempt_id}", door.ask_to_stop, methods=["GET"], response_class=HTMLResponse)
    app.add_api_route("/stop/{attempt_id}", door.stop, methods=["POST"], response_class=HTMLResponse)
    app.add_api_route("/reports/stop/{mail_id}", door.ask_to_unsubscribe, methods=["GET"], response_class=HTMLResponse)
    app.add_api_route("/reports/stop/{mail_id}", door.unsubscribe, methods=["POST"], response_class=HTMLResponse)
    app.add_api_route("/health", door.health, methods=["GET"])
    app.add_api_route("/metrics", door.metrics, methods=["GET"])
    return app


class _Door:
    """What answers each address. Methods are synchronous: FastAPI runs them in threads, where the ledger may wait."""

    def __init__(self, ledger: Ledger, *, settings: ReceiptSettings, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._settings = settings
        self._clock = clock

    def twilio_status(self, attempt_id: str, request: Request, body: RawForm) -> None:
        self._refuse_unless_twilio(request, body)
        self._take_in([status_receipt(body, attempt_id=attempt_id)])

    def twilio_inbound(self, request: Request, body: RawForm) -> None:
        self._refuse_unless_twilio(request, body)
        self._take_in([inbound_message(body)])

    def sendgrid_events(self, request: Request, body: RawBody) -> None:
        self._refuse_unless_sendgrid(request, body)
        try:
            receipts = batch_receipts(body)
        except UnreadableBatch as error:
            raise HTTPException(status.HTTP_400_BAD_REQUEST) from error
        self._take_in(receipts)

    def ask_to_stop(self, attempt_id: str) -> HTMLResponse:
        # Mail scanners follow every link, so to look at the page changes nothing.
        with self._ledger.reading() as session:
            is_known = _is_an_id(attempt_id) and can_stop(session, attempt_id)
        return _page(StopState.ASKS if is_known else StopState.UNKNOWN)

    def stop(self, attempt_id: str) -> HTMLResponse:
        with self._ledger.transaction() as session:
            is_known = _is_an_id(attempt_id) and stop_by_attempt(session, attempt_id, now=self._clock())
        return _page(StopState.DONE if is_known else StopState.UNKNOWN)

    def ask_to_unsubscribe(self, mail_id: str) -> HTMLResponse:
        with self._ledger.reading() as session:
            is_known = _is_an_id(mail_id) and reader_of_mail(session, mail_id) is not None
        return _page(StopState.ASKS if is_known else StopState.UNKNOWN, of=Page.REPORTS)

    def unsubscribe(self, mail_id: str) -> HTMLResponse:
        with self._ledger.transaction() as session:
            is_known = _is_an_id(mail_id) and unsubscribe_by_mail(session, mail_id, now=self._clock())
        return _page(StopState.DONE if is_known else StopState.UNKNOWN, of=Page.REPORTS)

    def health(self, response: Response) -> dict[str, str]:
        try:
            with self._ledger.reading() as session:
                portfolio_names(session)
        except SQLAlchemyError:
            response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
            return {"ledger": "does not answer"}
        return {"ledger": "answers"}

    def metrics(self) -> Response:
        with self._ledger.reading() as session:
            page = metrics_page(gauges(session, now=self._clock()))
        return Response(page, media_type=CONTENT_TYPE)

    def _take_in(self, news: Iterable[Receipt | Written | None]) -> None:
        # A transaction each: one event that cannot be taken must not hold up a STOP in the same batch.
        untaken = sum(not self._was_taken(one) for one in news if one is not None)
        if untaken:
            raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, f"{untaken} not taken; send them again")

    def _was_taken(self, news: Receipt | Written) -> bool:
        try:
            with self._ledger.transaction() as session:
                receipt = receipt_of(session, news) if isinstance(news, Written) else news
                take_in(session, receipt, now=self._clock())
        except Exception:  # noqa: BLE001 - whatever it is, the vendor keeps the event and sends it again
            _log.exception("event %s of %s was not taken", news.event_id, news.vendor)
            return False
        return True

    def _refuse_unless_twilio(self, request: Request, body: bytes) -> None:
        token = self._settings.twilio_auth_token
        query = f"?{request.url.query}" if request.url.query else ""
        if not token or not twilio_signature.is_genuine(
            body,
            signature=request.headers.get("X-Twilio-Signature"),
            public_url=f"{self._settings.public_url.rstrip('/')}{request.url.path}{query}",
            auth_token=token,
        ):
            raise HTTPException(status.HTTP_403_FORBIDDEN)

    def _refuse_unless_sendgrid(self, request: Request, body: bytes) -> None:
        key = self._settings.sendgrid_public_key
        if not key or not sendgrid_signature.is_genuine(
            body,
            signature=request.headers.get("X-Twilio-Email-Event-Webhook-Signature"),
            timestamp=request.headers.get("X-Twilio-Email-Event-Webhook-Timestamp"),
            public_key=key,
            now=self._clock(),
        ):
            raise HTTPException(status.HTTP_403_FORBIDDEN)


def _is_an_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def _page(state: StopState, *, of: Page = Page.MESSAGES) -> HTMLResponse:
    code = status.HTTP_404_NOT_FOUND if state is StopState.UNKNOWN else status.HTTP_200_OK
    return HTMLResponse(stop_page(state, of=of), status_code=code, headers=HEADERS)
