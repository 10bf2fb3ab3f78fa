"""Contacts whose answer was lost are found out about, and never sent again on a guess."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from tasks.reconcile import ask_vendors, channels_out_of_order, give_up_on_dead_runs, go_on_after_breakers
from tasks.sweep import UNREAD, sweep_what_came_in

OUT_OF_ORDER = "ChannelOutOfOrder"


@flow(name="reconcile_attempts", persist_result=False)
def reconcile_attempts() -> State[str]:
    """Ask the vendors about contacts of unknown fate and for what came in, and let journeys go on whose channel is in
    order again.

    While a channel is out of order the run is red, although it did its work: somebody has to mend the settings.
    """
    swept = sweep_what_came_in()
    lost = give_up_on_dead_runs()
    fates = ask_vendors()
    woken = go_on_after_breakers()
    broken = channels_out_of_order()
    message = in_words(lost=lost, fates=fates, woken=woken, broken=broken, swept=swept)
    return Failed(name=OUT_OF_ORDER, message=message) if broken else Completed(message=message)


def in_words(*, lost: int, fates: dict[str, int], woken: int, broken: list[str], swept: int | None = None) -> str:
    """What was done, for the run's state; it holds counts and codes, and no personal data."""
    told = [f"out of order: {', '.join(broken)}"] if broken else []
    told += [f"{lost} contacts of dead runs are unknown now"] if lost else []
    told += [f"asked about {sum(fates.values())}: {', '.join(f'{n} {fate}' for fate, n in fates.items())}"] * bool(
        fates
    )
    told += [f"{woken} journeys go on"] if woken else []
    told += ["what came in could not be read"] if swept == UNREAD else []
    told += [f"{swept} messages had come in without a webhook"] if swept and swept != UNREAD else []
    return "; ".join(told) or "nothing is unknown"
