"""Which report somebody asks for: read from an address, and written into one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from sqlmodel import Session

from ledger.portfolios import first_day_of, portfolio_names
from reports.as_of import UnreadableInstant, as_of_from


class CannotReport(ValueError):
    """No report can be made of what was asked for; the message says why."""


@dataclass(frozen=True, slots=True)
class ReportAsked:
    """A portfolio from the first day to the last (both included, UTC), as on record at an instant."""

    portfolio: str
    from_on: date
    to_on: date
    as_of: datetime

    def query(self, **more: str | Sequence[str]) -> str:
        """The query of an address that asks for it again, also a year later."""
        return urlencode(
            {
                "portfolio": self.portfolio,
                "from": self.from_on.isoformat(),
                "to": self.to_on.isoformat(),
                "as_of": self.as_of.isoformat(),
                **more,
            },
            doseq=True,
        )


def report_asked(session: Session, query: Mapping[str, str], *, now: datetime) -> ReportAsked:
    """Read a query; where it says nothing: the portfolio's first day, today, and what is on record now.

    Raises:
        CannotReport: there is no such portfolio, a day is none, or the period is empty.
    """
    query = {name: text.replace("\0", "").strip() for name, text in query.items()}  # which no database takes
    portfolio = query.get("portfolio", "")
    if portfolio not in portfolio_names(session):
        raise CannotReport("There is no such portfolio.")
    try:
        as_of = as_of_from(query["as_of"]) if query.get("as_of") else now
    except UnreadableInstant as error:
        raise CannotReport(f"As on record at: {error}.") from error
    try:
        first = date.fromisoformat(query["from"]) if query.get("from") else None
        to_on = date.fromisoformat(query["to"]) if query.get("to") else now.date()
    except ValueError as error:
        raise CannotReport("The first and the last day are days, such as 2026-03-31.") from error
    from_on = first or first_day_of(session, portfolio, known_at=as_of)
    if to_on < from_on:
        raise CannotReport("The last day is before the first one.")
    return ReportAsked(portfolio, from_on, to_on, as_of)
