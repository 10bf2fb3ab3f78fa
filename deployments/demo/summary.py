"""The demo's result as plain data: the ledger's figures beside those of the sandbox and of Prefect."""

from collections.abc import Mapping
from typing import Any

from prefect.client.orchestration import get_client

from domain.journey import ClosingReason
from domain.money import minor_from_millis
from ledger.database import Ledger
from ledger.invariants import broken
from ledger.totals import totals
from simulation.sandbox.remote import SandboxRemote


def summary(
    ledger: Ledger, sandbox: SandboxRemote, *, reconciles: bool, seconds: float, restarts: int, seed: int
) -> dict[str, Any]:
    """Count everything once more, from its own source."""
    with ledger.reading() as session:
        counted = totals(session)
        problems = broken(session)
    accepts = sandbox.accepts()
    closed = {reason.value for reason in ClosingReason}
    with get_client(sync_client=True) as client:
        flow_runs = client.count_flow_runs()
    return {
        "loans": counted.loans,
        "journeys": {
            "by_state": {
                "open": counted.open_journeys,
                "closed": sum(counted.journeys.values()) - counted.open_journeys,
            },
            "by_waiting_for": {k: v for k, v in counted.journeys.items() if k not in closed},
            "by_closing_reason": {k: v for k, v in counted.journeys.items() if k in closed},
        },
        "steps": counted.steps,
        "attempts": counted.accepted,
        "attempts_made": counted.attempts,
        "sandbox_accepts": accepts.by_channel,
        "accepts_agree": _agree(counted.accepted, accepts.by_channel, unknown=counted.unknown),
        "unknown": counted.unknown,
        "duplicates": len(accepts.duplicates),
        "prefect_flow_runs": flow_runs,
        "recovered_minor": counted.recovered_minor,
        "reversals_minor": counted.reversed_minor,
        "cost_minor": minor_from_millis([counted.cost_millis])[0],
        "reconciles": reconciles,
        "invariants_broken": problems,
        "restarts": restarts,
        "seed": seed,
        "seconds": round(seconds, 1),
    }


def _all(counts: Mapping[str, int]) -> int:
    return sum(counts.values())


def _agree(ledger: Mapping[str, int], sandbox: Mapping[str, int], *, unknown: int) -> bool:
    """Whether both saw the same contacts; an attempt of unknown fate may be in the sandbox's log only."""
    more = [sandbox.get(channel, 0) - ledger.get(channel, 0) for channel in {*ledger, *sandbox}]
    return all(m >= 0 for m in more) and sum(more) <= unknown
