"""Whether the texts of contacts are what they were: unsealed, they have the digests that the chain binds."""

import hashlib
from collections.abc import Iterator

from sqlalchemy import text
from sqlmodel import Session

from ledger.database import keyring_of
from ledger.evidence.flaw import Flaw, What
from ledger.evidence.stored import Span
from ledger.keyring import CannotUnseal
from ledger.removed import removed_from


def changed_texts(session: Session, span: Span) -> Iterator[Flaw]:
    """The contacts of these loans whose sealed text is not the one whose digest is on record.

    A text that was removed in its time is no flaw. A ledger opened without its key passes: nothing can be unsealed.
    """
    keyring = keyring_of(session)
    if not keyring.master:
        return
    where, bound = span.within("j.loan_id")
    query = text(
        "SELECT a.id, j.loan_id, a.text_digest, a.text_sealed, b.data_key FROM attempts AS a"  # noqa: S608 - our own names
        f" JOIN journeys AS j ON j.id = a.journey_id JOIN borrowers AS b ON b.id = a.borrower_id WHERE {where}"
    )
    for attempt_id, loan, digest, sealed, data_key in session.connection().execute(query, bound):
        raw = sealed.encode() if isinstance(sealed, str) else bytes(sealed)
        try:
            if removed_from(raw) is not None:
                continue
            told = hashlib.sha256(keyring.unseal(bytes(data_key), raw).encode()).hexdigest()
        except (CannotUnseal, ValueError, TypeError):
            told = None
        if told != digest:
            says = "the text of this contact is not the one whose digest is on record"
            yield Flaw(What.TEXT_CHANGED, says, str(loan), record=f"attempts/{attempt_id}")
