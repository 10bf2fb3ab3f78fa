"""What every messenger and every desk can do."""

from datetime import datetime, timedelta
from typing import Protocol

from domain.fate import Listed
from domain.message import Accepted, Message, Order


class Messenger(Protocol):
    """Delivers one message through one channel."""

    def deliver(self, message: Message) -> Accepted:
        """Hand the message to the vendor once.

        Raises:
            VendorBusy: never processed, also after a few retries; the same call may succeed later.
            ContactRefused: the vendor will not carry this message to this destination.
            ChannelMisconfigured: the account is wrong; no message of this channel will go through.
            FateUnknown: the vendor may or may not have taken it.
        """
        ...

    def look_up(self, message: Message, *, requested_at: datetime, now: datetime) -> Listed:
        """What the vendor shows of a message that was handed over at `requested_at` and never answered.

        It is asked once and nothing is changed there, except where `Listed` of that messenger says so.

        Raises:
            ConnectorError: the vendor could not be asked, or its answer could not be read.
        """
        ...


class Cancellable(Protocol):
    """A channel whose messages the vendor keeps for a while, so that one of unknown fate can be cancelled."""

    @property
    def leaves_after(self) -> timedelta:
        """How long a message is kept."""
        ...

    def open_batch(self) -> str:
        """An id under which one message can be cancelled, to be had before the message is handed over.

        Raises what `Messenger.deliver` raises, but never FateUnknown: no message has left yet.
        """
        ...


class Desk(Protocol):
    """Takes orders for work that people outside do."""

    def place(self, order: Order) -> Accepted:
        """Hand the order to the desk once; raises what `Messenger.deliver` raises."""
        ...

    def look_up(self, order: Order, *, requested_at: datetime, now: datetime) -> Listed:
        """What the desk shows of an order, by our own reference; raises what `Messenger.look_up` raises."""
        ...
