"""Prefect's global concurrency limits: how many requests of a channel are under way at once, seen and set in Prefect.

The ledger keeps the rates; these limits are for whoever runs Prefect: lower one in its UI while a vendor is ill, or set
it to 0 and nothing of the channel leaves. Once it is raised again, whoever waited goes on within a quarter of an hour.
Without such a limit, or while Prefect cannot tell, contacts go on.

A slot in Prefect costs a step as much as all else it does. So slots are held once somebody has lowered a limit; at the
number that it was registered with, or above, it is enough to look how many contacts the ledger has under way.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError
from prefect.concurrency.sync import concurrency
from prefect.context import TaskRunContext
from prefect.exceptions import ObjectNotFound
from prefect.logging import get_logger

from domain.action import Action
from ledger.senders import CAPACITY, NoRoom, contacts_under_way
from tasks.surroundings import surroundings

ANSWERS_WITHIN_SECONDS = 10.0
"""A server that takes longer cannot say, and a contact does not hang on it."""
LOOKS_AGAIN_WITHIN_SECONDS = 2.0
"""Where slots seem to be held by nobody, whoever holds them gets that long to be seen at work."""
FULL = 423
MESSAGES_AT_ONCE, ORDERS_AT_ONCE = 20, 5
AGAIN_AFTER, AGAIN_AT_LATEST = timedelta(seconds=30), timedelta(minutes=15)
LOOKED_UP_EVERY = timedelta(minutes=1)
LEASE_SECONDS = 60.0
"""A slot whose holder died is free again after that."""

_log = get_logger("duecourse.limits")


@dataclass(frozen=True, slots=True)
class Known:
    """What Prefect said of a limit, and until when that is believed. at_once: None where there is none in force."""

    at_once: int | None
    until: datetime


_known: dict[str, Known] = {}


def registered_at(channel: Action) -> int:
    """How many contacts of a channel may be under way at a time until somebody says otherwise in Prefect."""
    return MESSAGES_AT_ONCE if channel.is_message else ORDERS_AT_ONCE


def again_after(times_before: int) -> timedelta:
    """When a contact asks again that found no room: twice as late each time, so that a channel may stand for days."""
    return min(AGAIN_AFTER * (1 << min(times_before, 10)), AGAIN_AT_LATEST)


def why_full(channel: Action) -> str:
    """What the reason of a step begins with that was put off by the channel's limit."""
    return f"{CAPACITY}: Prefect's limit {limit_named(channel)}"


def forget() -> None:
    """Ask Prefect anew about every limit."""
    _known.clear()


def limit_named(channel: Action) -> str:
    """The limit of a channel: `duecourse-sms`."""
    return f"duecourse-{channel.value.replace('_', '-')}"


@contextmanager
def admitted(channel: Action) -> Iterator[NoRoom | None]:
    """Hold one of the channel's slots for the length of the block; without one, the block is told so.

    When to come again is told for a first time; `again_after` has it for later ones.
    """
    slot = ExitStack()
    full = _take(channel, slot)
    try:
        yield full
    finally:
        try:
            slot.close()
        except Exception as error:  # noqa: BLE001 - what was done is recorded already, and the slot's lease runs out
            _log.warning("A slot of %s was not given back: %s", limit_named(channel), type(error).__name__)


def _take(channel: Action, slot: ExitStack) -> NoRoom | None:
    name = limit_named(channel)
    if TaskRunContext.get() is None:
        return None
    at_once = _at_once(name)
    if at_once is None:
        return None
    if at_once >= registered_at(channel):
        is_full = _under_way(channel) >= at_once
    elif at_once > 0:
        is_full = not _got(name, slot) and not (
            _is_held_by_nobody(name, channel) and _got_or_freed(name, channel, slot)
        )
    else:
        is_full = True
    if not is_full:
        return None
    why = f"{why_full(channel)} lets {at_once:,} of its contacts out at a time"
    return NoRoom(surroundings().clock() + AGAIN_AFTER, why)


def _got(name: str, slot: ExitStack) -> bool:
    """Whether there is a slot for us now; also where Prefect cannot say, because a contact does not hang on it."""
    try:
        _enter(name, slot, seconds=ANSWERS_WITHIN_SECONDS, tries_again=0)
    except TimeoutError:
        _cannot_say(name, "no answer")
    except ConcurrencySlotAcquisitionError as error:
        if _is_full(error):
            return False
        _cannot_say(name, str(error))
    return True


def _got_or_freed(name: str, channel: Action, slot: ExitStack) -> bool:
    """The same after a moment; slots that still nobody is seen to hold are made free."""
    try:
        _enter(name, slot, seconds=LOOKS_AGAIN_WITHIN_SECONDS, tries_again=1)
    except (TimeoutError, ConcurrencySlotAcquisitionError):
        if not _is_held_by_nobody(name, channel):
            return False
        _forget_slots(name, channel)
        return _got(name, slot)
    return True


def _enter(name: str, slot: ExitStack, *, seconds: float, tries_again: int) -> None:
    slot.enter_context(
        concurrency(
            name,
            timeout_seconds=seconds,
            max_retries=tries_again,
            lease_duration=LEASE_SECONDS,
            raise_on_lease_renewal_failure=False,
        )
    )


def _is_full(error: ConcurrencySlotAcquisitionError) -> bool:
    """Whether the server said that no slot is free, and not that it does not understand."""
    return getattr(getattr(error.__cause__, "response", None), "status_code", None) == FULL


def _cannot_say(name: str, why: str) -> None:
    _known.pop(name, None)
    _log.warning("Prefect's limit %s could not be asked: %s", name, why)


def _at_once(name: str) -> int | None:
    """How many a limit lets out; Prefect is asked once a minute, so that a limit that is not there costs nothing."""
    now = surroundings().machine_clock()
    known = _known.get(name)
    if known is None or known.until <= now:
        with get_client(sync_client=True) as client:
            known = _known[name] = Known(_read(client, name), now + LOOKED_UP_EVERY)
    return known.at_once


def _read(client: SyncPrefectClient, name: str) -> int | None:
    try:
        limit = client.read_global_concurrency_limit_by_name(name)
    except ObjectNotFound:
        return None
    except Exception as error:  # noqa: BLE001 - an older server, or one that is down: a contact does not hang on it
        _log.warning("Prefect's limit %s could not be read: %s", name, type(error).__name__)
        return None
    return limit.limit if limit.active else None


def _is_held_by_nobody(name: str, channel: Action) -> bool:
    """Whether more slots are taken than contacts are being made: a server that restarts forgets whose they were."""
    with get_client(sync_client=True) as client:
        taken = client.read_global_concurrency_limit_by_name(name).active_slots
    return taken > _under_way(channel)


def _forget_slots(name: str, channel: Action) -> None:
    held = _under_way(channel)
    with get_client(sync_client=True) as client:
        client.update_global_concurrency_limit(name, GlobalConcurrencyLimitUpdate(active_slots=held))
    _log.warning("%s had slots that nobody held; they are free again", name)


def _under_way(channel: Action) -> int:
    with surroundings().ledger.reading() as session:
        return contacts_under_way(session, channel)
