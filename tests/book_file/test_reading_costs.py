"""A file of costs becomes prices, bills and months, row by row."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.book_file.cost_mapping import read_cost_mapping
from connectors.book_file.located_yaml import MappingError
from connectors.book_file.reading import read_costs
from domain.book import BookCost
from domain.cost import CostUnit, UnitCost

SAMPLE = Path(__file__).parents[2] / "deployments" / "mappings" / "sample_costs.yaml"
HEADER = "unit,unit_price,valid_from,loan_no,amount,date,invoice_line,units,corrects,billed_by\n"


def read(tmp_path: Path, *lines: str) -> list[object]:
    """What stands in a file of these lines."""
    (tmp_path / "f.csv").write_text(HEADER + "\n".join(lines) + "\n")
    return list(read_costs(tmp_path / "f.csv", read_cost_mapping(SAMPLE), as_of=date(2026, 3, 31)))


def test_a_row_is_a_price_a_bill_or_a_month(tmp_path: Path) -> None:
    """As its cells say; a commission is a share, amounts go down to a thousandth of a cent."""
    found = read(
        tmp_path,
        "sms,0.0091,2026-01-01,,,,,,,",
        "commission,18%,2026-01-01,,,,,,,Agency",
        "agency fee,,,L-1,$12.50505,2026-01-31,A-1,,,Agency",
        "visits,,,L-1,100,2026-01-31,A-2,4,,Agency",
        "licence,,,,-50,2026-01-31,V-2,,V-1,Vendor",
        "licence,,,,0.00,2026-01-31,V-3,,,Vendor",
    )
    noon = datetime(2026, 1, 31, 17, tzinfo=UTC)
    assert found == [
        UnitCost(CostUnit.SMS_SEGMENT, "USD", 910, date(2026, 1, 1), "the lender"),
        UnitCost(CostUnit.AGENCY_COMMISSION, "USD", 180, date(2026, 1, 1), "Agency"),
        BookCost("L-1", "Agency", "A-1", CostUnit.AGENCY_FEE, 1, 1_250_505, "USD", noon),
        BookCost("L-1", "Agency", "A-2", CostUnit.FIELD_VISIT, 4, 10_000_000, "USD", noon),
        BookCost(None, "Vendor", "V-2", CostUnit.LICENCE, -1, -5_000_000, "USD", noon, "V-1"),
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("agency fee,,,L-1,-5,2026-01-31,A-1,,,Agency", "nothing says which cost it corrects"),
        ("agency fee,,,L-1,5,2026-04-01,A-1,,,Agency", "lies after the file's day"),
        ("licence,9,2026-01-01,,,,,,,", "has no price: it is booked as it is billed"),
        ("sms,0.01,,,,,,,,", "needs the first day on which it is valid"),
        ("parking,,,L-1,5,2026-01-31,A-1,,,Agency", "is not a kind of cost"),
        ("commission,180%,2026-01-01,,,,,,,", "is not a share from 0 to 1"),
    ],
)
def test_a_row_that_is_no_cost_is_rejected(tmp_path: Path, line: str, says: str) -> None:
    """With what to do about it."""
    (reject,) = read(tmp_path, line)
    assert says in reject.reason  # type: ignore[attr-defined]


def test_a_mapping_that_says_too_little_is_refused(tmp_path: Path) -> None:
    """A bill needs what tells it from others."""
    (tmp_path / "m.yaml").write_text(
        "kind: costs\nfields: {amount: a, incurred_at: d}\ndefaults: {unit: other, source: s, currency: USD}\n"
    )
    with pytest.raises(MappingError, match="an amount that was billed needs"):
        read_cost_mapping(tmp_path / "m.yaml")
