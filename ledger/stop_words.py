"""Whether what a person wrote asks us to stop: by our own words, and by those of their packs."""

from sqlmodel import Session, col, select

from domain.receipt import Receipt, ReceiptKind, Written
from ledger.database import keyring_of
from ledger.packs import stack_of
from ledger.tables.borrower import BorrowerRow, ContactPointRow
from ledger.tables.loan import PortfolioRow
from policy.stop_words import asks_to_stop


def receipt_of(session: Session, written: Written) -> Receipt:
    """The receipt of a person's message: a request to stop, or a reply."""
    stops = written.is_opt_out or asks_to_stop(written.text, also=_stop_words_for(session, written.sender))
    kind = ReceiptKind.STOP if stops else ReceiptKind.REPLY
    return Receipt(written.vendor, written.event_id, kind, sender=written.sender)


def _stop_words_for(session: Session, number: str) -> frozenset[str]:
    """The words of all packs that the portfolios of this number's borrowers are worked under; empty for a stranger.

    In every language that a pack knows: people do not always write in the one that the lender's book gives them.
    """
    lookup = keyring_of(session).lookup(number)
    borrowers = (
        select(BorrowerRow.portfolio_id)
        .join(ContactPointRow, col(ContactPointRow.borrower_id) == col(BorrowerRow.id))
        .where(ContactPointRow.lookup == lookup)
    )
    portfolios = session.exec(select(PortfolioRow).where(col(PortfolioRow.id).in_(borrowers))).all()
    packs = [pack for portfolio in portfolios for pack in stack_of(portfolio).packs]
    return frozenset(word for pack in packs for words in pack.form.stop_words.values() for word in words)
