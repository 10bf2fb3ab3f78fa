"""The words that ask us to stop, by the packs of whoever may have written them."""

from sqlmodel import Session, col, select

from ledger.database import keyring_of
from ledger.packs import stack_of
from ledger.tables.borrower import BorrowerRow, ContactPointRow
from ledger.tables.loan import PortfolioRow


def stop_words_for(session: Session, number: str) -> frozenset[str]:
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
