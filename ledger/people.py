"""Reading the personal data of one borrower: a few named places do it, nothing else."""

from dataclasses import dataclass, field

from sqlmodel import Session

from ledger.database import keyring_of
from ledger.removed import refuse_removed, removed_from
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
    """The borrower's name; raises TextRemoved."""
    row = session.get_one(BorrowerRow, borrower_id)
    return Person(name=keyring_of(session).unseal(row.data_key, refuse_removed(row.name_sealed)))


def contact_text(session: Session, contact_point_id: str) -> str:
    """The number or address itself; raises TextRemoved."""
    point = session.get_one(ContactPointRow, contact_point_id)
    owner = session.get_one(BorrowerRow, point.borrower_id)
    return keyring_of(session).unseal(owner.data_key, refuse_removed(point.text_sealed))


def seal_for(session: Session, borrower_id: str, text: str) -> bytes:
    """Encrypt a text under the borrower's own key; raises TextRemoved for a person who was erased."""
    return keyring_of(session).seal(refuse_removed(session.get_one(BorrowerRow, borrower_id).data_key), text)


def unseal_for(session: Session, borrower_id: str, sealed: bytes) -> str:
    """Read back what `seal_for` wrote; raises TextRemoved."""
    key = refuse_removed(session.get_one(BorrowerRow, borrower_id).data_key)
    return keyring_of(session).unseal(key, refuse_removed(sealed))


def name_shown(session: Session, borrower_id: str) -> str:
    """The name as people read it, or the words that it was removed."""
    removed = removed_from(session.get_one(BorrowerRow, borrower_id).name_sealed)
    return person_of(session, borrower_id).name if removed is None else str(removed)


def contact_shown(session: Session, contact_point_id: str) -> str:
    """The number or address masked, or the words that it was removed."""
    removed = removed_from(session.get_one(ContactPointRow, contact_point_id).text_sealed)
    return masked(contact_text(session, contact_point_id)) if removed is None else str(removed)


def text_shown(session: Session, borrower_id: str, sealed: bytes) -> str:
    """What `seal_for` wrote as people read it, or the words that it was removed."""
    removed = removed_from(sealed) or removed_from(session.get_one(BorrowerRow, borrower_id).data_key)
    return unseal_for(session, borrower_id, sealed) if removed is None else str(removed)


def masked(text: str) -> str:
    """A number or address that can be recognised but not used: the last two characters, or the domain of an email."""
    if "@" in text:
        name, _, domain = text.partition("@")
        return f"{name[:1]}***@{domain}"
    return f"{'*' * max(len(text) - 2, 0)}{text[-2:]}"
