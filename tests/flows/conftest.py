"""A real Prefect server, a ledger with overdue loans, and surroundings in which nothing reaches anybody."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest
from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings

from deployments.clock import machine_now
from deployments.prefect_server import PrefectServer, prefect_server
from deployments.register import register
from domain.arrears import Statement
from domain.book import BookContact, BookLoan
from domain.borrower import ContactKind
from domain.cost import CostUnit, UnitCost
from ledger.database import Ledger, open_ledger
from ledger.keyring import Keyring
from ledger.loan_intake import take_in_loans
from ledger.migrating import migrate
from ledger.portfolios import ensure_portfolio
from ledger.unit_costs import add_unit_costs
from policy.treatment.reading import shipped_rules
from tasks.surroundings import Surroundings, surround

PORTFOLIO = "cards"
LEASE = timedelta(seconds=5)


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """One server for all flow tests of a worker."""
    home = tmp_path_factory.mktemp("prefect")
    with (
        prefect_server(home=home) as running,
        temporary_settings({PREFECT_API_URL: running.api_url, PREFECT_HOME: home}),
    ):
        register(pool="journeys", pool_type="journey", portfolios=[PORTFOLIO], with_schedules="no")
        yield running


@pytest.fixture
def books(tmp_path: Path, server: PrefectServer) -> Iterator[Ledger]:
    """A ledger with three overdue loans, and surroundings with it."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    migrate(url)
    ledger = open_ledger(url, keyring=Keyring(os.urandom(32)))
    now = machine_now()
    with ledger.transaction() as session:
        add_unit_costs(
            session, [UnitCost(unit, "USD", 1000, datetime(2020, 1, 1, tzinfo=UTC).date(), "test") for unit in CostUnit]
        )
        portfolio = ensure_portfolio(
            session,
            PORTFOLIO,
            currency="USD",
            lender="Quillbank",
            help_phone="+15550100100",
            pay_url="https://pay.example",
            packs=["house-courtesy"],
            now=now,
        )
        take_in_loans(session, portfolio, [_loan(number, now) for number in ("L-1", "L-2", "L-3")], now=now)
    around = Surroundings(
        ledger=ledger,
        clock=machine_now,
        machine_clock=machine_now,
        lease=LEASE,
        messengers=MappingProxyType({}),
        desks=MappingProxyType({}),
        enrichment=None,
        loan_book=None,
        public_url="http://127.0.0.1:1",
        rules=shipped_rules(),
        experiment="test",
        vendors="nobody",
    )
    surround(lambda: around)
    yield ledger
    ledger.close()


def _loan(number: str, now: datetime) -> BookLoan:
    return BookLoan(
        number=number,
        borrower_number=f"C-{number}",
        borrower_name="Pat Example",
        contacts=(BookContact(ContactKind.EMAIL, f"{number.lower()}@example.com"),),
        timezone="UTC",
        language="en",
        jurisdiction="US",
        product="card",
        segment="retail",
        currency="USD",
        balance_minor=200_000,
        statement=Statement(
            arrears_minor=50_000,
            instalment_minor=10_000,
            past_due_since_on=now.date() - timedelta(days=40),
            as_of_on=now.date() - timedelta(days=1),
        ),
    )
