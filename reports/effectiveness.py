"""Strategy effectiveness: what a portfolio brought in over a period, what it cost, and through which steps."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from domain.journey import ClosingReason, JourneyState
from domain.step import NOT_TAKEN
from ledger.simulated_clock import simulated_now
from reports import counting
from reports.assumptions import DEFAULT, Assumptions
from reports.attribution import Attribution, attribute
from reports.breakdown import NO_STEP, Breakdown, Row
from reports.counting import Counted
from reports.evidence import Journey, reversals_of
from reports.measures.crediting import Attributions, Credited
from reports.measures.measures import Measures
from reports.measures.present_value import PresentValue
from reports.measures.rates import Rates
from reports.measures.roll import RollMatrix
from reports.measures.sankey import Flow, flows
from reports.measures.waterfall import Fall, waterfall
from reports.place import Place, Places, place_of_count, place_of_credit, place_of_journey, places_of
from reports.recovery_curve import Curve, Entry, recovery_curve
from reports.scope import Scope, scope_of
from reports.stamp import Stamp, stamp_of
from reports.tally import Tally

STILL_OPEN = JourneyState.OPEN.value
BY_JOURNEY = (Breakdown.LADDER, Breakdown.ARM)


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """How many steps of a rung ended in an outcome, in the period."""

    rung: str
    outcome: str
    steps: int


@dataclass(frozen=True, slots=True)
class Effectiveness:
    """A portfolio's report; every breakdown's rows sum to `total` in every amount.

    outcomes: also of rungs that were passed over. closings: journeys that entered in the period, by how they stood at
    its end. curves: recovery by days since entry. is_pretend: the ledger is on the skipping clock. measures: one field
    a measure. stamp: which code and which inputs; assumptions: what no ledger knows.
    """

    scope: Scope
    is_pretend: bool
    total: Row
    breakdowns: Mapping[Breakdown, tuple[Row, ...]]
    outcomes: tuple[OutcomeCount, ...]
    closings: tuple[tuple[str, int], ...]
    curves: Mapping[Breakdown, tuple[Curve, ...]]
    measures: Measures
    assumptions: Assumptions
    stamp: Stamp
    sankey: tuple[Flow, ...]
    waterfall: tuple[Fall, ...]


def effectiveness(
    session: Session,
    *,
    portfolio: str,
    from_on: date,
    to_on: date,
    as_of: datetime,
    assumptions: Assumptions = DEFAULT,
) -> Effectiveness:
    """Report on a portfolio from the first day to the last (both included, UTC), as it was on record at `as_of`.

    Raises NoSuchPortfolio or PeriodIsEmpty.
    """
    scope = scope_of(session, portfolio=portfolio, from_on=from_on, to_on=to_on, as_of=as_of)
    places = places_of(session)
    attribution = attribute(session, scope)
    entered = [journey for journey in attribution.journeys if scope.contains(journey.opened_at)]
    steps = counting.steps(session, scope)
    tally = Tally(places)
    _add_money(tally, session, scope, attribution)
    _add_cures(tally, scope, attribution)
    _add_counts(tally, session, scope, steps)
    _add_journeys(tally, session, scope, places=places, entered=entered, touched=attribution.touched)
    total = tally.total("all", journeys=len(entered))
    return Effectiveness(
        scope=scope,
        is_pretend=simulated_now(session) is not None,
        total=total,
        breakdowns={breakdown: tally.rows(breakdown) for breakdown in Breakdown},
        outcomes=_outcomes(steps, places=places),
        closings=_closings(entered),
        curves={
            breakdown: _curves(breakdown, scope, entered, attribution=attribution, places=places)
            for breakdown in BY_JOURNEY
        },
        measures=_measures(tally, assumptions),
        assumptions=assumptions,
        stamp=stamp_of(""),
        sankey=flows(session, scope, entered=entered, places=places),
        waterfall=waterfall(session, scope, total=total),
    )


def _measures(tally: Tally, assumptions: Assumptions) -> Measures:
    last_touch = tuple(Credited(row.name, row.recovered_minor) for row in tally.rows(Breakdown.RUNG))
    return Measures(
        cure=(),
        cure_by={},
        roll=RollMatrix((), (), ()),
        liquidation=(),
        time_to_cure=(),
        rates=Rates((), (), ()),
        npv=PresentValue(assumptions.annual_rate, 0, ()),
        attribution=Attributions(last_touch, (), ()),
    )


def _add_money(tally: Tally, session: Session, scope: Scope, attribution: Attribution) -> None:
    place_of_payment: dict[str, Place] = {}
    for credit in attribution.credits:
        place = place_of_payment[credit.payment.id] = place_of_credit(credit)
        if scope.contains(credit.payment.received_at):
            amount = credit.payment.amount_minor
            is_by_itself = credit.journey is not None and credit.touch is None
            tally.add(place, recovered_minor=amount, by_itself_minor=amount if is_by_itself else 0)
    for reversal in reversals_of(session, scope):
        tally.add(place_of_payment[reversal.payment_id], reversals_minor=reversal.amount_minor)


def _add_cures(tally: Tally, scope: Scope, attribution: Attribution) -> None:
    """A cure belongs where its journey's last payment does."""
    last_paid = {
        credit.journey.id: place_of_credit(credit) for credit in attribution.credits if credit.journey is not None
    }
    for journey in attribution.journeys:
        is_cured = journey.closing_reason == ClosingReason.CURED.value
        if is_cured and journey.closed_at is not None and scope.contains(journey.closed_at):
            tally.add(last_paid.get(journey.id, place_of_journey(journey)), cured=1)


def _add_counts(tally: Tally, session: Session, scope: Scope, steps: Iterable[Counted]) -> None:
    for counted in steps:
        if counted.what not in NOT_TAKEN:
            tally.add(place_of_count(counted), steps=counted.number)
    for counted in counting.attempts(session, scope):
        tally.add(place_of_count(counted), attempts=counted.number)
    for counted in counting.promises(session, scope):
        kept = counted.number if counted.what == counting.KEPT else 0
        tally.add(place_of_count(counted), promises=counted.number, promises_kept=kept)
    for counted in counting.costs(session, scope):
        tally.add(place_of_count(counted), cost_millis=counted.number)


def _add_journeys(
    tally: Tally,
    session: Session,
    scope: Scope,
    *,
    places: Places,
    entered: Sequence[Journey],
    touched: frozenset[str],
) -> None:
    for breakdown in BY_JOURNEY:
        for name, number in Counter(places.row(breakdown, place_of_journey(j)) for j in entered).items():
            tally.journeys(breakdown, name, number)
    taken = counting.journeys_at(session, scope)
    for (digest, rung), number in taken.rung.items():
        tally.journeys(Breakdown.RUNG, places.row(Breakdown.RUNG, Place(digest, "", rung)), number)
    for action, number in taken.action.items():
        tally.journeys(Breakdown.CHANNEL, action, number)
    for breakdown in (Breakdown.RUNG, Breakdown.CHANNEL):
        tally.journeys(breakdown, NO_STEP, sum(journey.id not in touched for journey in entered))


def _outcomes(steps: Iterable[Counted], *, places: Places) -> tuple[OutcomeCount, ...]:
    sums = Counter[tuple[str, str]]()
    for counted in steps:
        sums[places.row(Breakdown.RUNG, place_of_count(counted)), counted.what] += counted.number
    ordered = sorted(sums.items(), key=lambda item: (places.rank(item[0][0]), item[0][1]))
    return tuple(OutcomeCount(rung, outcome, number) for (rung, outcome), number in ordered)


def _closings(entered: Iterable[Journey]) -> tuple[tuple[str, int], ...]:
    counts = Counter(journey.closing_reason or STILL_OPEN for journey in entered)
    order = [*(reason.value for reason in ClosingReason), STILL_OPEN]
    return tuple((reason, counts[reason]) for reason in order if counts[reason])


def _curves(
    breakdown: Breakdown, scope: Scope, entered: Iterable[Journey], *, attribution: Attribution, places: Places
) -> tuple[Curve, ...]:
    money = defaultdict[str, list[tuple[datetime, int]]](list)
    for credit in attribution.credits:
        if credit.journey is not None:
            money[credit.journey.id].append((credit.payment.received_at, credit.payment.amount_minor))
    entries = defaultdict[str, list[Entry]](list)
    for journey in entered:
        entry = Entry(journey.opened_at, journey.opening_minor, money.get(journey.id, ()))
        entries[places.row(breakdown, place_of_journey(journey))].append(entry)
    names = sorted(entries, key=places.rank)
    return tuple(recovery_curve(name, entries[name], until=scope.seen_until) for name in names)
