"""The ways of contact that the experiments take, and whose vendor each is."""

from collections.abc import Mapping
from typing import Literal

from simulation.sandbox.control import Vendor

Mail = Literal["at_once", "cancellable"]
"""When a mail leaves: `cancellable` is DUECOURSE_MAIL_CANCELLABLE=yes, and SendGrid keeps it for a while."""
CANCELLABLE = "email_cancellable"
VENDORS: Mapping[str, Vendor] = {
    "sms": Vendor.TWILIO,
    "email": Vendor.SENDGRID,
    CANCELLABLE: Vendor.SENDGRID,
    "desk": Vendor.FIELD_DESK,
}
WAYS = tuple(VENDORS)
MAILS = frozenset({"email", CANCELLABLE})


def mail_of(way: str) -> Mail:
    """When mails leave in a house that is about this way."""
    return "cancellable" if way == CANCELLABLE else "at_once"
