"""One row of a lender's file as a loan's past: the loan, and every event that the mapping finds in it."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from connectors.book_file.cell import BadCellError
from connectors.book_file.code import currency_of
from connectors.book_file.loan_row import OLDEST
from connectors.book_file.past_mapping import PastEntry, PastMapping
from connectors.book_file.past_words import channel_of, end_of, outcome_of, unit_of
from connectors.book_file.rejects import Reject
from connectors.book_file.row import Row
from connectors.book_file.source import Source
from domain.action import Action
from domain.arrears import BUCKET_DAYS
from domain.cost import CostUnit
from domain.past import Contacted, Ended, Entered, Paid, PastEvent, PastLoan, PastRow, Promised, Spent
from domain.step import Outcome

MOST_TIMES = 1000
"""More contacts of one kind with one borrower are a mistake of the file."""


def past_of(row: Row, mapping: PastMapping, *, as_of: date) -> Iterator[PastRow | Reject]:
    """What a row tells; an event that cannot be one is a reject of its own, and the others are kept.

    Events without an amount, or with a count of none, are not there: a wide file has such cells in most of its rows.
    """
    try:
        loan = _loan(row, mapping)
    except BadCellError as error:
        yield row.reject(error)
        return
    events: list[PastEvent] = []
    for entry in mapping.events:
        try:
            if entry.keep is None or entry.keep.is_true(row.scope):
                event = _EVENTS[entry.event](_Reading(row, mapping, entry, loan.currency, as_of))
                events += [] if event is None else [event]
        except BadCellError as error:
            yield row.reject(error)
    yield PastRow(loan, mapping.defaults.source, tuple(events))


def _loan(row: Row, mapping: PastMapping) -> PastLoan:
    fields, defaults = mapping.loan, mapping.defaults
    number = row.text("number", fields.number)
    currency = row.code(fields.currency, defaults.currency, currency_of)
    told = {"team": fields.team, "arrears_reason": fields.arrears_reason, **mapping.attributes}
    return PastLoan(
        number=number,
        borrower_number=row.optional_text(fields.borrower_number) or number,
        product=row.optional_text(fields.product) or defaults.product,
        segment=row.optional_text(fields.segment) or defaults.segment,
        currency=currency,
        timezone=defaults.timezone,
        language=defaults.language,
        jurisdiction=defaults.jurisdiction,
        balance_minor=row.amount(fields.balance, currency=currency),
        originated_on=row.day(fields.originated_on),
        attributes={name: text for name, source in told.items() if (text := _remarked(row, source))},
    )


def _remarked(row: Row, source: Source | None) -> str:
    """A text that is worth having; one that cannot be used is left out with a remark."""
    try:
        return row.optional_text(source)
    except BadCellError as error:
        row.remark(error)
        return ""


class _Reading:
    """One event being read: its row, its place in the mapping, and the day that the file speaks of."""

    def __init__(self, row: Row, mapping: PastMapping, entry: PastEntry, currency: str, as_of: date) -> None:
        self.row, self.mapping, self.entry, self.currency, self.as_of = row, mapping, entry, currency, as_of

    @property
    def key(self) -> str:
        return self.row.optional_text(self.entry.external_id)

    def at(self, source: Source | None) -> datetime | None:
        if source is None:
            return None
        found = self.row.instant(source, zone=ZoneInfo(self.mapping.defaults.timezone))
        if found is None:
            return None
        if found.date() > self.as_of:
            raise self.row.refused(f"lies after the file's day, {self.as_of}", source)
        if self.as_of - found.date() > OLDEST:
            raise self.row.refused(f"is more than {OLDEST.days} days before the file's day, {self.as_of}", source)
        return found.astimezone(UTC)

    def word(self, source: Source | None, read: Callable[[str], object]) -> object | None:
        text = self.row.optional_text(source)
        if not text:
            return None
        try:
            return read(text)
        except BadCellError as error:
            raise self.row.refused(error.reason, source) from None

    def yes(self, source: Source | None) -> bool | None:
        text = self.row.optional_text(source).lower()
        if source is None or not text:
            return None
        if text in {"y", "yes", "true", "t", "1", "1.0", "kept"}:
            return True
        if text in {"n", "no", "false", "f", "0", "0.0", "broken"}:
            return False
        raise self.row.refused("is neither yes nor no", source)

    def share(self, source: Source | None) -> float | None:
        text = self.row.optional_text(source)
        if source is None or not text:
            return None
        percent = text.endswith("%")
        try:
            share = Decimal(text.removesuffix("%").strip()) / (100 if percent else 1)
        except ArithmeticError:
            raise self.row.refused("is not a probability", source) from None
        if not 0 < share <= 1:
            raise self.row.refused("is not a probability of more than 0 and at most 1", source)
        return float(share)


def _entered(of: _Reading) -> PastEvent:
    row, entry = of.row, of.entry
    days = row.count(entry.days_past_due) if entry.days_past_due else None
    bucket = row.count(entry.bucket) if entry.bucket else None
    if bucket is not None:
        days = bucket * BUCKET_DAYS
    if days is not None and not 0 <= days <= OLDEST.days:
        raise row.refused(f"is not between 0 and {OLDEST.days} days", entry.days_past_due or entry.bucket)
    return Entered(
        at=of.at(entry.at),
        key=of.key,
        balance_minor=row.amount(entry.balance, currency=of.currency),
        ladder=row.optional_text(entry.ladder) or of.mapping.defaults.ladder,
        arm=row.optional_text(entry.arm),
        probability=of.share(entry.probability),
        days_past_due=days,
    )


def _contact(of: _Reading) -> PastEvent | None:
    row, entry = of.row, of.entry
    action = of.word(entry.channel, channel_of)
    times = 1 if entry.count is None else row.count(entry.count) or 0
    if not 0 <= times <= MOST_TIMES:
        raise row.refused(f"is not between 0 and {MOST_TIMES} contacts", entry.count)
    if not isinstance(action, Action) or not times:
        return None
    outcome = of.word(entry.outcome, outcome_of)
    is_right = of.yes(entry.right_party)
    if not isinstance(outcome, Outcome):
        outcome = _outcome(action, is_right=is_right)
    elif is_right and outcome in {Outcome.NO_ANSWER, Outcome.WRONG_NUMBER, Outcome.REJECTED, Outcome.MESSAGE_LEFT}:
        raise row.refused(f"the right party was reached, yet it ended as {outcome.value}", entry.outcome)
    return Contacted(
        at=of.at(entry.at),
        key=of.key,
        action=action,
        outcome=outcome,
        times=times,
        by=row.optional_text(entry.by),
        cost_millis=row.millis(entry.cost, currency=of.currency) or 0,
    )


def _outcome(action: Action, *, is_right: bool | None) -> Outcome:
    if action.is_message:
        return Outcome.SENT
    match action:
        case Action.LEGAL_REFERRAL | Action.AGENCY_PLACEMENT:
            return Outcome.HANDED_OVER
        case _:
            return Outcome.DONE if is_right else Outcome.NO_ANSWER


def _promise(of: _Reading) -> PastEvent:
    row, entry = of.row, of.entry
    at, due_on = of.at(entry.at), row.day(entry.due)
    if due_on is not None and at is not None and due_on < at.date() - timedelta(days=1):
        raise row.refused("is due before it was made", entry.due)
    return Promised(at, of.key, row.amount(entry.amount, currency=of.currency) or 0, due_on, of.yes(entry.kept))


def _payment(of: _Reading) -> PastEvent | None:
    row, entry = of.row, of.entry
    amount = row.signed_amount(entry.amount, currency=of.currency)
    if not amount:
        return None
    reverses = row.optional_text(entry.reverses) or None
    if amount < 0 and not reverses:
        raise row.refused("is negative, and nothing says which payment it takes back; map reverses:", entry.amount)
    return Paid(of.at(entry.at), of.key, abs(amount), reverses)


def _cost(of: _Reading) -> PastEvent | None:
    amount = of.row.millis(of.entry.amount, currency=of.currency)
    if not amount:
        return None
    unit = of.word(of.entry.unit, unit_of)
    return Spent(of.at(of.entry.at), of.key, unit if isinstance(unit, CostUnit) else CostUnit.OTHER, amount)


def _closed(of: _Reading) -> PastEvent | None:
    text = of.row.optional_text(of.entry.reason)
    if not text:
        return None
    try:
        return Ended(of.at(of.entry.at), of.key, end_of(text))
    except BadCellError as error:
        raise (error if error.column else of.row.refused(error.reason, of.entry.reason)) from None


_EVENTS: dict[str, Callable[[_Reading], PastEvent | None]] = {
    "entered": _entered,
    "contact": _contact,
    "promise": _promise,
    "payment": _payment,
    "cost": _cost,
    "closed": _closed,
}
