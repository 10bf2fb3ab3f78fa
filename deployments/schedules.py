"""When each flow runs by itself (cron times in UTC)."""

from dataclasses import dataclass
from datetime import timedelta

from prefect.client.schemas.schedules import SCHEDULE_TYPES, CronSchedule, IntervalSchedule

from deployments.house import HOUSE


@dataclass(frozen=True, slots=True)
class Planned:
    """A deployment: its flow's name, its own name, and when it runs (never by itself when there is no schedule).

    removes: its flow has a dry run, which is all that runs by itself unless the lender has turned removals on.
    stock_only: a journey worker does the same without any run, so that only a stock worker needs the schedule.
    queue: the work queue of its runs; None is the pool's own, where the journeys are and nothing else.
    """

    flow: str
    name: str
    schedule: SCHEDULE_TYPES | None = None
    per_portfolio: bool = False
    removes: bool = False
    stock_only: bool = False
    queue: str | None = HOUSE


DEPLOYMENTS = (
    Planned("loan_journey", "journey", queue=None),
    Planned("portfolio_intake", "intake", CronSchedule(cron="0 5 * * *"), per_portfolio=True),
    Planned("payment_intake", "payments", CronSchedule(cron="*/15 * * * *"), per_portfolio=True),
    Planned("promise_review", "promises", CronSchedule(cron="30 6 * * *")),
    Planned("reconcile_attempts", "reconcile", IntervalSchedule(interval=timedelta(minutes=1))),
    Planned("repair_journeys", "repair", IntervalSchedule(interval=timedelta(minutes=5))),
    Planned("wake_journeys", "wake", IntervalSchedule(interval=timedelta(minutes=1)), stock_only=True),
    Planned("effectiveness_report", "report", CronSchedule(cron="0 7 1 * *"), per_portfolio=True),
    Planned("evidence_roots", "roots", CronSchedule(cron="10 0 * * *")),
    Planned("retention", "retention", CronSchedule(cron="0 4 2 * *"), removes=True),
)
