"""Webhooks come many times, in any order and late, and between them forged ones: each valid one has one effect."""

import json
import random
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr
from sqlmodel import select
from twilio.request_validator import RequestValidator

from connectors.lender_signature import signature_of
from console.receipts import ReceiptSettings, create_receipts
from domain.attempt import AttemptState
from domain.borrower import ContactState
from ledger.database import open_ledger
from ledger.keyring import Keyring
from ledger.tables.attempt import AttemptRow
from ledger.tables.borrower import ContactPointRow
from ledger.tables.inbox import InboxRow
from ledger.tables.journey import EventRow
from ledger.tables.money import CostRow, PaymentRow
from tests.chaos.databases import Databases
from tests.chaos.tally import Plan, Tally
from tests.console.pretend_vendors import (
    AUTH_TOKEN,
    PUBLIC_URL,
    SIGNATURE,
    TIMESTAMP,
    PretendVendors,
    event,
    public_half,
    signed,
)
from tests.console.served import served
from tests.console.worked_loans import NOW, WorkedLoans, email, mobile

LOANS = 40
MOST_COPIES = 46
FORGED = 2_000
LATEST = timedelta(hours=24)
PAYMENTS, BOOK_TOKEN = "/receipts/payments/cards", "made-up-book-token"
STATUSES = ("queued", "sent", "delivered")
TAKEN, BROKEN = range(200, 300), range(500, 600)


@dataclass(frozen=True, slots=True)
class Post:
    """One webhook, signed when it is posted: a form (Twilio), events (SendGrid) or payments (the loan book)."""

    path: str
    form: dict[str, str] | None = None
    events: bytes = b""
    payments: bytes = b""


def run(plan: Plan, made: Databases, tell: Callable[[str], None]) -> Tally:
    """Valid ones 1 to 46 times, shuffled and up to a day late, and 2,000 forged ones among them, for each seed."""
    began = time.monotonic()
    tally = Tally("webhooks", plan.seeds)
    for seed in plan.seeds:
        for on_postgres in (False, True):
            tell(f"seed {seed} {'PostgreSQL' if on_postgres else 'SQLite'}")
            _lived(seed, plan, made, tally, on_postgres=on_postgres)
    tally.seconds = round(time.monotonic() - began, 1)
    return tally


def _lived(seed: int, plan: Plan, made: Databases, tally: Tally, *, on_postgres: bool) -> None:
    dice = random.Random(seed)  # chance that can be repeated
    told = f"python -m tests.chaos --webhooks --seed-base {seed} --seeds 1"
    with tempfile.TemporaryDirectory(dir=plan.folder) as name:
        url = made.fresh(Path(name), on_postgres=on_postgres)
        ledger = open_ledger(url, keyring=Keyring(b"k" * 32))
        loans = WorkedLoans(ledger)
        key = ec.generate_private_key(ec.SECP256R1())
        settings = ReceiptSettings(
            PUBLIC_URL,
            twilio_auth_token=AUTH_TOKEN,
            sendgrid_public_key=public_half(key),
            loan_book_token=SecretStr(BOOK_TOKEN),
        )
        clock = [NOW]
        valid, expected = _valid(loans, count=plan.sized(LOANS), dice=dice)
        with served(create_receipts(ledger, settings=settings, clock=lambda: clock[0])) as client:
            vendors = PretendVendors(client, key)
            copies = [post for post in valid for _ in range(dice.randint(1, MOST_COPIES))]
            dice.shuffle(copies)
            forged = plan.sized(FORGED)
            for number, post in enumerate(copies):
                clock[0] = NOW + LATEST * (number / len(copies))
                status = _posted(vendors, post, at=clock[0])
                tally.runs += 1
                tally.server_errors += status in BROKEN
                if status not in TAKEN:
                    tally.amiss.append(f"{told}: a valid webhook was answered {status}")
            before = _state(loans)
            for number in range(forged):
                status = _forged(vendors, dice.choice(valid), dice=dice, at=clock[0], number=number)
                tally.runs += 1
                tally.forged_accepted += status in TAKEN
                tally.server_errors += status in BROKEN
            if _state(loans) != before:
                tally.amiss.append(f"{told}: a forged webhook changed the ledger")
        _compare(loans, expected, valid, tally, told=told)
        ledger.close()
        made.drop(url)


def _valid(loans: WorkedLoans, *, count: int, dice: random.Random) -> tuple[list[Post], dict[str, AttemptState]]:
    """Receipts of every status for half of the loans by SMS and half by email, a STOP of every eighth number, and a
    payment on every fourth loan.
    """
    posts, expected = [], {}
    for number in range(count):
        phone, mail = f"+4474002{number:05d}", f"w{number}@borrower.example"
        is_sms = number % 2 == 0
        loans.take_in(f"W-{number}", mobile(phone) if is_sms else email(mail), borrower=f"WB-{number}")
        attempt = loans.contacted(f"W-{number}")
        fails = dice.random() < 0.3  # three in ten
        if is_sms:
            ends = "undelivered" if fails else "delivered"
            for status in (*STATUSES[:2], ends):
                form = {"MessageSid": f"SM{number}", "MessageStatus": status, "To": phone, "AccountSid": "AC1"}
                posts.append(Post(f"/receipts/twilio/{attempt}", form | ({"ErrorCode": "30005"} if fails else {})))
            if number % 8 == 0:
                text = {"MessageSid": f"IN{number}", "From": phone, "To": "+1", "Body": "STOP"}
                posts.append(Post("/receipts/twilio/inbound", text))
        else:
            names = ("processed", "bounce" if fails else "delivered", *(() if fails else ("open", "click")))
            for name in names:
                told = event(name, event_id=f"{number}-{name}", email=mail, attempt_id=attempt)
                posts.append(Post("/receipts/sendgrid", events=json.dumps([told]).encode()))
        if number % 4 == 1:
            posts.append(Post(PAYMENTS, payments=_payment(f"W-{number}")))
        expected[attempt] = AttemptState.UNDELIVERED if fails else AttemptState.DELIVERED
    return posts, expected


def _payment(loan: str) -> bytes:
    """A small part of what is overdue."""
    told = {"loan_number": loan, "source": "bank", "external_id": f"P-{loan}", "amount_minor": 100, "currency": "GBP"}
    return json.dumps({"items": [{**told, "received_at": NOW.isoformat(), "reverses": None}]}).encode()


def _posted(vendors: PretendVendors, post: Post, *, at: datetime) -> int:
    if post.form is not None:
        return vendors.post_form(post.path, post.form)
    if post.payments:
        headers = _of_the_lender(post.payments, stamp=str(int(at.timestamp())))
        return vendors.client.post(post.path, content=post.payments, headers=headers).status_code
    return vendors.post_batch(post.events, at=at)


def _of_the_lender(body: bytes, *, stamp: str, token: str = BOOK_TOKEN) -> dict[str, str]:
    signature = signature_of(body, timestamp=stamp, token=token)
    return {"Duecourse-Signature": signature, "Duecourse-Timestamp": stamp}


def _forged(vendors: PretendVendors, post: Post, *, dice: random.Random, at: datetime, number: int) -> int:
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
    elif post.payments:
        body, kind = post.payments, {"Content-Type": "application/json"}
        stamp = str(int(at.timestamp()))
        name, odd = "Duecourse-Signature", _of_the_lender(body, stamp=stamp)
        wrong = signature_of(body, timestamp=stamp, token="another token")
        changed = body.replace(b'"P-', f'"FORGED{number}-'.encode())
        stale = str(int(at.timestamp()) - 3 * 86_400)
        yield post.path, body, {**kind, **_of_the_lender(body, stamp=stale)}
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


def _state(loans: WorkedLoans) -> tuple[object, ...]:
    with loans.ledger.reading() as session:
        attempts = sorted((row.id, row.state) for row in session.exec(select(AttemptRow)).all())
        points = sorted((row.id, row.state) for row in session.exec(select(ContactPointRow)).all())
        counts = [len(session.exec(select(table)).all()) for table in (InboxRow, EventRow, CostRow, PaymentRow)]
    return attempts, points, counts


def _compare(
    loans: WorkedLoans, expected: dict[str, AttemptState], valid: list[Post], tally: Tally, *, told: str
) -> None:
    with loans.ledger.reading() as session:
        kept = len(session.exec(select(InboxRow)).all()) + len(session.exec(select(PaymentRow)).all())
    tally.lost += max(len(valid) - kept, 0)
    tally.duplicates += max(kept - len(valid), 0)
    for attempt, state in expected.items():
        found = loans.state(attempt)
        if found is not state:
            tally.lost += 1
            tally.amiss.append(f"{told}: an attempt is {found} and should be {state}")
    for post in valid:
        stopped = post.form is not None and post.form.get("Body") == "STOP"
        if stopped and post.form and ContactState.OPTED_OUT not in loans.contact_states(post.form["From"]):
            tally.lost += 1
            tally.amiss.append(f"{told}: a STOP had no effect")
