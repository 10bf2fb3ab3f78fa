"""Registering the flows on a work pool: doing it again changes nothing, and brings everything back after a loss."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, GlobalConcurrencyLimitCreate, WorkPoolCreate
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound, PrefectHTTPStatusError
from prefect.utilities.callables import parameter_schema

from deployments.entries import FLOWS
from deployments.house import ensure_house
from deployments.rates import CHANNELS
from deployments.schedules import DEPLOYMENTS, Planned
from tasks.limits import limit_named, registered_at

ENTRIES = "deployments.entries"
JOURNEY = "journey"


def register(
    *, pool: str, pool_type: str, portfolios: Sequence[str], with_schedules: str = "yes", purges: str = "no"
) -> list[str]:
    """Make sure of the work pool, the house's queue, every deployment and the limits; returns the deployments' names.

    pool_type: `journey` for the journey worker, `process` for the stock one; a pool that is there keeps its own.
    portfolios: those whose intakes and reports are scheduled. with_schedules: `no` leaves starting flows to somebody
    else (a demo does). purges: `yes` schedules removals for real; anything else their dry run.
    """
    flows: dict[str, Flow[..., Any]] = {flow.name: flow for flow in FLOWS}
    with get_client(sync_client=True) as client:
        kind = _ensure_pool(client, pool, pool_type=pool_type)
        ensure_house(client, pool)
        for planned in DEPLOYMENTS:
            schedules = schedules_of(planned, portfolios, kind=kind, purges=purges) if with_schedules == "yes" else []
            _deploy(client, planned, flows[planned.flow], pool=pool, schedules=schedules)
        ensure_limits(client)
    return [f"{planned.flow}/{planned.name}" for planned in DEPLOYMENTS]


def schedules_of(
    planned: Planned, portfolios: Sequence[str], *, kind: str, purges: str
) -> list[DeploymentScheduleCreate]:
    """When a deployment runs by itself on a pool of this kind, and with what: a removal is a dry run unless `purges` is
    `yes`.
    """
    if planned.schedule is None or (planned.stock_only and kind == JOURNEY):
        return []
    if not planned.per_portfolio:
        parameters = {"dry_run": purges != "yes"} if planned.removes else {}
        return [DeploymentScheduleCreate(schedule=planned.schedule, parameters=parameters, slug="always")]
    return [
        DeploymentScheduleCreate(schedule=planned.schedule, parameters={"portfolio": name}, slug=f"portfolio-{index}")
        for index, name in enumerate(portfolios)
    ]


def registered_limits() -> dict[str, int]:
    """What each channel's limit lets out at a time, as it stands in Prefect."""
    with get_client(sync_client=True) as client:
        return ensure_limits(client)


def ensure_limits(client: SyncPrefectClient) -> dict[str, int]:
    """Make sure of a global concurrency limit for every channel; returns what each lets out at a time.

    One that is there is left as it is, because somebody may have set it in Prefect. Empty where the server is too old.
    """
    limits: dict[str, int] = {}
    for channel in sorted(CHANNELS):
        name = limit_named(channel)
        try:
            limits[name] = client.read_global_concurrency_limit_by_name(name).limit
        except ObjectNotFound:
            limits[name] = registered_at(channel)
            try:
                client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name=name, limit=limits[name]))
            except ObjectAlreadyExists:  # somebody else was quicker
                continue
            except PrefectHTTPStatusError:
                return {}
    return limits


def _ensure_pool(client: SyncPrefectClient, pool: str, *, pool_type: str) -> str:
    """The pool's type."""
    try:
        return client.read_work_pool(pool).type
    except ObjectNotFound:
        try:
            return client.create_work_pool(WorkPoolCreate(name=pool, type=pool_type)).type
        except ObjectAlreadyExists:  # a worker that is starting may have been quicker
            return client.read_work_pool(pool).type


def _deploy(
    client: SyncPrefectClient,
    planned: Planned,
    flow: Flow[..., Any],
    *,
    pool: str,
    schedules: list[DeploymentScheduleCreate],
) -> UUID:
    return client.create_deployment(
        flow_id=client.create_flow_from_name(flow.name),
        name=planned.name,
        entrypoint=f"{ENTRIES}.{planned.flow}",
        work_pool_name=pool,
        work_queue_name=planned.queue,
        schedules=schedules,
        description=flow.description,
        tags=["duecourse"],
        parameter_openapi_schema=parameter_schema(flow).model_dump_for_openapi(),
    )
