"""A sender's bucket never gives more than it may, and those who wait are served by weight, none for ever last."""

import heapq
from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.action import Action
from policy.capacity import (
    DOUBLES_IN,
    SLOWEST,
    TINY,
    Bucket,
    Granted,
    Limit,
    Pace,
    Sender,
    Short,
    ask,
    place,
    sender_for,
    weight_of,
)

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
LIMITS = st.builds(Limit, rate=st.floats(0.001, 200), burst=st.floats(1, 500))


@dataclass
class Queue:
    """Everybody who wants to leave by one sender; each comes, and comes again when it was told to."""

    limit: Limit
    served: float = 0.0
    lasts: dict[str, float] = field(default_factory=dict)
    places: list[tuple[float, int]] = field(default_factory=list)
    left: list[tuple[datetime, str]] = field(default_factory=list)
    asks: int = 0

    def drain(self, contacts: list[tuple[str, int]]) -> None:
        """All are due at once, in this order: (line, weight), of one unit each."""
        bucket, mine = Bucket(self.limit.burst, START), dict[int, float]()
        coming = [(START, number) for number in range(len(contacts))]
        heapq.heapify(coming)
        while coming:
            now, number = heapq.heappop(coming)
            line, weight = contacts[number]
            self.asks += 1
            if number not in mine:
                last = self.lasts.get(line)
                mine[number] = place(served=self.served, last=last, units=1, weight=weight)
            ahead = bisect_left(self.places, (mine[number], number))
            match ask(bucket, self.limit, units=1, ahead=ahead, now=now):
                case Granted(bucket=bucket):
                    self.left.append((now, line))
                    self.served = max(self.served, mine[number])
                    if ahead < len(self.places) and self.places[ahead] == (mine[number], number):
                        del self.places[ahead]
                case Short(room_at=room_at):
                    assert room_at > now
                    if (mine[number], number) not in self.places[ahead : ahead + 1]:
                        insort(self.places, (mine[number], number))
                        self.lasts[line] = max(self.lasts.get(line, 0.0), mine[number])
                    heapq.heappush(coming, (room_at, number))

    def times(self, line: str) -> Iterator[float]:
        """Seconds from the start at which a line's contacts left."""
        return ((at - START).total_seconds() for at, of in self.left if of == line)


@given(LIMITS, st.lists(st.tuples(st.floats(0, 100), st.integers(1, 20)), min_size=1, max_size=60))
def test_no_more_leaves_in_any_time_than_the_burst_and_the_rate(limit: Limit, coming: list[tuple[float, int]]) -> None:
    """Between any two contacts; a contact that is larger than the burst waits until it is full, and goes alone."""
    bucket, now, left = Bucket(limit.burst, START), START, list[tuple[datetime, int]]()
    for pause, units in coming:
        now += timedelta(seconds=pause)
        answer = ask(bucket, limit, units=units, ahead=0, now=now)
        if isinstance(answer, Granted):
            bucket = answer.bucket
            left.append((now, units))
    sums = [0, *accumulate(units for _, units in left)]
    for first, (began, _) in enumerate(left):
        for last, (ended, _) in enumerate(left[first:], start=first):
            most = limit.burst + limit.rate * (ended - began).total_seconds()
            beyond = max((units - limit.burst for _, units in left[first : last + 1]), default=0)
            assert sums[last + 1] - sums[first] <= most + max(beyond, 0) + TINY * (last - first + 1)


@given(LIMITS, st.integers(1, 30), st.integers(0, 400), st.floats(0, 30))
def test_whoever_is_told_an_instant_finds_room_then(limit: Limit, units: int, ahead: int, level: float) -> None:
    """Also where those ahead never came; and where they did, each in time."""
    bucket = Bucket(min(level, limit.burst), START)
    answer = ask(bucket, limit, units=units, ahead=ahead, now=START)
    if isinstance(answer, Short):
        assert isinstance(ask(bucket, limit, units=units, ahead=ahead, now=answer.room_at), Granted)
        spent = Bucket(bucket.level - ahead, START)
        assert isinstance(ask(spent, limit, units=units, ahead=0, now=answer.room_at), Granted)


def test_a_small_portfolio_is_not_behind_a_big_one() -> None:
    """Ten thousand of one lender and then a hundred of another are due at nine, at ten a second."""
    queue = Queue(Limit(rate=10, burst=10))
    queue.drain([("big", 1)] * 10_000 + [("small", 1)] * 100)
    small, big = list(queue.times("small")), list(queue.times("big"))
    assert (len(small), len(big)) == (100, 10_000)
    assert max(small) <= 21  # its half of ten a second
    assert max(big) <= 1_010  # what the small one left over was the big one's: nothing of the rate is lost
    assert queue.asks <= 3 * 10_100  # first, when it was told to, and once more because others came between


def test_what_is_further_along_goes_first_and_nobody_starves() -> None:
    """A fourth rung weighs eight times a first; the first ones move all the while, and keep their order."""
    queue = Queue(Limit(rate=1, burst=1))
    queue.drain([("first", weight_of(0))] * 300 + [("fourth", weight_of(3))] * 300)
    lines = [line for _, line in queue.left]
    in_the_beginning = lines[:180].count("fourth")
    assert 150 <= in_the_beginning <= 165
    assert max(after - before for before, after in pairwise(queue.times("first"))) <= 10


def test_rungs_weigh_up_to_the_fifth() -> None:
    """Twice as much for each."""
    assert [weight_of(position) for position in range(7)] == [1, 2, 4, 8, 16, 16, 16]


PEOPLE = [f"contact-{number}" for number in range(2_000)]


def a_sender(name: str, rate: float) -> Sender:
    """A number for texts."""
    return Sender(name, Action.SMS, Limit(rate, 10))


def test_people_hear_from_senders_by_what_these_take() -> None:
    """Three times as many people for three times the rate, and the same sender for the same person in any order."""
    slow, fast = a_sender("slow", 1), a_sender("fast", 3)
    heard = [sender_for([slow, fast], person) for person in PEOPLE]
    assert heard == [sender_for([fast, slow], person) for person in PEOPLE]
    assert 0.7 <= heard.count(fast) / len(PEOPLE) <= 0.8


def test_another_sender_takes_its_share_from_each_and_moves_nobody_else() -> None:
    """Whoever does not go over to the new one stays where they were."""
    first, second, third = a_sender("first", 1), a_sender("second", 1), a_sender("third", 1)
    before = [sender_for([first, second], person) for person in PEOPLE]
    after = [sender_for([first, second, third], person) for person in PEOPLE]
    moved = [new for old, new in zip(before, after, strict=True) if new != old]
    assert set(moved) == {third}
    assert 0.28 <= len(moved) / len(PEOPLE) <= 0.39


@given(st.lists(st.floats(0, 3_600), max_size=30))
def test_a_pace_stays_between_its_least_and_all_of_it(pauses: list[float]) -> None:
    """However often a vendor says that it is too much; left alone it is whole again within the hour or so."""
    pace, now = Pace(), START
    for pause in pauses:
        now += timedelta(seconds=pause)
        pace = pace.slowed(left_at=now, now=now)
        assert SLOWEST <= pace.share <= 1
        assert pace.slowed(left_at=now, now=now + timedelta(seconds=1)) is pace
    assert pace.at(now + 6 * DOUBLES_IN) == 1


def test_a_slowed_limit_still_lets_one_leave() -> None:
    """A burst of one is not halved, because nothing would ever fit."""
    assert Limit(8, 80).slowed_to(0.25) == Limit(2, 20)
    assert Limit(1, 1).slowed_to(0.25) == Limit(0.25, 1)
