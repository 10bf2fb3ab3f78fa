"""Email through SendGrid, with its real SDK over our own transport."""

import base64
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import tenacity
from python_http_client.client import Client
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import Attachment, CustomArg, Mail, To

from connectors.failure import failed
from connectors.http_transport import READ_SECONDS, exchange, shared
from connectors.retrying import patiently
from connectors.vendor_codes import error_of
from domain.attempt import FailureClass
from domain.fate import Listed
from domain.message import Accepted, Message

VENDOR = "sendgrid"
LIVE_URL = "https://api.sendgrid.com"
QUEUED = 202
FIELD_NAME = re.compile(r"[a-z_]+(\.([a-z_]+|\d+))*", re.ASCII)


@dataclass(frozen=True, slots=True)
class SendGridAccount:
    """An account at SendGrid, or at a sandbox that speaks its protocol (`base_url`; None for SendGrid)."""

    api_key: str = field(repr=False)
    sender: str
    base_url: str | None = None


class SendGridEmail:
    """Delivers plain-text email; `Message.to` is an address, `Message.subject` the subject line."""

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

        Nothing is asked, and silence never means that a mail did not leave.
        """
        return Listed(VENDOR)

    def _send_once(self, message: Message) -> Accepted:
        answer = self._api.send(self._mail(message))
        # 202 and its id are the only proof: 200 is what a sandboxed or redirected request gets.
        if answer.status_code == QUEUED and answer.headers.get("X-Message-Id"):
            return Accepted(vendor=VENDOR, vendor_id=answer.headers["X-Message-Id"])
        if answer.status_code == QUEUED:
            raise failed(vendor=VENDOR, code="no_message_id", failure=FailureClass.AMBIGUOUS)
        code = _code_of(answer.status_code, answer.body)
        raise error_of(table=VENDOR, vendor=VENDOR, status=answer.status_code, code=code)

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


def _code_of(status: int, body: bytes) -> str:
    """The status, and the field at fault without its positions: `400 personalizations.to.email`."""
    try:
        named = json.loads(body)["errors"][0]["field"]
    except (ValueError, KeyError, IndexError, TypeError):
        return str(status)
    if not isinstance(named, str) or named == "null" or not FIELD_NAME.fullmatch(named):
        return str(status)
    return f"{status} {'.'.join(part for part in named.split('.') if not part.isdigit())}"
