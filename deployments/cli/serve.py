"""Serving: `console` for vendors, borrowers and staff, `sandbox` for the pretend vendors."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from deployments.cli.at_hand import at_hand
from deployments.cli.failing import CommandFailed
from deployments.cli.showing import screen
from deployments.clock import machine_now
from deployments.settings import HOME, Settings

LOOPBACK = frozenset({"127.0.0.1", "localhost"})
CONSOLE_PORT = 8027


def console(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = CONSOLE_PORT,
) -> None:
    """Serve what vendors post receipts to, and the page on which borrowers stop messages. Ctrl-C ends it.

    Where DUECOURSE_CONSOLE_TOKEN is set, staff sign in with it at /staff/ and read journeys, answers and packs.
    """
    with at_hand() as there:
        settings = there.settings
    # The web server takes a while to import, which no other command should wait for.
    from deployments.serving import serve_console  # noqa: PLC0415

    screen(stderr=True).print(
        f"The console listens on http://{host}:{port}; vendors reach it at {settings.public_url}."
    )
    if settings.console_token:
        screen(stderr=True).print(f"Staff sign in at http://{host}:{port}/staff/.")
    serve_console(settings, host=host, port=port)


def sandbox(
    state: Annotated[Path, typer.Option(help="The file that keeps what it accepted.")] = HOME / "sandbox.db",
    seed: Annotated[int, typer.Option(help="The pretend borrowers' chance.")] = 1,
) -> None:
    """Serve the pretend vendors where DUECOURSE_SANDBOX_URL says. Nothing sent there reaches anybody."""
    settings = Settings()
    address = urlsplit(settings.sandbox_url)
    if address.scheme != "http" or address.hostname not in LOOPBACK or not address.port:
        remedy = "Set DUECOURSE_SANDBOX_URL to a port of this machine, such as http://127.0.0.1:8026."
        raise CommandFailed(f"the sandbox cannot be served at {settings.sandbox_url}", remedy=remedy)
    from simulation.sandbox.serving import serve  # noqa: PLC0415 - as for the console
    from simulation.sandbox.settings import SandboxSettings  # noqa: PLC0415

    state.parent.mkdir(parents=True, exist_ok=True)
    screen(stderr=True).print(f"The sandbox listens on {settings.sandbox_url}; Ctrl-C ends it.")
    serve(
        SandboxSettings(state=state, clock=machine_now, seed=seed, callback_base=settings.public_url),
        port=address.port,
    )
