"""One row of a lender's file as a loan: what the mapping names is read, and what cannot be true is refused."""

from datetime import date, timedelta

from connectors.book_file.cell import BadCellError, text_of
from connectors.book_file.code import currency_of, jurisdiction_of, language_of, timezone_of
from connectors.book_file.contact_text import contact_of
from connectors.book_file.mapping import Contact, LoanMapping
from connectors.book_file.row import Row
from domain.arrears import Statement
from domain.book import BookContact, BookLoan
from domain.borrower import ContactKind

OLDEST = timedelta(days=40 * 366)
"""Nothing is past due for longer: such a date is a mistake of the file."""


def loan_of(row: Row, mapping: LoanMapping, *, as_of: date) -> BookLoan:
    """The loan of a row, as it stands on `as_of`.

    What says who owes how much must be right. A contact, an attribute or the day of origination that cannot be used is
    left out with a remark, because the loan is worth more than it.

    Raises:
        BadCellError: the row is not a loan.
    """
    fields, defaults = mapping.fields, mapping.defaults
    number = row.text("number", fields.number)
    currency = row.code(fields.currency, defaults.currency, currency_of)
    jurisdiction = row.code(fields.jurisdiction, defaults.jurisdiction, jurisdiction_of)
    statement, balance_minor = _standing(row, mapping, as_of=as_of, currency=currency)
    return BookLoan(
        number=number,
        borrower_number=row.optional_text(fields.borrower_number) or number,
        borrower_name=row.optional_text(fields.borrower_name, partial=True),
        contacts=_contacts(row, mapping.contacts, country=jurisdiction[:2]),
        timezone=row.code(fields.timezone, defaults.timezone, timezone_of),
        language=row.code(fields.language, defaults.language, language_of),
        jurisdiction=jurisdiction,
        product=row.text("product", fields.product, default=defaults.product),
        segment=row.text("segment", fields.segment, default=defaults.segment),
        currency=currency,
        balance_minor=balance_minor,
        statement=statement,
        originated_on=_originated_on(row, mapping, statement),
        limitation_on=row.day(mapping.fields.limitation_on),
        validation_notice_on=_validation_notice_on(row, mapping, as_of=as_of),
        attributes=_attributes(row, mapping),
    )


def _standing(row: Row, mapping: LoanMapping, *, as_of: date, currency: str) -> tuple[Statement, int]:
    fields = mapping.fields
    arrears = row.amount(fields.arrears, currency=currency)
    if arrears is None:
        raise row.refused("is empty, and the arrears are required", fields.arrears)
    balance = row.amount(fields.balance, currency=currency)
    if balance is None and fields.balance is not None:
        raise row.refused("is empty, and the balance is required where it is mapped", fields.balance)
    if balance is not None and arrears > balance:
        raise row.refused("the arrears are more than the balance", fields.arrears, fields.balance)
    since = _past_due_since(row, mapping, as_of=as_of, arrears=arrears)
    statement = Statement(
        arrears_minor=arrears,
        instalment_minor=row.amount(fields.instalment, currency=currency) or 0,
        past_due_since_on=since,
        as_of_on=as_of,
    )
    return statement, arrears if balance is None else balance


def _past_due_since(row: Row, mapping: LoanMapping, *, as_of: date, arrears: int) -> date:
    fields = mapping.fields
    source = fields.past_due_since or fields.days_past_due
    since = row.day(fields.past_due_since)
    if fields.days_past_due is not None:
        days = row.count(fields.days_past_due)
        if days is not None and not 0 <= days <= OLDEST.days:
            raise row.refused(f"is not between 0 and {OLDEST.days} days", source)
        since = None if days is None else as_of - timedelta(days=days)
    if since is None and arrears:
        raise row.refused("is empty, and the row is in arrears", source)
    if since is None:
        return as_of
    if since > as_of:
        raise row.refused(f"lies after the file's day, {as_of}", source)
    if as_of - since > OLDEST:
        raise row.refused(f"is more than {OLDEST.days} days before the file's day, {as_of}", source)
    if not arrears and since < as_of:
        raise row.refused(f"nothing is overdue, yet it is {(as_of - since).days} days past due", fields.arrears, source)
    return since


def _originated_on(row: Row, mapping: LoanMapping, statement: Statement) -> date | None:
    source = mapping.fields.originated_on
    try:
        day = row.day(source)
        if day is not None and day > statement.past_due_since_on:
            raise row.refused("the loan would be past due before it began; its origination is left out", source)
    except BadCellError as error:
        row.remark(error)
        return None
    return day


def _validation_notice_on(row: Row, mapping: LoanMapping, *, as_of: date) -> date | None:
    source = mapping.fields.validation_notice_on
    day = row.day(source)
    if day is not None and day > as_of:
        raise row.refused(f"lies after the file's day, {as_of}", source)
    return day


def _attributes(row: Row, mapping: LoanMapping) -> dict[str, str]:
    found = {}
    for name, source in mapping.attributes.items():
        try:
            if text := row.optional_text(source):
                found[name] = text
        except BadCellError as error:
            row.remark(error)
    return found


def _contacts(row: Row, contacts: tuple[Contact, ...], *, country: str) -> tuple[BookContact, ...]:
    found: dict[tuple[ContactKind, str], BookContact] = {}
    for contact in contacts:
        try:
            text = text_of(row.cell(contact, partial=contact.kind is ContactKind.ADDRESS))
            if not text:
                continue
            read = contact_of(text, kind=contact.kind, country=country, is_verified=_is_verified(row, contact))
        except BadCellError as error:
            row.remark(row.refused(f"{error.reason}; the contact is left out", contact))
            continue
        found.setdefault((read.kind, read.text), read)
    return tuple(found.values())


def _is_verified(row: Row, contact: Contact) -> bool:
    try:
        return contact.verified is not None and contact.verified.is_true(row.scope)
    except BadCellError as error:
        row.remark(error)
        return False
