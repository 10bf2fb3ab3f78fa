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
        assert _told(Light.RED) == {"Prefect's deployments": "Run `duecourse deploy`."}
        first, second = bare.answer("deploy"), bare.answer("deploy")
        assert first == second
        assert first["portfolios"] == ["cards"]
        assert _told(Light.RED) == {
            "Prefect's worker": "Start one with `prefect worker start --type journey --pool journeys`.",
        }
        with get_client(sync_client=True) as client:
            client.send_worker_heartbeat("journeys", "a worker")
            assert _told(Light.YELLOW) == _told(Light.RED) == {}
            flow = client.read_flow_by_name("payment_intake")
            client.create_deployment(flow_id=flow.id, name="payments", work_pool_name="journeys")
        assert _told(Light.YELLOW) == {"Prefect's deployments": "Run `duecourse deploy`."}
        bare.answer("deploy")
        assert _told(Light.YELLOW) == _told(Light.RED) == {}
    assert set(_told(Light.RED)) == {"Prefect's API"}


def _told(light: Light) -> dict[str, str]:
    return {finding.about: finding.do for finding in prefect_findings() if finding.light is light}
