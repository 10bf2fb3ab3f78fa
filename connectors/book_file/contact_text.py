"""Phones, emails and addresses as the lender wrote them, brought into the one form that the domain speaks."""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from connectors.book_file.cell import BadCellError
from connectors.book_file.rejects import is_formula
from domain.book import BookContact
from domain.borrower import ContactKind

_EMAIL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_LONGEST_EMAIL = 254
_LONGEST_ADDRESS = 300
_LONGEST_PHONE = 40
PHONES = frozenset({ContactKind.MOBILE, ContactKind.LANDLINE, ContactKind.CHAT})


def contact_of(text: str, *, kind: ContactKind, country: str, is_verified: bool) -> BookContact:
    """A contact in the domain's form: phones in E.164 (country: ISO 3166-1, for numbers without a country code),
    emails in lower case, addresses on one line.

    A mobile number that is a landline becomes one: a text message would be lost on it.

    Raises:
        BadCellError: no such number can exist, or it is not an email or an address.
    """
    if kind in PHONES:
        number, is_fixed = _phone(text, country)
        actual = ContactKind.LANDLINE if is_fixed and kind is ContactKind.MOBILE else kind
        return BookContact(kind=actual, text=number, is_verified=is_verified)
    read = _email(text) if kind is ContactKind.EMAIL else _address(text)
    return BookContact(kind=kind, text=read, is_verified=is_verified)


def _phone(text: str, country: str) -> tuple[str, bool]:
    try:
        number = phonenumbers.parse(text[:_LONGEST_PHONE], country)
    except NumberParseException:
        raise BadCellError("is not a phone number") from None
    if not phonenumbers.is_valid_number(number):
        raise BadCellError(f"is not a phone number that can exist (read for {country} unless it begins with +)")
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return e164, phonenumbers.number_type(number) == PhoneNumberType.FIXED_LINE


def _email(text: str) -> str:
    email = text.strip().lower()
    local = email.partition("@")[0]
    dotted = local.startswith(".") or local.endswith(".") or ".." in local
    if not _EMAIL.fullmatch(email) or dotted or len(email) > _LONGEST_EMAIL or is_formula(email):
        raise BadCellError("is not an email address")
    return email


def _address(text: str) -> str:
    parts = [" ".join(part.split()) for part in re.split(r"[,\r\n]", text)]
    address = ", ".join(part for part in parts if part)
    if is_formula(text) or not address.isprintable():
        raise BadCellError(
            "is not an address (a spreadsheet would run it as a formula, or it holds control characters)"
        )
    if len(address) > _LONGEST_ADDRESS:
        raise BadCellError(f"is longer than the {_LONGEST_ADDRESS} characters of an address")
    return address
