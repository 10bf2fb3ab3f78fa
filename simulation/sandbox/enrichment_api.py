"""The enrichment desk over HTTP, as connectors/openapi describes it."""

from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from domain.borrower import ContactKind
from simulation.sandbox.control import Told
from simulation.sandbox.desks_api import is_known, problem
from simulation.sandbox.world import World


class Known(Told):
    """The last contact that the lender has."""

    kind: ContactKind
    text: str


class Asked(Told):
    """Who is looked for. Anything more than this is refused: the desk is not to learn of the debt."""

    reference: str
    name: str
    last_known: Known | None
    wanted: tuple[ContactKind, ...]


def enrichment_routes(world: World) -> APIRouter:
    """The one route of the desk."""
    router = APIRouter()

    @router.post("/v1/enrichments")
    async def enrich(request: Request, authorization: Annotated[str, Header()] = "") -> JSONResponse:
        """Say where a person may be found; the same question always has the same answer."""
        if not is_known(world, authorization):
            return problem(401, code="unauthorized", message="unknown token")
        try:
            asked = Asked.model_validate_json(await request.body())
        except ValidationError:
            return problem(400, code="malformed", message="a reference, a name, the last known contact and the kinds")
        if ContactKind.ADDRESS not in asked.wanted or asked.last_known is None:
            return JSONResponse({"candidates": []})
        guesses = await run_in_threadpool(world.people.guesses, asked.last_known.text)
        return JSONResponse(
            {"candidates": [{"kind": "address", "text": g.address, "confidence": g.confidence} for g in guesses]}
        )

    return router
