"""Who plays in the demo: loans of the sample portfolio or of a file, told to the ledger and to the sandbox."""

import random
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from connectors.book_file.mapping import LoanMapping, read_mapping
from connectors.book_file.reading import read_loans
from deployments.prices import shipped_prices
from deployments.settings import Settings
from domain.book import BookLoan
from domain.borrower import ContactKind
from ledger.database import Ledger
from ledger.loan_intake import take_in_loans
from ledger.portfolios import ensure_portfolio
from ledger.unit_costs import add_unit_costs
from simulation.sample_portfolio import write_sample
from simulation.sandbox.control import PretendBorrower
from simulation.sandbox.remote import SandboxRemote

SAMPLE_MAPPING = Path(__file__).parent.parent / "mappings" / "sample.yaml"
REGISTER_AT_ONCE = 500


class NothingOverdue(ValueError):
    """No loan of the file is overdue, so there is nothing to show."""


class NotAMappingOfLoans(ValueError):
    """The mapping is for payments; the demo needs one for loans."""


@dataclass(frozen=True, slots=True)
class Cast:
    """The demo's portfolio as it was taken in."""

    portfolio: str
    currency: str
    loans: int


def sample_file(home: Path, *, loans: int, seed: int, as_of: date) -> Path:
    """Write the synthetic portfolio and return its file."""
    path = home / "sample-portfolio.csv"
    write_sample(path, loans=loans, seed=seed, as_of=as_of)
    return path


def engage(
    ledger: Ledger,
    sandbox: SandboxRemote,
    *,
    file: Path,
    mapping: Path,
    loans: int,
    seed: int,
    as_of: date,
    now: datetime,
) -> Cast:
    """Take up to `loans` overdue loans of a file into the ledger, and tell the sandbox who stands behind them.

    A file with more of them is sampled at random, by the seed. Raises NothingOverdue, NotAMappingOfLoans and what
    reading a file raises.
    """
    chosen = _chosen(file, mapping, loans=loans, seed=seed, as_of=as_of)
    settings = Settings()
    name, currency = file.stem.replace("_", "-"), chosen[0].currency
    with ledger.transaction() as session:
        add_unit_costs(session, shipped_prices(currency))
        portfolio = ensure_portfolio(
            session,
            name,
            currency=currency,
            lender=settings.lender,
            help_phone=settings.help_phone,
            pay_url=settings.pay_url,
            packs=settings.packs,
            now=now,
        )
        take_in_loans(session, portfolio, chosen, now=now)
    for start in range(0, len(chosen), REGISTER_AT_ONCE):
        sandbox.register([_behind(loan, name, as_of) for loan in chosen[start : start + REGISTER_AT_ONCE]])
    return Cast(portfolio=name, currency=currency, loans=len(chosen))


def _chosen(file: Path, mapping: Path, *, loans: int, seed: int, as_of: date) -> list[BookLoan]:
    how = read_mapping(mapping)
    if not isinstance(how, LoanMapping):
        raise NotAMappingOfLoans(f"{mapping}: kind is payments; the demo needs a mapping with kind: loans")
    rows = read_loans(file, how, as_of=as_of)
    overdue = [r for r in rows if isinstance(r, BookLoan) and r.statement.arrears_minor > 0]
    one_currency = [loan for loan in overdue if loan.currency == overdue[0].currency]
    if not one_currency:
        raise NothingOverdue(f"{file}: no loan in it is overdue on {as_of}; check the mapping's arrears and keep")
    if len(one_currency) <= loans:
        return one_currency
    return sorted(random.Random(seed).sample(one_currency, loans), key=lambda loan: loan.number)


def _behind(loan: BookLoan, portfolio: str, as_of: date) -> PretendBorrower:
    texts = {contact.kind: contact.text for contact in reversed(loan.contacts)}
    return PretendBorrower(
        loan_number=loan.number,
        borrower_number=loan.borrower_number,
        phone=texts.get(ContactKind.MOBILE, texts.get(ContactKind.CHAT, "")),
        email=texts.get(ContactKind.EMAIL, ""),
        address=texts.get(ContactKind.ADDRESS, ""),
        arrears_minor=loan.statement.arrears_minor,
        instalment_minor=loan.statement.instalment_minor,
        currency=loan.currency,
        days_past_due=(as_of - loan.statement.past_due_since_on).days,
        portfolio=portfolio,
        timezone=loan.timezone,
    )
