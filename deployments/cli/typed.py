"""What people type on the command line, read strictly: days, amounts in major units, prices, contact points."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation

import typer

from connectors.book_file.amount import amount_of
from connectors.book_file.cell import BadCellError, Formats
from connectors.book_file.code import currency_of
from connectors.book_file.contact_text import contact_of
from domain.arrangement import Instalment
from domain.borrower import ContactKind, ContactState
from domain.cost import CostUnit
from domain.disposition import FINDINGS, ContactFinding, ContactSource, NewContact
from domain.money import MILLIS_PER_MINOR, decimals_of

DEAREST = 10**9
"""More than this for one unit is a mistake of typing in any currency."""

FIRST_YEAR, LAST_YEAR = 1970, 2200
"""A day outside is a slip of the finger."""

_AMOUNT_AT_DAY = re.compile(r"\s*([^@]+)@(\d{4}-\d{2}-\d{2})\s*(?:,|$)")


def day_typed(text: str | date) -> date:
    """A day, written 2026-01-31, of a year that somebody may mean."""
    if isinstance(text, date):
        return text
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}' is not a day; write it as 2026-01-31") from None
    if not FIRST_YEAR <= day.year < LAST_YEAR:
        raise typer.BadParameter(f"'{text}' is too far away; give a day from {FIRST_YEAR} on and before {LAST_YEAR}")
    return day


def currency_typed(text: str) -> str:
    """A currency's ISO 4217 code."""
    try:
        return currency_of(text)
    except BadCellError as error:
        raise typer.BadParameter(f"'{text}' {error.reason}") from None


def instalments_typed(text: str, *, currency: str) -> tuple[Instalment, ...]:
    """Amounts with their days, `120.50@2026-01-31,120.50@2026-02-28`, in major units of the currency."""
    found = list(_AMOUNT_AT_DAY.finditer(text))
    if not found or "".join(match[0] for match in found) != text:
        raise typer.BadParameter(f"'{text}' is not AMOUNT@DAY, several of them with commas: 120.50@2026-01-31")
    return tuple(
        Instalment(due_on=day_typed(match[2]), amount_minor=_minor(match[1], currency=currency)) for match in found
    )


def finding_typed(text: str) -> ContactFinding:
    """What was found out about a contact point, `ID=verified`; the id or its beginning, as `work take` shows it."""
    point, _, word = text.partition("=")
    if not point.strip() or word.strip() not in [state.value for state in FINDINGS]:
        states = ", ".join(state.value for state in FINDINGS)
        raise typer.BadParameter(f"'{text}' is not ID=STATE with one of: {states}")
    return ContactFinding(point.strip(), ContactState(word.strip()))


def new_contact_typed(text: str, *, country: str, source: ContactSource, is_verified: bool) -> NewContact:
    """A number or address that a person learned of, `address=12 Orchard Road`; country is for numbers without one."""
    word, _, written = text.partition("=")
    if word.strip() not in [kind.value for kind in ContactKind] or not written.strip():
        kinds = ", ".join(kind.value for kind in ContactKind)
        raise typer.BadParameter(f"'{text}' is not KIND=TEXT with one of: {kinds}")
    try:
        read = contact_of(written, kind=ContactKind(word.strip()), country=country, is_verified=is_verified)
    except BadCellError as error:
        raise typer.BadParameter(f"'{written}' {error.reason}") from None
    return NewContact(read.kind, read.text, source, is_verified=is_verified)


def millis_typed(text: str, *, unit: CostUnit, currency: str) -> int:
    """A price per unit in thousandths of a minor unit: typed in major units, a commission as `18%` or `0.18`."""
    is_share = unit is CostUnit.AGENCY_COMMISSION
    number, percent = (text.strip()[:-1], 100) if is_share and text.strip().endswith("%") else (text.strip(), 1)
    try:
        price = Decimal(number) / percent
    except InvalidOperation:
        raise typer.BadParameter(f"'{text}' is not a price; write a number such as 0.0083") from None
    if not price.is_finite() or not 0 <= price <= DEAREST:
        raise typer.BadParameter(f"'{text}' is not a price; it must be from zero to {DEAREST:,}")
    if is_share and price > 1:
        raise typer.BadParameter(f"'{text}' is more than all the money; write a commission as 18% or 0.18")
    millis = price * MILLIS_PER_MINOR * (1 if is_share else 10 ** decimals_of(currency))
    if millis != millis.to_integral_value():
        raise typer.BadParameter(f"'{text}' is finer than a thousandth of a minor unit of {currency}")
    return int(millis)


def price_told(millis: int, *, unit: CostUnit, currency: str) -> str:
    """A price as a person types it."""
    if unit is CostUnit.AGENCY_COMMISSION:
        return f"{_plainly(Decimal(millis) / 10)}%"
    return f"{_plainly(Decimal(millis) / MILLIS_PER_MINOR / 10 ** decimals_of(currency))} {currency}"


def _minor(text: str, *, currency: str) -> int:
    try:
        minor = amount_of(text, Formats(), currency=currency, is_derived=False)
    except BadCellError as error:
        raise typer.BadParameter(f"'{text}' {error.reason}") from None
    if not minor or minor < 0:
        raise typer.BadParameter(f"'{text}' is not an amount of more than zero")
    return minor


def _plainly(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
