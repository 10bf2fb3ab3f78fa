"""What can go wrong outside, split by what the caller does next."""

from collections.abc import Mapping
from typing import Any

from domain.attempt import FailureClass


class ConnectorError(Exception):
    """A vendor did not take a message or an order as hoped."""

    def __init__(self, *, vendor: str, code: str, failure: FailureClass, needs_review: bool = False) -> None:
        # No word of the vendor's own message is kept: it may hold the number or the text of the message.
        super().__init__(vendor, code, failure)
        self.vendor = vendor
        self.code = code
        self.failure = failure
        self.needs_review = needs_review

    def __str__(self) -> str:
        meaning = " ".join((type(self).__doc__ or "").split())
        review = ", for review" if self.needs_review else ""
        return f"{meaning} [{self.vendor} {self.code}: {self.failure}{review}]"

    def __reduce__(self) -> tuple[Any, ...]:
        # Task runners pickle exceptions, and the stock way forgets keyword arguments.
        told = {"vendor": self.vendor, "code": self.code, "failure": self.failure, "needs_review": self.needs_review}
        return _told_again, (type(self), told)


class VendorBusy(ConnectorError):
    """The vendor is rate-limiting or out of reach and processed nothing; the same call may succeed later."""


class ContactRefused(ConnectorError):
    """The vendor refused this contact; it is never tried again under this attempt."""


class ChannelMisconfigured(ConnectorError):
    """The account or its settings are wrong; open the breaker, page operations and spend no attempt."""


class FateUnknown(ConnectorError):
    """The request left and no clear answer came back; ask the provider first and never resend."""


ERROR_FOR: Mapping[FailureClass, type[ConnectorError]] = {
    FailureClass.NEVER_PROCESSED: VendorBusy,
    FailureClass.THROTTLE: VendorBusy,
    FailureClass.AMBIGUOUS: FateUnknown,
    FailureClass.OPT_OUT: ContactRefused,
    FailureClass.BAD_NUMBER: ContactRefused,
    FailureClass.SOFT: ContactRefused,
    FailureClass.CONTENT: ContactRefused,
    FailureClass.EXPIRED: ContactRefused,
    FailureClass.PERMANENT: ContactRefused,
    FailureClass.CONFIGURATION: ChannelMisconfigured,
    FailureClass.COUNTRY: ChannelMisconfigured,
    FailureClass.OUR_WEBHOOK: ChannelMisconfigured,
}
"""Which error each class of failure is raised as; a test fails when a class is missing here."""


def failed(*, vendor: str, code: str, failure: FailureClass, needs_review: bool = False) -> ConnectorError:
    """The error to raise for a class of failure."""
    return ERROR_FOR[failure](vendor=vendor, code=code, failure=failure, needs_review=needs_review)


def _told_again(error: type[ConnectorError], told: Mapping[str, Any]) -> ConnectorError:
    return error(**told)
