"""A mapping is checked before a row is read, and every mistake in it is told with file, line, key and remedy."""

from pathlib import Path

import pytest

from connectors.book_file.cost_mapping import read_cost_mapping
from connectors.book_file.located_yaml import MappingError
from connectors.book_file.mapping import (
    LoanMapping,
    PaymentMapping,
    read_loan_mapping,
    read_mapping,
    read_payment_mapping,
)
from connectors.book_file.past_mapping import read_past_mapping
from tests.book_file.lender import LOANS, PAYMENTS, Lender

SHIPPED = sorted((Path(__file__).parents[2] / "deployments" / "mappings").glob("*.yaml"))
LEAST = """\
kind: loans
as_of: 2026-01-31
fields:
  number: id
  arrears: overdue
  days_past_due: dpd
defaults: {product: card, segment: retail, currency: USD, timezone: UTC, language: "no", jurisdiction: NO}
"""


def told(lender: Lender, text: str) -> tuple[int, str, str]:
    """The line, key and problem that reading a mapping complains of."""
    path = lender.text(text, name="m.yaml")
    with pytest.raises(MappingError) as caught:
        read_mapping(path)
    assert str(caught.value).startswith(f"{path}:{caught.value.line}: ")
    return caught.value.line, caught.value.key, caught.value.problem


class TestAMapping:
    """What is accepted."""

    @pytest.mark.parametrize("path", SHIPPED, ids=[p.stem for p in SHIPPED])
    def test_that_ships_is_sound(self, path: Path) -> None:
        """All of them, and they know what they hold."""
        if "history" in path.stem:
            assert read_past_mapping(path).kind == "history"
        elif "costs" in path.stem:
            assert read_cost_mapping(path).kind == "costs"
        else:
            assert isinstance(read_mapping(path), PaymentMapping if "payments" in path.stem else LoanMapping)

    def test_may_be_short(self, lender: Lender) -> None:
        """Norway stays Norway, and its language stays no."""
        mapping = read_loan_mapping(lender.text(LEAST, name="m.yaml"))
        assert (mapping.defaults.jurisdiction, mapping.defaults.language) == ("NO", "no")
        assert mapping.columns == {"id", "overdue", "dpd"}

    def test_of_the_readme_is_sound(self, lender: Lender) -> None:
        """What people copy from works."""
        example = (SHIPPED[0].parent / "README.md").read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
        assert read_loan_mapping(lender.text(example, name="m.yaml")).columns == {"Loan No.", "Overdue", "DPD"}

    def test_knows_every_column_that_it_reads(self, lender: Lender) -> None:
        """Those of conditions, templates, look-ups and list entries too; only they leave the file."""
        mapping = read_loan_mapping(
            lender.mapping(
                LOANS,
                keep="state == 'open'",
                contacts=[{"kind": "email", "template": "{user}@{host}", "verified": "checked == 'y'"}],
                attributes={"area": {"lookup": "code", "table": {"1": "north"}}},
            )
        )
        assert mapping.columns >= {"state", "user", "host", "checked", "code", "id"}
        assert mapping.personal_columns == {"name", "user", "host"}

    def test_of_the_other_kind_is_turned_away(self, lender: Lender) -> None:
        """An import of loans cannot be given a mapping of payments."""
        with pytest.raises(MappingError, match="mapping of loans is needed"):
            read_loan_mapping(lender.mapping(PAYMENTS))
        with pytest.raises(MappingError, match="mapping of payments is needed"):
            read_payment_mapping(lender.mapping(LOANS))


class TestAMistake:
    """What is told of it."""

    @pytest.mark.parametrize(
        ("old", "new", "place", "problem"),
        [
            ("arrears: overdue", "arears: overdue", (5, "fields.arears"), "did you mean arrears?"),
            ("kind: loans", "kind: lones", (1, "kind"), "kind: loans or kind: payments"),
            ("  days_past_due: dpd\n", "", (3, "fields"), "give one of past_due_since"),
            (
                "days_past_due: dpd",
                "days_past_due: {derive: 30 **}",
                (6, "fields.days_past_due.derive"),
                "cannot be read",
            ),
            ("days_past_due: dpd", "days_past_due: {lookup: dpd}", (6, "fields.days_past_due"), "lookup needs a table"),
            (
                "days_past_due: dpd",
                "days_past_due: {templte: dpd}",
                (6, "fields.days_past_due.templte"),
                "did you mean template?",
            ),
            ("number: id", "number: [id]", (4, "fields.number"), "valid dictionary"),
            ("  number: id\n", "", (3, "fields.number"), "is required"),
            ("timezone: UTC", "timezone: Europe/Berln", (7, "defaults.timezone"), "did you mean Europe/Berlin?"),
            ("currency: USD", "currency: EURO", (7, "defaults.currency"), "ISO 4217"),
            ("jurisdiction: NO", "jurisdiction: UK", (7, "defaults.jurisdiction"), "ISO 3166"),
            ("product: card, ", "", (1, ""), "product has neither a field nor a default"),
            ("as_of: 2026-01-31", "as_of: 31/01/2026", (2, "as_of"), "valid date"),
            ("as_of: 2026-01-31", "dates: [DD/MM/YYYY]", (2, "dates"), "iso, D/M/Y, M/D/Y"),
            ("as_of: 2026-01-31", "amounts: {decimal: ','}", (2, "amounts"), "must differ"),
            ("as_of: 2026-01-31", "file: {encoding: utf-9}", (2, "file.encoding"), "is not an encoding"),
            ("as_of: 2026-01-31", "file: {encoding: hex}", (2, "file.encoding"), "is not an encoding"),
            ("as_of: 2026-01-31", "file: {delimiter: ';;'}", (2, "file.delimiter"), "at most 1 character"),
            ("as_of: 2026-01-31", "never: [dpd]", (6, "fields.days_past_due"), "stands under never:"),
            ("as_of: 2026-01-31", "never: [age]\nkeep: age > 3", (3, "keep"), "stands under never:"),
            ("as_of: 2026-01-31", "contacts: [{kind: fax, column: f}]", (2, "contacts.0.kind"), "'mobile'"),
            ("as_of: 2026-01-31", "as_of: 2026-01-31\nas_of: 2026-01-30", (3, "as_of"), "a second time"),
            ("fields:", "fields: [", (5, ""), "is not YAML"),
            ("kind: loans", "kind: &k [*k]", (1, ""), "nested without end"),
        ],
    )
    def test_is_told_with_its_line_key_and_remedy(
        self, lender: Lender, old: str, new: str, place: tuple[int, str], problem: str
    ) -> None:
        """One mistake at a time, in a mapping that is sound otherwise."""
        assert old in LEAST
        found = told(lender, LEAST.replace(old, new))
        assert found[:2] == place
        assert problem in found[2]

    @pytest.mark.parametrize(
        ("changes", "problem"),
        [
            ({"payments": [{"amount": "a"}], "fields": {"loan_number": "l"}}, "received_at is missing"),
            ({"fields": {"loan_number": "l"}}, "amount is missing"),
            ({"defaults": {"currency": "USD"}}, "source has neither"),
            ({"payments": [{"amount": "a"}]}, "cannot say what it reverses"),
        ],
    )
    def test_in_a_mapping_of_payments_is_told_too(
        self, lender: Lender, changes: dict[str, object], problem: str
    ) -> None:
        """What a payment needs must come from somewhere."""
        with pytest.raises(MappingError, match=problem):
            read_payment_mapping(lender.mapping(PAYMENTS, **changes))

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"- a\n",
            b"\xff\xfe",
            b"kind: \x00",
            b"just words",
            b"kind: [loans]",
            b"kind: loans\nattributes: [{a: b}]",
        ],
    )
    def test_of_any_kind_is_never_a_traceback(self, lender: Lender, content: bytes) -> None:
        """Files that are no mapping at all."""
        with pytest.raises(MappingError):
            read_mapping(lender.bytes(content, name="m.yaml"))

    def test_in_the_path_is_told(self, tmp_path: Path) -> None:
        """A mapping that is not there."""
        with pytest.raises(MappingError, match="cannot be opened"):
            read_mapping(tmp_path / "none.yaml")
