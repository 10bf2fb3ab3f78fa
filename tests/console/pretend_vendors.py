"""Posts webhooks to the application as Twilio and SendGrid do, signed with keys of the test's own."""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from twilio.request_validator import RequestValidator

PUBLIC_URL = "https://receipts.lender.example"
AUTH_TOKEN = "made-up-auth-token"
SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"


@dataclass(frozen=True)
class PretendVendors:
    """Both vendors, and the client that stands for the network between them and us."""

    client: httpx.Client
    key: ec.EllipticCurvePrivateKey

    def twilio_status(self, attempt_id: str, status: str, *, sid: str = "SM1", code: str | None = None) -> int:
        form = {"MessageSid": sid, "MessageStatus": status, "To": "+15005550100", "AccountSid": "AC1"}
        if code is not None:
            form["ErrorCode"] = code
        return self.post_form(f"/receipts/twilio/{attempt_id}", form)

    def twilio_inbound(self, sender: str, text: str, *, sid: str, **more: str) -> int:
        return self.post_form(
            "/receipts/twilio/inbound", {"MessageSid": sid, "From": sender, "To": "+1", "Body": text, **more}
        )

    def post_form(self, path: str, form: dict[str, str], *, signature: str | None = None) -> int:
        """Post a form with Twilio's signature, or with another one."""
        signature = signature or RequestValidator(AUTH_TOKEN).compute_signature(PUBLIC_URL + path, form)
        headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
        return self.client.post(path, content=urlencode(form).encode(), headers=headers).status_code

    def sendgrid(self, *events: dict[str, Any], at: datetime) -> int:
        return self.post_batch(json.dumps(events).encode(), at=at)

    def post_batch(self, body: bytes, *, at: datetime) -> int:
        """Post any body with SendGrid's signature."""
        timestamp = str(int(at.timestamp()))
        return self.client.post(
            "/receipts/sendgrid",
            content=body,
            headers={TIMESTAMP: timestamp, SIGNATURE: signed(self.key, body, timestamp=timestamp)},
        ).status_code


def signed(key: ec.EllipticCurvePrivateKey, body: bytes, *, timestamp: str) -> str:
    """SendGrid's signature over a body."""
    return base64.b64encode(key.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()


def public_half(key: ec.EllipticCurvePrivateKey) -> str:
    """The verification key as SendGrid shows it."""
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def event(name: str, *, event_id: str, email: str, **more: str) -> dict[str, Any]:
    """One email event."""
    return {"sg_event_id": event_id, "event": name, "email": email, "timestamp": 1_767_600_000, **more}
