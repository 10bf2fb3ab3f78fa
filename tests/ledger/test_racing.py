"""Two at the same moment: whatever the order, one message leaves and one outcome stands."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from domain.arrangement import Instalment
from domain.disposition import WorkResult
from domain.event import EventKind
from domain.message import Accepted, Message
from domain.step import Outcome
from domain.work_item import Disposition
from ledger.agreements import judge_agreements
from ledger.calling import CallIsOpen, Reserved, reserve_call
from ledger.claiming import claim
from ledger.contacts import opt_out
from ledger.database import Ledger
from ledger.opening import loans_without_journey, open_journeys
from ledger.outcomes import record_accepted
from ledger.planning import plan
from ledger.results import record_result
from ledger.tables.attempt import AttemptRow
from ledger.tables.call import CallRow
from ledger.tables.journey import JourneyRow, StepRow
from ledger.tables.loan import PortfolioRow
from ledger.tables.work_item import WorkItemRow
from ledger.turns import JourneyIsBusy, LeaseWasLost, take_turn
from ledger.work import WorkIsOver, open_item
from policy.next_step import Act
from tests.ledger.lender import LEASE, MOBILE, NOW, Lender, a_loan, always

THREADS = 4


def at_once(*doings: Callable[[], object]) -> list[object]:
    """Do things in threads that start together; what each returned."""
    gate = threading.Barrier(len(doings))

    def through(doing: Callable[[], object]) -> object:
        gate.wait()
        return doing()

    with ThreadPoolExecutor(len(doings)) as pool:
        return list(pool.map(through, doings))


def runs(ledger: Ledger, journey_id: str) -> str | None:
    """A run takes the journey and sends what comes next; the id of the attempt that left, if one did."""
    try:
        with ledger.transaction() as session:
            turn = take_turn(session, journey_id, fence=0, lease=LEASE, now=NOW, machine_now=NOW)
        if not isinstance(turn.decision, Act):
            return None
        act = turn.decision
        with ledger.transaction() as session:
            attempt = plan(session, turn, rung=act.rung, action=act.action, public_url="https://x.example", now=NOW)
        assert attempt is not None
        with ledger.transaction() as session:
            claimed = claim(session, attempt, fence=turn.fence, now=NOW)
        if not isinstance(claimed, Message):
            return None
        with ledger.transaction() as session:
            record_accepted(session, attempt, Accepted("vendor", attempt), now=NOW)
    except (JourneyIsBusy, LeaseWasLost):
        return None
    return attempt


class TestTwoRuns:
    """The same journey, at the same moment."""

    def test_send_one_message(self, lender: Lender) -> None:
        """Several runs race for the first turn of a new journey."""
        journey = lender.opens()
        left = [a for a in at_once(*[lambda: runs(lender.ledger, journey)] * THREADS) if a is not None]
        assert len(left) == 1
        assert [row.state for row in lender.rows(AttemptRow)] == ["accepted"]

    def test_claim_one_attempt_once(self, lender: Lender) -> None:
        """A task that is started twice by mistake: the message leaves once."""
        turn = lender.turn(lender.opens())
        attempt = lender.plans(turn)

        def claims() -> object:
            with lender.ledger.transaction() as session:
                return claim(session, attempt, fence=turn.fence, now=NOW)

        claimed = at_once(*[claims] * THREADS)
        assert len([c for c in claimed if isinstance(c, Message)]) == 1
        assert {c for c in claimed if not isinstance(c, Message)} == {Outcome.UNKNOWN}

    def test_keep_to_the_cap_over_a_borrowers_loans(self, lender: Lender) -> None:
        """Six loans of one person are worked at the same moment; three messages leave."""
        lender.opens(*(a_loan(f"L-{number}") for number in range(6)))
        journeys = [row.id for row in lender.rows(JourneyRow)]
        left = at_once(*[lambda j=j: runs(lender.ledger, j) for j in journeys])
        assert len([a for a in left if a is not None]) == 3


class TestManyAtOnce:
    """With one person, from several machines."""

    @pytest.mark.parametrize("workers", [2, 5, 8])
    def test_never_overrun_a_cap(self, lender: Lender, workers: int) -> None:
        """As many loans as workers; three messages a week, however many ask, and each knew of those before it."""
        lender.opens(*(a_loan(f"L-{number}") for number in range(workers)))
        journeys = [row.id for row in lender.rows(JourneyRow)]
        left = [a for a in at_once(*[lambda j=j: runs(lender.ledger, j) for j in journeys]) if a is not None]
        assert len(left) == min(workers, 3)
        moments = [row.claimed_at for row in lender.rows(AttemptRow) if row.claimed_at is not None]
        assert len(set(moments)) == len(moments)

    @pytest.mark.parametrize("workers", [2, 8])
    def test_never_reserve_more_calls_than_a_day_allows(self, lender: Lender, workers: int) -> None:
        """One person, several callbacks, a pack that allows three calls a day: no more are reserved."""
        lender.opens(*(a_loan(f"L-{number}") for number in range(workers)), ladder="standard_early_call")
        items = [lender.has_work(row.id) for row in lender.rows(JourneyRow)]
        with lender.ledger.transaction() as session:
            portfolio = session.get_one(PortfolioRow, lender.loan("L-0").portfolio_id)
            portfolio.packs = ["in-rbi"]
        lender.now = lender.now.replace(hour=12)

        def reserves(item: str) -> object:
            with lender.ledger.transaction() as session:
                return reserve_call(session, open_item(session, item), by=item, now=lender.now)

        asked = at_once(*[lambda i=i: reserves(i) for i in items])
        reserved = [a for a in asked if isinstance(a, Reserved)]
        assert len(lender.rows(CallRow)) == len(reserved)
        assert len({row.at for row in lender.rows(CallRow)}) == len(reserved)
        assert len(reserved) == min(workers, 3)

    def test_reserve_one_call_for_one_item(self, lender: Lender) -> None:
        """Two people pick the same item up."""
        item = lender.has_work(lender.opens(ladder="standard_early_call"))

        def reserves() -> object:
            try:
                with lender.ledger.transaction() as session:
                    return reserve_call(session, open_item(session, item), by="Ana", now=lender.now)
            except CallIsOpen:
                return None

        assert len([a for a in at_once(*[reserves] * THREADS) if isinstance(a, Reserved)]) == 1

    @pytest.mark.parametrize("attempt", range(4))
    def test_stop_before_or_after_a_message_and_never_beside_it(self, lender: Lender, attempt: int) -> None:
        """A STOP and a send at the same moment: what left, left before it; afterwards nothing goes to the number."""
        journey = lender.opens()
        turn = lender.turn(journey)
        planned = lender.plans(turn)

        def stops() -> object:
            with lender.ledger.transaction() as session:
                return opt_out(session, MOBILE.text, now=NOW)

        def claims() -> object:
            with lender.ledger.transaction() as session:
                return claim(session, planned, fence=turn.fence, now=NOW)

        _, claimed = at_once(stops, claims)
        (row,) = lender.rows(AttemptRow)
        assert (row.claimed_at is not None) == isinstance(claimed, Message)
        assert isinstance(claimed, Message) or claimed in {Outcome.FORBIDDEN, Outcome.OVERTAKEN}
        lender.lives(journey, days=10)
        texts = [m for m in lender.sent if isinstance(m, Message) and m.to == MOBILE.text]
        assert texts == []


class TestTwoIntakes:
    """The same loan, at the same moment."""

    def test_open_one_journey(self, lender: Lender) -> None:
        """One of them may be refused by the database; none opens a second one."""
        lender.takes_in(a_loan())

        def opens() -> object:
            with lender.ledger.transaction() as session:
                portfolio = session.get_one(PortfolioRow, lender.loan().portfolio_id)
                loans = loans_without_journey(session, portfolio)
                return len(open_journeys(session, loans, rules=always("gentle"), salt="test", now=NOW))

        def opens_or_is_refused() -> object:
            try:
                return opens()
            except Exception:  # noqa: BLE001  # whichever error the database gives, what counts is below
                return 0

        assert sum(int(str(n)) for n in at_once(*[opens_or_is_refused] * THREADS)) == 1
        assert len(lender.rows(JourneyRow)) == 1


class TestATurnAndAPerson:
    """At the very deadline of a call."""

    @pytest.mark.parametrize("attempt", range(3))
    def test_leave_one_outcome(self, lender: Lender, attempt: int) -> None:
        """Either the call lapsed or its result counts; nobody waits for ever and nothing is written twice."""
        journey = lender.opens(ladder="standard_early_call")
        item = lender.has_work(journey)
        (row,) = lender.rows(WorkItemRow)
        lender.now = row.deadline_at

        def records() -> object:
            try:
                with lender.ledger.transaction() as session:
                    result = WorkResult(Disposition.REFUSED, by="Bob", minutes=1)
                    return record_result(session, item, result, now=lender.now)
            except WorkIsOver:
                return Outcome.LAPSED

        recorded, _ = at_once(records, lambda: lender.turn(journey))
        steps = [s for s in lender.rows(StepRow) if (s.rung, s.turn_no) == (row.rung, row.turn_no)]
        assert [s.outcome for s in steps] == [str(recorded)]


class TestATurnAndAReview:
    """At the very end of a promise's grace."""

    @pytest.mark.parametrize("attempt", range(3))
    def test_break_a_promise_once(self, lender: Lender, attempt: int) -> None:
        """The journey is looked at while all agreements are judged."""
        journey = lender.opens(ladder="standard_early_call")
        day = (lender.now + timedelta(days=9)).date()
        lender.records(lender.has_work(journey), Disposition.PROMISE, promised=Instalment(day, 1_000))
        lender.now = NOW.replace(hour=9) + timedelta(days=12)

        def reviews() -> object:
            with lender.ledger.transaction() as session:
                return judge_agreements(session, now=lender.now)

        at_once(reviews, lambda: lender.turn(journey))
        assert lender.events(EventKind.PROMISE_BROKEN) == 1
