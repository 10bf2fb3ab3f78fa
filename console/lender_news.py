"""Reads what the lender's own systems post: payments from the loan book, and news of orders from the desks."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.arrangement import Instalment
from domain.attempt import AttemptState
from domain.book import BookPayment
from domain.disposition import WorkResult
from domain.receipt import Receipt, ReceiptKind
from domain.work_item import Disposition
from ledger.desk_reports import DeskReport

MOST_MINUTES = 10_000
FIT_FOR_A_LINE = 100


class UnreadableNews(ValueError):
    """The body is not as connectors/openapi/news.yaml describes it."""


class _Told(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class _Payments(_Told):
    items: tuple[BookPayment, ...] = Field(repr=False)


class _Promise(_Told):
    amount_minor: int = Field(gt=0)
    due_on: date


class _Item(_Told):
    event_id: str = Field(min_length=1, max_length=FIT_FOR_A_LINE)
    reference: str = Field(min_length=1, max_length=FIT_FOR_A_LINE)
    order_id: str | None = Field(default=None, max_length=FIT_FOR_A_LINE)
    status: Literal["accepted", "worked"]
    disposition: Disposition | None = None
    minutes: int = Field(default=0, ge=0, le=MOST_MINUTES)
    promise: _Promise | None = None


class _News(_Told):
    items: tuple[_Item, ...]


News = TypeVar("News", _Payments, _News)


def payments_in(body: bytes) -> tuple[BookPayment, ...]:
    """Payments and reversals, in their order. Raises UnreadableNews."""
    payments = _read(_Payments, body).items
    if any(payment.received_at.tzinfo is None for payment in payments):
        raise UnreadableNews
    return payments


def desk_news_in(body: bytes, *, desk: str) -> Sequence[Receipt | DeskReport]:
    """What a desk says of its orders, in its order. Raises UnreadableNews."""
    return [_news_of(item, desk=desk) for item in _read(_News, body).items]


def _news_of(item: _Item, *, desk: str) -> Receipt | DeskReport:
    if item.status == "accepted":
        return Receipt(
            desk,
            item.event_id,
            ReceiptKind.STATUS,
            attempt_id=item.reference,
            state=AttemptState.ACCEPTED,
            vendor_id=item.order_id,
        )
    if item.disposition is None:
        raise UnreadableNews
    promised = None if item.promise is None else Instalment(item.promise.due_on, item.promise.amount_minor)
    result = WorkResult(item.disposition, by=desk, minutes=item.minutes, promised=promised)
    return DeskReport(desk, item.event_id, item.reference, result, order_id=item.order_id)


def _read(kind: type[News], body: bytes) -> News:
    try:
        return kind.model_validate_json(body)
    except (ValidationError, RecursionError):  # its text quotes the body, and bodies may name people
        pass
    raise UnreadableNews
