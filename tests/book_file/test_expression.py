"""The mapping's language derives what a lender's columns imply, and nothing can escape from it."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.book_file.cell import BadCellError, Cell, Formats
from connectors.book_file.evaluation import Scope
from connectors.book_file.expression import BadExpressionError, parse_expression
from connectors.book_file.source import Source, parse_template

ROW: dict[str, Cell] = {
    "PAY_0": "2",
    "BILL": "1,200.50",
    "STATUS": "late ",
    "DUE": "15/01/2026",
    "Loan No.": "L7",
    "EMPTY": "",
    "FLAG": "Y",
    "BAD": "abc",
}
SCOPE = Scope(cells=ROW, as_of=date(2026, 1, 31), formats=Formats(dates=("D/M/Y",)))


class TestAnExpression:
    """What it gives for a row."""

    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("30 * PAY_0", Decimal(60)),
            ("-PAY_0 + 1", Decimal(-1)),
            ("BILL - 0.5", Decimal(1200)),
            ("BILL / PAY_0", Decimal("600.25")),
            ("7 // PAY_0 + 7 % PAY_0", Decimal(4)),
            ("as_of - days(30 * PAY_0)", date(2025, 12, 2)),
            ("as_of - months(1) - days(15)", date(2025, 12, 16)),
            ("DUE + days(1)", date(2026, 1, 16)),
            ("as_of - DUE", Decimal(16)),
            ("date(DUE)", date(2026, 1, 15)),
            ("DUE < as_of", True),
            ("number(BILL)", Decimal("1200.50")),
            ("max(PAY_0, 3, 1)", Decimal(3)),
            ("min(PAY_0, 3)", Decimal(2)),
            ("STATUS == 'late'", True),
            ("STATUS in ('late', 'very late')", True),
            ("STATUS not in ('late', 'very late')", False),
            ("PAY_0 in (1, 2)", True),
            ("PAY_0 >= 1 and not BILL < 0", True),
            ("'behind' if PAY_0 >= 1 else 'current'", "behind"),
            ("['no', 'one', 'two'][PAY_0]", "two"),
            ("`Loan No.`", "L7"),
            ("EMPTY == ''", True),
            ("EMPTY * 2", None),
            ("EMPTY > 0 or EMPTY < 1", False),
        ],
    )
    def test_is_worked_out_from_the_row(self, source: str, expected: Cell) -> None:
        """Cells become numbers or dates as the operation asks."""
        assert parse_expression(source).value(SCOPE) == expected

    @pytest.mark.parametrize(
        ("source", "column"),
        [("30 * BAD", "BAD"), ("as_of - BAD", "BAD"), ("BAD and FLAG", "BAD"), ("PAY_0 > BAD", "BAD")],
    )
    def test_names_the_column_that_it_cannot_read(self, source: str, column: str) -> None:
        """So that a reject can say where to look."""
        with pytest.raises(BadCellError) as caught:
            parse_expression(source).value(SCOPE)
        assert (caught.value.column, caught.value.value) == (column, "abc")

    @pytest.mark.parametrize(
        "source",
        ["PAY_0 / (PAY_0 - 2)", "days(1)", "as_of + days(10000000)", "['a'][PAY_0]", "as_of - months(30000)", "[1, 2]"],
    )
    def test_that_has_no_answer_is_a_complaint(self, source: str) -> None:
        """Division by nothing, spans without a day, and days beyond any calendar."""
        with pytest.raises(BadCellError):
            parse_expression(source).value(SCOPE)

    @pytest.mark.parametrize(
        "source",
        [
            "__import__('os')",
            "PAY_0.__class__",
            "open('x')",
            "[x for x in 'ab']",
            "lambda: 1",
            "2 ** 9",
            "1 < 2 < 3",
            "f'{PAY_0}'",
            "1in (1, 2)",
            "days()",
            "days(1, 2)",
            "min(a=1)",
            "PAY_0 PAY_2",
            "",
            "(" * 3000,
            "1 +" * 5000 + "1",
        ],
    )
    def test_in_any_other_language_is_refused(self, source: str) -> None:
        """There is no way out of the row."""
        with pytest.raises(BadExpressionError):
            parse_expression(source)

    def test_knows_its_columns(self) -> None:
        """So that only they are read from the file."""
        assert parse_expression("`Loan No.` == '1' and days(PAY_0) == as_of").columns == {"Loan No.", "PAY_0"}

    @given(st.text(max_size=40))
    def test_of_any_text_is_an_answer_or_a_complaint(self, source: str) -> None:
        """Never another error."""
        try:
            expression = parse_expression(source)
        except BadExpressionError:
            return
        cells: dict[str, Cell] = dict.fromkeys(expression.columns, "1")
        try:
            expression.value(Scope(cells=cells, as_of=None, formats=Formats()))
        except BadCellError:
            return


class TestATemplate:
    """Texts made of columns."""

    @pytest.mark.parametrize(
        ("template", "partial", "expected"),
        [
            ("loan{PAY_0}@example.com", False, "loan2@example.com"),
            ("{PAY_0:03}-{`Loan No.`}", False, "002-L7"),
            ("{EMPTY}, {STATUS}", True, ", late"),
            ("{EMPTY}-{STATUS}", False, None),
            ("{EMPTY}{EMPTY}", True, None),
            ("{{{PAY_0}}}", False, "{2}"),
            ("{['x', 'y', 'z'][PAY_0]}", False, "z"),
        ],
    )
    def test_is_filled_from_the_row(self, template: str, partial: bool, expected: str | None) -> None:  # noqa: FBT001 (a table)
        """A text with a hole is nothing, unless a part of it is of use."""
        assert parse_template(template).fill(SCOPE, partial=partial) == expected

    @pytest.mark.parametrize("template", ["{PAY_0", "{PAY_0:>9}", "{PAY_0!r}", "{}", "{PAY_0.real}"])
    def test_with_a_broken_brace_is_refused(self, template: str) -> None:
        """What stands in braces is an expression."""
        with pytest.raises(BadExpressionError):
            parse_template(template)


class TestALookup:
    """Codes of the lender turned into words."""

    def test_translates_a_code_and_refuses_an_unknown_one(self) -> None:
        """Unless the mapping says what the others are."""
        assert Source(lookup="PAY_0", table={"2": "late"}).value(SCOPE) == "late"
        assert Source(lookup="PAY_0", table={}, otherwise="other").value(SCOPE) == "other"
        with pytest.raises(BadCellError, match="look-up"):
            Source(lookup="PAY_0", table={"1": "on time"}).value(SCOPE)
