"""Serves a sandbox on a loopback port: from this process's own thread, or as the whole process."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from simulation.sandbox.application import create_sandbox
from simulation.sandbox.settings import SandboxSettings

HOST = "127.0.0.1"
KEEP_ALIVE_SECONDS = 75  # longer than any client of ours keeps a connection
SHUTDOWN_SECONDS = 1


def serve(settings: SandboxSettings, *, port: int) -> None:
    """Serve until the process is told to stop."""
    uvicorn.Server(_config(settings, port=port)).run()


@contextmanager
def serving(settings: SandboxSettings) -> Iterator[str]:
    """Serve from a thread on a free port; yields the address, and stops at the end."""
    # The protocol is named, because asyncio sets TCP_NODELAY only then; without it each answer takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind((HOST, 0))
    server = _Served(_config(settings, port=listener.getsockname()[1]))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="sandbox", daemon=True)
    thread.start()
    try:
        server.up.wait(timeout=20)
        yield f"http://{HOST}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        listener.close()


class _Served(uvicorn.Server):
    """A server that says when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.up.set()


def _config(settings: SandboxSettings, *, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        create_sandbox(settings),
        host=HOST,
        port=port,
        ws="none",
        access_log=False,  # addresses hold numbers
        log_level="critical",  # an answer that was broken off on request is no error
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
