"""Files of three formats become the same rows, with true line numbers; damage stays where it is."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.book_file.layout import Layout
from connectors.book_file.raw_row import BookFileError, UnreadableFileError, WrongColumnsError
from connectors.book_file.tabular import TableRow, open_table
from tests.book_file.lender import Lender

AB = frozenset({"a", "b"})


def rows(path: Path, layout: Layout | None = None, wanted: frozenset[str] = AB) -> list[TableRow]:
    """All rows of a file."""
    return list(open_table(path, layout=layout or Layout(), wanted=wanted))


class TestACsv:
    """Text with delimiters."""

    @pytest.mark.parametrize(
        ("content", "layout"),
        [
            (b"a,b\n1,\xc3\xa9\n", Layout()),
            (b"\xef\xbb\xbfa,b\r\n1,\xc3\xa9\r\n", Layout()),
            (b"a;b\n1;\xe9", Layout(delimiter=";", encoding="cp1252")),
            (b"a,b\n1,\xe9\n", Layout(fallback_encodings=("cp1252",))),
            ("a\tb\n1\té\n".encode("utf-16"), Layout(delimiter="\t", encoding="utf-16")),
            (b'Our book\n\n"a","b"\n"1","\xc3\xa9"\n,\n\n', Layout(header_line=3)),
        ],
    )
    def test_is_read_in_its_encoding(self, lender: Lender, content: bytes, layout: Layout) -> None:
        """With a byte order mark or without, and with title lines above the header."""
        assert [r.cells for r in rows(lender.bytes(content), layout)] == [{"a": "1", "b": "é"}]

    def test_keeps_true_line_numbers_across_line_ends_in_cells(self, lender: Lender) -> None:
        """A row's line is the one that it begins on."""
        found = rows(lender.text('a,b\n1,"x\ny\nz"\n\n2,w\n'))
        assert [(r.line, r.cells["b"]) for r in found] == [(2, "x\ny\nz"), (6, "w")]

    def test_knows_its_last_line_beforehand(self, lender: Lender) -> None:
        """For a progress bar."""
        assert open_table(lender.text("a,b\n1,2\n3,4"), layout=Layout(), wanted=AB).last_line == 3

    def test_loses_only_the_row_whose_quote_stays_open(self, lender: Lender) -> None:
        """The rows below are read."""
        found = rows(lender.text('a,b\n1,"open\n2,x\n3,"y"\n4,z"z\n'))
        assert [(r.line, bool(r.problem)) for r in found] == [(2, True), (3, False), (4, False), (5, False)]
        assert "quote" in found[0].problem

    def test_loses_only_the_rows_with_too_many_or_too_few_cells(self, lender: Lender) -> None:
        """A cut-off line cannot be trusted."""
        found = rows(lender.text("a,b\n1,2,3\n1\n1,2\n"))
        assert [bool(r.problem) for r in found] == [True, True, False]
        assert "has 3 cells where the header has 2" in found[0].problem

    def test_loses_only_the_rows_that_do_not_decode(self, lender: Lender) -> None:
        """The remedy is to say the encoding; a byte in a column that nobody reads does no harm."""
        path = lender.bytes(b"a,b,c\n1,\xe9,x\n2,y,\xe9\n")
        found = rows(path)
        assert [bool(r.problem) for r in found] == [True, False]
        assert "encoding" in found[0].problem

    def test_loses_only_the_row_with_an_endless_cell(self, lender: Lender) -> None:
        """Beyond 131,072 characters."""
        found = rows(lender.text(f"a,b\n{'x' * 140_000},1\n1,2\n"))
        assert [bool(r.problem) for r in found] == [True, False]

    @pytest.mark.parametrize(
        ("content", "layout", "problem"),
        [
            (b"", Layout(), "is empty"),
            (b"\n\n", Layout(), "has no header"),
            (b"a,b\n", Layout(header_line=9), "has no header"),
            (b"PK\x03\x04....", Layout(), "format: xlsx"),
            (b"PAR1....", Layout(), "format: parquet"),
            (b"\xd0\xcf\x11\xe0....", Layout(), "old Excel"),
            ("a,b\n1,2\n".encode("utf-16"), Layout(), "encoding: utf-16"),
            (b"a,\xe9\n1,2\n", Layout(), "the header is not utf-8-sig"),
            (b"a,b\n1,2\n", Layout(encoding="utf-16"), "is not utf-16 text"),
            (b'a,"b\n1,2\n', Layout(), "quote"),
        ],
    )
    def test_that_is_none_is_told_with_a_remedy(
        self, lender: Lender, content: bytes, layout: Layout, problem: str
    ) -> None:
        """Before a row is read."""
        with pytest.raises(UnreadableFileError, match=problem):
            rows(lender.bytes(content), layout)

    def test_that_is_not_there_is_told(self, tmp_path: Path) -> None:
        """With its path."""
        for name in ("none.csv", "none.xlsx", "none.parquet"):
            with pytest.raises(UnreadableFileError, match=name):
                rows(tmp_path / name)


class TestColumns:
    """The header against the mapping."""

    @pytest.mark.parametrize(
        ("header", "problem"),
        [
            ("a,B ", "no column 'b' .did you mean 'B'"),
            ("a,bb", "did you mean 'bb'"),
            ("x,y,z", "there is x, y, z"),
            ("a,b,a", "'a' stands in the header 2 times"),
            ("a;b", "is the delimiter ',' right"),
        ],
    )
    def test_that_are_missing_or_doubled_are_told_with_near_names(
        self, lender: Lender, header: str, problem: str
    ) -> None:
        """At the header's line."""
        with pytest.raises(WrongColumnsError, match=problem) as caught:
            rows(lender.text(f"{header}\n1,2\n"))
        assert caught.value.line == 1

    def test_that_nobody_asks_for_are_not_handed_out(self, lender: Lender) -> None:
        """Nor do they disturb when they are doubled or have no name."""
        assert rows(lender.text("a,c,,c,b\n1,2,3,4,5\n"))[0].cells == {"a": "1", "b": "5"}


class TestAnXlsx:
    """Excel workbooks."""

    def test_gives_values_as_they_are_stored(self, tmp_path: Path) -> None:
        """Numbers and dates need no parsing; a formula that was never calculated is empty."""
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        for row in (["a", "b", "c"], [17.0, "x", 1], [None, None, None], [datetime(2026, 1, 5), "=1+1", 2], ["only"]):  # noqa: DTZ001 (as Excel stores it)
            sheet.append(row)
        path = tmp_path / "book.xlsx"
        book.save(path)
        found = rows(path)
        assert [(r.line, r.cells) for r in found] == [
            (2, {"a": Decimal(17), "b": "x"}),
            (4, {"a": datetime(2026, 1, 5), "b": None}),  # noqa: DTZ001 (as Excel stores it)
            (5, {"a": "only", "b": None}),
        ]

    def test_is_read_from_the_sheet_that_the_mapping_names(self, tmp_path: Path) -> None:
        """And an unknown sheet is told with those that there are."""
        book = openpyxl.Workbook()
        sheet = book.create_sheet("Loans")
        sheet.append(["Our loans"])
        sheet.append(["a", "b"])
        sheet.append([1, 2])
        path = tmp_path / "book.xlsx"
        book.save(path)
        found = rows(path, Layout(sheet="Loans", header_line=2))
        assert [(r.line, r.cells["b"]) for r in found] == [(3, Decimal(2))]
        with pytest.raises(UnreadableFileError, match="its sheets: Sheet, Loans"):
            rows(path, Layout(sheet="Lones"))

    @given(st.binary(max_size=200))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
    def test_of_any_bytes_is_never_a_traceback(self, lender: Lender, content: bytes) -> None:
        """Not a workbook, or half of one."""
        with pytest.raises(BookFileError):
            rows(lender.bytes(content, name="book.xlsx"))

    def test_that_was_cut_off_is_told(self, tmp_path: Path) -> None:
        """An upload that broke off."""
        book = openpyxl.Workbook()
        book.worksheets[0].append(["a", "b"])
        path = tmp_path / "book.xlsx"
        book.save(path)
        whole = path.read_bytes()
        for length in (100, len(whole) // 2, len(whole) - 30):
            path.write_bytes(whole[:length])
            with pytest.raises(UnreadableFileError, match="Excel"):
                rows(path)


class TestAParquet:
    """Parquet files."""

    def test_gives_values_as_they_are_stored(self, tmp_path: Path) -> None:
        """Floats become the decimals that they print as; nanoseconds are cut; codes become their words."""
        path = tmp_path / "book.parquet"
        table = pa.table(
            {
                "a": pa.array([1.1, None, float("nan")]),
                "b": pa.array(["x", "y", "x"]).dictionary_encode(),
                "c": pa.array([date(2026, 1, 5)] * 3),
                "t": pa.array([1767571200000000001] * 3, pa.timestamp("ns")),
            }
        )
        pq.write_table(table, path)
        found = rows(path, wanted=frozenset({"a", "b", "c", "t"}))
        assert found[0].cells == {"a": Decimal("1.1"), "b": "x", "c": date(2026, 1, 5), "t": datetime(2026, 1, 5)}  # noqa: DTZ001 (as stored)
        assert [r.line for r in found] == [2, 3, 4]
        assert found[1].cells["a"] is None
        assert str(found[2].cells["a"]) == "NaN"

    @given(st.binary(max_size=200))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
    def test_of_any_bytes_is_never_a_traceback(self, lender: Lender, content: bytes) -> None:
        """Not Parquet, or half of it."""
        with pytest.raises(BookFileError):
            rows(lender.bytes(b"PAR1" + content, name="book.parquet"))


class TestAnyBytes:
    """Whatever somebody uploads as CSV."""

    @given(st.binary(max_size=300), st.sampled_from(["utf-8-sig", "cp1252", "utf-16", "big5", "ascii"]))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_are_rows_or_a_complaint(self, lender: Lender, content: bytes, encoding: str) -> None:
        """Never a traceback, with a header in front or without."""
        for start in (b"", b"a,b\n"):
            try:
                found = rows(lender.bytes(start + content), Layout(encoding=encoding))
            except BookFileError:
                continue
            assert all(r.problem or r.cells.keys() == AB for r in found)

    @given(
        st.lists(
            st.tuples(st.text(st.characters(codec="utf-8"), min_size=1), st.text(st.characters(codec="utf-8"))),
            max_size=8,
        )
    )
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_that_a_careful_lender_wrote_come_back_as_they_were(
        self, lender: Lender, table: list[tuple[str, str]]
    ) -> None:
        """Quotes, commas and line ends inside cells survive."""
        quoted = [
            "\n".join([f'"{one.replace(chr(34), chr(34) * 2)}","{two.replace(chr(34), chr(34) * 2)}"'])
            for one, two in table
        ]
        found = rows(lender.bytes("\r\n".join(["a,b", *quoted]).encode()))
        kept = [r for r in found if not r.problem]
        assert [(r.cells["a"], r.cells["b"]) for r in kept] == table[: len(kept)]
        assert len(found) == len(table)
