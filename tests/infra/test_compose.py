"""The parts fit together: safe by default, healthy before others lean on them, and no door left open."""

import re
from typing import Any

import pytest

from deployments.prefect_server import TUNED_SETTINGS
from tests.infra.files import INFRA, compose, runs_once, services

OURS = [name for name, service in services().items() if service["image"].startswith("duecourse:")]
EVERY = list(services())
LASTING = [name for name, service in services().items() if not runs_once(service)]


def test_the_parts_are_those_of_the_page() -> None:
    """A part that the page does not speak of is one that nobody runs well."""
    page = (INFRA / "README.md").read_text(encoding="utf-8")
    assert [name for name in EVERY if f"`{name}`" not in page] == []
    assert set(EVERY) - set(LASTING) == {"prefect-migrate", "ledger-migrate", "deploy"}


@pytest.mark.parametrize("name", EVERY)
def test_images_are_pinned(name: str) -> None:
    """A tag with a number; never the newest of whatever there is."""
    image = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", services()[name]["image"])
    assert re.fullmatch(r"[a-z]+:\d+\.\d+[\w.-]*", image)


@pytest.mark.parametrize("name", LASTING)
def test_what_lasts_tells_its_health_and_is_started_again(name: str) -> None:
    """A part that hangs is seen, and one that dies comes back."""
    service = services()[name]
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] == "CMD"
    assert {"interval", "timeout", "retries"} <= set(service["healthcheck"])


@pytest.mark.parametrize("name", EVERY)
def test_nothing_is_privileged_and_everything_has_a_limit(name: str) -> None:
    """No part may take the machine over, by right or by appetite."""
    service = services()[name]
    assert not {"privileged", "network_mode", "pid", "ipc", "cap_add", "devices"} & set(service)
    assert "docker.sock" not in str(service)
    assert {"cpus", "memory"} <= set(service["deploy"]["resources"]["limits"])


@pytest.mark.parametrize("name", OURS)
def test_our_own_parts_can_write_nothing_and_gain_nothing(name: str) -> None:
    """Whoever breaks into one finds a file system that cannot be changed and no rights to gain."""
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_only_two_ports_are_open_and_only_to_this_machine() -> None:
    """Databases have none; pages and webhooks stand behind a proxy."""
    ports = {name: service["ports"] for name, service in services().items() if "ports" in service}
    assert set(ports) == {"prefect-server", "console"}
    assert all(port.startswith("127.0.0.1:") for opened in ports.values() for port in opened)


def test_databases_and_queue_have_no_way_out() -> None:
    """They stand on networks that lead nowhere."""
    internal = {name for name, network in compose()["networks"].items() if network.get("internal")}
    assert set(services()["postgres"]["networks"]) <= internal
    assert set(services()["redis"]["networks"]) <= internal
    queue = {name for name, service in services().items() if "queue" in service["networks"]}
    assert queue == {"redis", "prefect-server", "prefect-services"}


def test_secrets_come_in_files() -> None:
    """No password, token or key stands in a variable of the compose file."""
    for service in services().values():
        for name, value in service.get("environment", {}).items():
            is_path = str(value).startswith("/run/secrets/")
            assert is_path or not re.search(r"PASSWORD|TOKEN|AUTH|API_KEY|CONNECTION_URL|LEDGER_URL", name), name
            assert not re.search(r"//[^/\s]*:[^/\s]*@", str(value)), name


def test_every_secret_is_made_and_used() -> None:
    """The files that services ask for are the ones that the script makes."""
    asked = {secret for service in services().values() for secret in service.get("secrets", [])}
    assert asked == set(compose()["secrets"])
    assert {name: secret["file"] for name, secret in compose()["secrets"].items()} == {
        name: f"secrets/{name}" for name in asked
    }


def test_nobody_leans_on_what_is_not_ready() -> None:
    """Migrations come first, and whoever waits does so for health or for an end."""
    for name, service in services().items():
        for other, how in service.get("depends_on", {}).items():
            wanted = "service_completed_successfully" if runs_once(services()[other]) else "service_healthy"
            assert how["condition"] == wanted, f"{name} on {other}"
    assert _leans_on("prefect-server") >= {"prefect-migrate", "redis", "postgres"}
    assert _leans_on("prefect-services") >= {"prefect-migrate", "redis", "postgres"}
    assert _leans_on("journey-worker") >= {"deploy", "prefect-server", "ledger-migrate", "postgres"}
    assert _leans_on("console") >= {"ledger-migrate", "postgres"}


def test_both_halves_of_the_server_are_set_up_alike_and_tuned_as_measured() -> None:
    """The production settings of Prefect's self-hosting documentation, and the figures of our own measurements."""
    server: dict[str, Any] = services()["prefect-server"]["environment"]
    half: dict[str, Any] = services()["prefect-services"]["environment"]
    assert {name: value for name, value in server.items() if name != "PREFECT_SERVER_UI_API_URL"} == half
    tuned = {name: value for name, value in TUNED_SETTINGS.items() if name.startswith("PREFECT_")}
    assert {name: half.get(name) for name in tuned} == tuned
    assert half["PREFECT_SERVER_DATABASE_MIGRATE_ON_START"] == "false"
    assert half["PREFECT_SERVER_DOCKET_URL"].startswith("redis://redis:")
    assert half["PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED"] == "events,flow_runs"


def test_a_stopping_worker_is_given_the_time_that_it_gives_its_runs() -> None:
    """The engine's patience is longer than the worker's own."""
    worker = services()["journey-worker"]
    grace = float(worker["environment"]["DUECOURSE_WORKER_GRACE_SECONDS"])
    assert float(worker["stop_grace_period"].removesuffix("s")) >= 2 * grace


def _leans_on(name: str) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        leaned_on = set(services()[waiting.pop()].get("depends_on", {})) - found
        found |= leaned_on
        waiting.extend(leaned_on)
    return found
