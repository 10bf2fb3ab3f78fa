"""Setting up: `migrate` and `deploy`."""

from typing import Annotated, Literal

import typer

from deployments.cli.at_hand import at_hand, make_ready
from deployments.cli.failing import CommandFailed
from deployments.cli.showing import JsonFlag, show
from deployments.settings import Settings
from ledger.portfolios import portfolio_names
from ledger.standing import Standing

DID = {
    Standing.READY: "was in its newest shape already; nothing was changed",
    Standing.ABSENT: "was made",
    Standing.NOT_MIGRATED: "was brought to its newest shape",
}


def migrate(as_json: JsonFlag = False) -> None:
    """Make the ledger, or bring it to the newest shape. Repeating it changes nothing."""
    before = make_ready(Settings())
    did = DID[before.standing]
    show({"ledger": before.place, "did": did}, f"The ledger {before.place} {did}.", as_json=as_json)


def deploy(
    pool: Annotated[str, typer.Option(help="The work pool to register the flows on.")] = "journeys",
    pool_type: Annotated[
        Literal["journey", "process"], typer.Option(help="Which worker will serve a pool that is made now.")
    ] = "journey",
    as_json: JsonFlag = False,
) -> None:
    """Register every flow with Prefect, with the schedules of every portfolio. Repeating it changes nothing."""
    with at_hand() as there, there.ledger.reading() as session:
        portfolios, purges = portfolio_names(session), there.settings.retention_purges
    # Prefect and the flows take a second to import, which no other command should wait for.
    from deployments.prefect_checks import api_trouble  # noqa: PLC0415
    from deployments.register import register, registered_limits  # noqa: PLC0415

    if trouble := api_trouble():
        raise CommandFailed(trouble.says, remedy=trouble.do)
    names = register(pool=pool, pool_type=pool_type, portfolios=portfolios, purges=purges)
    limits = registered_limits()
    worker = f"prefect worker start --type {pool_type} --pool {pool}"
    show(
        {
            "pool": pool,
            "pool_type": pool_type,
            "portfolios": portfolios,
            "deployments": names,
            "limits": limits,
            "worker": worker,
        },
        f"Registered {len(names)} deployments on work pool '{pool}', scheduled for {len(portfolios)} portfolios.",
        _limits_told(limits),
        f"Start a worker with: {worker}",
        as_json=as_json,
    )


def _limits_told(limits: dict[str, int]) -> str:
    if not limits:
        return "This Prefect server knows no global concurrency limits; the ledger keeps the rates without them."
    told = ", ".join(f"{name} {at_once}" for name, at_once in limits.items())
    return f"Requests at a time, to be changed in Prefect: {told}."
