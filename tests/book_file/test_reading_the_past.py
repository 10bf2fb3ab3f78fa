"""A file of a lender's past, wide or long, becomes loans with events; what cannot be one is rejected by itself."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.book_file.located_yaml import MappingError
from connectors.book_file.past_mapping import read_past_mapping
from connectors.book_file.reading import read_past
from connectors.book_file.rejects import Reject
from domain.action import Action
from domain.cost import CostUnit
from domain.journey import ClosingReason
from domain.past import Contacted, Ended, Entered, Paid, PastRow, Promised, Spent
from domain.step import Outcome

WIDE = """
kind: history
as_of: 2018-12-31
dates: ['%b-%Y', iso]
loan: {number: id, segment: grade, originated_on: issue_d, team: desk}
attributes: [state]
defaults: {source: club, currency: USD}
events:
  - {event: entered, at: issue_d, balance: loan_amnt, ladder: {value: recovery}, arm: arm, probability: p, bucket: late}
  - {event: contact, channel: {value: sms}, count: texts}
  - {event: contact, channel: {value: call}, count: calls, right_party: spoke, by: desk}
  - {event: payment, amount: recoveries}
  - {event: cost, unit: {value: agency fee}, amount: fee}
  - {event: closed, reason: status, at: ended}
"""
HEADER = "id,grade,issue_d,loan_amnt,arm,p,late,texts,calls,spoke,recoveries,fee,status,ended,desk,state\n"

LONG = """
kind: history
loan: {number: loan}
defaults: {source: crm, currency: EUR, timezone: Europe/Berlin}
events:
  - {event: contact, keep: what == 'contact', channel: how, outcome: result, at: when, external_id: key}
  - {event: promise, keep: what == 'promise', amount: amount, due: due, at: when, external_id: key, kept: result}
  - {event: payment, keep: what == 'payment', amount: amount, at: when, external_id: key, reverses: due}
"""


def read(tmp_path: Path, mapping: str, text: str, *, as_of: date) -> tuple[list[PastRow], list[Reject]]:
    """The rows of a file and its rejects."""
    (tmp_path / "m.yaml").write_text(mapping)
    (tmp_path / "f.csv").write_text(text)
    found = list(read_past(tmp_path / "f.csv", read_past_mapping(tmp_path / "m.yaml"), as_of=as_of))
    return [r for r in found if isinstance(r, PastRow)], [r for r in found if isinstance(r, Reject)]


class TestAWideRow:
    """One row per loan, as public files have them."""

    def test_is_all_its_events(self, tmp_path: Path) -> None:
        """Amounts with signs and many decimals, a month without a day, counts, and a fee to the thousandth."""
        text = HEADER + '7,B,Dec-2011,"$2,500.00",Control,50%,3,2,1,yes,117.084,1.1135,Charged Off,NA,south,GA\n'
        rows, rejects = read(tmp_path, WIDE, text, as_of=date(2018, 12, 31))
        assert not rejects
        loan, events = rows[0].loan, rows[0].events
        assert (loan.number, loan.segment, loan.originated_on) == ("7", "B", date(2011, 12, 1))
        assert loan.attributes == {"team": "south", "state": "GA"}
        entered = datetime(2011, 12, 1, 12, tzinfo=UTC)
        assert events == (
            Entered(entered, "", 250_000, "recovery", "Control", 0.5, 90),
            Contacted(None, "", Action.SMS, Outcome.SENT, 2, "", 0),
            Contacted(None, "", Action.CALLBACK, Outcome.DONE, 1, "south", 0),
            Paid(None, "", 11_708, None),
            Spent(None, "", CostUnit.AGENCY_FEE, 111_350),
            Ended(None, "", ClosingReason.CHARGED_OFF),
        )

    def test_with_blanks_has_fewer_events(self, tmp_path: Path) -> None:
        """Nothing recovered, nothing spent and no end are no events, however they are written."""
        text = HEADER + "8,C,,NA,,,,0,,,0.0,-,,,,\n"
        rows, rejects = read(tmp_path, WIDE, text, as_of=date(2018, 12, 31))
        assert not rejects
        assert rows[0].events == (Entered(None, "", None, "recovery", "", None, None),)

    def test_keeps_the_events_beside_one_that_cannot_be(self, tmp_path: Path) -> None:
        """The reject names line, column, value and remedy."""
        text = HEADER + "9,C,Jan-2015,100,,,,0,0,,12,1,vanished,,,\n"
        rows, rejects = read(tmp_path, WIDE, text, as_of=date(2018, 12, 31))
        assert [type(event) for event in rows[0].events] == [Entered, Paid, Spent]
        assert [(r.line, r.column, r.value) for r in rejects] == [(2, "status", "vanished")]
        assert "give a table with lookup:" in rejects[0].reason


class TestALongRow:
    """One event per row, told apart by conditions."""

    def test_is_one_event(self, tmp_path: Path) -> None:
        """With its own key, its time on the lender's clock, and words as lenders write them."""
        text = (
            "loan,what,how,result,when,amount,due,key\n"
            "1,contact,Phone,Answered,2020-03-02 17:30,,,c1\n"
            "1,promise,,broken,2020-03-02 17:30,50,2020-03-09,p1\n"
            '1,payment,,,2020-03-10,"25.5",,x1\n'
            "1,payment,,,2020-03-12,-25.50,x1,x2\n"
        )
        rows, rejects = read(tmp_path, LONG, text, as_of=date(2020, 12, 31))
        at = datetime(2020, 3, 2, 16, 30, tzinfo=UTC)
        assert not rejects
        assert [row.events[0] for row in rows] == [
            Contacted(at, "c1", Action.CALLBACK, Outcome.DONE, 1, "", 0),
            Promised(at, "p1", 5_000, date(2020, 3, 9), is_kept=False),
            Paid(datetime(2020, 3, 10, 11, tzinfo=UTC), "x1", 2_550, None),
            Paid(datetime(2020, 3, 12, 11, tzinfo=UTC), "x2", 2_550, "x1"),
        ]

    def test_of_a_day_to_come_is_rejected(self, tmp_path: Path) -> None:
        """The past ends on the file's day."""
        text = "loan,what,how,result,when,amount,due,key\n1,payment,,,2021-01-01,5,,x1\n"
        rows, rejects = read(tmp_path, LONG, text, as_of=date(2020, 12, 31))
        assert rows[0].events == ()
        assert "lies after the file's day, 2020-12-31" in rejects[0].reason


@pytest.mark.parametrize(
    ("events", "says"),
    [
        ("[{event: payment}]", "a payment needs amount"),
        ("[{event: entered, reason: x}]", "reason is nothing that a entered has"),
        ("[{event: fined, amount: x}]", "found 'fined'"),
        ("[]", "name at least one event"),
    ],
)
def test_a_mapping_that_says_too_little_is_refused(tmp_path: Path, events: str, says: str) -> None:
    """With the file and the line."""
    (tmp_path / "m.yaml").write_text(
        f"kind: history\nloan: {{number: id}}\ndefaults: {{currency: USD}}\nevents: {events}\n"
    )
    with pytest.raises(MappingError, match=says):
        read_past_mapping(tmp_path / "m.yaml")
