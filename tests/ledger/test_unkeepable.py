"""One item that can never be kept is told so; what may be told again later is not given up."""

import pytest
from sqlalchemy.exc import DataError, OperationalError, StatementError

from ledger.holds import BeganBeforeTheLoan, HeldTooSoon
from ledger.turns import JourneyIsBusy
from ledger.unkeepable import OF_A_VALUE, why_unkeepable
from ledger.work import NoSuchWork, WorkIsOver
from tests.ledger.lender import NOW


@pytest.mark.parametrize("kind", [HeldTooSoon, BeganBeforeTheLoan, NoSuchWork, WorkIsOver, ValueError])
def test_what_the_ledger_refuses_is_told_in_its_words(kind: type[Exception]) -> None:
    """The reason is written for whoever told it."""
    assert why_unkeepable(kind("not before March")) == "not before March"


@pytest.mark.parametrize(
    "error", [OverflowError(), DataError("", {}, ValueError()), StatementError("", "", {}, OverflowError())]
)
def test_a_value_that_no_column_holds_is_told_as_such(error: Exception) -> None:
    """The database's own words are for us."""
    assert why_unkeepable(error) == OF_A_VALUE


@pytest.mark.parametrize("error", [OperationalError("", {}, ValueError()), JourneyIsBusy(NOW), KeyError("x")])
def test_what_may_go_well_later_is_not_refused(error: Exception) -> None:
    """A database that is away, a journey in other hands, a mistake of ours: the sender tries again."""
    assert why_unkeepable(error) is None
