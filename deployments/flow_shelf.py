"""The flows that a worker has loaded: one import per deployment, however many runs it has."""

import sys
import threading
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.responses import DeploymentResponse
from prefect.flows import load_flow_from_entrypoint

from deployments.prefect_private import settle_results


class FlowNotLoadable(Exception):
    """The deployment's flow cannot be loaded by this worker; the rest of the message says why."""


class FlowShelf:
    """Flows by deployment, loaded on first use and kept; safe to use from several threads.

    A deployment that could not be loaded is tried again the next time. A deployment whose code has changed is seen when
    the worker starts again, as with any long-running Python process.
    """

    def __init__(self) -> None:
        self._flows: dict[UUID, Flow[..., Any]] = {}
        # One import at a time: two threads that import the same file would make two different flows of it.
        self._importing = threading.Lock()

    def take(self, deployment_id: UUID, *, client: SyncPrefectClient) -> Flow[..., Any]:
        """The flow of that deployment. Raises `FlowNotLoadable`, and what the client raises when Prefect is away."""
        flow = self._flows.get(deployment_id)
        if flow is not None:
            return flow
        with self._importing:
            if deployment_id not in self._flows:
                self._flows[deployment_id] = settle_results(_load(client.read_deployment(deployment_id)))
            return self._flows[deployment_id]


def _load(deployment: DeploymentResponse) -> Flow[..., Any]:
    if not deployment.entrypoint:
        raise FlowNotLoadable(f"Deployment {deployment.name!r} has no entrypoint.")
    entrypoint = _resolved(deployment.entrypoint, deployment=deployment)
    try:
        flow: Flow[..., Any] = load_flow_from_entrypoint(entrypoint, use_placeholder_flow=False)
    except BaseException as error:  # code that is imported may raise anything, SystemExit included
        raise FlowNotLoadable(
            f"The flow {deployment.entrypoint!r} cannot be loaded: {type(error).__name__}: {error}"
        ) from error
    if flow.isasync or flow.isgenerator:
        raise FlowNotLoadable(
            f"The flow {deployment.entrypoint!r} is async or a generator; a journey worker runs plain functions."
            " Deploy it to a work pool of type 'process'."
        )
    return flow


def _resolved(entrypoint: str, *, deployment: DeploymentResponse) -> str:
    """A module path as it is; a `file.py:flow` with its file made absolute, from the deployment's own directory."""
    if ":" not in entrypoint:
        # The `prefect` command does not look for modules in the directory that it is started in; a person expects it.
        if (here := str(Path.cwd())) not in sys.path:
            sys.path.append(here)
        return entrypoint
    file, _, name = entrypoint.rpartition(":")
    base = Path(deployment.path) if deployment.path else Path.cwd()
    for step in deployment.pull_steps or []:
        for kind, inputs in step.items():
            if not kind.endswith("set_working_directory"):
                raise FlowNotLoadable(
                    f"Deployment {deployment.name!r} fetches its code ({kind.rpartition('.')[2]}); a journey worker"
                    " runs code that is installed beside it."
                )
            base = Path(inputs["directory"])
    return f"{base / file}:{name}"
