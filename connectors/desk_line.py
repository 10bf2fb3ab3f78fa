"""What the three desks share: one order, one POST, one idempotency key."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

import httpx
import tenacity

from connectors.failure import failed
from connectors.http_transport import exchange, looked_up, shared
from connectors.retrying import patiently
from connectors.vendor_codes import error_of
from domain.attempt import FailureClass
from domain.fate import Listed
from domain.message import Accepted, Order

TAKEN = frozenset({200, 201})
CODE_LENGTH = 40
OK = 200
SETTLED_AFTER = timedelta(minutes=10)
"""A desk answers from its own books; by then no order of ours is still on its way to it."""


@dataclass(frozen=True, slots=True)
class DeskAccount:
    """Where a desk listens, and the bearer token that it knows us by."""

    url: str
    token: str = field(repr=False)


class DeskLine:
    """Posts orders to a desk.

    A desk must honour the idempotency key, so a repeat would be harmless there. Even so an unclear answer is raised as
    `FateUnknown`: whether a given lender's desk keeps that word is not for a connector to bet on.
    """

    vendor: ClassVar[str]
    path: ClassVar[str]

    def __init__(
        self,
        account: DeskAccount,
        *,
        http: httpx.Client | None = None,
        retrying: tenacity.Retrying | None = None,
    ) -> None:
        self._account = account
        self._http = http or shared()
        self._retrying = retrying or patiently()

    def place(self, order: Order) -> Accepted:
        return self._retrying(self._place_once, order)

    def look_up(self, order: Order, *, requested_at: datetime, now: datetime) -> Listed:
        answer = looked_up(
            self._http,
            url=self._account.url.rstrip("/") + self.path,
            vendor=self.vendor,
            params={"reference": order.attempt_id},
            headers={"Authorization": f"Bearer {self._account.token}"},
        )
        if answer.status_code != OK:
            raise error_of(table="desk", vendor=self.vendor, status=answer.status_code, code=code_of(answer))
        ids = _ids(answer)
        if ids is None:
            raise failed(vendor=self.vendor, code="unreadable_success", failure=FailureClass.AMBIGUOUS)
        is_settled = now - requested_at >= SETTLED_AFTER
        return Listed(self.vendor, matching=ids, names_attempt=True, is_settled=is_settled)

    def _place_once(self, order: Order) -> Accepted:
        answer = exchange(
            self._http,
            method="POST",
            url=self._account.url.rstrip("/") + self.path,
            vendor=self.vendor,
            json={"facts": order.facts},
            headers={"Authorization": f"Bearer {self._account.token}", "Idempotency-Key": order.attempt_id},
        )
        if answer.status_code not in TAKEN:
            raise error_of(table="desk", vendor=self.vendor, status=answer.status_code, code=code_of(answer))
        if order_id := _text(answer, "id"):
            return Accepted(vendor=self.vendor, vendor_id=order_id)
        raise failed(vendor=self.vendor, code="unreadable_success", failure=FailureClass.AMBIGUOUS)


def code_of(answer: httpx.Response) -> str:
    """A desk's refusal: the HTTP status, and its own word where that has the shape of one."""
    code = _text(answer, "code")
    known_shape = code.isidentifier() and code.isascii() and len(code) <= CODE_LENGTH
    return f"{answer.status_code} {code}" if known_shape else str(answer.status_code)


def _text(answer: httpx.Response, name: str) -> str:
    """A text member of a JSON object; empty when there is none."""
    try:
        found = answer.json()[name]
    except (ValueError, KeyError, TypeError):
        return ""
    return found if isinstance(found, str) else ""


def _ids(answer: httpx.Response) -> tuple[str, ...] | None:
    """The ids of the orders in a list; None when it is no such list."""
    try:
        ids = [item["id"] for item in answer.json()["items"]]
    except (ValueError, KeyError, TypeError):
        return None
    return tuple(ids) if all(isinstance(each, str) and each for each in ids) else None
