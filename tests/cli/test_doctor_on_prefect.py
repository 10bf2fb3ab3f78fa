"""The doctor follows Prefect from an empty server to one that a worker asks for runs, and `deploy` gets it there."""

from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, temporary_settings

from deployments.finding import Light
from deployments.prefect_checks import prefect_findings
from deployments.prefect_server import prefect_server
from tests.cli.stage import Stage


@pytest.mark.slow
def test_deploying_and_starting_a_worker_turns_red_into_green(bare: Stage, tmp_path: Path) -> None:
    """Each red line says what to do next, and doing it helps; deploying twice changes nothing."""
    bare.import_loans()
    with prefect_server(home=tmp_path / "prefect") as server, temporary_settings({PREFECT_API_URL: server.api_url}):
        assert _reds() == {"Prefect's deployments": "Run `duecourse deploy`."}
        first, second = bare.answer("deploy"), bare.answer("deploy")
        assert first == second
        assert first["portfolios"] == ["cards"]
        assert _reds() == {
            "Prefect's worker": "Start one with `prefect worker start --type journey --pool journeys`.",
        }
        with get_client(sync_client=True) as client:
            client.send_worker_heartbeat("journeys", "a worker")
        assert _reds() == {}
    assert set(_reds()) == {"Prefect's API"}


def _reds() -> dict[str, str]:
    return {finding.about: finding.do for finding in prefect_findings() if finding.light is Light.RED}
