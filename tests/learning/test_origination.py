"""Loss net of collection cost by what was known when the loan was made."""

from datetime import date

import numpy as np
from sqlmodel import Session

from reports.facts.facts import facts_of
from reports.learning.origination import (
    HIGHER,
    LOWER,
    NO_DIFFERENCE,
    SUPPRESSED,
    OriginationCell,
    origination,
)
from reports.learning.windows import money_of
from reports.scope import Scope
from tests.learning.book import Book


def written(book: Book) -> Book:
    """Six industries of which one loses much more and one much less, and regions that do not matter."""
    rng = np.random.default_rng(7)
    share = {"farming": 0.2, "building": 0.5, "trade": 0.5, "care": 0.5, "hotels": 0.5, "gold": 0.9}
    for number in range(1200):
        industry = [*share][number % 6]
        region = f"region {number // 6 % 5}"
        loan = book.loan(
            attributes={"industry": industry, "region": region, "origination_channel": "branch"},
            originated_on=date(2023 + number % 2, 5, 1),
            product="card" if number % 4 else "car",
        )
        loan.pays(int(10_000 * rng.beta(8 * share[industry], 8 * (1 - share[industry]))), day=20).costs(100, day=5)
    for number in range(20):
        book.loan(attributes={"industry": f"rare {number % 4}"}).pays(10_000, day=3)
    return book


def found(session: Session, scope: Scope) -> tuple[OriginationCell, ...]:
    """What is told of a scope."""
    facts = facts_of(session, scope)
    return origination(session, facts, money_of(session, facts))


def cell(cells: tuple[OriginationCell, ...], by: str, name: str) -> OriginationCell:
    """One of them."""
    return next(each for each in cells if (each.by, each.name) == (by, name))


class TestOrigination:
    """A table for an underwriter."""

    def test_finds_the_industries_that_differ_and_no_others(self, past: Session) -> None:
        """Farming loses more, gold less; the rest and all regions do not differ."""
        cells = found(past, written(Book()).write(past))
        farming, gold = cell(cells, "industry", "farming"), cell(cells, "industry", "gold")
        assert (farming.verdict, gold.verdict) == (HIGHER, LOWER)
        assert farming.ci_low < 0.81 < farming.ci_high
        assert farming.loss_minor == farming.placed_minor - farming.recovered_minor + farming.cost_minor
        assert farming.cost_minor == 20_000
        assert farming.days == 180
        assert {each.verdict for each in cells if each.by == "region"} == {NO_DIFFERENCE}
        assert {each.name for each in cells if each.by == "vintage"} >= {"2023", "2024"}

    def test_puts_small_cells_together(self, past: Session) -> None:
        """Four industries of five loans each: too few together to be shown; no row names any of them."""
        cells = found(past, written(Book()).write(past))
        assert not any(each.name.startswith("rare") for each in cells)
        assert not any(each.name == SUPPRESSED for each in cells if each.by == "industry")

    def test_pulls_a_cell_towards_the_others(self, past: Session) -> None:
        """The shrunk rate lies between the cell's own and the mean of its dimension."""
        cells = [each for each in found(past, written(Book()).write(past)) if each.by == "region"]
        rates = [each.loss_rate for each in cells]
        for each in cells:
            assert min(rates) - 1e-9 <= each.shrunk_rate <= max(rates) + 1e-9

    def test_is_empty_where_nobody_was_watched(self, past: Session) -> None:
        """A portfolio without a journey."""
        book = Book()
        assert found(past, book.write(past)) == ()
