"""What of a channel a breaker holds back: all of it, one wording, or one country."""

from phonenumbers import NumberParseException, parse, region_code_for_number
from sqlmodel import Session

from domain.borrower import ContactKind
from ledger.people import contact_text
from ledger.removed import TextRemoved
from ledger.tables.attempt import AttemptRow
from ledger.tables.borrower import ContactPointRow

EVERYTHING = ""
WORDING, COUNTRY = "wording", "country"
NUMBERS = frozenset({ContactKind.MOBILE.value, ContactKind.LANDLINE.value, ContactKind.CHAT.value})


def scopes_of(session: Session, attempt: AttemptRow) -> frozenset[str]:
    """Every scope that an attempt falls under."""
    return frozenset({EVERYTHING, wording_scope(attempt), country_scope(session, attempt)})


def wording_scope(attempt: AttemptRow) -> str:
    """One version of one wording in one language (`wording friendly_reminder@3/en`); everything, where it has none."""
    return f"{WORDING} {attempt.wording}" if attempt.wording else EVERYTHING


def country_scope(session: Session, attempt: AttemptRow) -> str:
    """The country of the number (`country DE`), or its calling code; everything, where it is no number."""
    point = None if attempt.contact_point_id is None else session.get(ContactPointRow, attempt.contact_point_id)
    if point is None or point.kind not in NUMBERS:
        return EVERYTHING
    try:
        number = parse(contact_text(session, point.id))
    except (NumberParseException, TextRemoved):
        return EVERYTHING
    return f"{COUNTRY} {region_code_for_number(number) or f'+{number.country_code}'}"


def is_ended_by_people(scope: str) -> bool:
    """Whether nobody is let through to see: what is wrong with a wording does not mend itself."""
    return scope.startswith(f"{WORDING} ")
