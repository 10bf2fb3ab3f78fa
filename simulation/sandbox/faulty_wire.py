"""The wire between a vendor and its caller: counts requests, and lets them fail as asked for."""

import asyncio
import json
from collections import Counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulation.sandbox.control import Fault, FaultKind, Vendor
from simulation.sandbox.faults import ON_REQUEST, Faults

PATHS = {
    "/2010-04-01/": Vendor.TWILIO,
    "/v3/": Vendor.SENDGRID,
    "/v1/visits": Vendor.FIELD_DESK,
    "/v1/referrals": Vendor.LEGAL_DESK,
    "/v1/placements": Vendor.AGENCY_DESK,
    "/v1/enrichments": Vendor.ENRICHMENT_DESK,
    "/v1/portfolios/": Vendor.LOAN_BOOK,
}
LONGEST_HOLD_SECONDS = 60.0
LEAST_DRIPS = 100
PAGE = b"<html><body>temporarily unavailable</body></html>"
PROBLEMS = {429: (20429, "busy", "Too Many Requests"), 500: (20500, "broken", "An internal server error")}
AFTER = frozenset({FaultKind.BROKEN_AFTER, FaultKind.TIMEOUT_AFTER, FaultKind.RESET, FaultKind.GARBAGE})


class FaultyWire:
    """Stands around the whole application as its outermost layer."""

    def __init__(self, app: ASGIApp, *, faults: Faults, requests: Counter[Vendor]) -> None:
        self._app = app
        self._faults = faults
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        vendor = _vendor_of(scope)
        if vendor is None:
            await self._app(scope, receive, send)
            return
        self._requests[vendor] += 1
        fault = self._faults.take(vendor, ON_REQUEST)
        if fault is None:
            await self._app(scope, receive, send)
        elif fault.kind is FaultKind.SLOW:
            await asyncio.sleep(fault.seconds)
            await self._app(scope, receive, send)
        elif fault.kind is FaultKind.DRIPPING:
            await self._app(scope, receive, _dripping(send, seconds=fault.seconds))
        else:
            if fault.kind in AFTER:
                await self._app(scope, receive, _nowhere)
            await _go_wrong(fault, receive, send)


def _vendor_of(scope: Scope) -> Vendor | None:
    if scope["type"] != "http":
        return None
    return next((vendor for start, vendor in PATHS.items() if scope["path"].startswith(start)), None)


async def _go_wrong(fault: Fault, receive: Receive, send: Send) -> None:
    match fault.kind:
        case FaultKind.THROTTLED:
            await _answer(send, status=429, body=_problem(fault.vendor, 429))
        case FaultKind.BROKEN_BEFORE | FaultKind.BROKEN_AFTER:
            await _answer(send, status=500, body=_problem(fault.vendor, 500))
        case FaultKind.TIMEOUT_BEFORE | FaultKind.TIMEOUT_AFTER:
            await _hold(receive)
            await _answer(send, status=504, body=PAGE, content_type=b"text/html")
        case FaultKind.RESET:
            # The answer breaks off in the middle: the server closes the connection on what is not complete.
            await send(_start(status=201, length=len(PAGE) + 1, content_type=b"application/json"))
            await send({"type": "http.response.body", "body": b"{", "more_body": True})
        case FaultKind.GARBAGE:
            await _answer(send, status=200, body=PAGE, content_type=b"text/html")
        case FaultKind.REDIRECT:
            await _answer(send, status=302, body=b"", location=b"/_sandbox/health")
        case _:
            raise ValueError(f"{fault.kind} is no fault of an answer")


def _dripping(send: Send, *, seconds: float) -> Send:
    """Passes the head of an answer on at once and its body a byte at a time; a short body is filled up with blanks."""

    async def drip(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [(name, value) for name, value in message["headers"] if name.lower() != b"content-length"]
            await send({**message, "headers": kept})
            return
        for byte in message.get("body", b"").ljust(LEAST_DRIPS):
            await send({"type": "http.response.body", "body": bytes([byte]), "more_body": True})
            await asyncio.sleep(seconds)
        await send({"type": "http.response.body", "body": b""})

    return drip


async def _hold(receive: Receive) -> None:
    """Answer nothing until the caller has gone away, or for a minute."""

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    try:
        await asyncio.wait_for(gone(), LONGEST_HOLD_SECONDS)
    except TimeoutError:
        return


async def _answer(
    send: Send, *, status: int, body: bytes, content_type: bytes = b"application/json", location: bytes | None = None
) -> None:
    start = _start(status=status, length=len(body), content_type=content_type)
    if location is not None:
        start["headers"].append((b"location", location))
    await send(start)
    await send({"type": "http.response.body", "body": body})


def _start(*, status: int, length: int, content_type: bytes) -> Message:
    headers = [(b"content-type", content_type), (b"content-length", str(length).encode())]
    return {"type": "http.response.start", "status": status, "headers": headers}


async def _nowhere(_message: Message) -> None:
    """Swallow an answer."""


def _problem(vendor: Vendor, status: int) -> bytes:
    code, word, text = PROBLEMS[status]
    match vendor:
        case Vendor.TWILIO:
            body: object = {"code": code, "message": text, "more_info": "", "status": status}
        case Vendor.SENDGRID:
            body = {"errors": [{"message": text.lower(), "field": None}]}
        case _:  # the desks and the loan book write alike
            body = {"code": word, "message": text}
    return json.dumps(body).encode()
