"""The monthly retention run: listed on a page in Prefect, and removed only where the lender has turned that on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from prefect.client.orchestration import get_client

from deployments.clock import machine_now
from deployments.register import schedules_of
from deployments.schedules import DEPLOYMENTS
from deployments.settings import Settings
from domain.book import BookPayment
from flows.retention import in_words, retention
from ledger.database import Ledger
from ledger.payment_intake import take_in_payments
from ledger.portfolios import portfolio_named
from ledger.retention import RemovalIsOff, review_texts
from policy.compliance.removal import House
from tasks.surroundings import surround, surroundings
from tests.flows.conftest import PORTFOLIO

pytestmark = pytest.mark.slow

CANARIES = ("Pat", "l-1@example.com", "C-L-1")


@pytest.fixture
def settled(books: Ledger) -> Callable[[], int]:
    """Three loans that were paid ten years ago under the British pack; how many texts are past their time."""
    paid_at = machine_now()
    later = paid_at + timedelta(days=3660)
    with books.transaction() as session:
        portfolio = portfolio_named(session, PORTFOLIO)
        portfolio.packs = ["gb-conc"]
        paid = [BookPayment(f"L-{n}", "bank", f"P-{n}", 50_000, "USD", paid_at) for n in (1, 2, 3)]
        take_in_payments(session, portfolio, paid, now=paid_at)
    around = replace(surroundings(), clock=lambda: later)
    surround(lambda: around)
    return lambda: review_texts(books, PORTFOLIO, house=around.house, now=later).texts_leaving


def _turned_on() -> None:
    around = replace(surroundings(), house=House(purges="yes"))
    surround(lambda: around)


def _page() -> str:
    # The client's own method of asking sends nothing where the server wants to be told that there is no filter.
    asked = {"artifacts": {"key": {"any_": ["retention"]}}, "sort": "CREATED_DESC", "limit": 1}
    with get_client(sync_client=True) as client:
        newest, *_ = client.request("POST", "/artifacts/filter", json=asked).json()
    return str(newest["data"])


class TestTheRun:
    """What the flow does."""

    def test_only_lists_unless_somebody_says_otherwise(self, settled: Callable[[], int]) -> None:
        """A name and an email address of three people; none of them is on the page."""
        assert retention() == 6
        assert settled() == 6
        page = _page()
        assert "Would go: 6 texts" in page
        assert "| borrower_identity | 3 |" in page
        assert "UK-RETAIN" in page
        assert not [canary for canary in CANARIES if canary in page]

    def test_removes_what_it_listed_where_that_is_turned_on(self, settled: Callable[[], int]) -> None:
        """And the second time there is nothing left."""
        _turned_on()
        assert retention(dry_run=False) == 6
        assert "Went: 6 texts" in _page()
        assert settled() == 0
        assert retention(dry_run=False) == 0


def test_a_run_that_was_not_allowed_removes_nothing(
    settled: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody starts it for real in Prefect, but the lender's setting is off."""
    monkeypatch.setattr("tasks.review_texts.let_go.retries", 0)
    with pytest.raises(RemovalIsOff):
        retention(dry_run=False)
    assert settled() == 6


class TestTheSchedule:
    """What `duecourse deploy` registers."""

    @pytest.mark.parametrize(("purges", "dry_run"), [("no", True), ("yes", False)])
    def test_is_a_dry_run_unless_the_setting_is_on(self, *, purges: str, dry_run: bool) -> None:
        """Once a month."""
        (planned,) = [each for each in DEPLOYMENTS if each.flow == "retention"]
        (schedule,) = schedules_of(planned, [], kind="journey", purges=purges)
        assert schedule.parameters == {"dry_run": dry_run}

    def test_is_off_by_default(self) -> None:
        """Removing is turned on on purpose."""
        assert Settings().house == House(purges="no", at_floor="keep")


def test_a_ledger_without_portfolios_has_a_page_too() -> None:
    """Nothing to say, said."""
    assert in_words([], did="Would go") == "There is no portfolio."
