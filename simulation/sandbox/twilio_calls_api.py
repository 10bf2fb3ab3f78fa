"""Twilio's Calls over HTTP: taken or refused, and no more; nobody is rung up."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from simulation.sandbox.twilio_access import attempt_of, refused, stranger
from simulation.sandbox.twilio_refusals import refused_call
from simulation.sandbox.twilio_shapes import call_body
from simulation.sandbox.world import World


class CallForm(BaseModel):
    """What Twilio takes for a call; other fields are passed over."""

    to: str = Field(default="", alias="To")
    sender: str = Field(default="", alias="From")
    url: str = Field(default="", alias="Url")
    twiml: str = Field(default="", alias="Twiml")
    status_callback: str = Field(default="", alias="StatusCallback")


def call_routes(world: World) -> APIRouter:
    """Calls of one account."""
    router = APIRouter(prefix="/2010-04-01/Accounts/{sid}")

    @router.post("/Calls.json")
    def create_call(request: Request, sid: str, form: Annotated[CallForm, Form()]) -> JSONResponse:
        """Take a call, or refuse it."""
        if unknown := stranger(world.settings, request, sid):
            return unknown
        code = refused_call(to=form.to, sender=form.sender)
        if code is None and not (form.url or form.twiml):
            code = 21205
        if code is not None:
            return refused(code, status=400, to=form.to, sender=form.sender)
        attempt_id = attempt_of(form.status_callback)
        at = world.time.now()
        with world.state.transaction():
            call_sid = world.log.vendor_id("CA", attempt_id=attempt_id, destination=form.to)
            world.log.write(
                attempt_id=attempt_id,
                channel="call",
                vendor_id=call_sid,
                destination=form.to,
                body=form.url or form.twiml,
                segments=0,
                at=at,
            )
        body = call_body(sid=call_sid, account_sid=sid, to=form.to, sender=form.sender, at=at)
        return JSONResponse(body, status_code=201)

    return router
