"""What is behind a figure is told row by row: loans, days, steps, and what each brings."""

import pytest

from ledger.database import Ledger
from reports.as_json import as_json
from reports.breakdown import NO_STEP
from reports.effectiveness import effectiveness
from reports.opening.address import Address, NoSuchFigure, NoSuchRow, NoSuchTable
from reports.opening.ground import Ground
from reports.opening.opening import open_row
from reports.reconciling import reconcile
from reports.tracing import Behind, rows_behind
from tests.reports.chronicle import AS_OF, FIRST_DAY, LAST_DAY, day, write_spring


@pytest.fixture
def behind(ledger: Ledger) -> "Behinds":
    """Whatever is behind figures of the spring."""
    return Behinds(ledger)


class Behinds:
    """The spring's report, opened."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        with ledger.transaction() as session:
            write_spring(session)

    def of(self, figure: str, table: str, *row: str) -> list[Behind]:
        """The rows behind one figure."""
        with self.ledger.reading() as session:
            report = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
            ground = Ground(session, report.scope, as_json(report, reconcile(session, report)))
            (opened,) = open_row(ground, Address(table, row), figures=(figure,))
            return [each for part in opened.made.parts for each in rows_behind(ground, part)]


def test_what_is_behind_a_cell_names_loans_days_and_steps(behind: Behinds) -> None:
    """What came by itself is two payments of two loans, one of which went back in part; a call was paid for once."""
    paid = behind.of("recovered_minor", "by_rung", NO_STEP)
    assert [(each.loan, each.number, each.at) for each in paid] == [("L-C", 1_500, day(3)), ("L-B", 2_000, day(5))]
    assert paid[0].details["credited_to"] is None
    back = behind.of("reversals_minor", "by_rung", NO_STEP)
    assert [(each.loan, each.number) for each in back] == [("L-C", 500)]
    assert behind.of("cost_millis", "by_rung", NO_STEP) == []
    call = behind.of("cost_millis", "by_channel", "callback")
    assert [(each.loan, each.details["rung"], each.number) for each in call] == [("L-A", "callback", 800_500)]
    came = behind.of("recovered_minor", "by_channel", "callback")
    assert [(each.details["credited_to"], each.details["touched_at"]) for each in came] == [("callback", day(10))]


def test_a_share_of_a_payment_names_the_touch_that_gets_it(behind: Behinds) -> None:
    """A's second payment came after two touches; by time decay both have a part of it, and together the whole."""
    message = behind.of("amount_minor", "attribution_time_decay", "gentle v1: friendly_reminder")
    call = behind.of("amount_minor", "attribution_time_decay", "gentle v1: callback")
    assert [(each.loan, each.details["credited_to"]) for each in message] == [("L-A", "friendly_reminder")] * 2
    (second,) = call
    assert (second.details["credited_to"], second.details["touched_at"]) == ("callback", day(10))
    assert message[1].id == second.id
    assert message[1].number + second.number == second.details["amount_minor"] == 6_000


def test_a_journey_that_had_not_ended_by_then_is_told_as_open(behind: Behinds) -> None:
    """Its end may be on record by now; the report does not know of it."""
    ends = {each.loan: each.details["closing_reason"] for each in behind.of("journeys", "by_arm", "champion")}
    assert ends == {"L-A": "cured", "L-D": None, "L-F": None}


def test_what_is_not_there_is_refused_in_words(behind: Behinds) -> None:
    """The message says what was asked for, and what there is."""
    with pytest.raises(NoSuchRow, match="no row 'fax' by channel; there are 'sms'"):
        behind.of("cost_millis", "by_channel", "fax")
    with pytest.raises(NoSuchRow, match="named by name / horizon_days: 'champion / 7'"):
        behind.of("rate", "cure_by_arm", "champion", "8")
    with pytest.raises(NoSuchTable, match="no table 'moods'; there are"):
        behind.of("rate", "moods")
    with pytest.raises(NoSuchFigure, match="no figure 'shoes'; there are 'cured'"):
        behind.of("shoes", "cure", "7")
