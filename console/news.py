"""One piece of news from a vendor, as a webhook brought it."""

from dataclasses import dataclass

from domain.attempt import FailureClass
from domain.receipt import Receipt


@dataclass(frozen=True, slots=True)
class News:
    """A receipt, and, where a message did not arrive, what that says about the number or address."""

    receipt: Receipt
    failure: FailureClass | None = None
