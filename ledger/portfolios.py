"""Portfolios: a lender's set of loans, with the currency and the packs that they are worked under."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from domain.journey import JourneyState
from ledger.tables.journey import JourneyRow
from ledger.tables.loan import LoanRow, PortfolioRow
from ledger.tables.money import PaymentRow
from ledger.waking import wake
from policy.compliance.packfile import Role


class NoSuchPortfolio(LookupError):
    """There is no portfolio of that name in the ledger."""


class OtherCurrency(ValueError):
    """A portfolio holds loans of one currency; import the others under another name."""


def ensure_portfolio(
    session: Session,
    name: str,
    *,
    currency: str,
    lender: str,
    help_phone: str,
    pay_url: str,
    packs: Sequence[str],
    now: datetime,
    collector_role: Role = "first_party",
) -> PortfolioRow:
    """The portfolio of that name, made on first use; raises OtherCurrency.

    collector_role: who collects, which says what packs bind by law and which are kept as house policy.
    """
    row = session.exec(select(PortfolioRow).where(PortfolioRow.name == name)).first()
    if row is None:
        row = PortfolioRow(
            name=name,
            currency=currency,
            lender=lender,
            help_phone=help_phone,
            pay_url=pay_url,
            packs=list(packs),
            collector_role=collector_role,
            created_at=now,
        )
        session.add(row)
        session.flush()
    if row.currency != currency:
        raise OtherCurrency(f"portfolio '{name}' is in {row.currency}; these loans are in {currency}")
    return row


def use_packs(
    session: Session, name: str, packs: Sequence[str], *, collector_role: Role | None, now: datetime
) -> PortfolioRow:
    """Work a portfolio under other packs from now on; its open journeys are looked at again. Raises NoSuchPortfolio.

    collector_role: None leaves it as it is.
    """
    row = portfolio_named(session, name)
    row.packs = list(packs)
    row.collector_role = collector_role or row.collector_role
    journeys = session.exec(
        select(JourneyRow.id)
        .join(LoanRow, col(LoanRow.id) == JourneyRow.loan_id)
        .where(LoanRow.portfolio_id == row.id, JourneyRow.state == JourneyState.OPEN.value)
    ).all()
    for journey_id in journeys:
        wake(session, journey_id, reason="the portfolio is worked under other packs", now=now)
    return row


def portfolio_named(session: Session, name: str) -> PortfolioRow:
    """The portfolio of that name; raises NoSuchPortfolio with the names there are."""
    row = session.exec(select(PortfolioRow).where(PortfolioRow.name == name)).first()
    if row is None:
        names = ", ".join(portfolio_names(session)) or "none yet: `duecourse import loans` makes one"
        raise NoSuchPortfolio(f"there is no portfolio '{name}'; there are: {names}")
    return row


def portfolio_names(session: Session) -> list[str]:
    """The names of all portfolios."""
    return list(session.exec(select(PortfolioRow.name).order_by(col(PortfolioRow.name))).all())


def first_day_of(session: Session, name: str, *, known_at: datetime) -> date:
    """The first day (UTC) of which anything is told: the portfolio's own, or that of its past on record at `known_at`.

    Raises NoSuchPortfolio.
    """
    portfolio = portfolio_named(session, name)
    entered = (
        select(func.min(JourneyRow.opened_at))
        .join(LoanRow, col(LoanRow.id) == col(JourneyRow.loan_id))
        .where(
            LoanRow.portfolio_id == portfolio.id,
            func.coalesce(JourneyRow.recorded_at, JourneyRow.opened_at) <= known_at,
        )
    )
    paid = (
        select(func.min(PaymentRow.received_at))
        .join(LoanRow, col(LoanRow.id) == col(PaymentRow.loan_id))
        .where(LoanRow.portfolio_id == portfolio.id, col(PaymentRow.recorded_at) <= known_at)
    )
    told: list[datetime | None] = [session.exec(query).one() for query in (entered, paid)]
    return min(at.date() for at in (portfolio.created_at, *told) if at is not None)
