"""A lender's file of loans becomes the book: good rows are kept, bad ones are told, and small damage costs no loan."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.book_file.mapping import read_loan_mapping
from connectors.book_file.reading import MissingAsOfError, read_loans
from domain.arrears import Statement
from domain.book import BookContact
from domain.borrower import ContactKind
from tests.book_file.lender import DAY, LOAN, LOANS, Lender

FIELDS: dict[str, object] = LOANS["fields"]  # type: ignore[assignment]


class TestALoan:
    """What becomes of a good row."""

    def test_has_what_its_row_says(self, lender: Lender) -> None:
        """Every field, in the domain's own form."""
        loan = lender.loan().loan
        assert (loan.number, loan.borrower_number, loan.borrower_name) == ("A1", "A1", "Ann Smith")
        assert loan.statement == Statement(12050, 0, date(2025, 12, 1), DAY)
        assert (loan.balance_minor, loan.currency, loan.originated_on) == (90000, "USD", date(2024, 5, 1))
        assert loan.contacts == (
            BookContact(ContactKind.MOBILE, "+12125550123"),
            BookContact(ContactKind.EMAIL, "ann@example.com"),
        )
        assert loan.attributes == {"region": "East"}

    def test_does_not_show_who_it_is_about(self, lender: Lender) -> None:
        """In a log or a traceback."""
        shown = repr(lender.loan().loans)
        assert not [secret for secret in ("Ann", "555", "example.com") if secret in shown]

    def test_is_the_same_from_every_format(self, lender: Lender) -> None:
        """CSV, Excel and Parquet, with the types that each of them has."""
        typed = LOAN | {"overdue": 120.5, "balance": 900, "began": date(2024, 5, 1)}
        stamped = typed | {"since": datetime(2025, 12, 1)}  # noqa: DTZ001 (as Excel stores it)
        book = openpyxl.Workbook()
        book.worksheets[0].append(list(stamped))
        book.worksheets[0].append(list(stamped.values()))
        book.save(lender.folder / "book.xlsx")
        pq.write_table(pa.table({k: [v] for k, v in typed.items()}), lender.folder / "book.parquet")
        expected = lender.loan().loan
        assert lender.loans(lender.folder / "book.xlsx").loan == expected
        assert lender.loans(lender.folder / "book.parquet").loan == expected

    def test_may_be_counted_in_days_past_due(self, lender: Lender) -> None:
        """Instead of a date."""
        fields = {k: v for k, v in FIELDS.items() if k != "past_due_since"} | {"days_past_due": "dpd"}
        path = lender.csv(LOAN | {"dpd": "61"}, LOAN | {"id": "A2", "dpd": "6.5"}, LOAN | {"id": "A3", "dpd": "-1"})
        read = lender.loans(path, fields=fields)
        assert [x.statement.past_due_since_on for x in read.loans] == [date(2025, 12, 1)]
        assert [r.reason for r in read.rejects] == ["is not a whole number", "is not between 0 and 14640 days"]

    def test_that_is_paid_up_stands_in_the_book_without_arrears(self, lender: Lender) -> None:
        """It may have cured since the last file."""
        loan = lender.loan(overdue="0", since="").loan
        assert loan.statement == Statement(0, 0, DAY, DAY)

    def test_takes_its_codes_from_the_row_or_the_defaults(self, lender: Lender) -> None:
        """An empty cell falls back."""
        fields = FIELDS | {"timezone": "zone", "currency": "cur"}
        rows = [LOAN | {"zone": "Asia/Taipei", "cur": "twd"}, LOAN | {"id": "A2", "zone": "", "cur": ""}]
        found = lender.loans(lender.csv(*rows), fields=fields).loans
        assert [(x.timezone, x.currency) for x in found] == [("Asia/Taipei", "TWD"), ("America/New_York", "USD")]

    def test_may_say_until_when_it_can_be_taken_to_court_and_when_its_notice_was_mailed(self, lender: Lender) -> None:
        """Both decide what may be done, so a row whose day is unreadable is no row; a notice is not of tomorrow."""
        fields = FIELDS | {"limitation_on": "barred", "validation_notice_on": "notice"}
        rows = [
            LOAN | {"barred": "2031-05-01", "notice": "2026-01-07"},
            LOAN | {"id": "A2", "barred": "", "notice": ""},
            LOAN | {"id": "A3", "barred": "soon", "notice": ""},
            LOAN | {"id": "A4", "barred": "", "notice": "2026-02-01"},
        ]
        read = lender.loans(lender.csv(*rows), fields=fields)
        assert [(x.limitation_on, x.validation_notice_on) for x in read.loans] == [
            (date(2031, 5, 1), date(2026, 1, 7)),
            (None, None),
        ]
        assert [(r.line, r.column) for r in read.rejects] == [(4, "barred"), (5, "notice")]


class TestTheDay:
    """On which the loans stand."""

    def test_can_be_moved_with_every_date(self, lender: Lender) -> None:
        """Sixty-one days past due stay sixty-one."""
        loan = lender.loans(lender.csv(LOAN), as_of=date(2027, 1, 31)).loan
        assert loan.statement == Statement(12050, 0, date(2026, 12, 1), date(2027, 1, 31))
        assert loan.originated_on == date(2025, 5, 1)

    def test_may_be_a_column(self, lender: Lender) -> None:
        """Each row stands on its own day, and moving brings them all to one."""
        rows = [LOAN | {"day": "2025-12-11"}, LOAN | {"id": "A2", "day": "2025-12-21"}]
        path, fields = lender.csv(*rows), FIELDS | {"as_of": "day"}
        own = lender.loans(path, fields=fields).loans
        assert [(x.statement.past_due_since_on, x.statement.as_of_on) for x in own] == [
            (date(2025, 12, 1), date(2025, 12, 11)),
            (date(2025, 12, 1), date(2025, 12, 21)),
        ]
        moved = lender.loans(path, as_of=DAY, fields=fields).loans
        assert [(x.statement.past_due_since_on, x.statement.as_of_on) for x in moved] == [
            (date(2026, 1, 21), DAY),
            (date(2026, 1, 11), DAY),
        ]

    def test_is_needed(self, lender: Lender) -> None:
        """The mapping or the command must say it; the command's day moves nothing then."""
        path = lender.csv(LOAN)
        mapping = read_loan_mapping(lender.mapping(LOANS, as_of=None))
        with pytest.raises(MissingAsOfError, match="add as_of:"):
            read_loans(path, mapping)
        assert list(read_loans(path, mapping, as_of=DAY)) == lender.loan().loans


class TestARow:
    """What is refused, and what is not."""

    @pytest.mark.parametrize(
        ("cells", "column", "value", "reason"),
        [
            ({"overdue": "-5"}, "overdue", "-5", "is negative"),
            ({"overdue": "NaN"}, "overdue", "NaN", "finite"),
            ({"overdue": "Infinity"}, "overdue", "Infinity", "finite"),
            ({"overdue": ""}, "overdue", "", "is empty"),
            ({"overdue": "9999999999999"}, "overdue", "9999999999999", "no loan is"),
            ({"overdue": "1000"}, "balance, overdue", "900 | 1000", "more than the balance"),
            ({"balance": ""}, "balance", "", "is empty"),
            ({"overdue": "0"}, "overdue, since", "0 | 2025-12-01", "nothing is overdue"),
            ({"since": ""}, "since", "", "is in arrears"),
            ({"since": "2026-02-01"}, "since", "2026-02-01", "lies after"),
            ({"since": "1926-02-01"}, "since", "1926-02-01", "before the file's day"),
            ({"since": "01/12/2025"}, "since", "01/12/2025", "not a date"),
            ({"id": ""}, "id", "", "number is required"),
            ({"id": "=1+1"}, "id", "=1+1", "formula"),
            ({"id": "\tA1"}, "id", "\tA1", "formula"),
            ({"id": "A\x07"}, "id", "A\x07", "control"),
            ({"id": "A" * 300}, "id", "A" * 80 + "...", "longer"),
            ({"name": "@SUM(A1)"}, "name", "@xxx(x9)", "formula"),
        ],
    )
    def test_that_cannot_be_a_loan_is_told(
        self, lender: Lender, cells: dict[str, str], column: str, value: str, reason: str
    ) -> None:
        """With its line, column, value and reason; a name shows only its shape."""
        read = lender.loan(**cells)
        assert reason in read.reason
        assert [(r.line, r.column, r.value) for r in read.rejects] == [(2, column, value)]

    @pytest.mark.parametrize(
        ("name", "column", "value", "reason"),
        [
            ("timezone", "zone", "Europe/Berln", "did you mean Europe/Berlin?"),
            ("currency", "cur", "XXX", "ISO 4217"),
            ("jurisdiction", "where", "ZZ", "ISO 3166"),
            ("language", "tongue", "English", "BCP 47"),
        ],
    )
    def test_with_an_unknown_code_is_told(
        self, lender: Lender, name: str, column: str, value: str, reason: str
    ) -> None:
        """And how such a code is written."""
        read = lender.loans(lender.csv(LOAN | {column: value}), fields=FIELDS | {name: column})
        assert reason in read.reason
        assert read.rejects[0].column == column

    def test_that_says_a_number_again_is_told_where_it_stood_first(self, lender: Lender) -> None:
        """The first one is kept, and only it."""
        read = lender.loans(lender.csv(LOAN, LOAN | {"id": "A2"}, LOAN | {"overdue": "1"}))
        assert [x.number for x in read.loans] == ["A1", "A2"]
        assert [(r.line, r.column, r.value) for r in read.rejects] == [(4, "id", "A1")]
        assert "stands in line 2 already" in read.rejects[0].reason

    def test_that_is_bad_does_not_spoil_its_neighbours(self, lender: Lender) -> None:
        """Nor does it reserve its number."""
        read = lender.loans(lender.csv(LOAN | {"overdue": "x"}, LOAN))
        assert len(read.loans) == len(read.rejects) == 1

    def test_that_the_mapping_leaves_out_is_counted(self, lender: Lender) -> None:
        """And one of which that cannot be said is told."""
        rows = [LOAN | {"id": f"A{i}", "state": state} for i, state in enumerate(("1", "0", "", "x"))]
        read = lender.loans(lender.csv(*rows), keep="state > 0")
        assert (len(read.loans), read.left_out, [r.column for r in read.rejects]) == (1, 2, ["state"])

    @pytest.mark.parametrize(
        ("cells", "column", "value", "reason"),
        [
            ({"phone": "555-CALL-ME"}, "phone", "999-xxxx-xx", "phone"),
            ({"phone": "(212) 155-0100"}, "phone", "(999) 999-9999", "phone"),
            ({"email": "ann@"}, "email", "xxx@", "email"),
            ({"email": "=cmd@example.com"}, "email", "=xxx@xxxxxxx.xxx", "email"),
            ({"began": "2025-12-02"}, "began", "2025-12-02", "before it began"),
            ({"began": "2099-01-01"}, "began", "2099-01-01", "before it began"),
            ({"began": "soon"}, "began", "soon", "not a date"),
            ({"region": "=HYPERLINK(1)"}, "region", "=HYPERLINK(1)", "formula"),
        ],
    )
    def test_with_a_spoilt_extra_is_kept_without_it(
        self, lender: Lender, cells: dict[str, str], column: str, value: str, reason: str
    ) -> None:
        """A remark says so; a number or address shows only its shape."""
        read = lender.loan(**cells)
        assert len(read.loans) == 1
        assert not read.rejects
        assert [(r.line, r.column, r.value) for r in read.remarks] == [(2, column, value)]
        assert reason in read.remarks[0].reason

    @given(st.dictionaries(st.sampled_from(sorted(LOAN)), st.text(st.characters(codec="utf-8"), max_size=20)))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_with_anything_in_it_is_a_loan_or_a_reject(self, lender: Lender, cells: dict[str, str]) -> None:
        """Never a traceback, and never both; a row with nothing in it at all is no row."""
        read = lender.loan(**cells)
        assert len(read.loans) + len(read.rejects) == any((LOAN | cells).values())


class TestContacts:
    """Ways to reach the borrower."""

    def test_are_read_for_the_country_of_the_row(self, lender: Lender) -> None:
        """A German number needs no +49 in Germany."""
        fields = FIELDS | {"jurisdiction": "where"}
        loan = lender.loans(lender.csv(LOAN | {"where": "DE-BE", "phone": "030 901820"}), fields=fields).loan
        assert loan.contacts[0] == BookContact(ContactKind.LANDLINE, "+4930901820")

    def test_may_be_verified_and_of_several_parts(self, lender: Lender) -> None:
        """Empty parts of an address leave no holes."""
        contacts = [{"kind": "address", "template": "{street}, {flat}, {city}", "verified": "checked"}]
        rows = [
            LOAN | {"street": "1 Elm St", "flat": "", "city": "Ely", "checked": "yes"},
            LOAN | {"id": "A2", "street": "", "flat": "", "city": "", "checked": "yes"},
            LOAN | {"id": "A3", "street": "2 Elm St\nRear", "flat": "", "city": "Ely", "checked": "maybe"},
        ]
        read = lender.loans(lender.csv(*rows), contacts=contacts)
        assert [x.contacts for x in read.loans] == [
            (BookContact(ContactKind.ADDRESS, "1 Elm St, Ely", is_verified=True),),
            (),
            (BookContact(ContactKind.ADDRESS, "2 Elm St, Rear, Ely"),),
        ]
        assert [(r.column, r.reason) for r in read.remarks] == [("checked", "is neither yes nor no")]

    def test_said_twice_count_once(self, lender: Lender) -> None:
        """In two columns."""
        contacts = [{"kind": "email", "column": "email"}, {"kind": "email", "template": "ann@example.com"}]
        assert len(lender.loans(lender.csv(LOAN), contacts=contacts).loan.contacts) == 1


class TestNeverColumns:
    """Columns that must not be read."""

    def test_leave_no_trace(self, lender: Lender) -> None:
        """Whatever stands in them, even what does not decode."""
        path = lender.csv(LOAN | {"sex": "zebra"})
        path.write_bytes(path.read_bytes().replace(b"zebra", b"zebra\xff"))
        loan = lender.loans(path, never=["sex"]).loan
        assert "zebra" not in str(loan.attributes)


def test_decimals_of_a_binary_file_are_rounded(lender: Lender) -> None:
    """Parquet's 120.50000000000001 is 120.50."""
    path: Path = lender.folder / "book.parquet"
    pq.write_table(
        pa.table({k: [v] for k, v in (LOAN | {"overdue": 120.50000000000001, "balance": Decimal("900.00")}).items()}),
        path,
    )
    assert lender.loans(path).loan.statement.arrears_minor == 12050
