"""A loan of the lender's own system is held to what a row of a file is held to, one by one."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from connectors.book_row import LeftOut, read_row
from domain.arrears import Statement
from domain.book import BookContact, BookLoan
from domain.borrower import ContactKind

TODAY = date(2026, 1, 5)
LOAN = BookLoan(
    number="L-1",
    borrower_number="B-1",
    borrower_name="Ada Canary",
    contacts=(BookContact(ContactKind.MOBILE, "+447400123456"),),
    timezone="Europe/London",
    language="en",
    jurisdiction="GB",
    product="card",
    segment="retail",
    currency="GBP",
    balance_minor=900_000,
    statement=Statement(80_000, 40_000, date(2025, 12, 20), date(2026, 1, 4)),
)


def read(**changed: Any) -> tuple[BookLoan | None, list[LeftOut]]:
    """The loan as it is taken in, and what was left out."""
    left_out: list[LeftOut] = []
    return read_row(replace(LOAN, **changed), today=TODAY, left_out=left_out.append), left_out


def test_a_good_row_stays_as_it_is() -> None:
    """Nothing is left out."""
    assert read() == (LOAN, [])


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        (ContactKind.MOBILE, "+44 7400 123456", BookContact(ContactKind.MOBILE, "+447400123456")),
        (ContactKind.MOBILE, "07400 123456", BookContact(ContactKind.MOBILE, "+447400123456")),
        (ContactKind.MOBILE, "020 7946 0000", BookContact(ContactKind.LANDLINE, "+442079460000")),
        (ContactKind.EMAIL, " Ada@Borrower.Example", BookContact(ContactKind.EMAIL, "ada@borrower.example")),
        (ContactKind.ADDRESS, "1 High St\nLondon", BookContact(ContactKind.ADDRESS, "1 High St, London")),
    ],
)
def test_contacts_come_in_the_one_form(kind: ContactKind, text: str, kept: BookContact) -> None:
    """As from a file: a STOP from that number finds it."""
    loan, left_out = read(contacts=(BookContact(kind, text), kept))
    assert loan is not None
    assert (loan.contacts, left_out) == ((kept,), [])


def test_a_contact_that_reaches_nobody_is_left_out_alone() -> None:
    """The loan comes in with the others, and what is told quotes no number."""
    loan, (told,) = read(contacts=(*LOAN.contacts, BookContact(ContactKind.MOBILE, "12345")))
    assert loan == LOAN
    assert str(told).startswith("a contact (mobile) of loan 'L-1': is not a phone number")
    assert "12345" not in str(told)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"timezone": "Mars/Olympus"}, "'Mars/Olympus' is not a time zone"),
        ({"timezone": "../etc/passwd"}, "is not a time zone"),
        ({"language": "English!"}, "is not a language"),
        ({"jurisdiction": "ZZ"}, "is not a jurisdiction"),
        ({"currency": "gold"}, "is not a currency"),
        ({"number": " "}, "is empty"),
        ({"segment": "a\0b"}, "control characters"),
        ({"borrower_name": "x" * 201}, "longer than 200"),
        ({"balance_minor": 10**19}, "more than any loan"),
        ({"statement": replace(LOAN.statement, arrears_minor=-1)}, "less than zero"),
        ({"statement": replace(LOAN.statement, as_of_on=date(9999, 12, 31))}, "the statement is of 9999-12-31"),
        ({"statement": replace(LOAN.statement, past_due_since_on=date(1, 1, 1))}, "since 0001-01-01"),
    ],
)
def test_a_row_that_no_loan_can_have_is_left_out_with_its_reason(changed: dict[str, Any], why: str) -> None:
    """It is told by the loan's number."""
    loan, (told,) = read(**changed)
    assert loan is None
    assert why in told.reason
