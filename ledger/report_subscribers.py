"""Who is sent a portfolio's report: subscribing, unsubscribing, and how their last mail stands."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from domain.attempt import AttemptState
from ledger.database import keyring_of
from ledger.people import masked
from ledger.portfolios import portfolio_named
from ledger.tables.report_mail import ReportMailRow, ReportSubscriberRow


class NotAnAddress(ValueError):
    """It is not an address that one mail can be sent to, such as `ada@lender.example`."""


class NotSubscribed(LookupError):
    """Nobody of that address is sent this portfolio's report."""


@dataclass(frozen=True, slots=True)
class LastMail:
    """The latest mail to a reader: of which period's report, and how it stands. code: why it failed, or may have."""

    from_on: date
    to_on: date
    state: AttemptState
    code: str | None


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One reader; the address is masked."""

    address: str
    since: datetime
    last: LastMail | None


def subscribe(session: Session, *, portfolio: str, address: str, now: datetime) -> bool:
    """Send a portfolio's reports to an address from now on; False when that was so already.

    Raises NoSuchPortfolio or NotAnAddress.
    """
    portfolio_id = portfolio_named(session, portfolio).id
    address = _one_address(address)
    keyring = keyring_of(session)
    there = _row(session, portfolio_id, address)
    if there is not None and there.ended_at is None:
        return False
    data_key = keyring.new_data_key()
    row = there or ReportSubscriberRow(
        portfolio_id=portfolio_id, lookup=keyring.lookup(address.lower()), data_key=b"", address_sealed=b"", since=now
    )
    row.data_key, row.address_sealed = data_key, keyring.seal(data_key, address)
    row.since, row.ended_at = now, None
    session.add(row)
    return True


def unsubscribe(session: Session, *, portfolio: str, address: str, now: datetime) -> None:
    """Send no more, and forget the address. Raises NoSuchPortfolio, NotAnAddress or NotSubscribed."""
    row = _row(session, portfolio_named(session, portfolio).id, _one_address(address))
    if row is None or row.ended_at is not None:
        raise NotSubscribed(NotSubscribed.__doc__)
    forget(row, now=now)


def forget(row: ReportSubscriberRow, *, now: datetime) -> None:
    """End a subscription: its key is gone, and with it the address."""
    row.ended_at, row.data_key, row.address_sealed = row.ended_at or now, b"", b""


def subscribers(session: Session, *, portfolio: str) -> list[Subscriber]:
    """Everybody who is sent the portfolio's reports, the longest first. Raises NoSuchPortfolio."""
    query = (
        select(ReportSubscriberRow)
        .where(
            ReportSubscriberRow.portfolio_id == portfolio_named(session, portfolio).id,
            col(ReportSubscriberRow.ended_at).is_(None),
        )
        .order_by(col(ReportSubscriberRow.since), col(ReportSubscriberRow.id))
    )
    return [
        Subscriber(masked(address_of(session, row)), row.since, _last(session, row.id)) for row in session.exec(query)
    ]


def address_of(session: Session, row: ReportSubscriberRow) -> str:
    """The address in the clear, for the one place that sends to it."""
    return keyring_of(session).unseal(row.data_key, row.address_sealed)


def _one_address(address: str) -> str:
    address = address.strip()
    name, at, host = address.rpartition("@")
    is_plain = address.isprintable() and not set(address) & set(" ,;<>()\"'\\")
    if not (name and at and "." in host.strip(".") and is_plain and "@" not in name):
        raise NotAnAddress(NotAnAddress.__doc__)
    return address


def _row(session: Session, portfolio_id: str, address: str) -> ReportSubscriberRow | None:
    lookup = keyring_of(session).lookup(address.lower())
    return session.exec(
        select(ReportSubscriberRow)
        .where(ReportSubscriberRow.portfolio_id == portfolio_id, ReportSubscriberRow.lookup == lookup)
        .with_for_update()
    ).first()


def _last(session: Session, subscriber_id: str) -> LastMail | None:
    row = session.exec(
        select(ReportMailRow)
        .where(ReportMailRow.subscriber_id == subscriber_id)
        .order_by(col(ReportMailRow.planned_at).desc(), col(ReportMailRow.to_on).desc())
        .limit(1)
    ).first()
    return None if row is None else LastMail(row.from_on, row.to_on, AttemptState(row.state), row.failure_code)
