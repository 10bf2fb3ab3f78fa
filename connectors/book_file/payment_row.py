"""One row of a lender's file as payments: one, or as many as the mapping's `payments` names."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from connectors.book_file.cell import BadCellError
from connectors.book_file.code import currency_of
from connectors.book_file.loan_row import OLDEST
from connectors.book_file.mapping import PaymentMapping, WidePayment
from connectors.book_file.rejects import Reject
from connectors.book_file.row import Row
from connectors.book_file.source import Source
from domain.book import BookPayment


def payments_of(row: Row, mapping: PaymentMapping, *, as_of: date) -> Iterator[BookPayment | Reject]:
    """The payments of a row, none of them received after `as_of`; each that cannot be one is a reject of its own."""
    for entry in mapping.payments or (None,):
        try:
            if entry is None or entry.keep is None or entry.keep.is_true(row.scope):
                yield _payment(row, mapping, entry, as_of=as_of)
        except BadCellError as error:
            yield row.reject(error)


def _payment(row: Row, mapping: PaymentMapping, entry: WidePayment | None, *, as_of: date) -> BookPayment:
    fields, defaults = mapping.fields, mapping.defaults
    currency = row.code(fields.currency, defaults.currency, currency_of)
    reverses = row.optional_text(fields.reverses) or None
    return BookPayment(
        loan_number=row.text("loan_number", fields.loan_number),
        source=row.text("source", fields.source, default=defaults.source),
        external_id=row.text("external_id", (entry and entry.external_id) or fields.external_id),
        amount_minor=_amount(row, entry.amount if entry else fields.amount, currency=currency, reverses=reverses),
        currency=currency,
        received_at=_received_at(row, mapping, (entry and entry.received_at) or fields.received_at, as_of=as_of),
        reverses=reverses,
    )


def _amount(row: Row, source: Source | None, *, currency: str, reverses: str | None) -> int:
    amount = row.signed_amount(source, currency=currency)
    if amount is None:
        raise row.refused("is empty, and the amount is required", source)
    if amount == 0:
        raise row.refused("is zero", source)
    if amount < 0 and not reverses:
        raise row.refused("is negative, and nothing says which payment it takes back; map reverses:", source)
    return abs(amount)


def _received_at(row: Row, mapping: PaymentMapping, source: Source | None, *, as_of: date) -> datetime:
    at = row.instant(source, zone=ZoneInfo(mapping.defaults.timezone)) if source else None
    if at is None:
        raise row.refused("is empty, and the day of the payment is required", source)
    if at.date() > as_of:
        raise row.refused(f"lies after the file's day, {as_of}", source)
    if as_of - at.date() > OLDEST:
        raise row.refused(f"is more than {OLDEST.days} days before the file's day, {as_of}", source)
    return at.astimezone(UTC)
