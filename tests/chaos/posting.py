"""A webhook as whoever may send it posts it, and as somebody who may not."""

import random
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from twilio.request_validator import RequestValidator

from connectors.lender_signature import signature_of
from domain.action import Action
from tests.chaos.desk_news import NAMES
from tests.console.pretend_vendors import AUTH_TOKEN, PUBLIC_URL, SIGNATURE, TIMESTAMP, PretendVendors, signed

PAYMENTS, BOOK_TOKEN = "/receipts/payments/cards", "made-up-book-token"
VISITS, DESK_TOKEN = f"/receipts/desks/{NAMES[Action.FIELD_VISIT]}", "made-up-desk-token"


@dataclass(frozen=True, slots=True)
class Post:
    """One webhook, signed when it is posted: a form (Twilio), events (SendGrid) or news of the lender's own systems."""

    path: str
    form: dict[str, str] | None = None
    events: bytes = b""
    news: bytes = b""

    @property
    def token(self) -> str:
        """What the loan book signs with, or a desk."""
        return BOOK_TOKEN if self.path == PAYMENTS else DESK_TOKEN


def posted(vendors: PretendVendors, post: Post, *, at: datetime) -> int:
    """Post it, signed as its sender signs; the status of the answer."""
    if post.form is not None:
        return vendors.post_form(post.path, post.form)
    if post.news:
        headers = _of_the_lender(post.news, stamp=str(int(at.timestamp())), token=post.token)
        return vendors.client.post(post.path, content=post.news, headers=headers).status_code
    return vendors.post_batch(post.events, at=at)


def _of_the_lender(body: bytes, *, stamp: str, token: str) -> dict[str, str]:
    signature = signature_of(body, timestamp=stamp, token=token)
    return {"Duecourse-Signature": signature, "Duecourse-Timestamp": stamp}


def forged(vendors: PretendVendors, post: Post, *, dice: random.Random, at: datetime, number: int) -> int:
    """One that looks like a valid one and is none; the network may also refuse to carry it."""
    path, body, headers = dice.choice(list(_forgeries(vendors, post, dice=dice, at=at, number=number)))
    try:
        return vendors.client.post(path, content=body, headers=headers).status_code
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError):
        return 400


def _forgeries(
    vendors: PretendVendors, post: Post, *, dice: random.Random, at: datetime, number: int
) -> Iterator[tuple[str, bytes, dict[str, str]]]:
    if post.form is not None:
        body = urlencode(post.form).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        good = RequestValidator(AUTH_TOKEN).compute_signature(PUBLIC_URL + post.path, post.form)
        name, odd = "X-Twilio-Signature", {"X-Twilio-Signature": good}
        wrong = RequestValidator("another token").compute_signature(PUBLIC_URL + post.path, post.form)
        changed = urlencode({**post.form, "MessageSid": f"FORGED{number}"}).encode()
    elif post.news:
        body, kind = post.news, {"Content-Type": "application/json"}
        stamp = str(int(at.timestamp()))
        name, odd = "Duecourse-Signature", _of_the_lender(body, stamp=stamp, token=post.token)
        of_another = DESK_TOKEN if post.token == BOOK_TOKEN else BOOK_TOKEN
        wrong = signature_of(body, timestamp=stamp, token=dice.choice(["another token", of_another]))
        changed = body.replace(b'_id": "', f'_id": "FORGED{number}-'.encode())
        stale = str(int(at.timestamp()) - 3 * 86_400)
        yield post.path, body, {**kind, **_of_the_lender(body, stamp=stale, token=post.token)}
        yield post.path, body, {**kind, **odd, "Duecourse-Timestamp": stale}
        yield post.path, body, {**kind, **odd, "Duecourse-Timestamp": "9" * 40}
        yield post.path, body, {**kind, name: odd[name]}
    else:
        body, kind = post.events, {"Content-Type": "application/json"}
        stamp = str(int(at.timestamp()))
        good = signed(vendors.key, body, timestamp=stamp)
        name, odd = SIGNATURE, {SIGNATURE: good, TIMESTAMP: stamp}
        other = ec.generate_private_key(ec.SECP256R1())
        wrong = signed(other, body, timestamp=stamp)
        changed = body.replace(b'"sg_event_id": "', b'"sg_event_id": "forged')
        stale = str(int(at.timestamp()) - 3 * 86_400)
        yield post.path, body, {**kind, SIGNATURE: signed(vendors.key, body, timestamp=stale), TIMESTAMP: stale}
        yield post.path, body, {**kind, SIGNATURE: good}
        yield post.path, body, {**kind, SIGNATURE: good, TIMESTAMP: "soon"}
        yield post.path, body, {**kind, SIGNATURE: good, TIMESTAMP: "9" * 40}
    yield post.path, body, kind
    yield post.path, changed, {**kind, **odd}
    yield post.path, body + b"&more=1", {**kind, **odd}
    yield post.path, _flipped(body, dice=dice), {**kind, **odd}
    yield post.path + "/x", body, {**kind, **odd}
    yield post.path, body, {**kind, **odd, name: wrong}
    yield post.path, body, {**kind, **odd, name: ""}
    yield post.path, body, {**kind, **odd, name: "not base64 at all"}
    yield post.path, body, {**kind, **odd, name: b64encode(dice.randbytes(72)).decode()}
    yield post.path, dice.randbytes(200), {**kind, **odd}
    yield post.path, b"", {**kind, **odd}
    yield post.path, body, {"Content-Type": "text/plain; charset=nonsense", **odd, name: wrong}
    yield post.path, b"[" * 10_000, {**kind, **odd}


def _flipped(body: bytes, *, dice: random.Random) -> bytes:
    place = dice.randrange(len(body))
    return body[:place] + bytes([body[place] ^ (1 << dice.randrange(8))]) + body[place + 1 :]
