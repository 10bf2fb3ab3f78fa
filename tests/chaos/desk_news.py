"""A desk that tells of its orders: every one was taken, and nobody opened the door; told again until it is heard."""

import json
from collections.abc import Iterator

import httpx

from connectors.lender_signature import signature_of
from domain.action import Action
from simulation.sandbox.settings import DESK_TOKEN
from tests.chaos.house import House
from tests.ledger.lender import Lender

SECONDS = 10.0
NAMES = {Action.FIELD_VISIT: "field_desk", Action.LEGAL_REFERRAL: "legal_desk", Action.AGENCY_PLACEMENT: "agency_desk"}
DISPOSITION = "no_answer"


class NobodyHears(Exception):
    """The console is away, or broke off while it was told."""


def tell_of_orders(house: House, lender: Lender) -> int:
    """Post the news of every order in the sandbox's log, each signed and by itself; how many were new to the console.

    Raises:
        NobodyHears: the console did not answer, or not with a 200; what was told before may have been taken.
    """
    with house.sandbox() as remote:
        orders = [accept for accept in remote.accepts().accepts if accept.channel in NAMES]
    return sum(
        _told(house, Action(order.channel), item, lender)
        for order in orders
        for item in news_of(order.attempt_id, order.vendor_id)
    )


def news_of(attempt_id: str, order_id: str) -> Iterator[dict[str, object]]:
    """What a desk tells of an order, the last thing first."""
    about = {"reference": attempt_id, "order_id": order_id}
    worked = {"status": "worked", "disposition": DISPOSITION, "minutes": 20}
    yield {"event_id": f"{order_id}-worked", **about, **worked}
    yield {"event_id": f"{order_id}-accepted", **about, "status": "accepted"}


def _told(house: House, desk: Action, item: dict[str, object], lender: Lender) -> int:
    body = json.dumps({"items": [item]}).encode()
    stamp = str(int(lender.now.timestamp()))
    signature = signature_of(body, timestamp=stamp, token=DESK_TOKEN)
    try:
        answer = httpx.post(
            f"{house.console_url}/receipts/desks/{NAMES[desk]}",
            content=body,
            headers={"Duecourse-Signature": signature, "Duecourse-Timestamp": stamp},
            timeout=SECONDS,
            trust_env=False,
        )
    except httpx.HTTPError as error:
        raise NobodyHears(type(error).__name__) from error
    if answer.status_code != httpx.codes.OK:
        raise NobodyHears(f"{answer.status_code} {answer.text[:200]}")
    return int(answer.json()["new"])
