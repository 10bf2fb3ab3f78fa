"""A contact that left the building, or may have."""

from enum import StrEnum
from typing import NewType

AttemptId = NewType("AttemptId", str)


class AttemptState(StrEnum):
    """An attempt's life.

    planned -> sending -> accepted | rejected | unknown; accepted -> delivered | undelivered by a receipt.
    `released` is a claim that was given back unspent: deferred, forbidden, overtaken, or never processed by the vendor.
    """

    PLANNED = "planned"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    RELEASED = "released"


REACHED_VENDOR = frozenset({AttemptState.ACCEPTED, AttemptState.DELIVERED, AttemptState.UNDELIVERED})
"""States in which the vendor took the message: what the sandbox's accept log must agree with."""


class FailureClass(StrEnum):
    """What a caller does about a contact that failed (channels.md's table, one member a row)."""

    NEVER_PROCESSED = "never_processed"
    AMBIGUOUS = "ambiguous"
    OPT_OUT = "opt_out"
    BAD_NUMBER = "bad_number"
    SOFT = "soft"
    THROTTLE = "throttle"
    CONTENT = "content"
    CONFIGURATION = "configuration"
    COUNTRY = "country"
    EXPIRED = "expired"
    OUR_WEBHOOK = "our_webhook"
    PERMANENT = "permanent"
