"""One loan as the lender's own system tells it, held to what a row of a file is held to."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from connectors.book_file.cell import BadCellError
from connectors.book_file.code import currency_of, jurisdiction_of, language_of, timezone_of
from connectors.book_file.contact_text import contact_of
from connectors.book_file.loan_row import OLDEST
from domain.book import MOST_MINOR, BookContact, BookLoan
from domain.borrower import ContactKind

LONGEST_TEXT = 200
CALENDARS_DIFFER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A loan that is not taken in, or one of its contacts, and why; nothing in it is personal."""

    loan_number: str
    what: str
    reason: str

    def __str__(self) -> str:
        return f"{self.what} of loan {self.loan_number!r}: {self.reason}"


def read_row(loan: BookLoan, *, today: date, left_out: Callable[[LeftOut], None]) -> BookLoan | None:
    """The loan with its contacts in the domain's form; None where it cannot be one, which `left_out` is told.

    A contact that nobody can be reached by is left out alone, because the loan is worth more than it.
    """
    try:
        _refuse_what_cannot_be(loan, today=today)
        coded = replace(
            loan,
            timezone=timezone_of(loan.timezone),
            language=language_of(loan.language),
            jurisdiction=jurisdiction_of(loan.jurisdiction),
            currency=currency_of(loan.currency),
        )
    except BadCellError as error:
        shown = f"{error.value!r} " if error.value else ""
        left_out(LeftOut(loan.number[:LONGEST_TEXT], "the row", shown + error.reason))
        return None
    return replace(coded, contacts=tuple(dict.fromkeys(_contacts(coded, left_out=left_out))))


def _refuse_what_cannot_be(loan: BookLoan, *, today: date) -> None:
    stated = loan.statement
    texts = (loan.number, loan.borrower_number, loan.product, loan.segment)
    if not all(text.strip() for text in texts):
        raise BadCellError("a number, the product or the segment is empty")
    if any(not text.isprintable() or len(text) > LONGEST_TEXT for text in (*texts, loan.borrower_name)):
        raise BadCellError(f"a text is longer than {LONGEST_TEXT} characters, or holds control characters")
    if any(not 0 <= minor <= MOST_MINOR for minor in (stated.arrears_minor, stated.instalment_minor)):
        raise BadCellError("the arrears or the instalment are less than zero, or more than any loan")
    if abs(loan.balance_minor) > MOST_MINOR:
        raise BadCellError("the balance is more than any loan")
    if stated.as_of_on > today + CALENDARS_DIFFER:
        raise BadCellError(f"the statement is of {stated.as_of_on}, and today is {today}")
    if stated.arrears_minor and not timedelta(0) <= stated.as_of_on - stated.past_due_since_on <= OLDEST:
        raise BadCellError(f"it cannot be past due since {stated.past_due_since_on} on {stated.as_of_on}")


def _contacts(loan: BookLoan, *, left_out: Callable[[LeftOut], None]) -> Iterator[BookContact]:
    country = loan.jurisdiction[:2]
    for contact in loan.contacts:
        if not contact.text.strip():
            continue
        try:
            yield contact_of(contact.text, kind=contact.kind, country=country, is_verified=contact.is_verified)
        except BadCellError as error:
            left_out(LeftOut(loan.number, _named(contact.kind), error.reason))


def _named(kind: ContactKind) -> str:
    return f"a contact ({kind.value})"
