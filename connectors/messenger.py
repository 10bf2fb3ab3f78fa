"""What every messenger and every desk can do."""

from typing import Protocol

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


class Desk(Protocol):
    """Takes orders for work that people outside do."""

    def place(self, order: Order) -> Accepted:
        """Hand the order to the desk once; raises what `Messenger.deliver` raises."""
        ...
