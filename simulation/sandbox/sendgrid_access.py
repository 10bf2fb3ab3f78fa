"""Who may use SendGrid's routes, and how it refuses."""

import secrets

from fastapi import Request
from fastapi.responses import JSONResponse

from simulation.sandbox.world import World

NOT_AUTHORISED = "The provided authorization grant is invalid, expired, or revoked"


def is_known(request: Request, world: World) -> bool:
    """Whether a request bears the account's key."""
    given = request.headers.get("Authorization", "")
    return secrets.compare_digest(given.encode(), f"Bearer {world.settings.sendgrid_key}".encode())


def refused(status: int, words: str = NOT_AUTHORISED, field: str | None = None) -> JSONResponse:
    """A refusal as SendGrid words it."""
    return JSONResponse({"errors": [{"message": words, "field": field}]}, status_code=status)
