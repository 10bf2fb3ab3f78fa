"""One sandbox a module, over real HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import pytest

from connectors.http_transport import outbound
from simulation.sandbox.control import FaultKind
from simulation.sandbox.remote import SandboxRemote
from simulation.sandbox.serving import serving
from simulation.sandbox.settings import SandboxSettings

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox: its address and its control plane."""

    url: str
    remote: SandboxRemote

    def requests_to(self, vendor: str) -> int:
        return self.remote.health().requests.get(vendor, 0)

    def accepts_of(self, attempt_id: str) -> int:
        return sum(accept.attempt_id == attempt_id for accept in self.remote.accepts().accepts)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox of the module's own, stopped at its end."""
    settings = SandboxSettings(state=tmp_path_factory.mktemp("sandbox") / "state.db", clock=lambda: NOW)
    with serving(settings) as url, SandboxRemote(url) as remote:
        yield Sandbox(url=url, remote=remote)


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    """A client as the connectors use it."""
    with outbound(read_seconds=10) as client:
        yield client


@dataclass(frozen=True, slots=True)
class Clients:
    """A patient client, and an impatient one for vendors that never answer."""

    patient: httpx.Client
    impatient: httpx.Client

    def for_fault(self, kind: FaultKind) -> httpx.Client:
        return self.impatient if kind in {FaultKind.TIMEOUT_BEFORE, FaultKind.TIMEOUT_AFTER} else self.patient


@pytest.fixture
def clients(http: httpx.Client) -> Iterator[Clients]:
    """Both kinds of client."""
    with outbound(read_seconds=0.4) as impatient:
        yield Clients(patient=http, impatient=impatient)


@pytest.fixture
def pauses() -> list[float]:
    """The pauses of the retry policy, noted and not slept."""
    return []
