"""Under which key a ledger is sealed, and refusing every other one.

A ledger knows its key by a mark, from the first name on that is sealed in it. One from before there were marks is asked
for a borrower's key, which no other master key unwraps, until the next file comes in.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, select

from ledger.evidence.pending import PENDING
from ledger.inserting import insert_new
from ledger.keyring import CannotUnseal, Keyring, KeyWasReplaced, WrongKey
from ledger.removed import is_there
from ledger.tables.borrower import BorrowerRow
from ledger.tables.key_mark import FIRST, KeyMarkRow

ASKED = 3
"""So many borrowers' keys are tried: a single one may be damaged."""


def refuse_other_keys(session: Session, keyring: Keyring) -> None:
    """Whoever has another key than the ledger's may touch nothing.

    Raises:
        KeyWasReplaced: this key was the ledger's own once, or is one of somebody else.
        WrongKey: the ledger's key was never replaced, and this is not it.
    """
    mark = mark_in_force(session)
    if mark is None:
        tried = list(_opens(session, keyring))
        if tried and not any(tried):
            raise WrongKey(WrongKey.__doc__)
    elif mark != keyring.mark:
        was_replaced = not mark.startswith("1:")
        raise KeyWasReplaced(KeyWasReplaced.__doc__) if was_replaced else WrongKey(WrongKey.__doc__)


def keep_mark(session: Session, keyring: Keyring, *, now: datetime) -> None:
    """Let the ledger know its key from now on, where it does not yet. Raises as `refuse_other_keys`."""
    if mark_in_force(session) is None:
        # Of two at once, the second waits for the first, and then is held against its mark.
        insert_new(session, KeyMarkRow(id=FIRST, mark=keyring.mark, replaced_at=now, replaced_by=""))
        refuse_other_keys(session, keyring)


def mark_in_force(session: Session) -> str | None:
    """The mark of the key that the ledger is sealed under; None for one that does not know it yet.

    Within a transaction that writes, the key is not replaced before it ends.
    """
    if PENDING in session.info and session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("LOCK TABLE key_marks IN ROW SHARE MODE"))
    return session.exec(select(KeyMarkRow.mark).order_by(col(KeyMarkRow.id).desc()).limit(1)).first()


def _opens(session: Session, keyring: Keyring) -> Iterator[bool]:
    """Of some borrowers' keys, whether this one unwraps them."""
    for data_key in session.exec(select(BorrowerRow.data_key).where(is_there(BorrowerRow.data_key)).limit(ASKED)):
        try:
            keyring.rewrapped(data_key, under=keyring)
        except (CannotUnseal, TypeError):
            yield False
        else:
            yield True
