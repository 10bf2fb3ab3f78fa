"""Puts the sandbox together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from simulation.sandbox.control_api import control_routes
from simulation.sandbox.desks_api import desk_routes
from simulation.sandbox.enrichment_api import enrichment_routes
from simulation.sandbox.faulty_wire import FaultyWire
from simulation.sandbox.loan_book_api import loan_book_routes
from simulation.sandbox.sendgrid_api import sendgrid_routes
from simulation.sandbox.settings import SandboxSettings
from simulation.sandbox.twilio_calls_api import call_routes
from simulation.sandbox.twilio_messages_api import message_routes
from simulation.sandbox.world import open_world


def create_sandbox(settings: SandboxSettings) -> FastAPI:
    """The application; it opens its state file now and closes it when it is shut down."""
    world = open_world(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        world.close()

    app = FastAPI(title="Duecourse sandbox", lifespan=lifespan)
    for routes in (
        message_routes,
        call_routes,
        sendgrid_routes,
        desk_routes,
        enrichment_routes,
        loan_book_routes,
        control_routes,
    ):
        app.include_router(routes(world))
    app.add_middleware(FaultyWire, faults=world.faults, requests=world.requests)
    return app
