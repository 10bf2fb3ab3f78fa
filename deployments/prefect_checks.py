"""Looking at Prefect: does its API answer, are the flows registered, does a worker ask for runs?"""

from collections.abc import Sequence

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import WorkerStatus
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, get_current_settings, temporary_settings

from deployments.finding import Finding, Light
from deployments.house import HOUSE
from deployments.reaching import cannot_reach
from deployments.schedules import DEPLOYMENTS, Planned

API = "Prefect's API"
REGISTERED = "Prefect's deployments"
WORKER = "Prefect's worker"
ANSWERS_WITHIN_SECONDS = 5.0
MOST_WORKERS = 200


def prefect_findings() -> list[Finding]:
    """What is in order with Prefect and what is not. Only the first trouble is told where the others follow from it."""
    trouble = api_trouble()
    if trouble is not None:
        return [trouble]
    url = get_current_settings().api.url
    # A doctor does not wait for what is silent, as a worker should.
    with (
        temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}),
        get_client(sync_client=True, httpx_settings={"timeout": ANSWERS_WITHIN_SECONDS}) as client,
    ):
        if client.api_healthcheck() is not None:
            return [
                Finding(Light.RED, API, f"what listens at {url} is not a healthy Prefect server", "Look at its log.")
            ]
        answers = Finding(Light.GREEN, API, f"answers at {url}")
        return [answers, *_registered(client)]


def api_trouble() -> Finding | None:
    """Why Prefect cannot be asked at all; None when it can."""
    url = get_current_settings().api.url
    if url is None:
        remedy = "Start it with `prefect server start`, and set PREFECT_API_URL=http://127.0.0.1:4200/api."
        return Finding(Light.RED, API, "PREFECT_API_URL is not set", remedy)
    if reason := cannot_reach(url):
        return Finding(Light.RED, API, reason, "Start it with `prefect server start`, or mend PREFECT_API_URL.")
    return None


def _registered(client: SyncPrefectClient) -> list[Finding]:
    found = [(planned, _deployment(client, planned)) for planned in DEPLOYMENTS]
    missing = [_full_name(planned) for planned, deployment in found if deployment is None]
    if missing:
        return [Finding(Light.RED, REGISTERED, f"not registered: {', '.join(missing)}", "Run `duecourse deploy`.")]
    there = [(planned, deployment) for planned, deployment in found if deployment is not None]
    pools = sorted({deployment.work_pool_name for _, deployment in there if deployment.work_pool_name})
    return [_in_the_house(there), *(_polled(client, pool) for pool in pools)]


def _in_the_house(found: Sequence[tuple[Planned, DeploymentResponse]]) -> Finding:
    astray = [
        _full_name(planned)
        for planned, deployment in found
        if (planned.queue == HOUSE) != (deployment.work_queue_name == HOUSE)
    ]
    if astray:
        says = f"on the wrong side of work queue '{HOUSE}', in the journeys' way or behind them: {', '.join(astray)}"
        return Finding(Light.YELLOW, REGISTERED, says, "Run `duecourse deploy`.")
    return Finding(Light.GREEN, REGISTERED, f"all {len(found)} are registered")


def _full_name(planned: Planned) -> str:
    return f"{planned.flow}/{planned.name}"


def _deployment(client: SyncPrefectClient, planned: Planned) -> DeploymentResponse | None:
    try:
        return client.read_deployment_by_name(_full_name(planned))
    except ObjectNotFound:
        return None


def _polled(client: SyncPrefectClient, pool: str) -> Finding:
    # The server asks for both numbers, which the client would leave empty.
    workers = client.read_workers_for_work_pool(pool, offset=0, limit=MOST_WORKERS)
    online = [worker for worker in workers if worker.status is WorkerStatus.ONLINE]
    if online:
        return Finding(Light.GREEN, WORKER, f"{len(online)} on work pool '{pool}'")
    kind = client.read_work_pool(pool).type
    remedy = f"Start one with `prefect worker start --type {kind} --pool {pool}`."
    return Finding(Light.RED, WORKER, f"nobody asks for runs of work pool '{pool}'", remedy)
