"""Recovery curves: young journeys are censored, never counted as if nothing came."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from reports.facts.facts import in_micros
from reports.recovery_curve import Curve, Entries, recovery_curve
from tests.reports.chronicle import day

Entry = tuple[datetime, int, Sequence[tuple[datetime, int]]]


def curve_of(entries: Sequence[Entry], *, until: datetime) -> Curve:
    """The curve of journeys, each with its opening, its arrears and its payments."""
    paid = [(index, in_micros(at), minor) for index, (_, _, money) in enumerate(entries) for at, minor in money]
    columns = np.array(paid, dtype=np.int64).reshape(-1, 3)
    opened = np.array([in_micros(at) for at, _, _ in entries], dtype=np.int64)
    owed = np.array([minor for _, minor, _ in entries], dtype=np.int64)
    return recovery_curve("c", Entries(opened, owed, *columns.T), until=in_micros(until))


def test_a_curve_adds_up_days() -> None:
    """One journey of 1,000: 100 within its first day, 400 on its third; it is watched for four whole days."""
    entry = (day(0), 1_000, [(day(0.5), 100), (day(2.1), 400), (day(4.2), 500)])
    curve = curve_of([entry], until=day(4.5))
    assert [(point.day, point.share) for point in curve.points] == [(0, 0.0), (1, 0.1), (2, 0.1), (3, 0.5), (4, 0.5)]


def test_a_young_journey_leaves_the_sum_when_its_watching_ends() -> None:
    """Two journeys of 1,000 each pay 100 a day; the second is watched for one day, and the slope stays the same."""
    old = (day(0), 1_000, [(day(n + 0.5), 100) for n in range(3)])
    young = (day(2), 1_000, [(day(2.5), 100)])
    curve = curve_of([old, young], until=day(3))
    assert [(p.day, p.share, p.journeys) for p in curve.points] == [
        (0, 0.0, 2),
        (1, 0.1, 2),
        (2, 0.2, 1),
        (3, 0.3, 1),
    ]


def test_a_curve_ends_where_too_few_were_watched() -> None:
    """Two of three journeys are watched for one day only: nothing is said of the second."""
    entries: list[Entry] = [(day(at), 1_000, []) for at in (0, 8, 8)]
    assert [point.day for point in curve_of(entries, until=day(9)).points] == [0, 1]


def test_nothing_is_known_of_a_journey_on_its_first_day() -> None:
    """Neither its money nor its arrears count before a whole day has passed."""
    entry = (day(0), 1_000, [(day(0.1), 100)])
    assert len(curve_of([entry], until=day(0) + timedelta(hours=5)).points) == 1


def test_the_band_is_the_spread_of_what_each_journey_adds() -> None:
    """Beside a sum over journeys and days, one by one: some pay, some do not, and one is watched for less long."""
    money = {0: [(0.5, 300), (2.5, 200)], 1: [(1.2, 900)], 2: [], 3: [(0.1, 50)], 4: [(3.2, 400)]}
    watched = {0: 4, 1: 4, 2: 4, 3: 2, 4: 4}
    owed = {0: 1_000, 1: 900, 2: 2_000, 3: 500, 4: 700}
    entries = [
        (day(4 - watched[j]), owed[j], [(day(4 - watched[j] + at), minor) for at, minor in money[j]]) for j in owed
    ]
    curve = curve_of(entries, until=day(4))
    added = dict.fromkeys(owed, 0.0)
    for on in range(4):
        here = [j for j in owed if watched[j] > on]
        all_owed = sum(owed[j] for j in here)
        came = {j: sum(minor for at, minor in money[j] if int(at) == on) for j in here}
        share = sum(came.values()) / all_owed
        for j in here:
            added[j] += (came[j] - share * owed[j]) / all_owed
        half = 1.959963984540054 * (sum(each**2 for each in added.values()) * 5 / 4) ** 0.5
        point = curve.points[on + 1]
        assert point.ci_low == round(max(point.share - half, 0.0), 6)
        assert abs(point.ci_high - (point.share + half)) < 2e-6
