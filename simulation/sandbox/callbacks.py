"""Posts webhooks to the product, signed as the vendors sign them."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import httpx
from twilio.request_validator import RequestValidator

from simulation.sandbox.webhook_key import WebhookKey

TAKEN = range(200, 300)
SECONDS = 10.0


class NobodyListens(Exception):
    """No connection to the product's address for webhooks."""


class Callbacks:
    """Posts one webhook at a time; what is not taken is tried again at the next advance."""

    def __init__(self, *, auth_token: str, key: WebhookKey) -> None:
        self._validator = RequestValidator(auth_token)
        self._key = key
        self._http = httpx.Client(
            timeout=SECONDS, follow_redirects=False, mounts={"all://127.0.0.1": None, "all://localhost": None}
        )

    def post(self, payload: dict[str, Any], *, now: datetime) -> int:
        """Post what `twilio_webhook` or `sendgrid_webhook` described; return the HTTP status.

        Raises:
            NobodyListens: nothing took the connection, or it broke.
        """
        url = payload["url"]
        if "form" in payload:
            form: dict[str, str] = payload["form"]
            body = urlencode(form).encode()
            headers = {
                "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
                "X-Twilio-Signature": self._validator.compute_signature(url, form),
            }
        else:
            body = json.dumps(payload["events"]).encode()
            # Signed with the time of posting: a receiver refuses what is stale.
            timestamp = str(int(now.timestamp()))
            headers = {
                "Content-Type": "application/json",
                "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
                "X-Twilio-Email-Event-Webhook-Signature": self._key.sign(body, timestamp=timestamp),
            }
        try:
            return self._http.post(url, content=body, headers=headers).status_code
        except httpx.HTTPError:
            pass
        raise NobodyListens(url)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


def twilio_webhook(url: str, form: dict[str, str]) -> dict[str, Any]:
    """A form for `Callbacks.post`."""
    return {"url": url, "form": form}


def sendgrid_webhook(url: str, event: dict[str, Any]) -> dict[str, Any]:
    """An email event for `Callbacks.post`."""
    return {"url": url, "events": [event]}
