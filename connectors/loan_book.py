"""The lender's own system: which loans are behind, and what was paid; its protocol is `openapi/loan_book.yaml`."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Generic, TypeVar
from urllib.parse import quote

import httpx
import tenacity
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.book_row import LeftOut, read_row
from connectors.failure import ChannelMisconfigured, FateUnknown, VendorBusy
from connectors.http_transport import exchange, shared
from connectors.retrying import patiently
from connectors.vendor_codes import error_of
from domain.attempt import FailureClass
from domain.book import BookLoan, BookPayment

VENDOR = "loan_book"
OK = 200
Row = TypeVar("Row", BookLoan, BookPayment)


class Page(BaseModel, Generic[Row]):
    """One page of rows; `next` is the cursor of the page after it, None on the last."""

    model_config = ConfigDict(strict=True, frozen=True)

    items: tuple[Row, ...] = Field(repr=False)
    next: str | None


class LoanBook:
    """Reads the lender's system page by page; reading changes nothing, so an unclear answer is simply asked for again.

    Both readings raise `VendorBusy` when the system stays out of reach, and `ChannelMisconfigured` when it refuses us
    or answers something else than its protocol says.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        http: httpx.Client | None = None,
        retrying: tenacity.Retrying | None = None,
    ) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._http = http or shared()
        self._retrying = retrying or patiently()

    def delinquencies(
        self, *, portfolio: str, since: datetime, today: date, left_out: Callable[[LeftOut], None]
    ) -> Iterator[BookLoan]:
        """Loans of a portfolio that fell behind, or whose statement changed, at or after `since` (aware).

        A row that no loan can have is left out, and so is a contact that nobody can be reached by; `left_out` is told.
        """
        for loan in self._rows(Page[BookLoan], _path(portfolio, "delinquencies"), since=since):
            if (read := read_row(loan, today=today, left_out=left_out)) is not None:
                yield read

    def payments(self, *, portfolio: str, since: datetime) -> Iterator[BookPayment]:
        """Payments and reversals received at or after `since` (aware), oldest first."""
        for payment in self._rows(Page[BookPayment], _path(portfolio, "payments"), since=since):
            if payment.received_at.tzinfo is None:
                raise _unreadable()
            yield payment

    def _rows(self, kind: type[Page[Row]], path: str, *, since: datetime) -> Iterator[Row]:
        query = {"since": since.isoformat()}
        seen: set[str] = set()
        while True:
            page = _read(kind, self._retrying(self._get, path, query))
            yield from page.items
            if page.next is None:
                return
            if page.next in seen:  # a cursor that comes back would be followed for ever
                raise _unreadable()
            seen.add(page.next)
            query["cursor"] = page.next

    def _get(self, path: str, query: dict[str, str]) -> bytes:
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            answer = exchange(
                self._http, method="GET", url=self._url + path, vendor=VENDOR, params=query, headers=headers
            )
            if answer.status_code != OK:
                code = str(answer.status_code)
                raise error_of(table="desk", vendor=VENDOR, status=answer.status_code, code=code)
        except FateUnknown as error:
            raise VendorBusy(vendor=VENDOR, code=error.code, failure=FailureClass.NEVER_PROCESSED) from None
        return answer.content


def _path(portfolio: str, rows: str) -> str:
    return f"/v1/portfolios/{quote(portfolio, safe='')}/{rows}"


def _read(kind: type[Page[Row]], body: bytes) -> Page[Row]:
    try:
        return kind.model_validate_json(body)
    except ValidationError:  # its text quotes the row, and rows name people
        pass
    raise _unreadable()


def _unreadable() -> ChannelMisconfigured:
    return ChannelMisconfigured(vendor=VENDOR, code="unreadable_success", failure=FailureClass.CONFIGURATION)
