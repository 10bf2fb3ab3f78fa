"""Every figure of a lived report opens to the rows behind it, and they give what the report says."""

import os
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from console.staff.report_cells import place_of
from domain.arrears import Statement, bucket_of, position_of
from ledger.database import Ledger, open_ledger
from ledger.keyring import Keyring
from reports.buckets import BUCKETS, LAST
from reports.drawing import Spot
from reports.effectiveness import effectiveness
from reports.measures.interval import share_of
from reports.measures.time_to_cure import incidences
from reports.opening.address import KEYS, KEYS_OF_MANY, Address, NotPlaced, keys_of, row_of
from reports.opening.ground import Ground
from reports.opening.opening import Opened, open_row, opener_of
from reports.opening.part import SUM, Part, Unit
from reports.sections.order import sections_of
from reports.sheets.tables import NOTES, SAID, records_of
from reports.tracing import rows_behind
from tests.conftest import on_sqlite
from tests.reports.chronicle import AS_OF, FIRST_DAY, LAST_DAY, day, write_spring
from tests.reports.lived import lived_year, report_on
from tests.reports.opened import disagreeing, everything, ground_of

MILLIS = 1_000
_DAY = timedelta(days=1)
NO_FIGURES = frozenset({"roll"})
"""Tables of words."""


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Ground]:
    """The report on a lived year, to be opened."""
    url = on_sqlite(tmp_path_factory.mktemp("lived"), template=sqlite_template)
    ledger = open_ledger(url, keyring=Keyring(os.urandom(32)))
    with ledger.transaction() as session:
        lived_year().write(session)
    with ledger.reading() as session:
        yield ground_of(session, report_on(session))
    ledger.close()


def figure(ground: Ground, name: str, table: str, *row: object) -> Opened:
    """One figure, opened."""
    (opened,) = open_row(ground, Address(table, tuple(map(str, row))), figures=(name,))
    return opened


def part(opened: Opened, name: str) -> Part:
    """One part of what makes a figure."""
    return next(each for each in opened.made.parts if each.name == name)


def test_every_figure_agrees_with_what_is_behind_it(lived: Ground) -> None:
    """Sums to the unit; what is rounded with its rounding told; ratios, intervals and models worked out again."""
    wrong: list[tuple[object, ...]] = []
    sums = 0
    checked = {check["what"]: check["unit"] for check in lived.report["reconciliation"]["checks"]}
    for each in everything(lived):
        made = each.made
        if made.how == SUM:
            sums += 1
            one_unit = len({part.unit for part in made.parts}) <= 1 and not made.rounding
            in_minor = sum(part.millis for part in made.parts) + made.rounding
            is_minor = each.figure.endswith("_minor") or checked.get("/".join(each.address.row)) == "minor"
            came = in_minor / MILLIS if is_minor else sum(part.sum for part in made.parts)
            if came != each.value or abs(made.rounding) >= MILLIS or not (one_unit or is_minor):
                wrong.append((each.address, each.figure, each.value, came))
        if not each.agrees:
            wrong.append((each.address, each.figure, each.value, made.again))
        if each.value and not made.parts and each.figure not in SETTINGS:
            wrong.append((each.address, each.figure, "nothing is behind it"))
    assert wrong == []
    assert sums > 3_000


SETTINGS = frozenset({"annual_rate", "half_life_days", "days", "alpha"})
"""Figures that rest on no row, and say so."""


@pytest.mark.parametrize("as_of", [AS_OF, day(3.5), day(12.05)])
@pytest.mark.parametrize("to_on", [LAST_DAY, date(2026, 3, 5)])
def test_so_it_does_in_a_small_past_on_both_databases(ledger: Ledger, as_of: datetime, to_on: date) -> None:
    """More payments than steps, a message that did not arrive, money without a journey; a period that is not over."""
    with ledger.reading() as session:  # which is rolled back
        write_spring(session)
        found = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=to_on, as_of=as_of)
        assert disagreeing(ground_of(session, found)) == []


def test_no_number_of_the_json_is_left_out(lived: Ground) -> None:
    """Each is a figure of a row, or names one; and every table of the story's report has rows."""
    told = {key: value for key, value in lived.report.items() if key not in NOTES | SAID}
    placed = sum(_numbers(record) for records in records_of(lived.report).values() for record in records)
    assert placed == _numbers(told)
    there = set(records_of(lived.report))
    assert there - NO_FIGURES >= set(KEYS) - NO_FIGURES
    assert all(any(name.startswith(beginning) for name in there) for beginning in KEYS_OF_MANY)


def test_a_table_or_figure_that_nobody_has_placed_cannot_be_opened(lived: Ground) -> None:
    """So whoever adds one has to say what is behind it."""
    with pytest.raises(NotPlaced):
        opener_of("moods")
    more = deepcopy(lived.report)
    more["cure"][0]["mood"] = 3
    with pytest.raises(NotPlaced, match="what is behind mood of cure"):
        open_row(Ground(lived.session, lived.scope, more), Address("cure", ("7",)))


def test_a_figure_that_was_changed_does_not_agree(lived: Ground) -> None:
    """One unit more in a sum, a share a little higher, two units of cost."""
    forged = deepcopy(lived.report)
    forged["by"]["ladder"][0]["recovered_minor"] += 1
    forged["by"]["ladder"][0]["cost_minor"] += 2
    forged["cure"][1]["rate"] += 0.01
    for table, row, name in (
        ("by_ladder", forged["by"]["ladder"][0]["name"], "recovered_minor"),
        ("by_ladder", forged["by"]["ladder"][0]["name"], "cost_minor"),
        ("cure", "14", "rate"),
    ):
        assert not figure(Ground(lived.session, lived.scope, forged), name, table, row).agrees


class TestWorkedOutFromTheRowsAlone:
    """By somebody who has only what the opened figure shows."""

    def test_a_cure_rate(self, lived: Ground) -> None:
        """Cured over watched, and Wilson's interval of the two."""
        opened = figure(lived, "ci_high", "cure_by_arm", "challenger", 30)
        share = share_of(len(part(opened, "cured")), len(part(opened, "watched")))
        assert opened.value == share.ci_high

    def test_a_liquidation(self, lived: Ground) -> None:
        """Payments by their loans over what each journey owed."""
        opened = figure(lived, "ci_high", "liquidation_by_segment", "private", 60)
        paid, owed = part(opened, "received"), part(opened, "owed at entry")
        came = dict.fromkeys((each.loan for each in rows_behind(lived, owed)), 0.0)
        for each in rows_behind(lived, paid):
            came[each.loan] += each.number
        placed = np.array([each.number for each in rows_behind(lived, owed)])
        brought = np.array([came[each.loan] for each in rows_behind(lived, owed)])
        rate = brought.sum() / placed.sum()
        spread = float(np.square(brought - rate * placed).sum()) * len(placed) / (len(placed) - 1)
        assert opened.value == pytest.approx(rate + 1.959964 * spread**0.5 / placed.sum(), abs=2e-6)

    def test_a_time_to_cure(self, lived: Ground) -> None:
        """From when each journey was opened and when and how it ended, as its row tells."""
        opened = figure(lived, "cured", "time_to_cure_by_arm", "champion", 30)
        last, end = [], []
        for each in rows_behind(lived, part(opened, "entered")):
            closed, reason = each.details["closed_at"], each.details["closing_reason"]
            until = closed or lived.scope.as_of
            last.append(-(-(until - each.at) // _DAY) if closed else (until - each.at) // _DAY)
            end.append({"cured": 0, None: -1}.get(reason, 1))
        curve = incidences(np.array(last), np.array(end), ends=("cured", "other"), cure="cured")
        assert opened.value == next(row.cured for row in curve if row.day == 30)

    def test_a_difference_between_arms(self, lived: Ground) -> None:
        """Each loan's money by the probability of its arm; and by loan it is what was received less taken back."""
        opened = figure(lived, "difference_per_loan_minor", "incremental", "champion", "holdout")
        means = {}
        for arm in ("champion", "holdout"):
            kept = rows_behind(lived, part(opened, f"kept of each loan in {arm}"))
            weight = np.array([1 / each.details["probability"] for each in kept])
            means[arm] = float((np.array([each.number for each in kept]) * weight).sum() / weight.sum())
            assert part(opened, f"kept of each loan in {arm}").sum == (
                part(opened, f"received in {arm}").sum + part(opened, f"taken back in {arm}").sum
            )
        assert opened.value == pytest.approx(means["champion"] - means["holdout"], abs=1e-3)

    def test_a_roll_rate(self, lived: Ground) -> None:
        """Where each loan stood at the later month end, as the domain has it: by the statement and the money since."""
        for record in lived.report["roll"]["counts"]:
            opened = figure(lived, "loans", "roll_counts", record["from"], record["to"])
            statements, _, paid, back = ([*rows_behind(lived, each)] for each in opened.made.beside)
            for each in rows_behind(lived, opened.made.parts[0]):
                if record["to"] not in BUCKETS:
                    continue
                (told,) = (row for row in statements if row.loan == each.loan)
                end = each.details["month_end"]
                on = told.details["as_of_on"]
                came = sum(r.number for r in (*paid, *back) if r.loan == each.loan and on < r.at.date() <= end)
                statement = Statement(
                    told.details["arrears_minor"],
                    told.details["instalment_minor"],
                    told.details["past_due_since_on"],
                    on,
                )
                position = position_of(statement, received_minor=came, on=end)
                assert BUCKETS[min(bucket_of(position.days_past_due), LAST)] == record["to"]

    def test_a_hazard_of_payment(self, lived: Ground) -> None:
        """First payments of the day over the parts of the day that the steps saw."""
        record = next(each for each in lived.report["wait_hazards"] if each["paid"])
        opened = figure(lived, "hazard", "wait_hazards", record["rung"], record["segment"], record["day"])
        steps, exposed, paid = opened.made.parts
        assert exposed.unit is Unit.MICROS
        assert round(exposed.sum / 86_400_000_000, 1) == record["exposed"]
        assert len(steps) == len(paid) == record["paid"]
        assert opened.value == round(record["paid"] / round(record["exposed"]), 6)


def test_every_figure_of_the_page_leads_to_its_rows(lived: Ground) -> None:
    """Also those that a page shows with a column for each day; texts and names lead nowhere."""
    led: dict[str, int] = {}
    for table in (table for section in sections_of(lived.report) for part in section.shown for table in part.tables):
        for row in (*table.rows, *([table.foot] if table.foot else [])):
            for cell, column in zip(row, table.columns, strict=True):
                place = place_of(Spot(table, column, None if row is table.foot else row[0], cell, row))
                if place is not None and cell is not None:
                    (opened,) = open_row(lived, place.address, figures=(place.figure,))
                    assert opened.agrees
                    led[table.name] = led.get(table.name, 0) + 1
                elif cell and isinstance(cell, int | float | Decimal):
                    assert column is table.columns[0] or column.key in keys_of(table.name), (table.name, column.key)
    assert {"attribution", "cured_by_arm", "time_to_be_cured_by_arm", "outcomes", "liquidation_by_team"} <= set(led)
    assert set(led) >= {"by_rung", "recovery_curves_arm", "roll_money", "wait_intervals", "collectors", "sankey"}


def test_the_rows_of_every_table_are_told(lived: Ground) -> None:
    """Of the first row of each table: as many rows as are counted, which sum to as much, each with its loan."""
    for table, records in records_of(lived.report).items():
        if table in NO_FIGURES:
            continue
        for each in open_row(lived, Address(table, row_of(table, records[-1]))):
            for some in (*each.made.parts, *each.made.beside):
                rows = rows_behind(lived, some)
                assert [row.at for row in rows_behind(lived, some, first=2)] == [row.at for row in rows[:2]]
                assert (len(rows), sum(row.number for row in rows)) == (len(some), some.sum)
                assert all(row.loan.startswith("L0") for row in rows)


def _numbers(value: Any) -> int:
    """How many numbers there are in a value of the JSON."""
    match value:
        case bool() | str() | None:
            return 0
        case int() | float():
            return 1
        case Mapping():
            return sum(map(_numbers, value.values()))
        case _:
            return sum(map(_numbers, value))
