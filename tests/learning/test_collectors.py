"""Collectors, compared with what their own mix of cases brings with anybody."""

import numpy as np
from sqlmodel import Session

from domain.work_item import Disposition
from reports.facts.facts import facts_of
from reports.learning.collectors import ABOVE, ALONE, AS_EXPECTED, TOO_FEW, Collector, collectors
from reports.learning.windows import money_of
from reports.scope import Scope
from tests.learning.book import Book


def a_team(*, better: str = "") -> Book:
    """Ada gets the hard cases (one in ten pays), Ben and Cyd the easy ones (six in ten), Dot a few; all are as good."""
    rng, book = np.random.default_rng(8), Book()
    for number in range(900):
        hard = number % 3 == 0
        name = "ada" if hard and number % 2 else ("ben", "cyd")[number % 2]
        chance = (0.1 if hard else 0.6) + 0.25 * (name == better)
        loan = book.loan(segment="hard" if hard else "easy", days_past_due=100 if hard else 20)
        loan.work(day=2, by=name, disposition=Disposition.PROMISE if number % 2 else Disposition.NO_ANSWER)
        if rng.random() < chance:
            loan.pays(5_000, day=10)
        loan.pays(9_999, day=17)  # after the fourteen days
    for _ in range(10):
        book.loan(segment="easy").work(day=2, by="dot").pays(5_000, day=3)
    return book


def found(session: Session, scope: Scope) -> tuple[Collector, ...]:
    """What is told of a scope."""
    facts = facts_of(session, scope)
    return collectors(session, facts, money_of(session, facts))


def of(found: tuple[Collector, ...], name: str) -> Collector:
    """One of them."""
    return next(each for each in found if each.collector == name)


class TestACollector:
    """For coaching."""

    def test_is_not_blamed_for_hard_cases(self, past: Session) -> None:
        """Ada's rate is a sixth of the others', and as is to be expected of her cases."""
        told = found(past, a_team().write(past))
        ada, ben = of(told, "ada"), of(told, "ben")
        assert ada.paid_cases / ada.cases < 0.5 * ben.paid_cases / ben.cases
        assert {ada.verdict, ben.verdict, of(told, "cyd").verdict} == {AS_EXPECTED}
        assert ada.expected_paid_cases is not None
        assert abs(ada.paid_cases - ada.expected_paid_cases) < 15

    def test_who_does_better_than_the_mix_is_told(self, past: Session) -> None:
        """Ben brings a quarter of the cases more."""
        ben = of(found(past, a_team(better="ben").write(past)), "ben")
        assert ben.verdict == ABOVE
        assert ben.ci_low is not None
        assert ben.ci_low > 0

    def test_with_few_cases_is_not_compared(self, past: Session) -> None:
        """Ten cases that all paid: counts, and no comparison; the list goes by name."""
        told = found(past, a_team().write(past))
        dot = of(told, "dot")
        assert (dot.cases, dot.paid_cases, dot.promises, dot.spoken_to) == (10, 10, 10, 10)
        assert (dot.verdict, dot.is_compared, dot.ci_low, dot.q_value, dot.expected_minor) == (
            TOO_FEW,
            False,
            None,
            None,
            None,
        )
        assert [each.collector for each in told] == ["ada", "ben", "cyd", "dot"]

    def test_who_is_alone_is_compared_with_nobody(self, past: Session) -> None:
        """One name on all the cases."""
        book = Book()
        for _ in range(40):
            book.loan().work(day=1, by="ada").pays(100, day=2)
        (ada,) = found(past, book.write(past))
        assert (ada.verdict, ada.is_compared) == (ALONE, False)

    def test_nobody_is_listed_without_cases(self, past: Session) -> None:
        """An empty portfolio."""
        assert found(past, Book().write(past)) == ()
