"""What a ladder would do to a portfolio before anybody publishes it, lived beside the one that is there now."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import func
from sqlmodel import Session, col, select

from domain.action import Action
from domain.borrower import Borrower, BorrowerId, ContactPoint, ContactPointId, ContactState
from ledger.ladders import pinned_ladder, published_as
from ledger.packs import stack_of
from ledger.portfolios import portfolio_named
from ledger.tables.journey import JourneyRow, LadderRow
from ledger.tables.loan import LoanRow
from policy.compliance.stacking import Stack
from policy.ladders.ladder import Ladder
from policy.ladders.shipped import UnknownLadder, shipped_ladder
from reports.facts.facts import Facts, facts_of
from reports.learning.payment_hazard import LADDER_WAITS, hazards
from reports.scope import all_until
from reports.what_if.fitting import MADE, TooLittleIsKnown, known_of, prices_of
from reports.what_if.population import EVERY_WAY, entrants_now, entrants_of_book, opening_statement, spread_evenly
from simulation.behaviour.base_rates import shipped_rates
from simulation.what_if.comparing import Compared, compare, from_opening
from simulation.what_if.entrant import Entrant
from simulation.what_if.known import ALL, Known
from simulation.what_if.path import World
from simulation.what_if.pretend import pretend
from simulation.what_if.timeline import Moment, silent

LEAST_LOANS = 10


class KnownBy(StrEnum):
    """How payments after a rung of the proposed ladder are known."""

    RUNG = "by the rung of that name"
    ACTION = "by other rungs of its action"
    NOTHING = "not at all: taken to change nothing"


@dataclass(frozen=True, slots=True)
class RungKnown:
    """A rung of the proposed ladder: how its effect is known, steps per loan on both ladders, and what a step costs.

    seen_days: for how many days after it payments were seen; longer waits go on as in the last week of them.
    """

    rung: str
    known_by: KnownBy
    seen_days: int
    present_steps: float
    proposed_steps: float
    step_cost_minor: float


@dataclass(frozen=True, slots=True)
class Preview:
    """entered: loans that could have been lived. zone, owed_minor, days_past_due: of the borrower of the timelines."""

    portfolio: str
    currency: str
    as_of: datetime
    seed: int
    present: str
    proposed: str
    entered: int
    compared: Compared
    rungs: tuple[RungKnown, ...]
    packs: tuple[str, ...]
    zone: str
    owed_minor: int
    days_past_due: int
    present_timeline: tuple[Moment, ...]
    proposed_timeline: tuple[Moment, ...]
    assumptions: tuple[str, ...]


PRETEND = (
    "Nothing here was learned from the portfolio: people pay, answer and keep promises by the base rates of the pretend"
    " world, which nobody has measured on these loans. Read it for what a ladder does, not for what it brings; the"
    " intervals allow for who was drawn alone."
)
ASSUMPTIONS = (
    (
        "The loans are those that entered, evenly spread over all, as they stood then; their people are reached "
        "as they can be reached now."
    ),
    (
        "Both ladders are lived by the same loans with the same chances, through the same decisions as in "
        "production, and every message, visit, referral and placement is screened by the portfolio's packs on "
        "what was simulated before. Where a rule wants a person to decide, somebody agrees after two days. What a "
        "message says is not judged."
    ),
    (
        "People pay by the hazards that the ledger has seen after a journey's opening, after each rung and after "
        "a payment, in the same shares of the arrears. What a rung brings is taken to be the same wherever it "
        "stands in a ladder, and to last as in the last week that was seen."
    ),
    (
        "Steps end in each way as often, take as long and cost as much as the ledger has seen; hardship and "
        "disputes rest for good, a plan counts as one promise. No holds of before, no capacity, no new "
        "instalments, nothing taken back."
    ),
    (
        "The intervals allow for who was drawn and for how roughly hazards and amounts are known, not for these "
        "assumptions: an experiment is the proof."
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be previewed. journeys: loans that are lived; days: of each life."""

    portfolio: str
    present: Ladder
    proposed: Ladder
    as_of: datetime
    journeys: int
    days: int
    seed: int


def preview(session: Session, wanted: Wanted) -> Preview:
    """Live both by what the ledger has seen. Raises NoSuchPortfolio, TooLittleIsKnown."""
    facts = facts_of(session, all_until(session, portfolio=wanted.portfolio, as_of=wanted.as_of))
    known = _known(session, facts, wanted)
    entered = np.flatnonzero(facts.entered & (facts.journeys["opening_minor"] > 0))
    if len(entered) < LEAST_LOANS:
        raise TooLittleIsKnown(f"only {len(entered)} loans have entered; at least {LEAST_LOANS} are needed")
    entrants = entrants_now(session, facts, spread_evenly(entered, most=wanted.journeys))
    return _lived(session, wanted, known, entrants, entered=len(entered), assumptions=ASSUMPTIONS)


def pretend_preview(session: Session, wanted: Wanted) -> Preview:
    """Live both by the base rates of the pretend world, with the loans of the book. Raises NoSuchPortfolio,
    TooLittleIsKnown.
    """
    portfolio = portfolio_named(session, wanted.portfolio)
    entrants, entered = entrants_of_book(session, portfolio.id, most=wanted.journeys, now=wanted.as_of)
    if len(entrants) < LEAST_LOANS:
        raise TooLittleIsKnown(f"only {len(entrants)} loans are overdue; at least {LEAST_LOANS} are needed")
    prices = prices_of(session, currency=portfolio.currency, on=wanted.as_of.date())
    known = pretend(shipped_rates(), made=MADE, ladder_waits=LADDER_WAITS, prices=prices)
    return _lived(session, wanted, known, entrants, entered=entered, assumptions=(PRETEND, *ASSUMPTIONS[1:2]))


def _lived(
    session: Session,
    wanted: Wanted,
    known: Known,
    entrants: Sequence[Entrant],
    *,
    entered: int,
    assumptions: tuple[str, ...],
) -> Preview:
    portfolio = portfolio_named(session, wanted.portfolio)
    packs = stack_of(portfolio)
    world = World(known, packs, wanted.seed)
    starts = from_opening(entrants, world, days=wanted.days)
    present, proposed = wanted.present, wanted.proposed
    compared = compare(starts, world, present=present, proposed=proposed, days=wanted.days)
    typical = somebody(entrants, as_of=wanted.as_of)
    return Preview(
        portfolio=portfolio.name,
        currency=portfolio.currency,
        as_of=wanted.as_of,
        seed=wanted.seed,
        present=_label(present),
        proposed=_label(proposed),
        entered=entered,
        compared=compared,
        rungs=tuple(_rungs(proposed, present, known, compared)),
        packs=packs.labels,
        zone=typical.borrower.timezone,
        owed_minor=typical.opening.arrears_minor,
        days_past_due=typical.opening.days_past_due,
        present_timeline=tuple(silent(present, typical, world)),
        proposed_timeline=tuple(silent(proposed, typical, world)),
        assumptions=assumptions,
    )


def ladder_known_as(session: Session, name: str) -> Ladder:
    """A shipped ladder, or the newest that was published under the name. Raises UnknownLadder."""
    try:
        return shipped_ladder(name)
    except UnknownLadder:
        published = published_as(session, name)
        if published is None:
            raise
        return published


def most_used(session: Session, *, portfolio: str, as_of: datetime) -> Ladder | None:
    """The ladder that most of a portfolio's journeys are on; None where there are none. Raises NoSuchPortfolio."""
    digest = session.exec(
        select(JourneyRow.ladder_digest)
        .join(LoanRow, col(LoanRow.id) == col(JourneyRow.loan_id))
        .join(LadderRow, col(LadderRow.digest) == col(JourneyRow.ladder_digest))
        .where(
            LoanRow.portfolio_id == portfolio_named(session, portfolio).id,
            col(JourneyRow.opened_at) <= as_of,
            col(LadderRow.version) > 0,
        )
        .group_by(col(JourneyRow.ladder_digest))
        .order_by(func.count().desc(), col(JourneyRow.ladder_digest))
    ).first()
    return None if digest is None else pinned_ladder(session, digest)


def timeline_alone(ladder: Ladder, *, zone: str, packs: Stack, now: datetime) -> list[Moment]:
    """The timeline where there is no portfolio: nothing is known, and nothing costs anything."""
    nothing = Known({}, {}, {}, {}, None, (), 0.0, {})
    return silent(ladder, _borrower(zone, owed_minor=100_000, days_past_due=5, now=now), World(nothing, packs, 1))


def somebody(entrants: Sequence[Entrant], *, as_of: datetime) -> Entrant:
    """A borrower in the middle: of the commonest zone, middle arrears and days past due, reachable in every way."""
    zone = Counter(e.borrower.timezone for e in entrants).most_common(1)[0][0]
    owed, late = (
        int(np.median([getattr(e.opening, name) for e in entrants])) for name in ("arrears_minor", "days_past_due")
    )
    middle = _borrower(zone, owed_minor=owed, days_past_due=late, now=as_of)
    return replace(middle, product=Counter(e.product for e in entrants).most_common(1)[0][0])


def _borrower(zone: str, *, owed_minor: int, days_past_due: int, now: datetime) -> Entrant:
    points = tuple(ContactPoint(ContactPointId(k.value), k, ContactState.UNVERIFIED) for k in sorted(EVERY_WAY))
    monday = now.astimezone(ZoneInfo(zone)).date() - timedelta(days=now.astimezone(ZoneInfo(zone)).weekday())
    opened_at = datetime.combine(monday, time(9), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    statement = opening_statement(
        owed_minor, days_past_due=days_past_due, instalment_minor=owed_minor, on=opened_at.date()
    )
    borrower = Borrower(BorrowerId("somebody"), zone, "en", "", points)
    return Entrant("somebody", borrower, opened_at, statement, "", "")


def _known(session: Session, facts: Facts, wanted: Wanted) -> Known:
    present, proposed = wanted.present, wanted.proposed
    rows = session.exec(select(LadderRow).where(col(LadderRow.digest).in_(facts.names["ladder"]))).all()
    names = {present.name, proposed.name}
    like = {present.digest, proposed.digest, *(row.digest for row in rows if row.name in names)}
    prices = prices_of(session, currency=facts.scope.currency, on=facts.scope.as_of.date())
    return known_of(facts, hazards(facts), like=sorted(like), prices=prices)


def _rungs(proposed: Ladder, present: Ladder, known: Known, compared: Compared) -> list[RungKnown]:
    before, after = dict(compared.present.by_rung), dict(compared.proposed.by_rung)
    actions: dict[str, Action] = {rung.name: rung.action for ladder in (present, proposed) for rung in ladder.rungs}
    found = []
    for rung, action in actions.items():
        days = known.after_rung.get((rung, ALL))
        by = KnownBy.RUNG
        if days is None:
            days, by = known.after_action.get((action, ALL)), KnownBy.ACTION
        if days is None:
            by = KnownBy.NOTHING
        cost = known.rung_cost.get(rung, known.action_cost.get(action, 0.0))
        seen = 0 if days is None else len(days.rates)
        found.append(RungKnown(rung, by, seen, before.get(rung, 0.0), after.get(rung, 0.0), round(cost, 4)))
    return found


def _label(ladder: Ladder) -> str:
    return f"{ladder.name} v{ladder.version}"
