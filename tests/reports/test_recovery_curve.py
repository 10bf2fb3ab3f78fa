"""Recovery curves: young journeys are censored, never counted as if nothing came."""

from datetime import timedelta

from reports.recovery_curve import Entry, recovery_curve
from tests.reports.chronicle import day


def test_a_curve_adds_up_days() -> None:
    """One journey of 1,000: 100 within its first day, 400 on its third; it is watched for four whole days."""
    entry = Entry(day(0), 1_000, [(day(0.5), 100), (day(2.1), 400), (day(4.2), 500)])
    curve = recovery_curve("one", [entry], until=day(4.5))
    assert [(point.day, point.share) for point in curve.points] == [(0, 0.0), (1, 0.1), (2, 0.1), (3, 0.5), (4, 0.5)]


def test_a_young_journey_leaves_the_sum_when_its_watching_ends() -> None:
    """Two journeys of 1,000 each pay 100 a day; the second is watched for one day, and the slope stays the same."""
    old = Entry(day(0), 1_000, [(day(n + 0.5), 100) for n in range(3)])
    young = Entry(day(2), 1_000, [(day(2.5), 100)])
    curve = recovery_curve("both", [old, young], until=day(3))
    assert [(p.day, p.share, p.journeys) for p in curve.points] == [
        (0, 0.0, 2),
        (1, 0.1, 2),
        (2, 0.2, 1),
        (3, 0.3, 1),
    ]


def test_a_curve_ends_where_too_few_were_watched() -> None:
    """Two of three journeys are watched for one day only: nothing is said of the second."""
    entries = [Entry(day(at), 1_000, []) for at in (0, 8, 8)]
    assert [point.day for point in recovery_curve("c", entries, until=day(9)).points] == [0, 1]


def test_nothing_is_known_of_a_journey_on_its_first_day() -> None:
    """Neither its money nor its arrears count before a whole day has passed."""
    entry = Entry(day(0), 1_000, [(day(0.1), 100)])
    assert len(recovery_curve("c", [entry], until=day(0) + timedelta(hours=5)).points) == 1
