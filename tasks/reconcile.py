"""The steps of reconciling: dead runs are given up on, vendors are asked, and what waited for a channel goes on."""

from collections import Counter
from datetime import timedelta

from prefect import task

from connectors.failure import ConnectorError
from domain.fate import Fate, Listed, Trace
from domain.message import Message
from ledger.breakers import breakers_in_force, go_on
from ledger.reconciling import due_questions, give_up_on, lost_attempts, settle, take_up
from tasks.repeatable import REPEATABLE
from tasks.surroundings import surroundings

WOKEN_AT_ONCE = 200
GO_ON_FOR = timedelta(seconds=20)
ASKS_FOR = timedelta(seconds=30)
"""Of the machine's time, so that a run ends before the next one is due, which goes on with the questions left."""


@task(task_run_name="give up on dead runs", **REPEATABLE)
def give_up_on_dead_runs() -> int:
    """Contacts whose run died in the middle become unknown; returns how many."""
    around = surroundings()
    with around.ledger.reading() as session:
        lost = lost_attempts(session, machine_now=around.machine_clock())
    given_up = 0
    for attempt in lost:
        with around.ledger.transaction() as session:
            given_up += give_up_on(session, attempt, now=around.clock(), machine_now=around.machine_clock())
    return given_up


@task(task_run_name="ask the vendors", **REPEATABLE)
def ask_vendors() -> dict[str, int]:
    """Ask about every contact whose turn it is, the longest due first; returns how many came to which fate.

    A transaction before the request and one after it, as with a contact itself: two askers at once have one effect.
    While a vendor is silent, no further question is taken up after half a minute.
    """
    around = surroundings()
    until = around.machine_clock() + ASKS_FOR
    with around.ledger.reading() as session:
        due = due_questions(session, now=around.clock())
    fates: Counter[str] = Counter()
    for attempt in due:
        if around.machine_clock() >= until:
            break
        if (fate := _ask(attempt)) is not None:
            fates[fate.value] += 1
    return dict(fates)


@task(task_run_name="go on where a channel is in order again", **REPEATABLE)
def go_on_after_breakers() -> int:
    """Wake journeys that waited for a channel which is in order again; returns how many.

    So many in a transaction, until nobody waits or the time for it is over; then the next run goes on.
    """
    around = surroundings()
    ends_at = around.machine_clock() + GO_ON_FOR
    woken = 0
    while around.machine_clock() < ends_at:
        with around.ledger.transaction() as session:
            more = go_on(session, now=around.clock(), at_most=WOKEN_AT_ONCE)
        if not more:
            break
        woken += more
    return woken


@task(task_run_name="name what is out of order", **REPEATABLE)
def channels_out_of_order() -> list[str]:
    """What is out of order, with the vendor's code: `sms (twilio 20003)`."""
    with surroundings().ledger.reading() as session:
        return [f"{b.what} ({b.vendor} {b.code})" for b in breakers_in_force(session)]


def _ask(attempt: str) -> Fate | None:
    around = surroundings()
    with around.ledger.transaction() as session:
        trace = take_up(session, attempt, now=around.clock())
    if trace is None:
        return None
    listed: Listed | None = None
    code = ""
    try:
        listed = _look_up(trace)
    except ConnectorError as error:
        code = error.code
    with around.ledger.transaction() as session:
        return settle(session, attempt, listed, now=around.clock(), code=code)


def _look_up(trace: Trace) -> Listed:
    around = surroundings()
    contact, now = trace.contact, around.clock()
    if isinstance(contact, Message):
        return around.messengers[trace.action].look_up(contact, requested_at=trace.requested_at, now=now)
    return around.desks[trace.action].look_up(contact, requested_at=trace.requested_at, now=now)
