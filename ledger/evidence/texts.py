"""Whether the texts of contacts are what they were: unsealed, they have the digests that the chain binds."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from ledger.database import keyring_of
from ledger.evidence.flaw import Flaw, What
from ledger.evidence.links import Chain
from ledger.evidence.stored import Span
from ledger.keyring import CannotUnseal, Keyring
from ledger.removed import removed_from


def changed_texts(session: Session, span: Span, chains: Mapping[Any, Chain]) -> Iterator[Flaw]:
    """The contacts of these loans whose sealed text is not the one whose digest is on record.

    A text that was removed in its time is no flaw, as far as events tell of so many removals on that day and under that
    rule. A ledger opened without its key passes, but for these: nothing can be unsealed.
    """
    keyring = keyring_of(session)
    marked: dict[tuple[Any, str, str], list[str]] = defaultdict(list)
    where, bound = span.within("j.loan_id")
    query = text(
        "SELECT a.id, j.loan_id, a.text_digest, a.text_sealed, b.data_key FROM attempts AS a"  # noqa: S608 - our own names
        f" JOIN journeys AS j ON j.id = a.journey_id JOIN borrowers AS b ON b.id = a.borrower_id WHERE {where}"
        " ORDER BY j.loan_id, a.id"
    )
    for attempt_id, loan, digest, sealed, data_key in session.connection().execute(query, bound):
        try:
            raw = sealed.encode() if isinstance(sealed, str) else bytes(sealed)
            if (removed := removed_from(raw)) is not None:
                marked[loan, removed.on.isoformat(), removed.rule].append(attempt_id)
                continue
            is_it = not keyring.master or _digest(keyring, data_key, raw) == digest
        except (CannotUnseal, ValueError, TypeError):
            is_it = False
        if not is_it:
            says = "the text of this contact is not the one whose digest is on record"
            yield Flaw(What.TEXT_CHANGED, says, str(loan), record=f"attempts/{attempt_id}")
    for (loan, on, rule), attempts in marked.items():
        told = chains[loan].removed[on, rule] if loan in chains else 0
        if len(attempts) > told:
            says = (
                f"{len(attempts)} texts are said to have been removed on {on} under {rule}, and events tell of {told}:"
                f" {', '.join(map(str, attempts))}"
            )
            yield Flaw(What.TEXT_CHANGED, says, str(loan), record=f"attempts/{attempts[0]}")


def _digest(keyring: Keyring, data_key: Any, sealed: bytes) -> str:
    return hashlib.sha256(keyring.unseal(bytes(data_key), sealed).encode()).hexdigest()
