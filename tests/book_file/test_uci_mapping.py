"""The mappings of the public credit-card file read it as its own documentation describes it."""

from datetime import date
from pathlib import Path

import pytest

from connectors.book_file.mapping import read_loan_mapping, read_payment_mapping
from connectors.book_file.reading import read_loans, read_payments
from connectors.book_file.rejects import Reject
from domain.arrears import position_of
from domain.book import BookLoan, BookPayment

ROOT = Path(__file__).parents[2]
LOANS = read_loan_mapping(ROOT / "deployments" / "mappings" / "uci_credit_card.yaml")
PAYMENTS = read_payment_mapping(ROOT / "deployments" / "mappings" / "uci_credit_card_payments.yaml")
PUBLIC_FILE = ROOT.parent / "shared" / "data" / "uci_credit_card_default.csv"
HEADER = (
    "ID,LIMIT_BAL,SEX,EDUCATION,MARRIAGE,AGE,PAY_0,PAY_2,PAY_3,PAY_4,PAY_5,PAY_6,BILL_AMT1,BILL_AMT2,BILL_AMT3,BILL_AMT4,"
    "BILL_AMT5,BILL_AMT6,PAY_AMT1,PAY_AMT2,PAY_AMT3,PAY_AMT4,PAY_AMT5,PAY_AMT6,default.payment.next.month"
)
SAMPLE = f"""{HEADER}
1,20000,sx,2,mg,ag,2,2,-1,-1,-2,-2,3913,3102,689,0,0,0,0,689,0,0,0,0,1
2,120000,sx,2,mg,ag,-1,2,0,0,0,2,2682,1725,2682,3272,3455,3261,0,1000,1000,1000,0,2000,1
301,1.00E+05,sx,2,mg,ag,1,0,0,0,0,0,1.00E+05,3102,689,0,0,0,7,6,5,4,3,2,1
19,360000,sx,1,mg,ag,1,-2,-2,-2,-2,-2,0,0,0,0,0,0,0,0,0,0,0,0,0
27,60000,sx,1,mg,ag,1,-2,-1,-1,-1,-1,-109,-425,259,-57,127,-189,0,1000,0,500,0,1000,1
"""


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """Five accounts in the form of the public file, with words where sex, marriage and age stand."""
    path = tmp_path / "uci.csv"
    path.write_text(SAMPLE, encoding="utf-8")
    return path


@pytest.fixture
def public_file() -> Path:
    """The public file itself, which is not part of the repository."""
    if not PUBLIC_FILE.exists():
        pytest.skip("the public file is not beside this repository")
    return PUBLIC_FILE


class TestTheLoans:
    """Accounts that are behind."""

    def test_are_those_behind_with_a_bill(self, sample: Path) -> None:
        """Paid-up ones are left out; those behind that owe nothing are rejected and say why."""
        reading = read_loans(sample, LOANS)
        found = list(reading)
        assert [x.number for x in found if isinstance(x, BookLoan)] == ["1", "301"]
        assert [x.reason for x in found if isinstance(x, Reject)] == [
            "nothing is overdue, yet it is 30 days past due",
            "is negative",
        ]
        assert reading.left_out == 1

    def test_are_as_late_on_the_day_asked_for_as_in_the_file(self, sample: Path) -> None:
        """Two months late is sixty days past due today."""
        for day in (None, date(2026, 3, 31)):
            loan = next(iter(read_loans(sample, LOANS, as_of=day)))
            assert isinstance(loan, BookLoan)
            on = day or date(2005, 9, 30)
            position = position_of(loan.statement, received_minor=0, on=on)
            assert (position.days_past_due, position.arrears_minor, loan.currency) == (60, 391300, "TWD")

    def test_say_nothing_of_sex_marriage_and_age(self, sample: Path) -> None:
        """These columns are not even read."""
        assert not LOANS.columns & {"SEX", "MARRIAGE", "AGE"}
        for loan in read_loans(sample, LOANS):
            assert not isinstance(loan, BookLoan) or set(loan.attributes) == {"credit_limit"}

    def test_can_be_reached_nowhere_but_in_fiction(self, sample: Path) -> None:
        """Numbers 555-0100 to 555-0199, example.com, and a street that does not exist."""
        loans = [x for x in read_loans(sample, LOANS) if isinstance(x, BookLoan)]
        assert [c.text for x in loans for c in x.contacts] == [
            "loan1@example.com",
            "+12015550101",
            "1 Example Road, Example Town",
            "loan301@example.com",
            "+12055550101",
            "301 Example Road, Example Town",
        ]


class TestThePayments:
    """Six months in a row."""

    def test_are_of_their_months(self, sample: Path) -> None:
        """PAY_AMT1 is September's, PAY_AMT6 April's; zero is no payment."""
        found = [x for x in read_payments(sample, PAYMENTS) if isinstance(x, BookPayment)]
        assert [(x.external_id, x.amount_minor) for x in found if x.loan_number == "1"] == [("1-2005-08", 68900)]
        months = {x.external_id: f"301-{x.received_at:%Y-%m}" for x in found if x.loan_number == "301"}
        assert len(months) == 6
        assert all(stated == actual for stated, actual in months.items())


class TestThePublicFile:
    """Thirty thousand accounts."""

    def test_agrees_with_its_published_figures(self, public_file: Path) -> None:
        """6,818 accounts are behind; payments of September sum to 169,907,415 New Taiwan dollars."""
        reading = read_loans(public_file, LOANS)
        found = list(reading)
        loans = [x for x in found if isinstance(x, BookLoan)]
        assert (len(found), len(loans), reading.left_out) == (6818, 5129, 30_000 - 6818)
        assert len({c.text for x in loans for c in x.contacts}) == 3 * len(loans)
        everyone = PAYMENTS.model_copy(update={"keep": None})
        payments = [x for x in read_payments(public_file, everyone) if isinstance(x, BookPayment)]
        assert sum(x.amount_minor for x in payments if x.external_id.endswith("2005-09")) == 169_907_415_00
