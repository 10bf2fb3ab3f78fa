"""Twilio's Messages over HTTP."""

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from domain.action import Action
from simulation.behaviour.traits import LineState
from simulation.sandbox.control import FaultKind, Vendor
from simulation.sandbox.segments import segments_of
from simulation.sandbox.state import stored
from simulation.sandbox.twilio_access import attempt_of, refused, stranger
from simulation.sandbox.twilio_receipts import plan_receipts
from simulation.sandbox.twilio_refusals import refused_message
from simulation.sandbox.twilio_shapes import message_body, page_body
from simulation.sandbox.world import World

CHAT_PREFIX = "whatsapp:"


class MessageForm(BaseModel):
    """What Twilio takes for a message; other fields are passed over."""

    to: str = Field(default="", alias="To")
    sender: str = Field(default="", alias="From")
    body: str = Field(default="", alias="Body")
    status_callback: str = Field(default="", alias="StatusCallback")


def message_routes(world: World) -> APIRouter:
    """Messages of one account; every other account is unknown here."""
    router = APIRouter(prefix="/2010-04-01/Accounts/{sid}")

    @router.post("/Messages.json")
    def create_message(request: Request, sid: str, form: Annotated[MessageForm, Form()]) -> JSONResponse:
        """Take a message, or refuse it."""
        if unknown := stranger(world.settings, request, sid):
            return unknown
        return _take_message(world, form)

    @router.get("/Messages.json")
    def list_messages(
        request: Request,
        sid: str,
        page: Annotated[int, Query(alias="Page", ge=0)] = 0,
        size: Annotated[int, Query(alias="PageSize", ge=1, le=1000)] = 50,
    ) -> JSONResponse:
        """List messages, the newest first."""
        if unknown := stranger(world.settings, request, sid):
            return unknown
        names = ("To", "From", "DateSent", "DateSent<", "DateSent>")
        filters = {name: request.query_params[name] for name in names if name in request.query_params}
        found = _find(world, filters)
        if found and world.faults.take(Vendor.TWILIO, {FaultKind.LAGGING_LIST}):
            found = found[1:]
        return JSONResponse(page_body(found, account_sid=sid, filters=filters, page=page, size=size))

    @router.get("/Messages/{message_sid}.json")
    def fetch_message(request: Request, sid: str, message_sid: str) -> JSONResponse:
        """Show one message."""
        if unknown := stranger(world.settings, request, sid):
            return unknown
        with world.state.transaction() as db:
            row = db.execute("SELECT * FROM message WHERE sid = ?", (message_sid,)).fetchone()
        if row is None:
            return refused(20404, status=404)
        return JSONResponse(message_body(row, account_sid=sid))

    return router


def _take_message(world: World, form: MessageForm) -> JSONResponse:
    to, sender, body = form.to, form.sender, form.body
    action = Action.CHAT if to.startswith(CHAT_PREFIX) else Action.SMS
    number = to.removeprefix(CHAT_PREFIX)
    code = refused_message(to=number, sender=sender.removeprefix(CHAT_PREFIX), body=body)
    if code is None:
        code = _refused_number(world, action, to)
    if code is not None:
        return refused(code, status=400, to=to, sender=sender)
    attempt_id = attempt_of(form.status_callback)
    at = world.time.now()
    segments = segments_of(body)
    with world.state.transaction() as db:
        sid = world.log.vendor_id("SM", attempt_id=attempt_id, destination=to)
        world.log.write(
            attempt_id=attempt_id,
            channel=action,
            vendor_id=sid,
            destination=number,
            body=body,
            segments=segments,
            at=at,
        )
        db.execute(
            "INSERT INTO message VALUES (?, ?, ?, ?, 'outbound-api', 'queued', NULL, ?, ?, ?)",
            (sid, to, sender, body, segments, stored(at), stored(at)),
        )
        plan_receipts(world, action=action, sid=sid, number=number, url=form.status_callback, at=at)
        row = db.execute("SELECT * FROM message WHERE sid = ?", (sid,)).fetchone()
    return JSONResponse(message_body(row, account_sid=world.settings.account_sid), status_code=201)


def _refused_number(world: World, action: Action, to: str) -> int | None:
    with world.state.transaction() as db:
        if db.execute("SELECT 1 FROM stopped WHERE address = ?", (to,)).fetchone():
            return 21610
    readers = world.people.reached_at(to.removeprefix(CHAT_PREFIX), action=action)
    landline = bool(readers) and world.people.traits(readers[0]).phone is LineState.LANDLINE
    return 21614 if landline and action is Action.SMS else None


def _find(world: World, filters: dict[str, str]) -> list[dict[str, object]]:
    with world.state.transaction() as db:
        rows = db.execute("SELECT * FROM message ORDER BY created_at DESC, rowid DESC").fetchall()

    def matches(recipient: str, sender: str, created: str) -> bool:
        day = datetime.fromisoformat(created).astimezone(UTC).date()
        return (
            filters.get("To", recipient) == recipient
            and filters.get("From", sender) == sender
            and _day(filters.get("DateSent"), day) == day
            and day <= _day(filters.get("DateSent<"), day)
            and day >= _day(filters.get("DateSent>"), day)
        )

    return [
        message_body(row, account_sid=world.settings.account_sid)
        for row in rows
        if matches(row["recipient"], row["sender"], row["created_at"])
    ]


def _day(text: str | None, otherwise: date) -> date:
    return date.fromisoformat(text[:10]) if text else otherwise
