"""A worker's options say which lines it has and how many runs it carries out at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from uuid import uuid4

import pytest

from deployments.house import HOUSE
from deployments.lane import Lanes
from deployments.line import Lines, lines_for


@contextmanager
def lines(*queues: str, limit: int | None = None) -> Iterator[Lines]:
    """The lines of a worker with these options; their threads end with the block."""
    made = lines_for(queues, limit=limit, lanes=4)
    yield made
    for line in made.all:
        line.lanes.close()


def lanes(made: Lines) -> int:
    """How many runs are carried out at a time."""
    return sum(each.count for each in {id(line.lanes): line.lanes for line in made.all}.values())


class TestTheLimit:
    """`--limit` counts the runs of the house too."""

    @pytest.mark.parametrize("queues", [(), (HOUSE, "default"), ("default",)])
    @pytest.mark.parametrize("limit", [1, 2, 7])
    def test_is_never_exceeded_and_always_used(self, queues: tuple[str, ...], limit: int) -> None:
        """Whatever is served."""
        with lines(*queues, limit=limit) as made:
            assert lanes(made) == limit

    def test_of_one_has_house_and_journeys_take_turns(self) -> None:
        """They share the lane."""
        with lines(limit=1) as made:
            assert made.house is not None
            assert made.journeys is not None
            assert made.house.lanes is made.journeys.lanes

    def test_is_four_journeys_and_one_of_the_house_where_there_is_none(self) -> None:
        """And one run of the house is all that is held at a time."""
        with lines() as made:
            assert lanes(made) == 5
            assert [line.most for line in made.all] == [1, 16]


class TestTheQueues:
    """`--work-queue` names what is served."""

    def test_may_leave_the_house_out(self) -> None:
        """Then there is no lane for it."""
        with lines("late", "early") as made:
            assert made.house is None
            assert [line.queues for line in made.all] == [("early", "late")]

    def test_may_be_the_house_alone(self) -> None:
        """One run at a time, whatever the limit."""
        with lines(HOUSE, limit=3) as made:
            assert made.journeys is None
            assert lanes(made) == 1

    def test_are_asked_of_the_pool_where_none_are_named(self) -> None:
        """Until then they are not known."""
        with lines() as made:
            assert [line.queues for line in made.all] == [(HOUSE,), None]
            assert made.line_for(HOUSE) is made.house
            assert made.line_for("default") is made.line_for(None) is made.journeys


class TestLanesThatHang:
    """What the health check tells from lanes that are busy."""

    def test_are_full_and_nothing_ends_in_them(self) -> None:
        """Five journeys are held for four lanes, and nothing has moved for longer than is allowed."""
        with lines() as made:
            _fill(made)
            Event().wait(0.05)
            assert made.hang(after_seconds=0.01)
            assert not made.hang(after_seconds=60)

    def test_are_not_those_with_room(self) -> None:
        """An idle worker does not move either."""
        with lines() as made:
            Event().wait(0.05)
            assert not made.hang(after_seconds=0.01)

    def test_are_not_those_that_wait_for_the_house(self) -> None:
        """Where both share a lane, an intake may have it for hours."""
        with lines(limit=1) as made:
            _fill(made)
            assert made.house is not None
            made.house.held[uuid4()] = made.house.lanes.give(lambda _client: None)  # type: ignore[assignment]
            Event().wait(0.05)
            assert not made.hang(after_seconds=0.0)

    def test_move_when_a_piece_of_work_is_begun_and_ended(self) -> None:
        """Whatever comes of it."""
        one = Lanes(count=1, name="test")
        Event().wait(0.1)
        assert one.give(lambda _client: 1 / 0).exception(timeout=5) is not None
        assert one.still_for() < 0.1
        one.close()


def _fill(made: Lines) -> None:
    assert made.journeys is not None
    for _ in range(made.journeys.looks_below):
        made.journeys.held[uuid4()] = None  # type: ignore[assignment]
