"""One loan's journey: take the turn, carry it out, wait, until it is over."""

from collections.abc import Callable
from typing import assert_never

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from domain.action import Action
from ledger.turns import JourneyIsBusy, Turn
from policy.next_step import Act, Finish, Wait
from tasks.assign_callback import assign_callback
from tasks.place_with_agency import place_with_agency
from tasks.refer_to_legal import refer_to_legal
from tasks.schedule_field_visit import schedule_field_visit
from tasks.send_chat import send_chat
from tasks.send_email import send_email
from tasks.send_sms import send_sms
from tasks.take_turn import take_turn
from tasks.verify_contacts import verify_contacts
from tasks.wait import rest, stand_back

CARRY_OUT: dict[Action, Callable[[Turn, Act], object]] = {
    Action.SMS: send_sms,
    Action.EMAIL: send_email,
    Action.CHAT: send_chat,
    Action.CALLBACK: assign_callback,
    Action.VERIFY_CONTACTS: verify_contacts,
    Action.FIELD_VISIT: schedule_field_visit,
    Action.LEGAL_REFERRAL: refer_to_legal,
    Action.AGENCY_PLACEMENT: place_with_agency,
}
"""The task for each kind of step."""


@flow(name="loan_journey", flow_run_name="{loan}", persist_result=False)
def loan_journey(loan: str, journey: str) -> State[str]:
    """Carry one loan along its due course.

    loan: its number, by which people find the run; journey: the ledger's id. The ledger knows where the journey stands,
    so the run may be killed, lost or made anew at any moment: the next one goes on from there.
    """
    fence = 0
    while True:
        try:
            turn = take_turn(journey, fence=fence)
        except JourneyIsBusy as busy:
            stand_back(busy)
        fence = turn.fence
        match turn.decision:
            case Act() as act:
                CARRY_OUT[act.action](turn, act)
            case Wait() as pause:
                rest(turn, pause)
            case Finish(reason=reason):
                return Completed(name=reason.value.replace("_", " ").title().replace(" ", ""), message=f"loan {loan}")
            case other:
                assert_never(other)
