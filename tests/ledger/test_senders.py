"""A sender never takes more than its rate; whoever finds no room keeps a place and comes again exactly then."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest

from domain.action import Action
from domain.attempt import FailureClass
from domain.message import Message
from domain.step import Outcome
from ledger.carriage import due_journeys, next_due_at, open_journeys_carried
from ledger.contacts import opt_out
from ledger.loan_intake import take_in_loans
from ledger.opening import loans_without_journey, open_journeys
from ledger.outcomes import record_failure
from ledger.portfolios import ensure_portfolio
from ledger.senders import SenderState, sender_states, told
from ledger.tables.attempt import AttemptRow, VerdictRow
from ledger.tables.journey import StepRow
from ledger.tables.loan import LoanRow
from ledger.tables.sender import SenderBucketRow, SenderWaitRow
from policy.capacity import TINY, Limit, Sender
from policy.next_step import Act, Wait
from tests.ledger.lender import MOBILE, NOW, Lender, a_loan, always
from tests.ledger.test_racing import at_once

NUMBER = "+15550100100"
NINE = datetime(2026, 1, 5, 9, tzinfo=UTC)


def sms(rate: float, burst: float, *, name: str = NUMBER) -> Sender:
    """A number for texts."""
    return Sender(name, Action.SMS, Limit(rate, burst))


def people(count: int, *, first: int = 0) -> list[str]:
    """Numbers of loans, each of a person of their own."""
    return [f"L-{number:03}" for number in range(first, first + count)]


def loan_of(number: str) -> object:
    """A loan of somebody who has a mobile."""
    mobile = replace(MOBILE, text=f"+447400{int(number[2:]):06}")
    return a_loan(number, borrower=f"B-{number}", contacts=[mobile])


def opens(lender: Lender, numbers: Iterable[str], *, portfolio: str = "cards") -> None:
    """Journeys for so many people, in one portfolio."""
    with lender.ledger.transaction() as session:
        lender.portfolio(session)
        row = ensure_portfolio(
            session,
            portfolio,
            currency="GBP",
            lender="Harbour Bank",
            help_phone="+44 20 7946 0000",
            pay_url="https://pay.harbour.example",
            packs=["house-courtesy"],
            now=lender.now,
        )
        take_in_loans(session, row, [loan_of(n) for n in numbers], now=lender.now)  # type: ignore[misc]
        open_journeys(session, loans_without_journey(session, row), rules=always("gentle"), salt="t", now=lender.now)


def takes_one_turn(lender: Lender, journey: str) -> None:
    """A run goes on until the journey waits."""
    fence = 0
    while True:
        turn = lender.turn(journey, fence=fence)
        fence = turn.fence
        if not isinstance(turn.decision, Act):
            return
        attempt = lender.plans(turn)
        if not isinstance(lender.claims(attempt, turn), Outcome):
            lender.is_accepted(attempt)


def carries(lender: Lender, *, until: datetime) -> None:
    """Whatever is due is carried out, and the clock skips to the next instant at which something is."""
    while lender.now <= until:
        with lender.ledger.reading() as session:
            woken = {carried.journey_id for carried in open_journeys_carried(session) if carried.was_woken}
            due = woken | set(due_journeys(session, now=lender.now))
        for journey in sorted(due, key=order_of(lender)):
            takes_one_turn(lender, journey)
        with lender.ledger.reading() as session:
            following = next_due_at(session)
        if following is None or following > until:
            return
        assert following > lender.now
        lender.now = following


def order_of(lender: Lender) -> Callable[[str], str]:
    """Journeys by the numbers of their loans."""
    loans = {row.id: row.number for row in lender.rows(LoanRow)}
    owner = {row.id: loans[row.loan_id] for row in lender.journeys()}
    return lambda journey: owner[journey]


def state(lender: Lender) -> SenderState:
    """The one sender that was asked."""
    with lender.ledger.reading() as session:
        (found,) = sender_states(session, now=lender.now)
    return found


def left(lender: Lender) -> list[tuple[datetime, int]]:
    """When each contact left, and how large it was."""
    return sorted((row.claimed_at, row.segments) for row in lender.rows(AttemptRow) if row.claimed_at is not None)


def never_more_than(limit: Limit, contacts: list[tuple[datetime, int]]) -> bool:
    """Whether in no stretch of time more left than the burst and what flowed in meanwhile."""
    sums = [0, *accumulate(units for _, units in contacts)]
    return all(
        sums[last + 1] - sums[first] <= limit.burst + limit.rate * (ended - began).total_seconds() + TINY
        for first, (began, _) in enumerate(contacts)
        for last, (ended, _) in enumerate(contacts)
        if last >= first
    )


class TestAContactThatFindsNoRoom:
    """The number takes ten segments at once and then one in ten seconds."""

    @pytest.fixture(autouse=True)
    def _slow(self, lender: Lender) -> None:
        lender.senders = {Action.SMS: [sms(0.1, 2)]}
        opens(lender, people(3))

    def test_is_put_off_with_a_reason_and_an_instant(self, lender: Lender) -> None:
        """The step says so, the journey waits until then and no longer, and no attempt is spent."""
        first, second, _ = [row.id for row in lender.journeys()]
        takes_one_turn(lender, first)
        turn = lender.turn(second)
        attempt = lender.plans(turn)
        assert lender.claims(attempt, turn) is Outcome.DEFERRED
        (step,) = [row for row in lender.rows(StepRow) if row.journey_id == second]
        assert (step.outcome, step.until) == ("deferred", lender.now + timedelta(seconds=20))
        assert step.reason == "capacity: sms takes 6 segments a minute"
        after = lender.turn(second, fence=turn.fence).decision
        assert isinstance(after, Wait)
        assert (after.until, after.reason) == (step.until, step.reason)
        (row,) = [row for row in lender.rows(AttemptRow) if row.id == attempt]
        assert (row.state, row.claimed_at, row.sender) == ("released", None, None)

    def test_was_judged_and_allowed_before(self, lender: Lender) -> None:
        """Capacity is asked last: every verdict is on file."""
        for row in lender.journeys():
            takes_one_turn(lender, row.id)
        by_attempt = defaultdict(set)
        for verdict in lender.rows(VerdictRow):
            by_attempt[verdict.attempt_id].add(verdict.verdict)
        assert list(by_attempt.values()) == [{"allowed"}] * 3

    def test_comes_again_exactly_then_and_leaves(self, lender: Lender) -> None:
        """One after the other, in the order in which they asked, by the number that is set."""
        order = [row.id for row in lender.journeys()]
        for journey in order:
            takes_one_turn(lender, journey)
        assert (state(lender).waiting, state(lender).units) == (2, 4)
        carries(lender, until=NOW + timedelta(minutes=5))
        rows = sorted((row for row in lender.rows(AttemptRow) if row.claimed_at), key=lambda row: str(row.claimed_at))
        assert [row.journey_id for row in rows] == order
        assert [(row.claimed_at - NOW).total_seconds() for row in rows if row.claimed_at] == [0, 20, 40]
        assert {row.sender for row in rows} == {NUMBER}
        assert {m.sender for m in lender.sent if isinstance(m, Message)} == {NUMBER}
        assert lender.rows(SenderWaitRow) == []
        assert [outcome for _, outcome in lender.steps()].count("sent") == 3

    def test_takes_nothing_when_a_rule_says_no(self, lender: Lender) -> None:
        """A STOP comes in between plan and claim: the rate is untouched, and nobody waits."""
        first = lender.journeys()[0]
        turn = lender.turn(first.id)
        attempt = lender.plans(turn)
        (row,) = lender.rows(AttemptRow)
        with lender.ledger.transaction() as session:
            opt_out(session, "+447400000000", now=lender.now)
        assert lender.claims(attempt, turn) in {Outcome.FORBIDDEN, Outcome.OVERTAKEN}
        assert row.contact_point_id is not None
        assert lender.rows(SenderBucketRow) == []
        assert lender.rows(SenderWaitRow) == []

    def test_gives_up_its_place_when_the_window_closes_or_the_money_comes(self, lender: Lender) -> None:
        """Neither holds anybody up any more."""
        _, second, third = (row.id for row in lender.journeys())
        for row in lender.journeys():
            takes_one_turn(lender, row.id)
        lender.receives(80_000, loan="L-001")
        lender.turn(second)
        assert [row.journey_id for row in lender.rows(SenderWaitRow)] == [third]
        lender.now = NOW.replace(hour=23)
        takes_one_turn(lender, third)
        assert lender.rows(SenderWaitRow) == []
        assert [row.until for row in lender.rows(StepRow) if row.journey_id == third][-1] == NOW.replace(day=6, hour=8)

    def test_holds_nobody_up_when_it_does_not_come(self, lender: Lender) -> None:
        """Its run died: five seconds after its instant somebody else goes."""
        _, _, third = (row.id for row in lender.journeys())
        for row in lender.journeys()[:2]:
            takes_one_turn(lender, row.id)
        lender.now += timedelta(seconds=20)
        takes_one_turn(lender, third)
        assert len(left(lender)) == 1
        lender.now += timedelta(seconds=20)
        takes_one_turn(lender, third)
        assert len(left(lender)) == 2


class TestManyWorkers:
    """On one sender."""

    def test_never_overrun_it(self, lender: Lender) -> None:
        """Eight contacts race for room for three: three leave, the others get an instant each, one after the other."""
        lender.senders = {Action.SMS: [sms(1, 6)]}
        opens(lender, people(8))
        journeys = [row.id for row in lender.journeys()]
        at_once(*[lambda j=j: takes_one_turn(lender, j) for j in journeys])
        assert [units for _, units in left(lender)] == [2, 2, 2]
        told_to_come = sorted((row.until - NOW).total_seconds() for row in lender.rows(SenderWaitRow))
        assert told_to_come == [2, 4, 6, 8, 10]

    def test_do_not_wait_for_each_other_for_ever(self, lender: Lender) -> None:
        """Two numbers, and vendors that find them too fast meanwhile: everybody comes to an end."""
        lender.senders = {Action.SMS: [sms(1, 50), sms(1, 50, name="+15550100101")]}
        opens(lender, people(8))
        turns = [lender.turn(row.id) for row in lender.journeys()]
        attempts = [lender.plans(turn) for turn in turns]
        for attempt, turn in list(zip(attempts, turns, strict=True))[:4]:
            lender.claims(attempt, turn)

        def throttled(attempt: str) -> Outcome:
            with lender.ledger.transaction() as session:
                return record_failure(
                    session, attempt, failure=FailureClass.THROTTLE, code="21611", now=NOW + timedelta(seconds=1)
                )

        ended = at_once(
            *[lambda a=a: throttled(a) for a in attempts[:4]],
            *[lambda a=a, t=t: lender.claims(a, t) for a, t in zip(attempts[4:], turns[4:], strict=True)],
        )
        assert ended[:4] == [Outcome.DEFERRED] * 4
        assert all(isinstance(each, Message) or each is Outcome.DEFERRED for each in ended[4:])


class TestAVendorThatFindsUsTooFast:
    """Its answer slows the sender."""

    @pytest.mark.parametrize(
        ("failure", "code"),
        [
            (FailureClass.THROTTLE, "30022"),
            (FailureClass.NEVER_PROCESSED, "20429"),
            (FailureClass.NEVER_PROCESSED, "429"),
        ],
    )
    def test_halves_its_pace_which_grows_back(self, lender: Lender, failure: FailureClass, code: str) -> None:
        """Once for all contacts that left before; in ten minutes it has its pace again."""
        lender.senders = {Action.SMS: [sms(2, 20)]}
        opens(lender, people(3))
        attempts = [lender.begins_to_send(row.id) for row in lender.journeys()]
        lender.now += timedelta(seconds=1)
        for attempt in attempts[:2]:
            with lender.ledger.transaction() as session:
                record_failure(session, attempt, failure=failure, code=code, now=lender.now)
        slowed = state(lender)
        assert (slowed.share, slowed.rate, slowed.level) == (0.5, 1.0, 0.0)
        assert slowed.takes == "1 segment a second"
        lender.now += timedelta(minutes=10)
        assert (state(lender).share, state(lender).rate) == (1.0, 2.0)

    def test_is_not_slowed_by_a_line_that_is_down(self, lender: Lender) -> None:
        """Nobody could be reached: that says nothing about the rate."""
        lender.senders = {Action.SMS: [sms(2, 20)]}
        opens(lender, people(1))
        attempt = lender.begins_to_send(lender.journeys()[0].id)
        with lender.ledger.transaction() as session:
            record_failure(session, attempt, failure=FailureClass.NEVER_PROCESSED, code="connect", now=lender.now)
        assert state(lender).share == 1.0


class TestSeveralNumbers:
    """Of one channel."""

    def test_reach_a_person_by_the_same_one_every_time(self, lender: Lender) -> None:
        """Both are used, and whoever knows one of them does not hear from the other."""
        lender.senders = {Action.SMS: [sms(10, 100), sms(10, 100, name="+15550100101")]}
        opens(lender, people(12))  # of five, all have the same number once in sixteen times
        carries(lender, until=NOW + timedelta(days=6))
        by_person = defaultdict(set)
        for row in lender.rows(AttemptRow):
            if row.sender is not None:
                by_person[row.contact_point_id].add(row.sender)
        assert max(len(rows) for rows in _attempts_by_point(lender)) > 1
        assert {len(senders) for senders in by_person.values()} == {1}
        assert {sender for senders in by_person.values() for sender in senders} == {NUMBER, "+15550100101"}


def test_many_are_due_at_nine_by_one_number(lender: Lender) -> None:
    """A big portfolio and a small one, on a number that takes a segment in two seconds."""
    # 09:00: nine of the one lender, then two of the other
    limit = Limit(0.5, 4)
    lender.now, lender.senders = NINE, {Action.SMS: [sms(limit.rate, limit.burst)]}
    opens(lender, people(9), portfolio="big")
    opens(lender, people(2, first=9), portfolio="small")
    carries(lender, until=NINE + timedelta(minutes=10))
    contacts = left(lender)
    # all of them left, never faster than the number takes, and the number was never idle
    assert len(contacts) == 11
    assert never_more_than(limit, contacts)
    took = (contacts[-1][0] - NINE).total_seconds()
    assert took <= (sum(units for _, units in contacts) - limit.burst) / limit.rate + 2
    # the small portfolio did not stand behind the big one
    owner = {row.id: row.loan_id for row in lender.journeys()}
    small = {lender.loan(number).id for number in people(2, first=9)}
    mine = [row.claimed_at for row in lender.rows(AttemptRow) if owner[row.journey_id] in small and row.claimed_at]
    assert (max(mine) - NINE).total_seconds() <= 24
    # nobody was told more than a few times to come again
    assert len(lender.rows(AttemptRow)) <= 4 * 11
    assert {row.reason.partition(":")[0] for row in lender.rows(StepRow) if row.outcome == "deferred"} == {"capacity"}


def test_a_later_rung_goes_before_first_reminders(lender: Lender) -> None:
    """A second reminder comes to a number for which three first ones asked already; one of them has left."""
    opens(lender, ["L-900"])
    old = lender.journeys()[0].id
    lender.lives(old, days=4)
    lender.now = lender.journey(old).due_at or lender.now
    lender.senders = {Action.SMS: [sms(0.1, 2)]}
    opens(lender, people(3))
    new = sorted((row.id for row in lender.journeys() if row.id != old), key=order_of(lender))
    for journey in [*new, old]:
        takes_one_turn(lender, journey)
    began = lender.now
    carries(lender, until=began + timedelta(minutes=3))
    rows = [row for row in lender.rows(AttemptRow) if row.claimed_at is not None and row.claimed_at >= began]
    order = [row.journey_id for row in sorted(rows, key=lambda row: str(row.claimed_at))]
    assert order == [new[0], old, *new[1:]]


def test_a_backlog_of_days_bursts_over_nothing(lender: Lender) -> None:
    """The worker was off for three days and comes back a minute before the window closes."""
    limit = Limit(1 / 60, 4)
    lender.senders = {Action.SMS: [sms(limit.rate, limit.burst)]}
    opens(lender, people(5))
    lender.now = datetime(2026, 1, 8, 18, 59, tzinfo=UTC)
    carries(lender, until=lender.now + timedelta(hours=14))
    contacts = left(lender)
    assert len(contacts) == 5
    assert never_more_than(limit, contacts)
    # what the evening had no room for left in the morning, and nothing in the night
    assert {at.hour for at, _ in contacts} <= {18, 8}
    assert {at.day for at, _ in contacts} == {8, 9}


@pytest.mark.parametrize(
    ("rate", "says"),
    [
        (1, "1 segment a second"),
        (100, "100 segments a second"),
        (0.5, "30 segments a minute"),
        (1 / 120, "30 segments an hour"),
        (1 / 86_400, "1 segment a day"),
    ],
)
def test_a_rate_is_told_in_words(rate: float, says: str) -> None:
    """Over the shortest time in which it is a whole unit."""
    assert told(rate, Action.SMS) == says


def _attempts_by_point(lender: Lender) -> Iterator[list[AttemptRow]]:
    rows = [row for row in lender.rows(AttemptRow) if row.sender is not None]
    for point in {row.contact_point_id for row in rows}:
        yield [row for row in rows if row.contact_point_id == point]
