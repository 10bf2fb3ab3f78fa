"""Reading the personal data of one borrower: a few named places do it, nothing else."""

from dataclasses import dataclass, field

from sqlmodel import Session

from ledger.database import keyring_of
from ledger.tables.borrower import BorrowerRow, ContactPointRow


@dataclass(frozen=True, slots=True)
class Person:
    """A borrower in the clear; kept out of `repr`."""

    name: str = field(repr=False)

    @property
    def first_name(self) -> str:
        """The name to greet by: the first word, or the whole of a name written without spaces."""
        return self.name.split()[0] if self.name.split() else self.name


def person_of(session: Session, borrower_id: str) -> Person:
    """The borrower's name."""
    row = session.get_one(BorrowerRow, borrower_id)
    return Person(name=keyring_of(session).unseal(row.data_key, row.name_sealed))


def contact_text(session: Session, contact_point_id: str) -> str:
    """The number or address itself."""
    point = session.get_one(ContactPointRow, contact_point_id)
    owner = session.get_one(BorrowerRow, point.borrower_id)
    return keyring_of(session).unseal(owner.data_key, point.text_sealed)


def seal_for(session: Session, borrower_id: str, text: str) -> bytes:
    """Encrypt a text under the borrower's own key."""
    return keyring_of(session).seal(session.get_one(BorrowerRow, borrower_id).data_key, text)


def unseal_for(session: Session, borrower_id: str, sealed: bytes) -> str:
    """Read back what `seal_for` wrote."""
    return keyring_of(session).unseal(session.get_one(BorrowerRow, borrower_id).data_key, sealed)


def masked(text: str) -> str:
    """A number or address that can be recognised but not used: the last two characters, or the domain of an email."""
    if "@" in text:
        name, _, domain = text.partition("@")
        return f"{name[:1]}***@{domain}"
    return f"{'*' * max(len(text) - 2, 0)}{text[-2:]}"
