"""Moves the sandbox's time on, and carries out what falls due on the way."""

from datetime import datetime, timedelta
from typing import assert_never

from domain.action import Action
from simulation.sandbox.agenda import Due, DueKind
from simulation.sandbox.callbacks import TAKEN, NobodyListens
from simulation.sandbox.control import Vendor
from simulation.sandbox.sendgrid_api import carry_out_event, carry_out_mail, carry_out_unsubscription
from simulation.sandbox.twilio_receipts import carry_out_receipt, carry_out_reply
from simulation.sandbox.world import World

CALLBACKS_KEPT_FOR = timedelta(hours=24)
WITHOUT_CALLBACKS = frozenset(DueKind) - {DueKind.CALLBACK}


def advance(world: World, *, now: datetime) -> datetime | None:
    """Carry out everything due up to an instant, in its order, and tell when the next borrower acts (None: nobody).

    A callback that the product does not take stays due and is tried again by the next advance, for a day of sandbox
    time. Nothing else waits for it.
    """
    with world.advancing:
        now = max(now, world.time.now())
        kinds = frozenset(DueKind)
        passed_over: set[int] = set()
        while due := world.agenda.first(until=now, kinds=kinds, passed_over=passed_over):
            world.time.move(due.due_at)
            if due.kind is not DueKind.CALLBACK:
                with world.state.transaction():
                    _carry_out(world, due)
                    world.agenda.strike(due)
                continue
            try:
                status = world.callbacks.post(due.payload, now=now)
            except NobodyListens:
                kinds, status = WITHOUT_CALLBACKS, 0
            if status in TAKEN or now - due.due_at > CALLBACKS_KEPT_FOR:
                world.agenda.strike(due)
            else:
                passed_over.add(due.id)
        world.time.move(now)
        return world.agenda.next_act_at(after=now)


def _carry_out(world: World, due: Due) -> None:
    told = due.payload
    match due.kind:
        case DueKind.PAYMENT:
            world.people.pay(told["loan"], amount_minor=told["amount_minor"], at=due.due_at)
        case DueKind.SELF_PAYMENT:
            world.people.pay_by_itself(told["loan"], amount_minor=told["amount_minor"], at=due.due_at)
        case DueKind.TAKEN_BACK:
            world.people.take_back(
                told["loan"], amount_minor=told["amount_minor"], reverses=told["reverses"], at=due.due_at
            )
        case DueKind.REPLY if told["action"] == Action.EMAIL:
            carry_out_unsubscription(world, due)
        case DueKind.REPLY:
            carry_out_reply(world, due)
        case DueKind.MAIL:
            carry_out_mail(world, due)
        case DueKind.RECEIPT if told["vendor"] == Vendor.TWILIO:
            carry_out_receipt(world, due)
        case DueKind.RECEIPT:
            carry_out_event(world, due)
        case DueKind.CALLBACK:
            raise ValueError("a callback is posted outside of any transaction")
        case _:
            assert_never(due.kind)
