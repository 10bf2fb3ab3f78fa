"""What a worker loads: the flows, with the surroundings of this machine's settings around them."""

from deployments.settings import Settings
from deployments.wiring import surroundings_of
from flows.effectiveness_report import effectiveness_report
from flows.evidence_roots import evidence_roots
from flows.loan_journey import loan_journey
from flows.payment_intake import payment_intake
from flows.portfolio_intake import portfolio_intake
from flows.promise_review import promise_review
from flows.reconcile_attempts import reconcile_attempts
from flows.repair_journeys import repair_journeys
from flows.retention import retention
from flows.wake_journeys import wake_journeys
from tasks.nudge import nudge
from tasks.surroundings import surround

surround(lambda: surroundings_of(Settings()))

FLOWS = (
    loan_journey,
    portfolio_intake,
    payment_intake,
    promise_review,
    reconcile_attempts,
    repair_journeys,
    wake_journeys,
    effectiveness_report,
    retention,
    evidence_roots,
)


def wake_ups() -> int:
    """What the journey worker does between two looks: move the runs of woken journeys to now."""
    return nudge()
