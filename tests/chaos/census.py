"""Comparing the sandbox's own accept log with the ledger: who was written to twice, and what was forgotten."""

from collections import Counter
from datetime import datetime
from typing import Any

from sqlmodel import select

from domain.attempt import REACHED_VENDOR, AttemptState
from domain.journey import JourneyState
from domain.work_item import WorkKind, WorkState
from ledger import invariants
from ledger.evidence.checking import check
from ledger.evidence.flaw import What
from ledger.tables.attempt import AttemptRow
from ledger.tables.journey import JourneyRow
from ledger.tables.work_item import WorkItemRow
from simulation.sandbox.control import Accepts
from tests.chaos.compare import compare, in_words
from tests.chaos.house import SANDBOX_FILE, House
from tests.ledger.lender import Lender

TOOK_IT = {state.value for state in REACHED_VENDOR}


def count(lender: Lender, accepts: Accepts, *, now: datetime, moving: bool = True) -> dict[str, Any]:
    """What a ledger and a log say of each other, as `Tally.add` takes it.

    moving: every open journey must have something to wait for.
    """
    with lender.ledger.reading() as session:
        attempts = {row.id: row for row in session.exec(select(AttemptRow)).all()}
        journeys = session.exec(select(JourneyRow)).all()
        asked = {
            row.attempt_id
            for row in session.exec(select(WorkItemRow)).all()
            if row.kind == WorkKind.RECONCILE_ATTEMPT.value and row.state != WorkState.DONE.value
        }
        broken = invariants.broken(session)
    flaws = [f for f in check(lender.ledger, keys={}).flaws if f.what is not What.ROOT_UNSIGNED]
    per_step = Counter[tuple[str, str, int]]()
    lost, amiss = 0, []
    for accept in accepts.accepts:
        row = attempts.get(accept.attempt_id)
        if row is None:
            lost += 1
            continue
        per_step[row.journey_id, row.rung, row.turn_no] += 1
        if row.state not in TOOK_IT and row.state != AttemptState.UNKNOWN.value:
            lost += 1
    accepted = {accept.attempt_id for accept in accepts.accepts}
    invented = [
        row.id
        for row in attempts.values()
        if row.state in TOOK_IT and row.vendor != "vendor" and row.id not in accepted
    ]
    sending = [row.id for row in attempts.values() if row.state == AttemptState.SENDING.value]
    still = [
        row.id
        for row in journeys
        if moving and row.state == JourneyState.OPEN.value and (row.due_at is None or row.due_at <= now)
    ]
    for name, ids in {"invented": invented, "still sending": sending, "standing still": still}.items():
        amiss += [f"{name}: {len(ids)}"] if ids else []
    amiss += [f"invariant broken: {name}" for name in broken]
    amiss += [f"evidence: {flaw.what.value} {flaw.says}" for flaw in flaws[:3]]
    unknown = [row for row in attempts.values() if row.state == AttemptState.UNKNOWN.value]
    why = Counter(
        f"{row.action}: a person is asked" if row.id in asked else f"{row.action}: nobody is asked" for row in unknown
    )
    amiss += [f"{reason}: {number}" for reason, number in why.items() if reason.endswith("nobody is asked")]
    return {
        "lost": lost,
        "duplicates": sum(number - 1 for number in per_step.values() if number > 1),
        "unknown_why": dict(why),
        "amiss": amiss,
    }


def agreed(house: House, found: dict[str, Any]) -> dict[str, Any]:
    """What was found, and what an auditor who knows nothing of the product finds amiss in the two databases."""
    told = compare(house.ledger_url, house.folder / SANDBOX_FILE)
    return {**found, "amiss": [*found["amiss"], *(f"the auditor says: {line}" for line in in_words(told))]}
