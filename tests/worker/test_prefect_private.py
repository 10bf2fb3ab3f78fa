"""Every private name of Prefect's that we lean on, as we lean on it: a Prefect that changes one fails here first."""

import inspect
import re
from pathlib import Path

import pytest
from prefect import flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.context import SyncClientContext
from prefect.flow_engine import FlowRunEngine, _flow_parameters, run_flow_sync
from prefect.results import _get_default_persist_result, _get_default_result_storage
from prefect.utilities.engine import propose_state_sync
from prefect.workers.base import BaseWorker

from deployments.journey_worker import JourneyWorker


def parameters(function: object) -> list[str]:
    """The names of a callable's parameters."""
    assert callable(function)
    return list(inspect.signature(function).parameters)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (_flow_parameters, ["flow", "flow_run", "parameters"]),
        (_get_default_persist_result, []),
        (_get_default_result_storage, []),
        (propose_state_sync, ["client", "state", "flow_run_id", "force"]),
        (FlowRunEngine.setup_flow_run_suspension_request, ["self"]),
        (FlowRunEngine.call_flow_fn, ["self"]),
        (FlowRunEngine.run_context, ["self"]),
        (FlowRunEngine.start, ["self"]),
        (SyncPrefectClient.read_flow_run, ["self", "flow_run_id"]),
        (
            SyncPrefectClient.__init__,
            ["self", "api", "auth_string", "api_key", "api_version", "httpx_settings", "server_type"],
        ),
        (SyncClientContext.__init__, ["self", "httpx_settings"]),
        (BaseWorker.get_and_submit_flow_runs, ["self"]),
        (BaseWorker.is_worker_still_polling, ["self", "query_interval_seconds"]),
        (BaseWorker.start, ["self", "run_once", "with_healthcheck", "printer"]),
    ],
    ids=lambda value: getattr(value, "__qualname__", ""),
)
def test_takes_what_we_give_it(function: object, expected: list[str]) -> None:
    """Same parameters, same order."""
    assert parameters(function) == expected


def test_the_engine_is_driven_as_prefect_drives_it() -> None:
    """`run_leanly` repeats the four lines of `run_flow_sync`; they are still those four."""
    source = inspect.getsource(run_flow_sync)
    lines = [
        "with engine.start():",
        "while engine.is_running():",
        "with engine.run_context():",
        "engine.call_flow_fn()",
    ]
    assert [line.strip() for line in source.splitlines() if line.strip() in lines] == lines


def test_the_engine_starts_no_heartbeat_where_there_is_no_frequency() -> None:
    """The heartbeat is asked of the property that we override, and None means none."""
    assert "engine.heartbeat_seconds" in inspect.getsource(inspect.getmodule(FlowRunEngine))  # type: ignore[arg-type]
    assert isinstance(inspect.getattr_static(FlowRunEngine, "heartbeat_seconds"), property)


def test_the_engine_reports_version_and_policy_as_we_expect_to_leave_out() -> None:
    """`LaneClient.update_flow_run` recognises that one request by its keyword arguments."""
    source = inspect.getsource(FlowRunEngine.initialize_run)
    report = source[source.index("self.client.update_flow_run(") :].split("\n\n")[0]
    assert [part.split("=")[0].strip() for part in report.splitlines() if "=" in part] == [
        "flow_run_id",
        "flow_version",
        "empirical_policy",
    ]


@flow
def sample() -> None:
    """A flow without any settings."""


def test_a_flow_keeps_its_result_settings_where_we_settle_them() -> None:
    """The attributes that the engine reads per run."""
    assert (sample.result_storage, sample.persist_result) == (None, None)


def test_a_run_that_was_just_fetched_is_not_read_again() -> None:
    """The first reading of a running run is answered by the worker and counts the start; later ones by the server."""
    assert {"run_count", "state", "flow_version", "empirical_policy"} <= FlowRun.model_fields.keys()
    assert "client.read_flow_run(self.flow_run.id)" in inspect.getsource(FlowRunEngine.setup_run_context)


def test_the_worker_overrides_promised_methods_only() -> None:
    """No underscored method of Prefect's base class is replaced by one of ours."""
    prefects = {name for name in vars(BaseWorker) if name.startswith("_") and not name.startswith("__")}
    assert prefects & vars(JourneyWorker).keys() <= {"_abc_impl"}


@pytest.mark.parametrize("folder", ["deployments", "flows", "tasks"])
def test_every_private_import_stands_on_one_page(folder: str) -> None:
    """What Prefect names with an underscore is imported by `deployments/prefect_private.py` alone."""
    private = re.compile(r"from prefect(\.\w+)*\._\w+|from prefect[\w.]* import [^\n]*\b_\w+|prefect\.[\w.]*\b_[a-z]")
    guilty = [
        str(file)
        for file in Path(__file__).parents[2].joinpath(folder).rglob("*.py")
        if file.name != "prefect_private.py" and private.search(file.read_text(encoding="utf-8"))
    ]
    assert guilty == []
