"""One person is judged by one worker at a time, also where the two use different channels and different numbers."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlmodel import Session

from domain.message import Message, Order
from domain.step import Outcome
from ledger.calling import Reserved, reserve_call
from ledger.claiming import claim
from ledger.tables.decision import DecisionRow
from ledger.tables.journey import JourneyRow
from ledger.work import open_item
from policy.compliance.telling import Told
from tests.ledger.lender import Lender, a_loan

SHORTLY = 0.3
"""Seconds in which whoever is not held up would have been done."""
LONG = 30.0

Contact = Callable[[Session], object]
"""A contact that is judged, and claimed or reserved, in somebody's transaction."""


def is_going_ahead(answer: object) -> bool:
    """Whether a contact was claimed or reserved."""
    assert isinstance(answer, Message | Order | Outcome | Reserved | Told), answer
    return isinstance(answer, Message | Order | Reserved)


class Bench:
    """One borrower with a loan for each contact, all of them written down and none of them made."""

    def __init__(self, lender: Lender) -> None:
        self.lender = lender

    def message(self, number: str, *, ladder: str) -> Contact:
        """The first message of a loan: by SMS on `gentle`, by email on `late_stage`."""
        turn = self.lender.turn(self._opens(number, ladder=ladder))
        attempt = self.lender.plans(turn)
        return lambda session: claim(session, attempt, fence=turn.fence, now=self.lender.now)

    def call(self, number: str) -> Contact:
        """The first call of a loan: a person has it on their list."""
        item = self.lender.has_work(self._opens(number, ladder="standard_early_call"))
        return lambda session: reserve_call(session, open_item(session, item), by="Ana", now=self.lender.now)

    def _opens(self, number: str, *, ladder: str) -> str:
        known = {row.id for row in self.lender.rows(JourneyRow)}
        self.lender.opens(a_loan(number), ladder=ladder)
        (journey,) = {row.id for row in self.lender.rows(JourneyRow)} - known
        return journey

    def makes(self, contact: Contact) -> object:
        """Make one contact in a transaction of its own."""
        with self.lender.ledger.transaction() as session:
            return contact(session)

    @contextmanager
    def half_made(self, contact: Contact) -> Iterator[list[object]]:
        """A worker has made a contact and not yet committed; it commits when the block is over. What it answered."""
        is_made, may_commit = threading.Event(), threading.Event()
        answers: list[object] = []

        def makes() -> None:
            with self.lender.ledger.transaction() as session:
                answers.append(contact(session))
                is_made.set()
                assert may_commit.wait(LONG)

        with ThreadPoolExecutor(1) as pool:
            made = pool.submit(makes)
            try:
                assert is_made.wait(LONG)
                yield answers
            finally:
                may_commit.set()
            made.result(LONG)


class TestASecondWorker:
    """With the same person, while the first has not yet committed."""

    @pytest.mark.parametrize(("first", "second"), [("sms", "email"), ("email", "call"), ("call", "email")])
    def test_waits_whichever_channel_each_of_them_uses(self, lender: Lender, first: str, second: str) -> None:
        """Two channels are two contact points, so only a lock on the person makes the second one wait."""
        bench = Bench(lender)
        made = {"call": bench.call("L-1")} if "call" in (first, second) else {}
        made |= {"sms": bench.message("L-2", ladder="gentle"), "email": bench.message("L-3", ladder="late_stage")}
        before = len(lender.rows(DecisionRow))
        with ThreadPoolExecutor(1) as pool:
            with bench.half_made(made[first]) as answers:
                later = pool.submit(bench.makes, made[second])
                with pytest.raises(TimeoutError):
                    later.result(SHORTLY)
            assert is_going_ahead(answers[0])
            assert is_going_ahead(later.result(LONG))
        moments = [row.judged_at for row in lender.rows(DecisionRow)]
        assert len(set(moments[before:])) == 2, "the later one is judged on a history that holds the earlier one"

    def test_finds_the_cap_reached_by_what_the_first_one_sends(self, lender: Lender) -> None:
        """Three messages a week over all channels: two have left, a text and an email ask for the third at once."""
        bench = Bench(lender)
        messages = [bench.message(f"L-{n}", ladder=("gentle", "late_stage")[n % 2]) for n in range(4)]
        assert all(is_going_ahead(bench.makes(message)) for message in messages[:2])
        with ThreadPoolExecutor(1) as pool:
            with bench.half_made(messages[2]) as answers:
                later = pool.submit(bench.makes, messages[3])
                with pytest.raises(TimeoutError):
                    later.result(SHORTLY)
            assert is_going_ahead(answers[0])
            assert later.result(LONG) is Outcome.DEFERRED
