"""The one way out: an httpx client with time limits, and the reading of its errors as never processed or unknown."""

import atexit
import logging
import time
from functools import cache
from typing import Any

import httpx
from twilio.http import HttpClient
from twilio.http.response import Response as TwilioResponse

from connectors.failure import failed
from domain.attempt import FailureClass

CONNECT_SECONDS = 3.0
READ_SECONDS = 30.0
IDLE_SECONDS = 2.0
LOOK_UP_SECONDS = 10.0
"""A vendor that is asked about a contact has less time to answer: it will be asked again."""
NO_CONNECTION = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
"""What shows that a request never left."""

# These log addresses, headers and payloads, in which there are tokens and people's numbers.
for _talker in ("httpx", "httpcore", "python_http_client", "twilio"):
    logging.getLogger(_talker).setLevel(logging.WARNING)


def outbound(*, read_seconds: float = READ_SECONDS) -> httpx.Client:
    """A client that gives up in time and follows no redirect.

    Idle connections are dropped early: a vendor that closes one in the moment we write to it would leave us with a
    message of unknown fate. Loopback addresses never go through a proxy.
    """
    return httpx.Client(
        timeout=httpx.Timeout(read_seconds, connect=CONNECT_SECONDS),
        follow_redirects=False,
        limits=httpx.Limits(keepalive_expiry=IDLE_SECONDS),
        mounts={"all://127.0.0.1": None, "all://localhost": None},
    )


@cache
def shared() -> httpx.Client:
    """The client of every connector that is given none: one pool of connections a process, closed when it ends."""
    client = outbound()
    atexit.register(client.close)
    return client


def exchange(http: httpx.Client, *, method: str, url: str, vendor: str, **request: Any) -> httpx.Response:
    """Send one request and return whatever was answered, whole.

    The time limit of reading holds for the whole body too: a vendor that sends a byte a second is as good as silent,
    and must not keep us longer than a run holds its journey.

    Raises:
        VendorBusy: no connection was made, so nothing was processed.
        ChannelMisconfigured: the address or a token of ours is unusable, so no whole request was sent.
        FateUnknown: the request may have arrived; no answer came, or a broken one, or one that did not end.
    """
    limits: httpx.Timeout = request.get("timeout", http.timeout)
    try:
        with http.stream(method, url, **request) as answer:
            return _whole(answer, give_up_at=time.monotonic() + (limits.read or READ_SECONDS))
    except NO_CONNECTION as error:
        failure, name = FailureClass.NEVER_PROCESSED, type(error).__name__
    except (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError) as error:  # never a whole request
        failure, name = FailureClass.CONFIGURATION, type(error).__name__
    except httpx.RequestError as error:
        failure, name = FailureClass.AMBIGUOUS, type(error).__name__
    # Raised outside the handlers, so that no address travels along as the error's context.
    raise failed(vendor=vendor, code=name, failure=failure)


def _whole(answer: httpx.Response, *, give_up_at: float) -> httpx.Response:
    """An answer with all of its body; raises httpx.ReadTimeout where it has not ended by then."""
    body = bytearray()
    for part in answer.iter_bytes():
        body += part
        if time.monotonic() > give_up_at:
            raise httpx.ReadTimeout("the answer did not end in time", request=answer.request)
    headers = answer.headers.copy()
    headers.pop("Content-Encoding", None)  # what came was decoded on the way
    return httpx.Response(answer.status_code, headers=headers, content=bytes(body), request=answer.request)


def looked_up(http: httpx.Client, *, url: str, vendor: str, **request: Any) -> httpx.Response:
    """Ask for something and change nothing; raises what `exchange` raises."""
    seconds = min(http.timeout.read or LOOK_UP_SECONDS, LOOK_UP_SECONDS)
    timeout = httpx.Timeout(seconds, connect=CONNECT_SECONDS)
    return exchange(http, method="GET", url=url, vendor=vendor, timeout=timeout, **request)


class TwilioTransport(HttpClient):  # type: ignore[misc] # the SDK is untyped
    """Carries the Twilio SDK's requests over httpx, to Twilio or to another host that speaks its protocol."""

    def __init__(self, http: httpx.Client, *, base_url: str | None) -> None:
        super().__init__(logging.getLogger(__name__), is_async=False)
        self._http = http
        self._base = httpx.URL(base_url) if base_url else None

    def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,  # noqa: FBT001, FBT002 (never)
    ) -> TwilioResponse:
        url = httpx.URL(uri)
        if self._base is not None:
            url = url.copy_with(scheme=self._base.scheme, host=self._base.host, port=self._base.port)
        answer = exchange(
            self._http,
            method=method,
            url=str(url),
            vendor="twilio",
            params=params,
            data=data,
            headers=headers,
            auth=auth,
        )
        return TwilioResponse(answer.status_code, answer.text, answer.headers)
