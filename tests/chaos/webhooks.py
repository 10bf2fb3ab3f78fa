"""Webhooks come many times, in any order and late, and between them forged ones: each valid one has one effect."""

import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr
from sqlmodel import select

from console.receipts import ReceiptSettings, create_receipts
from domain.attempt import AttemptState
from domain.book import BookContact
from domain.borrower import ContactKind, ContactState
from domain.work_item import WorkKind, WorkState
from ledger.database import Ledger, open_ledger
from ledger.keyring import Keyring
from ledger.tables.attempt import AttemptRow
from ledger.tables.borrower import ContactPointRow
from ledger.tables.inbox import InboxRow
from ledger.tables.journey import EventRow
from ledger.tables.money import CostRow, PaymentRow
from ledger.tables.work_item import WorkItemRow
from tests.chaos.databases import Databases
from tests.chaos.desk_news import DISPOSITION, news_of
from tests.chaos.posting import BOOK_TOKEN, DESK_TOKEN, PAYMENTS, VISITS, Post, forged, posted
from tests.chaos.tally import Plan, Tally
from tests.console.pretend_vendors import (
    AUTH_TOKEN,
    PUBLIC_URL,
    PretendVendors,
    event,
    public_half,
)
from tests.console.served import served
from tests.console.worked_loans import NOW, WorkedLoans, email, mobile
from tests.ledger.lender import ADDRESS, Lender, a_loan

LOANS, VISITED = 40, 8
MOST_COPIES = 46
FORGED = 2_000
LATEST = timedelta(hours=24)
VISITED_FROM = NOW - timedelta(days=90)
STATUSES = ("queued", "sent", "delivered")
TAKEN, BROKEN = range(200, 300), range(500, 600)


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
            desk_token=SecretStr(DESK_TOKEN),
        )
        clock = [NOW]
        valid, expected = _valid(loans, count=plan.sized(LOANS), dice=dice)
        valid += list(_of_visits(ledger, count=plan.sized(VISITED)))
        with served(create_receipts(ledger, settings=settings, clock=lambda: clock[0])) as client:
            vendors = PretendVendors(client, key)
            copies = [post for post in valid for _ in range(dice.randint(1, MOST_COPIES))]
            dice.shuffle(copies)
            for number, post in enumerate(copies):
                clock[0] = NOW + LATEST * (number / len(copies))
                status = posted(vendors, post, at=clock[0])
                tally.runs += 1
                tally.server_errors += status in BROKEN
                if status not in TAKEN:
                    tally.amiss.append(f"{told}: a valid webhook was answered {status}")
            before = _state(loans)
            for number in range(plan.sized(FORGED)):
                status = forged(vendors, dice.choice(valid), dice=dice, at=clock[0], number=number)
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
            posts.append(Post(PAYMENTS, news=_payment(f"W-{number}")))
        expected[attempt] = AttemptState.UNDELIVERED if fails else AttemptState.DELIVERED
    return posts, expected


def _payment(loan: str) -> bytes:
    """A small part of what is overdue."""
    told = {"loan_number": loan, "source": "bank", "external_id": f"P-{loan}", "amount_minor": 100, "currency": "GBP"}
    return json.dumps({"items": [{**told, "received_at": NOW.isoformat(), "reverses": None}]}).encode()


def _of_visits(ledger: Ledger, *, count: int) -> Iterator[Post]:
    """What the field desk tells of visits that were ordered: that it took them, and that nobody opened."""
    for number in range(count):
        lender = Lender(ledger, now=VISITED_FROM)
        phone = BookContact(ContactKind.MOBILE, f"+4474003{number:05d}")
        loan = a_loan(
            f"V-{number}",
            borrower=f"VB-{number}",
            contacts=(phone, ADDRESS),
            past_due_since_on=(VISITED_FROM - timedelta(days=16)).date(),
            as_of_on=VISITED_FROM.date(),
        )
        item_id = lender.has_work(lender.opens(loan, ladder="standard"), WorkKind.FIELD_VISIT)
        attempt = next(row.attempt_id or "" for row in lender.rows(WorkItemRow) if row.id == item_id)
        for told in news_of(attempt, f"V-{attempt}"):
            yield Post(VISITS, news=json.dumps({"items": [told]}).encode())


def _state(loans: WorkedLoans) -> tuple[object, ...]:
    with loans.ledger.reading() as session:
        attempts = sorted((row.id, row.state) for row in session.exec(select(AttemptRow)).all())
        points = sorted((row.id, row.state) for row in session.exec(select(ContactPointRow)).all())
        work = sorted((row.id, row.state) for row in session.exec(select(WorkItemRow)).all())
        counts = [len(session.exec(select(table)).all()) for table in (InboxRow, EventRow, CostRow, PaymentRow)]
    return attempts, points, work, counts


def _compare(
    loans: WorkedLoans, expected: dict[str, AttemptState], valid: list[Post], tally: Tally, *, told: str
) -> None:
    with loans.ledger.reading() as session:
        kept = len(session.exec(select(InboxRow)).all()) + len(session.exec(select(PaymentRow)).all())
        visits = session.exec(select(WorkItemRow).where(WorkItemRow.kind == WorkKind.FIELD_VISIT.value)).all()
        untold = [row.state for row in visits if (row.state, row.disposition) != (WorkState.DONE.value, DISPOSITION)]
    tally.lost += max(len(valid) - kept, 0)
    tally.duplicates += max(kept - len(valid), 0)
    tally.lost += len(untold)
    tally.amiss += [f"{told}: a visit of which its desk told is {state}" for state in untold]
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
