"""The three desks over HTTP, as connectors/openapi describes them."""

import json
import secrets
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from domain.action import Action
from simulation.sandbox.accept_log import digest_of
from simulation.sandbox.control import FaultKind, Vendor
from simulation.sandbox.world import World

DESKS = {
    "/v1/visits": (Action.FIELD_VISIT, "V-"),
    "/v1/referrals": (Action.LEGAL_REFERRAL, "R-"),
    "/v1/placements": (Action.AGENCY_PLACEMENT, "P-"),
}
VENDORS = {
    "/v1/visits": Vendor.FIELD_DESK,
    "/v1/referrals": Vendor.LEGAL_DESK,
    "/v1/placements": Vendor.AGENCY_DESK,
}


def desk_routes(world: World) -> APIRouter:
    """Two routes a desk."""
    router = APIRouter()

    async def place(
        request: Request,
        authorization: Annotated[str, Header()] = "",
        idempotency_key: Annotated[str, Header()] = "",
    ) -> JSONResponse:
        """Take an order; the same key and order again gets the first answer again."""
        if not is_known(world, authorization):
            return problem(401, code="unauthorized", message="unknown token")
        facts = _facts_of(await request.body())
        if facts is None or not idempotency_key:
            return problem(400, code="malformed", message="an Idempotency-Key and an object of text facts are needed")
        return await run_in_threadpool(_take, world, request.url.path, idempotency_key, facts)

    def look_up(request: Request, reference: str = "", authorization: Annotated[str, Header()] = "") -> JSONResponse:
        """Show the order of a reference, if it was taken."""
        if not is_known(world, authorization):
            return problem(401, code="unauthorized", message="unknown token")
        if not reference:
            return problem(400, code="malformed", message="a reference is needed")
        return _shown(world, request.url.path, reference)

    for path in DESKS:
        router.add_api_route(path, place, methods=["POST"])
        router.add_api_route(path, look_up, methods=["GET"])
    return router


def is_known(world: World, authorization: str) -> bool:
    """Whether a bearer token is the one that the desks and the loan book know."""
    return secrets.compare_digest(authorization.encode(), f"Bearer {world.settings.desk_token}".encode())


def problem(status: int, *, code: str, message: str) -> JSONResponse:
    """A refusal as the desks write it."""
    return JSONResponse({"code": code, "message": message}, status_code=status)


def _take(world: World, path: str, key: str, facts: dict[str, str]) -> JSONResponse:
    action, prefix = DESKS[path]
    body_hash = digest_of(json.dumps(facts, sort_keys=True))
    with world.state.transaction() as db:
        known = db.execute("SELECT * FROM desk_order WHERE path = ? AND attempt_id = ?", (path, key)).fetchone()
        if known and known["body_hash"] != body_hash:
            return problem(409, code="key_reused", message="this key belongs to another order")
        if known:
            return JSONResponse({"id": known["order_id"], "status": "accepted"}, status_code=200)
        order_id = world.log.vendor_id(prefix, attempt_id=key, destination=path)
        db.execute("INSERT INTO desk_order VALUES (?, ?, ?, ?)", (path, key, order_id, body_hash))
        world.log.write(
            attempt_id=key,
            channel=action,
            vendor_id=order_id,
            destination=path,
            body=json.dumps(facts, sort_keys=True),
            segments=0,
            at=world.time.now(),
        )
    return JSONResponse({"id": order_id, "status": "accepted"}, status_code=201)


def _shown(world: World, path: str, key: str) -> JSONResponse:
    with world.state.transaction() as db:
        rows = db.execute("SELECT order_id FROM desk_order WHERE path = ? AND attempt_id = ?", (path, key)).fetchall()
    if rows and world.faults.take(VENDORS[path], {FaultKind.LAGGING_LIST}):
        rows = []
    return JSONResponse({"items": [{"id": row["order_id"], "status": "accepted"} for row in rows]})


def _facts_of(body: bytes) -> dict[str, str] | None:
    try:
        facts = json.loads(body)["facts"]
    except (ValueError, KeyError, TypeError):
        return None
    if not isinstance(facts, dict) or not all(isinstance(value, str) for value in facts.values()):
        return None
    return facts
