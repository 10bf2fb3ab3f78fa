"""Email through SendGrid, with its real SDK over our own transport."""

import base64
import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import tenacity
from python_http_client.client import Client
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import Attachment, BatchId, CustomArg, Mail, SendAt, To

from connectors.failure import ConnectorError, FateUnknown, failed
from connectors.http_transport import READ_SECONDS, exchange, shared
from connectors.retrying import patiently
from connectors.vendor_codes import error_of
from domain.attempt import FailureClass
from domain.fate import Listed
from domain.message import Accepted, Message

VENDOR = "sendgrid"
LIVE_URL = "https://api.sendgrid.com"
QUEUED = 202
CREATED = 201
READ = 200
REFUSED = 400
NOT_THERE = 404
LEAVES_AFTER = timedelta(minutes=17)
"""How long SendGrid keeps a mail that can be cancelled: time to see that an answer was lost, and its ten minutes."""
CANCELLED_UNTIL = timedelta(minutes=11)
"""How long before it leaves a mail is cancelled at the latest: SendGrid's ten minutes, and one for slow clocks."""
CANCEL = "cancel"
FIELD_NAME = re.compile(r"[a-z_]+(\.([a-z_]+|\d+))*", re.ASCII)


@dataclass(frozen=True, slots=True)
class SendGridAccount:
    """An account at SendGrid, or at a sandbox that speaks its protocol (`base_url`; None for SendGrid)."""

    api_key: str = field(repr=False)
    sender: str
    base_url: str | None = None


class SendGridEmail:
    """Delivers plain-text email; `Message.to` is an address, `Message.subject` the subject line."""

    leaves_after = LEAVES_AFTER

    def __init__(
        self,
        account: SendGridAccount,
        *,
        http: httpx.Client | None = None,
        retrying: tenacity.Retrying | None = None,
    ) -> None:
        self._account = account
        self._retrying = retrying or patiently()
        host = (account.base_url or LIVE_URL).rstrip("/")
        self._api = SendGridAPIClient(api_key=account.api_key, host=host)
        self._api.client = _Line(
            http or shared(), host=host, version=3, request_headers=self._api.client.request_headers
        )
        self._api.client.timeout = READ_SECONDS

    def deliver(self, message: Message) -> Accepted:
        return self._retrying(self._send_once, message)

    def look_up(self, message: Message, *, requested_at: datetime, now: datetime) -> Listed:
        """SendGrid shows no list of what it took: only its `processed` event, which bears the attempt id, can tell.

        Silence never means that a mail did not leave. But one that can be cancelled is, while there is time; once
        SendGrid says that it is cancelled, it does not leave, whether SendGrid had taken it or not. And one that was to
        be cancellable and has no batch id yet was never handed over.
        """
        if message.leaves_at is None:
            return Listed(VENDOR)
        if not message.batch_id:
            return Listed(VENDOR, is_settled=True)
        is_in_time = now < message.leaves_at - CANCELLED_UNTIL
        is_cancelled = (is_in_time and self._cancel(message.batch_id)) or self._is_cancelled(message.batch_id)
        return Listed(VENDOR, is_settled=is_cancelled)

    def open_batch(self) -> str:
        """A new batch id, by which one mail can be cancelled; raises what `Cancellable.open_batch` raises."""
        try:
            return self._retrying(self._open_batch_once)
        except FateUnknown as error:  # of the batch id, and no mail has left: it is as good as never asked for
            code = error.code
        raise failed(vendor=VENDOR, code=code, failure=FailureClass.NEVER_PROCESSED)

    def _send_once(self, message: Message) -> Accepted:
        answer = self._api.send(self._mail(message))
        # 202 and its id are the only proof: 200 is what a sandboxed or redirected request gets.
        if answer.status_code == QUEUED and answer.headers.get("X-Message-Id"):
            return Accepted(vendor=VENDOR, vendor_id=answer.headers["X-Message-Id"])
        if answer.status_code == QUEUED:
            raise failed(vendor=VENDOR, code="no_message_id", failure=FailureClass.AMBIGUOUS)
        raise _error(answer)

    def _open_batch_once(self) -> str:
        answer = self._api.client.mail.batch.post()
        if answer.status_code != CREATED:
            raise _error(answer)
        told = _json(answer.body)
        batch_id = told.get("batch_id") if isinstance(told, dict) else None
        if not isinstance(batch_id, str) or not batch_id:
            raise failed(vendor=VENDOR, code="no_batch_id", failure=FailureClass.AMBIGUOUS)
        return batch_id

    def _cancel(self, batch_id: str) -> bool:
        """Whether SendGrid says that it cancels; not where it was cancelled before, or has too many to cancel."""
        answer = self._api.client.user.scheduled_sends.post(request_body={"batch_id": batch_id, "status": CANCEL})
        if answer.status_code == CREATED:
            return _is_told([_json(answer.body)], batch_id)
        if answer.status_code == REFUSED:
            return False
        raise _error(answer)

    def _is_cancelled(self, batch_id: str) -> bool:
        """Whether an earlier cancellation stands, whose answer may have been lost. Only ever asked for in time."""
        answer = self._api.client.user.scheduled_sends._(batch_id).get()
        if answer.status_code == NOT_THERE:
            return False
        if answer.status_code != READ:
            raise _error(answer)
        return _is_told(_json(answer.body), batch_id)

    def _mail(self, message: Message) -> Mail:
        to = To(message.to)
        if (
            not message.to or to.email != message.to
        ):  # the SDK reads names and lists out of an address, or nothing at all
            raise failed(vendor=VENDOR, code="unusable_address", failure=FailureClass.BAD_NUMBER)
        mail = Mail(
            from_email=message.sender or self._account.sender,
            to_emails=to,
            subject=message.subject,
            plain_text_content=message.body,
        )
        # Custom arguments come back with every event and cannot be redacted at SendGrid, so only the opaque id goes in.
        mail.add_custom_arg(CustomArg("attempt_id", message.attempt_id))
        for attachment in message.attachments:
            content = base64.b64encode(attachment.content).decode()
            mail.add_attachment(Attachment(content, attachment.name, attachment.media_type, "attachment"))
        if message.batch_id and message.leaves_at is not None:
            mail.batch_id = BatchId(message.batch_id)
            mail.send_at = SendAt(int(message.leaves_at.timestamp()))
        return mail


class _Answer:
    """An httpx answer with the methods that the SDK expects of urllib's."""

    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer

    def getcode(self) -> int:
        return self._answer.status_code

    def read(self) -> bytes:
        return self._answer.content

    def info(self) -> httpx.Headers:
        return self._answer.headers


class _Line(Client):  # type: ignore[misc] # the SDK is untyped
    """The SDK's HTTP client over httpx: its own follows redirects, and cannot tell a lost answer from a failed call."""

    def __init__(self, http: httpx.Client, **settings: Any) -> None:
        super().__init__(**settings)
        self._http = http

    def _build_client(self, name: str | None = None) -> "_Line":
        return _Line(
            self._http,
            host=self.host,
            version=self._version,
            request_headers=self.request_headers,
            url_path=[*self._url_path, name] if name else self._url_path,
            timeout=self.timeout,
        )

    def _make_request(self, _opener: object, request: Any, timeout: float | None = None) -> _Answer:
        headers = dict(request.header_items())
        answer = exchange(
            self._http,
            method=request.get_method(),
            url=request.full_url,
            vendor=VENDOR,
            content=request.data,
            headers=headers,
        )
        return _Answer(answer)


def _error(answer: Any) -> ConnectorError:
    code = _code_of(answer.status_code, answer.body)
    return error_of(table=VENDOR, vendor=VENDOR, status=answer.status_code, code=code)


def _is_told(states: Any, batch_id: str) -> bool:
    """Whether a list of batches with their states says that one is cancelled."""
    return isinstance(states, list) and any(
        isinstance(each, dict) and (each.get("batch_id"), each.get("status")) == (batch_id, CANCEL) for each in states
    )


def _json(body: bytes) -> Any:
    """What an answer says; None where it is no JSON."""
    try:
        return json.loads(body)
    except ValueError:
        return None


def _code_of(status: int, body: bytes) -> str:
    """The status, and the field at fault without its positions: `400 personalizations.to.email`."""
    try:
        named = json.loads(body)["errors"][0]["field"]
    except (ValueError, KeyError, IndexError, TypeError):
        return str(status)
    if not isinstance(named, str) or named == "null" or not FIELD_NAME.fullmatch(named):
        return str(status)
    return f"{status} {'.'.join(part for part in named.split('.') if not part.isdigit())}"
