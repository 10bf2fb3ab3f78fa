"""The synthetic portfolio is repeatable, readable by its mappings, and has the figures of real arrears."""

import re
import statistics
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from connectors.book_file.mapping import read_loan_mapping, read_payment_mapping
from connectors.book_file.reading import read_loans, read_payments
from connectors.book_file.rejects import Reject, Remark
from domain.arrears import position_of
from domain.book import BookLoan, BookPayment
from domain.borrower import ContactKind
from simulation.sample_places import PLACES
from simulation.sample_portfolio import BUCKETS, write_sample, write_sample_payments

DAY = date(2026, 1, 31)
MAPPINGS = Path(__file__).parents[2] / "deployments" / "mappings"
FICTION = re.compile(r"\+1\d{3}55501\d\d")


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> list[BookLoan | Reject | Remark]:
    """Three thousand loans as the product reads them."""
    path = tmp_path_factory.mktemp("sample") / "sample.csv"
    write_sample(path, loans=3000, seed=7, as_of=DAY)
    return list(read_loans(path, read_loan_mapping(MAPPINGS / "sample.yaml")))


@pytest.fixture(scope="module")
def loans(portfolio: list[BookLoan | Reject | Remark]) -> list[BookLoan]:
    """The loans alone."""
    return [x for x in portfolio if isinstance(x, BookLoan)]


class TestASamplePortfolio:
    """Three thousand loans."""

    def test_is_the_same_for_the_same_seed_only(self, tmp_path: Path) -> None:
        """To the byte."""
        for name, seed in (("one", 1), ("again", 1), ("other", 2)):
            write_sample(tmp_path / name, loans=40, seed=seed, as_of=DAY)
            write_sample_payments(tmp_path / f"{name}-paid", loans=40, seed=seed, as_of=DAY)
        for kind in ("", "-paid"):
            one, again, other = ((tmp_path / f"{n}{kind}").read_bytes() for n in ("one", "again", "other"))
            assert one == again != other

    def test_is_read_without_a_reject(self, portfolio: list[BookLoan | Reject | Remark], loans: list[BookLoan]) -> None:
        """Bad numbers are remarked on, as in life."""
        assert len(loans) == 3000
        remarks = [x for x in portfolio if isinstance(x, Remark)]
        assert {r.column for r in remarks} == {"mobile_phone"}
        assert 0.02 < len(remarks) / 3000 < 0.06

    def test_spreads_over_the_buckets(self, loans: list[BookLoan]) -> None:
        """In the shares that it declares, days past due read back exactly as the mapping's dates say."""
        late = [position_of(x.statement, received_minor=0, on=DAY).days_past_due for x in loans]
        for (first, last), share in BUCKETS:
            assert sum(first <= days <= last for days in late) / len(late) == pytest.approx(share, abs=0.03)

    def test_has_arrears_with_a_heavy_tail(self, loans: list[BookLoan]) -> None:
        """Coefficient of variation near 1.63, and nearly half of the money with the top tenth (facts: measures)."""
        arrears = sorted((x.statement.arrears_minor for x in loans), reverse=True)
        assert statistics.pstdev(arrears) / statistics.mean(arrears) == pytest.approx(1.63, abs=0.25)
        assert sum(arrears[:300]) / sum(arrears) == pytest.approx(0.46, abs=0.04)

    def test_has_many_kinds_of_loans_and_people(self, loans: list[BookLoan]) -> None:
        """Products, segments, zones, origination facts, and borrowers with several loans."""
        assert len({x.product for x in loans}) == 4
        assert {x.segment for x in loans} == {"retail", "small_business"}
        assert {x.timezone for x in loans} == {p.timezone for p in PLACES}
        assert all(set(x.attributes) == {"industry", "region", "origination_channel", "vintage"} for x in loans)
        assert max(Counter(x.borrower_number for x in loans).values()) >= 2

    def test_reaches_people_only_in_fiction(self, loans: list[BookLoan]) -> None:
        """And not everybody: some have no email, some addresses are verified."""
        contacts = [c for x in loans for c in x.contacts]
        phones = [c.text for c in contacts if c.kind in {ContactKind.MOBILE, ContactKind.LANDLINE}]
        emails = [c.text for c in contacts if c.kind is ContactKind.EMAIL]
        assert all(FICTION.fullmatch(phone) for phone in phones)
        assert all(email.endswith("@example.com") for email in emails)
        assert 0.8 < len(emails) / len(loans) < 0.95
        assert {c.is_verified for c in contacts if c.kind is ContactKind.ADDRESS} == {True, False}

    def test_gives_no_two_people_the_same_number(self, loans: list[BookLoan]) -> None:
        """A STOP must come from one of them."""
        owners = {(c.text, x.borrower_number) for x in loans for c in x.contacts if c.kind is ContactKind.MOBILE}
        assert len(owners) == len({text for text, _ in owners})

    def test_has_area_codes_that_belong_to_one_place(self) -> None:
        """Otherwise the places would hand out the same numbers."""
        codes = [code for place in PLACES for code in place.area_codes]
        assert len(codes) == len(set(codes))


class TestSamplePayments:
    """What these loans paid before."""

    def test_belong_to_the_loans_and_to_the_past(self, tmp_path: Path) -> None:
        """Before the day, each loan's regular instalment; some bounced and are taken back by name."""
        write_sample(tmp_path / "loans.csv", loans=300, seed=7, as_of=DAY)
        write_sample_payments(tmp_path / "paid.csv", loans=300, seed=7, as_of=DAY)
        reading = read_payments(
            tmp_path / "paid.csv", read_payment_mapping(MAPPINGS / "sample_payments.yaml"), as_of=DAY
        )
        paid = list(reading)
        assert paid
        payments = [p for p in paid if isinstance(p, BookPayment)]
        assert len(payments) == len(paid)
        book = {
            x.number: x.statement.instalment_minor
            for x in read_loans(tmp_path / "loans.csv", read_loan_mapping(MAPPINGS / "sample.yaml"))
            if isinstance(x, BookLoan)
        }
        assert all(p.amount_minor == book[p.loan_number] for p in payments)
        known = {p.external_id for p in payments}
        taken_back = [p.reverses for p in payments if p.reverses]
        assert taken_back
        assert set(taken_back) <= known
