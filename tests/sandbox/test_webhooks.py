"""What the sandbox tells the product: receipts, replies and email events, signed as the vendors sign."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors import sendgrid_signature, twilio_signature
from connectors.failure import ContactRefused
from connectors.sendgrid_email import LEAVES_AFTER
from domain.attempt import AttemptId
from domain.message import Message
from simulation.sandbox.control import FaultKind, Vendor
from simulation.sandbox.settings import AUTH_TOKEN
from tests.sandbox.receiver import Webhook
from tests.sandbox.scene import Scene, a_scene, borrowers

NUMBER = "+15550107777"


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One world for the module; each test uses attempts and borrowers of its own."""
    with a_scene(tmp_path_factory.mktemp("webhooks") / "state.db") as made:
        yield made


def _pass(scene: Scene, **span: float) -> datetime:
    now = scene.remote.health().now + timedelta(**span)
    scene.remote.advance(now=now)
    return now


def _statuses(scene: Scene, attempt: str) -> list[str]:
    return [webhook.form()["MessageStatus"] for webhook in scene.receiver.to(f"/receipts/twilio/{attempt}")]


def _events(scene: Scene, attempt: str) -> list[dict[str, object]]:
    told = [event for webhook in scene.receiver.to("/receipts/sendgrid") for event in json.loads(webhook.body)]
    return [event for event in told if event.get("attempt_id") == attempt]


def _is_twilios(scene: Scene, webhook: Webhook) -> bool:
    return twilio_signature.is_genuine(
        webhook.body,
        signature=webhook.headers.get("X-Twilio-Signature"),
        public_url=scene.receiver.url + webhook.path,
        auth_token=AUTH_TOKEN,
    )


def test_a_message_is_followed_by_signed_receipts(scene: Scene) -> None:
    """Sent, then how it ended; nothing for the first status, and nothing before time moves on."""
    accepted = scene.text("receipts", NUMBER)
    assert not _statuses(scene, "receipts")
    _pass(scene, minutes=1)
    sent, ended = _statuses(scene, "receipts")
    assert sent == "sent"
    assert ended in {"delivered", "undelivered"}
    for webhook in scene.receiver.to("/receipts/twilio/receipts"):
        assert _is_twilios(scene, webhook)
        assert webhook.form()["MessageSid"] == accepted.vendor_id


def test_receipts_come_twice_when_asked_for(scene: Scene) -> None:
    """A repeated callback is the same callback."""
    scene.remote.fault(Vendor.TWILIO, kind=FaultKind.DUPLICATE_CALLBACK)
    scene.text("twice", NUMBER)
    _pass(scene, minutes=1)
    statuses = _statuses(scene, "twice")
    assert statuses[0] == statuses[1] == "sent"
    assert len(statuses) == 4


def test_receipts_come_out_of_order_when_asked_for(scene: Scene) -> None:
    """The end is told before `sent`; Twilio's own record does not go back."""
    scene.remote.fault(Vendor.TWILIO, kind=FaultKind.REORDERED_CALLBACKS)
    scene.text("reordered", NUMBER)
    _pass(scene, minutes=1)
    assert _statuses(scene, "reordered")[-1] == "sent"


def test_a_receipt_that_is_not_taken_comes_again(scene: Scene) -> None:
    """A webhook answered with an error is posted again at the next advance, and holds nothing else up."""
    scene.text("refused", NUMBER)
    scene.receiver.status = 503
    now = scene.remote.health().now + timedelta(minutes=1)
    scene.remote.advance(now=now)
    assert not _statuses(scene, "refused")
    scene.receiver.status = 200
    scene.remote.advance(now=now)
    assert _statuses(scene, "refused")[0] == "sent"


def test_a_chat_message_may_be_read(scene: Scene) -> None:
    """Of some chat messages a receipt says that they were read, after they were delivered."""
    for number in range(12):
        scene.write_chat(f"chat-{number}", NUMBER)
    _pass(scene, hours=1)
    read = [n for n in range(12) if "read" in _statuses(scene, f"chat-{n}")]
    assert read
    assert all(_statuses(scene, f"chat-{n}") == ["sent", "delivered", "read"] for n in read)


def test_mail_is_followed_by_signed_events(scene: Scene) -> None:
    """Processed, then delivered, with the attempt id and ids of their own; signed with the time of posting."""
    scene.mail("mail", "sam@example.org")
    now = _pass(scene, minutes=1)
    events = _events(scene, "mail")
    assert [event["event"] for event in events] == ["processed", "delivered"]
    assert len({event["sg_event_id"] for event in events}) == 2
    webhook = scene.receiver.to("/receipts/sendgrid")[-1]
    assert sendgrid_signature.is_genuine(
        webhook.body,
        signature=webhook.headers["X-Twilio-Email-Event-Webhook-Signature"],
        timestamp=webhook.headers["X-Twilio-Email-Event-Webhook-Timestamp"],
        public_key=scene.remote.sendgrid_public_key(),
        now=now,
    )


def test_a_kept_mail_tells_of_itself_once_it_leaves(scene: Scene) -> None:
    """And one that was cancelled never does."""
    now = scene.remote.health().now
    kept, cancelled = (
        Message(
            AttemptId(attempt),
            "sam@example.org",
            "Your instalment is due.",
            "A reminder",
            batch_id=scene.email.open_batch(),
            leaves_at=now + LEAVES_AFTER,
        )
        for attempt in ("kept", "cancelled")
    )
    for mail in (kept, cancelled):
        scene.email.deliver(mail)
    assert scene.email.look_up(cancelled, requested_at=now, now=now).is_settled
    _pass(scene, minutes=16)
    assert _events(scene, "kept") == []
    _pass(scene, minutes=2)
    assert [event["event"] for event in _events(scene, "kept")] == ["processed", "delivered"]
    assert _events(scene, "cancelled") == []


def test_a_repeated_event_keeps_its_id(scene: Scene) -> None:
    """`sg_event_id` is what a receiver knows repeats by."""
    scene.remote.fault(Vendor.SENDGRID, kind=FaultKind.DUPLICATE_CALLBACK)
    scene.mail("mail-twice", "sam@example.org")
    _pass(scene, minutes=1)
    ids = [event["sg_event_id"] for event in _events(scene, "mail-twice")]
    assert len(ids) == 4
    assert len(set(ids)) == 2


def test_borrowers_write_back_and_a_stop_blocks_their_number(scene: Scene) -> None:
    """Among many borrowers some reply; whoever sent a bare STOP is refused as opted out from then on."""
    cards = borrowers(500, portfolio="replies")
    scene.remote.register(cards)
    for card in cards:
        try:
            scene.text(f"ask-{card.loan_number}", card.phone)
        except ContactRefused as refusal:
            assert refusal.code == "21614"  # noqa: PT017 (landlines are refused at once)
    scene.remote.fault(Vendor.TWILIO, kind=FaultKind.DUPLICATE_REPLY)
    _pass(scene, days=1)
    replies = scene.receiver.to("/receipts/twilio/inbound")
    forms = [webhook.form() for webhook in replies]
    assert all(_is_twilios(scene, webhook) for webhook in replies)
    assert len(forms) == len({form["MessageSid"] for form in forms}) + 1
    assert {form["From"] for form in forms} <= {card.phone for card in cards}
    stopped = [form["From"] for form in forms if form["Body"].upper() in {"STOP", "UNSUBSCRIBE"}]
    assert stopped
    with pytest.raises(ContactRefused, match="opt_out"):
        scene.text("after-stop", stopped[0])


def test_an_unsubscribed_address_is_dropped(scene: Scene) -> None:
    """An unsubscription is told without an attempt; later mail is queued all the same and then dropped."""
    cards = borrowers(500, portfolio="readers")
    scene.remote.register(cards)
    for card in cards:
        scene.mail(f"mail-{card.loan_number}", card.email)
    _pass(scene, days=2)
    told = [event for webhook in scene.receiver.to("/receipts/sendgrid") for event in json.loads(webhook.body)]
    kinds = {event["event"] for event in told}
    assert {"processed", "delivered", "bounce", "open", "unsubscribe"} <= kinds
    gone = next(event["email"] for event in told if event["event"] == "unsubscribe")
    scene.mail("mail-after", gone)
    _pass(scene, minutes=1)
    assert [event["event"] for event in _events(scene, "mail-after")] == ["dropped"]


def test_nobody_listening_holds_no_money_up(tmp_path: Path) -> None:
    """With the product's receiver gone, borrowers still pay, and receipts wait for a day."""
    with a_scene(tmp_path / "state.db") as scene:
        scene.remote.register(borrowers(60, portfolio="alone"))
        scene.receiver.status = 500
        for number in range(5):
            scene.text(f"alone-{number}", NUMBER)
        _pass(scene, days=40)
        scene.receiver.status = 200
        assert list(scene.book.payments(portfolio="alone", since=datetime(2026, 1, 1, tzinfo=UTC)))
        _pass(scene, minutes=1)
        assert not scene.receiver.webhooks
