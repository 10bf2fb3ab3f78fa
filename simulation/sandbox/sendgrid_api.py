"""SendGrid's mail send over HTTP, and the events that follow."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from domain.action import Action
from simulation.behaviour.base_rates import shipped_rates
from simulation.behaviour.chance import draws_for
from simulation.behaviour.traits import LineState
from simulation.sandbox.accept_log import digest_of
from simulation.sandbox.agenda import Due, DueKind
from simulation.sandbox.callbacks import sendgrid_webhook
from simulation.sandbox.control import FaultKind, Vendor
from simulation.sandbox.mail import Mail, MailRefused, mail_of
from simulation.sandbox.sendgrid_access import is_known, refused
from simulation.sandbox.sendgrid_batches import batch_routes, is_batch, is_cancelled, joins
from simulation.sandbox.world import World

PROCESSED_AFTER = timedelta(seconds=1)
ENDED_AFTER = timedelta(seconds=8)
OPENED_AFTER_HOURS = (1.0, 30.0)
LONGEST_AHEAD = timedelta(hours=72)


def sendgrid_routes(world: World) -> APIRouter:
    """The routes that the product uses: a mail, and the batches by which one can be cancelled."""
    router = APIRouter(prefix="/v3")
    router.include_router(batch_routes(world))

    @router.post("/mail/send")
    async def send_mail(request: Request) -> Response:
        """Queue a mail (202 and its id), or refuse it."""
        if not is_known(request, world):
            return refused(401)
        try:
            message_id = await run_in_threadpool(_take_mail, world, mail_of(await request.body()))
        except MailRefused as refusal:
            return refused(400, refusal.words, refusal.field)
        return Response(status_code=202, headers={"X-Message-Id": message_id})

    return router


def carry_out_mail(world: World, due: Due) -> None:
    """The time of a mail that was kept has come: it leaves, unless its batch was cancelled."""
    mail = Mail(**due.payload["mail"])
    if not is_cancelled(world, mail.batch_id):
        _let_leave(world, mail, message_id=due.payload["message_id"], at=due.due_at)


def carry_out_event(world: World, due: Due) -> None:
    """Something happens to a mail: it is told to the product, and read when it was delivered."""
    told = due.payload
    with world.state.transaction():
        _tell(world, told["event"], told=told, at=due.due_at, copies=told["copies"])
        if told["event"] == "delivered":
            world.people.message_arrived(told["to"], action=Action.EMAIL, at=due.due_at)


def carry_out_unsubscription(world: World, due: Due) -> None:
    """A reader asks for no more mail: further ones are dropped, and the product is told."""
    address = due.payload["address"]
    with world.state.transaction() as db:
        db.execute("INSERT OR IGNORE INTO stopped VALUES (?)", (address,))
        copies = 2 if world.faults.take(Vendor.SENDGRID, {FaultKind.DUPLICATE_REPLY}) else 1
        told = {"to": address, "message_id": digest_of(f"{address}{due.due_at}")[:22], "args": {}}
        _tell(world, "unsubscribe", told=told, at=due.due_at, copies=copies)


def _take_mail(world: World, mail: Mail) -> str:
    """A mail's id. One that is kept for a while is in the accept log only once it leaves."""
    at, leaves_at = world.time.now(), datetime.fromtimestamp(mail.leaves_at, UTC)
    if mail.batch_id and not is_batch(world, mail.batch_id):
        raise MailRefused("The batch_id is not valid.", field="batch_id")
    if leaves_at > at + LONGEST_AHEAD:
        raise MailRefused("Scheduling more than 72 hours in advance is forbidden.", field="send_at")
    with world.state.transaction():
        message_id = world.log.vendor_id("", attempt_id=mail.attempt_id, destination=mail.to)[:22]
        if leaves_at <= at:
            _let_leave(world, mail, message_id=message_id, at=at)
        else:
            joins(world, mail.batch_id, leaves_at=leaves_at)
            payload = {"mail": asdict(mail), "message_id": message_id}
            world.agenda.add(DueKind.MAIL, at=leaves_at, sort_key=message_id, payload=payload)
    return message_id


def _let_leave(world: World, mail: Mail, *, message_id: str, at: datetime) -> None:
    with world.state.transaction() as db:
        world.log.write(
            attempt_id=mail.attempt_id,
            channel=Action.EMAIL,
            vendor_id=message_id,
            destination=mail.to,
            body=mail.text,
            segments=1,
            at=at,
        )
        stopped = db.execute("SELECT 1 FROM stopped WHERE address = ?", (mail.to,)).fetchone()
        _plan_events(world, mail, message_id=message_id, at=at, first="dropped" if stopped else "processed")


def _plan_events(world: World, mail: Mail, *, message_id: str, at: datetime, first: str) -> None:
    events = [(first, at + PROCESSED_AFTER)]
    if first == "processed":
        readers = world.people.reached_at(mail.to, action=Action.EMAIL)
        dead = bool(readers) and world.people.traits(readers[0]).email is LineState.DEAD
        draw = draws_for(world.settings.seed, message_id, "delivery")
        events.append(("bounce" if dead else "delivered", at + ENDED_AFTER))
        if not dead and draw.random() < shipped_rates().email_opened:
            events.append(("open", at + timedelta(hours=draw.uniform(*OPENED_AFTER_HOURS))))
    names = [name for name, _ in events]
    if world.faults.take(Vendor.SENDGRID, {FaultKind.REORDERED_CALLBACKS}):
        names.reverse()
    copies = 2 if world.faults.take(Vendor.SENDGRID, {FaultKind.DUPLICATE_CALLBACK}) else 1
    for name, (_, due_at) in zip(names, events, strict=True):
        payload = {
            "vendor": Vendor.SENDGRID,
            "event": name,
            "to": mail.to,
            "message_id": message_id,
            "args": mail.args,
            "copies": copies,
        }
        world.agenda.add(DueKind.RECEIPT, at=due_at, sort_key=f"{message_id}/{name}", payload=payload)


def _tell(world: World, name: str, *, told: dict[str, Any], at: datetime, copies: int) -> None:
    if world.settings.callback_base is None:
        return
    url = f"{world.settings.callback_base.rstrip('/')}/receipts/sendgrid"
    event = {
        **told["args"],
        "email": told["to"],
        "timestamp": int(at.timestamp()),
        "event": name,
        "sg_event_id": digest_of(f"{told['message_id']}{name}{at}")[:22],
        "sg_message_id": f"{told['message_id']}.recvd-sandbox-1",
    }
    if name == "bounce":
        event |= {"type": "bounce", "reason": "550 5.1.1 no such mailbox", "status": "5.1.1"}
    if name == "dropped":
        event |= {"reason": "Unsubscribed Address"}
    for copy in range(copies):
        payload = sendgrid_webhook(url, event)
        sort_key = f"{told['message_id']}/{name}/{copy}"
        world.agenda.add(DueKind.CALLBACK, at=at, sort_key=sort_key, payload=payload)
