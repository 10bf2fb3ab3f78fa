"""Numbers, amounts and dates are read as the mapping says, or not at all."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.book_file.amount import amount_of
from connectors.book_file.cell import BadCellError, Cell, Formats, date_of, instant_of, number_of, text_of

ENGLISH = Formats()
GERMAN = Formats(decimal=",", thousands=".")
ANY_ORDER = Formats(dates=("iso", "D/M/Y", "M/D/Y"))


class TestANumber:
    """What a lender writes for a number."""

    @pytest.mark.parametrize(
        ("text", "formats", "expected"),
        [
            ("1234.5", ENGLISH, "1234.5"),
            ("1,234,567.89", ENGLISH, "1234567.89"),
            ("12,34,567", ENGLISH, "1234567"),
            ("1.234.567,89", GERMAN, "1234567.89"),
            ("1 234,5", Formats(decimal=",", thousands=" "), "1234.5"),
            (" 12 ", ENGLISH, "12"),
            ("-12", ENGLISH, "-12"),
            ("12-", ENGLISH, "-12"),
            ("(12.50)", ENGLISH, "-12.50"),
            ("+3", ENGLISH, "3"),
            (".5", ENGLISH, None),
            ("5.", ENGLISH, None),
            ("1,23", ENGLISH, None),
            ("1234,567", ENGLISH, None),
            ("1.5", GERMAN, None),
            ("12abc", ENGLISH, None),
            ("--3", ENGLISH, None),
            ("1_000", ENGLISH, None),
            ("٣", ENGLISH, None),
            ("9" * 50, ENGLISH, None),
        ],
    )
    def test_is_read_in_the_declared_style_only(self, text: str, formats: Formats, expected: str | None) -> None:
        """Separators stand where they belong, or the cell is refused."""
        if expected is None:
            with pytest.raises(BadCellError):
                number_of(text, formats)
        else:
            assert number_of(text, formats) == Decimal(expected)

    @pytest.mark.parametrize("text", ["NaN", "nan", "Infinity", "-inf", "#N/A", "#REF!"])
    def test_must_be_finite(self, text: str) -> None:
        """Words that mean no number are named as such."""
        with pytest.raises(BadCellError, match="finite"):
            number_of(text, ENGLISH)

    def test_in_scientific_notation_is_refused_until_the_mapping_vouches_for_it(self) -> None:
        """A spreadsheet cuts digits off when it writes 1.23E+05."""
        with pytest.raises(BadCellError, match="scientific"):
            number_of("1.23E+05", ENGLISH)
        assert number_of("1.00E+05", Formats(scientific="exact")) == 100_000

    @given(st.integers(-(10**15), 10**15), st.integers(0, 99))
    def test_survives_being_written_with_separators(self, whole: int, hundredths: int) -> None:
        """Whatever English formatting writes is read back exactly."""
        written = f"{whole:,}.{hundredths:02}"
        assert number_of(written, ENGLISH) == Decimal(written.replace(",", ""))

    @given(st.text(max_size=30))
    def test_is_a_finite_number_or_a_complaint_for_any_text(self, text: str) -> None:
        """Nothing else can come out, whatever goes in."""
        for formats in (ENGLISH, GERMAN, Formats(scientific="exact")):
            try:
                number = number_of(text, formats)
            except BadCellError:
                continue
            assert number is None or number.is_finite()


class TestAnAmount:
    """Money in minor units."""

    @pytest.mark.parametrize(
        ("cell", "currency", "expected"),
        [
            ("12.5", "USD", 1250),
            ("$1,234.50", "USD", 123450),
            ("USD 7", "USD", 700),
            ("-$5", "USD", -500),
            ("NT$300", "TWD", 30000),
            ("300", "JPY", 300),
            ("1.234", "KWD", 1234),
            ("1.50000", "USD", 150),
            (Decimal("10.005000000001"), "USD", 1001),
            (Decimal(3), "USD", 300),
            (None, "USD", None),
            ("", "USD", None),
        ],
    )
    def test_is_counted_in_the_currency_s_own_unit(self, cell: Cell, currency: str, expected: int | None) -> None:
        """Yen have no cents and Kuwaiti dinars have thousandths."""
        assert amount_of(cell, ENGLISH, currency=currency, is_derived=False) == expected

    @pytest.mark.parametrize("cell", ["€5", "EUR 5", "12.345", "1.5 USD 2", "1000000000001", Decimal("NaN"), "1e3"])
    def test_is_refused_when_it_may_mean_something_else(self, cell: Cell) -> None:
        """Another currency's mark, decimals that cents do not have, and sums that no loan is."""
        with pytest.raises(BadCellError):
            amount_of(cell, ENGLISH, currency="USD", is_derived=False)

    def test_may_be_written_in_minor_units(self) -> None:
        """A mapping says so; then there are no decimals."""
        assert amount_of("1250", Formats(unit="minor"), currency="USD", is_derived=False) == 1250
        with pytest.raises(BadCellError):
            amount_of("12.50", Formats(unit="minor"), currency="USD", is_derived=False)

    def test_is_rounded_when_it_was_calculated(self) -> None:
        """A third of ten dollars is 3.33."""
        assert amount_of(Decimal(10) / 3, ENGLISH, currency="USD", is_derived=True) == 333

    @given(st.integers(0, 10**14))
    def test_is_never_off_by_a_cent(self, cents: int) -> None:
        """Every amount written with two decimals comes back as its cents."""
        assert amount_of(f"{cents // 100:,}.{cents % 100:02}", ENGLISH, currency="USD", is_derived=False) == cents


class TestADate:
    """Days in the styles that lenders use."""

    @pytest.mark.parametrize(
        ("text", "styles", "expected"),
        [
            ("2026-01-31", ("iso",), date(2026, 1, 31)),
            ("2026-01-31T10:00:00Z", ("iso",), date(2026, 1, 31)),
            ("2026-01-31 10:00", ("iso",), date(2026, 1, 31)),
            ("31/01/2026", ("D/M/Y",), date(2026, 1, 31)),
            ("1.2.2026", ("D/M/Y",), date(2026, 2, 1)),
            ("1/2/2026", ("M/D/Y",), date(2026, 1, 2)),
            ("01-02-2026", ("M/D/Y",), date(2026, 1, 2)),
            ("3 Feb 2026", ("%d %b %Y",), date(2026, 2, 3)),
            ("20260203", ("%Y%m%d",), date(2026, 2, 3)),
            ("31/01/2026", ("M/D/Y", "D/M/Y"), date(2026, 1, 31)),
            ("04/04/2026", ("M/D/Y", "D/M/Y"), date(2026, 4, 4)),
        ],
    )
    def test_is_read_in_a_declared_style(self, text: str, styles: tuple[str, ...], expected: date) -> None:
        """Separators may be a slash, a dot or a hyphen; a time of day is dropped."""
        assert date_of(text, Formats(dates=styles)) == expected

    @pytest.mark.parametrize(
        "text", ["31/01/26", "2026-1-31", "31/02/2026", "1/2.2026", "46053", "yesterday", "31/01/2026"]
    )
    def test_in_no_declared_style_is_refused(self, text: str) -> None:
        """Two-digit years, days that do not exist and undeclared orders are not interpreted."""
        with pytest.raises(BadCellError, match="not a date"):
            date_of(text, Formats(dates=("iso", "M/D/Y")))

    @given(st.dates(date(1950, 1, 1), date(2100, 1, 1)))
    def test_is_never_guessed_between_two_orders(self, day: date) -> None:
        """With both orders allowed, a date is read right or called ambiguous."""
        for written in (f"{day.day}/{day.month}/{day.year}", f"{day.month}/{day.day}/{day.year}"):
            if day.day <= 12 and day.day != day.month:
                with pytest.raises(BadCellError, match="ambiguous"):
                    date_of(written, ANY_ORDER)
            else:
                assert date_of(written, ANY_ORDER) == day

    @given(st.text(max_size=25))
    def test_is_a_day_or_a_complaint_for_any_text(self, text: str) -> None:
        """Nothing else can come out, whatever goes in."""
        try:
            found = date_of(text, ANY_ORDER)
        except BadCellError:
            return
        assert found is None or isinstance(found, date)


class TestAnInstant:
    """Times of payments."""

    @pytest.mark.parametrize(
        ("cell", "expected"),
        [
            ("2026-01-05", datetime(2026, 1, 5, 17, tzinfo=UTC)),
            ("2026-01-05 09:30", datetime(2026, 1, 5, 14, 30, tzinfo=UTC)),
            ("2026-01-05 9:30:15", datetime(2026, 1, 5, 14, 30, 15, tzinfo=UTC)),
            ("2026-01-05T09:30:00Z", datetime(2026, 1, 5, 9, 30, tzinfo=UTC)),
            ("2026-01-05T09:30:00+01:00", datetime(2026, 1, 5, 8, 30, tzinfo=UTC)),
            (datetime(2026, 1, 5, 9, 30), datetime(2026, 1, 5, 14, 30, tzinfo=UTC)),  # noqa: DTZ001 (as a spreadsheet gives it)
            (date(2026, 1, 5), datetime(2026, 1, 5, 17, tzinfo=UTC)),
        ],
    )
    def test_is_in_the_lender_s_zone_unless_it_says_another(self, cell: Cell, expected: datetime) -> None:
        """A day without a time is noon there, so that it stays the same day everywhere near."""
        assert instant_of(cell, ENGLISH, zone=ZoneInfo("America/New_York")) == expected

    @pytest.mark.parametrize("text", ["2026-01-05 25:00", "2026-01-05 3:00 PM", "2026-01-05 10:61"])
    def test_with_an_impossible_time_is_refused(self, text: str) -> None:
        """No clock shows it, or the style is not known."""
        with pytest.raises(BadCellError):
            instant_of(text, ENGLISH, zone=ZoneInfo("UTC"))


class TestText:
    """Cells as text."""

    @pytest.mark.parametrize(
        ("cell", "expected"),
        [
            (Decimal("17.0"), "17"),
            (Decimal("1E+2"), "100"),
            (Decimal("1.50"), "1.50"),
            (None, ""),
            (date(2026, 1, 5), "2026-01-05"),
        ],
    )
    def test_of_a_number_has_no_needless_point(self, cell: Cell, expected: str) -> None:
        """A spreadsheet's 17.0 is the loan 17."""
        assert text_of(cell) == expected
