"""The list of journeys: what was asked for, one page of it, and the addresses of the pages beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlmodel import Session

from console.staff.waiting import waits
from domain.journey import JourneyState, WaitingFor
from domain.money import Money
from ledger.listings import ListedJourney, count_journeys, listed_journeys
from ledger.portfolios import portfolio_names
from reports.figures import words
from reports.timeline_lines import local

ON_A_PAGE = 50
ANY = "any"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for, as far as it makes sense; anything else in the address is left out."""

    number: str
    portfolio: str
    waiting_for: WaitingFor | None
    state: JourneyState | None
    page: int

    def address(self, *, page: int) -> str:
        """The query of another page of the same list."""
        chosen = {
            "loan": self.number,
            "portfolio": self.portfolio,
            "waiting_for": self.waiting_for.value if self.waiting_for else "",
            "state": self.state.value if self.state else ANY,
            "page": str(page),
        }
        return urlencode({name: text for name, text in chosen.items() if text})


@dataclass(frozen=True, slots=True)
class Line:
    """A journey on a line, in words."""

    journey: ListedJourney
    overdue: str
    next: str
    waits: str


@dataclass(frozen=True, slots=True)
class JourneyList:
    """One page of journeys. earlier, later: the queries of the pages beside it; None where there is none."""

    asked: Asked
    portfolios: tuple[str, ...]
    lines: tuple[Line, ...]
    total: int
    first: int
    earlier: str | None
    later: str | None


def asked_from(query: Mapping[str, str]) -> Asked:
    """Read a query; open journeys, from the first page, where it says nothing else."""
    query = {name: text.replace("\0", "") for name, text in query.items()}  # which no database takes
    waiting = query.get("waiting_for", "")
    state = query.get("state", "") or JourneyState.OPEN.value
    page = query.get("page", "")
    return Asked(
        number=query.get("loan", "").strip(),
        portfolio=query.get("portfolio", ""),
        waiting_for=WaitingFor(waiting) if waiting in set(WaitingFor) else None,
        state=JourneyState(state) if state in set(JourneyState) else None,
        page=max(int(page), 1) if page.isdecimal() and len(page) < 8 else 1,
    )


def journey_list(session: Session, asked: Asked) -> JourneyList:
    """The page of the list that was asked for."""
    number, portfolio = asked.number or None, asked.portfolio or None
    skipping = (asked.page - 1) * ON_A_PAGE
    total = count_journeys(
        session, state=asked.state, portfolio=portfolio, waiting_for=asked.waiting_for, number=number
    )
    found = listed_journeys(
        session,
        state=asked.state,
        portfolio=portfolio,
        waiting_for=asked.waiting_for,
        number=number,
        skipping=skipping,
        at_most=ON_A_PAGE,
    )
    has_later = total > skipping + len(found) and bool(found)
    return JourneyList(
        asked=asked,
        portfolios=tuple(portfolio_names(session)),
        lines=tuple(_line(journey) for journey in found),
        total=total,
        first=skipping + 1,
        earlier=asked.address(page=asked.page - 1) if asked.page > 1 else None,
        later=asked.address(page=asked.page + 1) if has_later else None,
    )


def _line(journey: ListedJourney) -> Line:
    overdue = str(Money(journey.arrears_minor, journey.currency))
    if journey.closed_at is not None:
        why = words(journey.closing_reason or "")
        return Line(journey, overdue, "closed", f"closed {local(journey.closed_at, journey.timezone)}: {why}")
    why = f": {journey.waiting_reason}" if journey.due_at and journey.waiting_reason else ""
    waiting = waits(journey.waiting_for, due_at=journey.due_at) + why
    return Line(journey, overdue, local(journey.due_at, journey.timezone) if journey.due_at else "now", waiting)
