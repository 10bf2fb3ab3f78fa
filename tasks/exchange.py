"""The three transactions around one request to a vendor or desk: plan, claim, record."""

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from connectors.failure import ConnectorError, failed
from connectors.messenger import Cancellable
from domain.attempt import FailureClass
from domain.message import Accepted, Message, Order
from domain.step import Outcome
from ledger.claiming import claim
from ledger.leaving_later import note_batch
from ledger.outcomes import record_accepted, record_failure
from ledger.planning import plan
from ledger.putting_off import put_off, times_put_off
from ledger.senders import NoRoom
from ledger.turns import Turn
from policy.next_step import Act
from tasks.limits import admitted, again_after, why_full
from tasks.surroundings import surroundings


def exchange(turn: Turn, act: Act) -> Outcome:
    """Write the contact down, have it judged, make it once, and record what came back.

    A process that dies between the claim and the record leaves the attempt as `sending`; whoever takes the turn up
    again finds it so, declares it unknown and does not repeat the request.
    """
    with admitted(act.action) as full:
        no_room = None if full is None else _longer(turn, act, full)
        if no_room is not None and (ended := _put_off(turn, act, no_room)) is not None:
            return ended
        attempt = _plan(turn, act)
        if attempt is None:
            return Outcome.BLOCKED
        return _claim_and_make(turn, act, attempt, no_room=no_room)


def _longer(turn: Turn, act: Act, full: NoRoom) -> NoRoom:
    around = surroundings()
    with around.ledger.reading() as session:
        before = times_put_off(session, turn, rung=act.rung.name, because=why_full(act.action))
    return replace(full, room_at=around.clock() + again_after(before))


def _put_off(turn: Turn, act: Act, no_room: NoRoom) -> Outcome | None:
    """Nothing is written down for a contact that would only be given back, however often it asks."""
    around = surroundings()
    with around.ledger.transaction() as session:
        return put_off(session, turn, rung=act.rung.name, action=act.action, full=no_room, now=around.clock())


def _plan(turn: Turn, act: Act) -> str | None:
    around = surroundings()
    with around.ledger.transaction() as session:
        return plan(session, turn, rung=act.rung, action=act.action, public_url=around.public_url, now=around.clock())


def _claim_and_make(turn: Turn, act: Act, attempt: str, *, no_room: NoRoom | None) -> Outcome:
    around = surroundings()
    cancellable = around.cancellable.get(act.action)
    with around.ledger.transaction() as session:
        claimed = claim(
            session,
            attempt,
            fence=turn.fence,
            now=around.clock(),
            senders=around.senders,
            no_room=no_room,
            lease_until=around.machine_clock() + around.lease,
            leaves_after=cancellable.leaves_after if cancellable is not None else None,
        )
    match claimed:
        case Outcome():
            return claimed
        case Message() as message:
            messenger = around.messengers[act.action]
            if cancellable is not None:
                return _request(attempt, lambda: messenger.deliver(_in_a_batch(message, cancellable)))
            return _request(attempt, lambda: messenger.deliver(message))
        case Order() as order:
            desk = around.desks[act.action]
            return _request(attempt, lambda: desk.place(order))
        case other:
            assert_never(other)


def _in_a_batch(message: Message, channel: Cancellable) -> Message:
    """The message with an id to cancel it by, which is written down before the message is handed over.

    Raises ConnectorError where there is none, or where it is too late to hand anything over: nothing has left then.
    """
    batch_id = channel.open_batch()
    with surroundings().ledger.transaction() as session:
        is_still_ours = note_batch(session, message.attempt_id, batch_id=batch_id)
    if not is_still_ours:
        raise failed(vendor="the vendor", code="not_handed_over", failure=FailureClass.NEVER_PROCESSED)
    return replace(message, batch_id=batch_id)


def _request(attempt: str, request: Callable[[], Accepted]) -> Outcome:
    around = surroundings()
    try:
        accepted = request()
    except ConnectorError as error:
        with around.ledger.transaction() as session:
            return record_failure(
                session, attempt, failure=error.failure, code=error.code, vendor=error.vendor, now=around.clock()
            )
    with around.ledger.transaction() as session:
        return record_accepted(session, attempt, accepted, now=around.clock())
