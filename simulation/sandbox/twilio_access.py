"""Who may use Twilio's resources here, and how a refusal is written."""

import base64
import binascii
import secrets

from fastapi import Request
from fastapi.responses import JSONResponse

from simulation.sandbox.settings import SandboxSettings
from simulation.sandbox.twilio_refusals import error_body


def attempt_of(status_callback: str) -> str:
    """The attempt id is the last part of the address for receipts; empty when there is no such address."""
    return status_callback.split("?", 1)[0].rstrip("/").rsplit("/", 1)[-1]


def stranger(settings: SandboxSettings, request: Request, sid: str) -> JSONResponse | None:
    """The answer for somebody who is not the account's owner; None for its owner."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    try:
        credentials = base64.b64decode(given, validate=True) if scheme.lower() == "basic" else b""
    except binascii.Error:
        credentials = b""
    expected = f"{settings.account_sid}:{settings.auth_token}".encode()
    if sid == settings.account_sid and secrets.compare_digest(credentials, expected):
        return None
    return refused(20003, status=401)


def refused(code: int, *, status: int, to: str = "", sender: str = "") -> JSONResponse:
    """A refusal with Twilio's code."""
    return JSONResponse(error_body(code, status=status, to=to, sender=sender), status_code=status)
