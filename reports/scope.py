"""What a report speaks of: one portfolio, whole days, and the instant whose knowledge it has."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlmodel import Session

from ledger.portfolios import first_day_of, portfolio_named


class PeriodIsEmpty(ValueError):
    """The period ends before it begins."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A portfolio from the first day to the last (both included, UTC), with what was on record at `as_of`."""

    portfolio_id: str
    portfolio: str
    currency: str
    from_on: date
    to_on: date
    as_of: datetime

    @property
    def starts_at(self) -> datetime:
        """The first instant of the period."""
        return datetime.combine(self.from_on, time(0), tzinfo=UTC)

    @property
    def ends_at(self) -> datetime:
        """The first instant after the period."""
        return datetime.combine(self.to_on + timedelta(days=1), time(0), tzinfo=UTC)

    @property
    def seen_until(self) -> datetime:
        """How far the report can see: the end of the period, or `as_of` where that is earlier."""
        return min(self.ends_at, self.as_of)

    def contains(self, at: datetime) -> bool:
        """Whether an instant lies in the period."""
        return self.starts_at <= at < self.ends_at


def scope_of(session: Session, *, portfolio: str, from_on: date, to_on: date, as_of: datetime) -> Scope:
    """The scope, with the portfolio's currency. Raises NoSuchPortfolio or PeriodIsEmpty."""
    if to_on < from_on:
        raise PeriodIsEmpty(f"{to_on.isoformat()} is before {from_on.isoformat()}")
    row = portfolio_named(session, portfolio)
    return Scope(
        portfolio_id=row.id,
        portfolio=row.name,
        currency=row.currency,
        from_on=from_on,
        to_on=to_on,
        as_of=as_of.astimezone(UTC),
    )


def all_until(session: Session, *, portfolio: str, as_of: datetime) -> Scope:
    """From the portfolio's first day to the day of an instant, as on record then. Raises NoSuchPortfolio."""
    on = as_of.astimezone(UTC).date()
    first = min(first_day_of(session, portfolio, known_at=as_of), on)
    return scope_of(session, portfolio=portfolio, from_on=first, to_on=on, as_of=as_of)
