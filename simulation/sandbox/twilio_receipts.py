"""What happens to a Twilio message after it was taken: its statuses, their callbacks, and the replies that come in."""

from datetime import datetime, timedelta
from typing import Any

from domain.action import Action
from simulation.behaviour.base_rates import shipped_rates
from simulation.behaviour.chance import draws_for
from simulation.behaviour.traits import LineState
from simulation.sandbox.agenda import Due, DueKind
from simulation.sandbox.callbacks import twilio_webhook
from simulation.sandbox.control import FaultKind, Vendor
from simulation.sandbox.segments import segments_of
from simulation.sandbox.state import stored
from simulation.sandbox.world import World

SENT_AFTER = timedelta(seconds=2)
ENDED_AFTER = timedelta(seconds=6)
READ_AFTER = timedelta(minutes=20)
CHAT_READ = 0.6
RANKS = ("accepted", "queued", "sending", "sent", "delivered", "undelivered", "failed", "read")
STOP_WORDS = frozenset({"STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"})
VERSION = "2010-04-01"


def plan_receipts(world: World, *, action: Action, sid: str, number: str, url: str, at: datetime) -> None:
    """Put the statuses of a message on the agenda. There is none for the first status, as at Twilio."""
    draw = draws_for(world.settings.seed, sid, "delivery")
    readers = world.people.reached_at(number, action=action)
    dead = bool(readers) and world.people.traits(readers[0]).phone is LineState.DEAD
    statuses: list[tuple[str, int | None]] = [("sent", None)]
    if dead:
        statuses.append(("undelivered", 63003 if action is Action.CHAT else 30005))
    elif draw.random() < shipped_rates().not_delivered:
        statuses.append(("undelivered", 30003))
    else:
        statuses.append(("delivered", None))
    times = [at + SENT_AFTER, at + ENDED_AFTER]
    if statuses[-1][0] == "delivered" and action is Action.CHAT and draw.random() < CHAT_READ:
        statuses.append(("read", None))
        times.append(at + READ_AFTER)
    if world.faults.take(Vendor.TWILIO, {FaultKind.REORDERED_CALLBACKS}):
        statuses.reverse()
    copies = 2 if world.faults.take(Vendor.TWILIO, {FaultKind.DUPLICATE_CALLBACK}) else 1
    for (status, error), due_at in zip(statuses, times, strict=True):
        payload = {
            "vendor": Vendor.TWILIO,
            "sid": sid,
            "status": status,
            "error": error,
            "url": url,
            "action": action,
            "number": number,
            "copies": copies,
        }
        world.agenda.add(DueKind.RECEIPT, at=due_at, sort_key=f"{sid}/{status}", payload=payload)


def carry_out_receipt(world: World, due: Due) -> None:
    """A message changes its status: it is written down, told to the product, and read when it was delivered."""
    told = due.payload
    sid, status = told["sid"], told["status"]
    with world.state.transaction() as db:
        row = db.execute("SELECT * FROM message WHERE sid = ?", (sid,)).fetchone()
        if RANKS.index(status) > RANKS.index(
            row["status"]
        ):  # callbacks may be out of order; the record never goes back
            db.execute(
                "UPDATE message SET status = ?, error_code = ?, updated_at = ? WHERE sid = ?",
                (status, told["error"], stored(due.due_at), sid),
            )
        if told["url"]:
            form = _status_form(world, row["recipient"], row["sender"], told)
            for copy in range(told["copies"]):
                payload = twilio_webhook(told["url"], form)
                world.agenda.add(DueKind.CALLBACK, at=due.due_at, sort_key=f"{sid}/{status}/{copy}", payload=payload)
        if status == "delivered":
            world.people.message_arrived(told["number"], action=Action(told["action"]), at=due.due_at)


def carry_out_reply(world: World, due: Due) -> None:
    """A borrower writes back by SMS or chat; a word of Twilio's own list also blocks further messages there."""
    told = due.payload
    prefix = "whatsapp:" if told["action"] == Action.CHAT else ""
    borrower, ours = prefix + told["address"], prefix + world.settings.sender
    text: str = told["text"]
    with world.state.transaction() as db:
        sid = world.log.vendor_id("SM", attempt_id=f"reply {stored(due.due_at)}", destination=borrower)
        db.execute(
            "INSERT INTO message VALUES (?, ?, ?, ?, 'inbound', 'received', NULL, ?, ?, ?)",
            (sid, ours, borrower, text, segments_of(text), stored(due.due_at), stored(due.due_at)),
        )
        if text.strip().upper() in STOP_WORDS:
            db.execute("INSERT OR IGNORE INTO stopped VALUES (?)", (borrower,))
        if world.settings.callback_base is None or world.faults.take(Vendor.TWILIO, {FaultKind.DROPPED_WEBHOOK}):
            return
        url = f"{world.settings.callback_base.rstrip('/')}/receipts/twilio/inbound"
        form = _inbound_form(world, sid=sid, borrower=borrower, ours=ours, text=text)
        copies = 2 if world.faults.take(Vendor.TWILIO, {FaultKind.DUPLICATE_REPLY}) else 1
        for copy in range(copies):
            payload = twilio_webhook(url, form)
            world.agenda.add(DueKind.CALLBACK, at=due.due_at, sort_key=f"{sid}/reply/{copy}", payload=payload)


def _status_form(world: World, recipient: str, sender: str, told: dict[str, Any]) -> dict[str, str]:
    form = {
        "AccountSid": world.settings.account_sid,
        "ApiVersion": VERSION,
        "From": sender,
        "MessageSid": told["sid"],
        "MessageStatus": told["status"],
        "SmsSid": told["sid"],
        "SmsStatus": told["status"],
        "To": recipient,
    }
    if told["error"] is not None:
        form["ErrorCode"] = str(told["error"])
    return form


def _inbound_form(world: World, *, sid: str, borrower: str, ours: str, text: str) -> dict[str, str]:
    return {
        "AccountSid": world.settings.account_sid,
        "ApiVersion": VERSION,
        "Body": text,
        "From": borrower,
        "FromCity": "",  # blank fields are part of what Twilio signs
        "MessageSid": sid,
        "NumMedia": "0",
        "NumSegments": str(segments_of(text)),
        "SmsMessageSid": sid,
        "SmsSid": sid,
        "SmsStatus": "received",
        "To": ours,
    }
