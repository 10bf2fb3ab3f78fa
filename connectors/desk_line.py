"""What the three desks share: one order, one POST, one idempotency key."""

from dataclasses import dataclass, field
from typing import ClassVar

import httpx
import tenacity

from connectors.failure import failed
from connectors.http_transport import exchange, shared
from connectors.retrying import patiently
from connectors.vendor_codes import error_of
from domain.attempt import FailureClass
from domain.message import Accepted, Order

TAKEN = frozenset({200, 201})
CODE_LENGTH = 40


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
