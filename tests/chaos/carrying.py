"""Carrying journeys on in a simulated time, over HTTP and as workers do."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import assert_never

from sqlalchemy import func
from sqlmodel import col, or_, select

from connectors.sendgrid_email import LEAVES_AFTER
from domain.action import Action
from domain.journey import JourneyState
from domain.step import Outcome
from ledger.simulated_clock import set_simulated_now, simulated_now
from ledger.tables.journey import JourneyRow
from ledger.turns import JourneyIsBusy, LeaseWasLost, Turn
from policy.next_step import Act, Finish, Wait
from simulation.sandbox.remote import SandboxRefused
from tasks.exchange import exchange
from tasks.reconcile import ask_vendors, give_up_on_dead_runs, go_on_after_breakers
from tasks.sweep import sweep_what_came_in
from tests.chaos.house import House, time_of
from tests.ledger.lender import LEASE, Lender

FIRST_LOOK_SECONDS = LEASE.total_seconds() + 30.0


def move_to(lender: Lender, now: datetime) -> None:
    """Move the simulated time on; somebody else may have moved it further."""
    with lender.ledger.transaction() as session:
        lender.now = max(now, simulated_now(session) or now)
        set_simulated_now(session, lender.now)


def carry_on(lender: Lender, journey: str, *, until: datetime) -> None:
    """Carry one journey on, over HTTP, as a worker does; a hold of a dead run is waited for."""
    fence = 0
    while lender.now <= until:
        try:
            turn = lender.turn(journey, fence=fence)
        except JourneyIsBusy:
            move_to(lender, lender.now + LEASE)
            continue
        fence = turn.fence
        match turn.decision:
            case Act():
                carry_out(lender, turn)
            case Wait(until=due_at):
                if due_at > until:
                    return
                move_to(lender, due_at)
                fence = 0
            case Finish():
                return
            case other:
                assert_never(other)


def carry_all(lender: Lender, *, until: datetime) -> None:
    """Carry every journey on, in the order in which they fall due."""
    fences: dict[str, int] = {}
    while True:
        lender.now = time_of(lender.ledger)
        now = due_journeys(lender)
        if not now:
            following = next_due_at(lender)
            if following is None or following > until:
                return
            move_to(lender, following)
            continue
        is_busy = 0
        for journey in now:
            try:
                turn = lender.turn(journey, fence=fences.get(journey, 0))
            except JourneyIsBusy:
                is_busy += 1
                continue
            fences[journey] = turn.fence
            try:
                if isinstance(turn.decision, Act):
                    carry_out(lender, turn)
                    continue
            except LeaseWasLost:  # another worker took it over
                pass
            fences.pop(journey)
        if is_busy == len(now):
            move_to(lender, lender.now + LEASE)


def due_journeys(lender: Lender) -> list[str]:
    """Ids of the open journeys that are due."""
    is_due = or_(col(JourneyRow.due_at).is_(None), col(JourneyRow.due_at) <= lender.now)
    with lender.ledger.reading() as session:
        return list(
            session.exec(
                select(JourneyRow.id).where(JourneyRow.state == JourneyState.OPEN.value, is_due).order_by(JourneyRow.id)
            ).all()
        )


def next_due_at(lender: Lender) -> datetime | None:
    """When the next open journey falls due; None when none will."""
    with lender.ledger.reading() as session:
        return session.exec(
            select(func.min(JourneyRow.due_at)).where(JourneyRow.state == JourneyState.OPEN.value)
        ).one()


def carry_out(lender: Lender, turn: Turn) -> str | Outcome:
    """Carry out what a turn decided."""
    assert isinstance(turn.decision, Act)
    if turn.decision.action in {Action.CALLBACK, Action.VERIFY_CONTACTS}:
        return lender.assigns(turn)
    return exchange(turn, turn.decision)


def settle_down(house: House, lender: Lender, *, hours: float = 30.0) -> None:
    """Let a day and more pass: webhooks come, dead runs are given up on, vendors are asked on their schedule.

    One look comes soon after a lease has run out, as it does where somebody looks every minute.
    """
    begins = lender.now
    with house.sandbox() as remote:
        for seconds in (30, FIRST_LOOK_SECONDS, 600, 3_600, 6 * 3_600, 24 * 3_600, round(hours * 3_600)):
            move_to(lender, max(lender.now, begins + timedelta(seconds=seconds)))
            with suppress(SandboxRefused):
                remote.advance(now=lender.now)
            give_up_on_dead_runs.fn()
            while ask_vendors.fn():  # so many at a time
                pass
            sweep_what_came_in.fn()
            go_on_after_breakers.fn()


def let_leave(house: House, lender: Lender) -> None:
    """Let what SendGrid keeps for a while leave, so that its log has everything."""
    move_to(lender, lender.now + LEAVES_AFTER)
    with house.sandbox() as remote, suppress(SandboxRefused):
        remote.advance(now=lender.now)
