"""What a journey waits for, in words."""

from datetime import datetime
from zoneinfo import ZoneInfo

from domain.journey import WaitingFor
from ledger.timelines import JourneyOnFile
from policy.compliance.places import day_and_hour_in
from reports.figures import words
from reports.timeline_lines import local

WAITS_FOR: dict[WaitingFor, str] = {
    WaitingFor.TIME: "its time",
    WaitingFor.CALLBACK: "somebody to call",
    WaitingFor.VERIFICATION: "somebody to check the contact points",
    WaitingFor.VISIT: "a visit",
    WaitingFor.LEGAL: "the lawyer",
    WaitingFor.AGENCY: "the agency",
    WaitingFor.PROMISE: "the day of a promise",
    WaitingFor.ARRANGEMENT: "the next instalment",
    WaitingFor.HOLD: "the end of a hold",
}


def waits(waiting_for: str | None, *, due_at: datetime | None) -> str:
    """What an open journey waits for; due_at: when it is looked at next, None while a run holds it."""
    if due_at is None:
        return "nothing, it is being carried out"
    return WAITS_FOR[WaitingFor(waiting_for)] if waiting_for else "its first turn"


def stands(journey: JourneyOnFile, *, timezone: str) -> str:
    """How a journey stands, and until when on the borrower's clock."""
    if journey.closed_at is not None:
        return f"Closed on {local(journey.closed_at, timezone)}: {words(journey.closing_reason or '')}."
    what = waits(journey.waiting_for, due_at=journey.due_at)
    until = f", looked at next {day_and_hour_in(journey.due_at, ZoneInfo(timezone))}" if journey.due_at else ""
    return f"Waits for {what}{until}."
