"""The ledger that tests are given is what they think it is."""

from datetime import UTC, datetime

from sqlalchemy import inspect

from ledger.database import Ledger, make_engine
from ledger.migrating import is_current, migrate
from ledger.portfolios import ensure_portfolio, portfolio_names

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


def test_a_ledger_is_migrated_and_takes_rows(ledger: Ledger, ledger_url: str) -> None:
    """The ledger of a test is in its newest shape, empty, and may be written to."""
    assert is_current(ledger_url)
    with ledger.transaction() as session:
        assert portfolio_names(session) == []
        ensure_portfolio(
            session, "p", currency="CNY", lender="L", help_phone="1", pay_url="https://pay.example", packs=[], now=NOW
        )
    with ledger.reading() as session:
        assert portfolio_names(session) == ["p"]


def test_an_empty_database_can_be_migrated_twice(empty_url: str) -> None:
    """A database without tables is brought up, and bringing it up again changes nothing."""
    engine = make_engine(empty_url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()
    migrate(empty_url)
    migrate(empty_url)
    assert is_current(empty_url)
