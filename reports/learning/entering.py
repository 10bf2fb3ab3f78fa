"""Loans that entered the standing experiment, with the money of the same number of days for each, from the ledger.

A loan counts once, from its first journey with a logged arm; that it falls behind again within those days is a part of
what its arm brought. Money that was taken back within those days is taken off, and a loan that has not been watched for
so long is left out: all of it is fixed when a loan's days are over, so that a later look never changes an earlier one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Select, String, cast, select
from sqlmodel import Session, col

from domain.journey import Arm
from ledger.ladders import pinned_ladder
from ledger.tables.journey import AssignmentRow
from reports.experiments.entries import Entries
from reports.facts.facts import Facts, in_micros
from reports.facts.fetching import NONE, Ints, fetch
from reports.facts.queries import numbered_journeys
from reports.learning.hearing import Heard, unheard
from reports.learning.windows import DAY, Money
from reports.scope import Scope

LONGEST_DAYS = 90


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """The experiment: the days of money that count, the loans watched so long, and how many entered.

    journeys: of those loans, by their numbers in the facts. loans: all that entered, watched or not. entered: of those
    the ones whose arm was drawn, by rule and arm.
    """

    days: int
    entries: Entries
    journeys: Ints
    loans: int
    entered: Mapping[tuple[str, str], int]


def standing(
    session: Session, facts: Facts, money: Money, *, days: int | None = None, heard: Heard = unheard
) -> Standing:
    """All loans that entered before the end of what is seen, whichever day; days: of money, else `quiet_days`."""
    span = quiet_days(session, facts) if days is None else days
    logged = fetch(session, _assignments(facts.scope), names=("rule", "probability", "arm"), order="any")
    heard("assignments", logged)
    journey = logged.columns["journey"]
    loan, opened_at = facts.journeys["loan"][journey], facts.journeys["opened_at"][journey]
    seen_until = in_micros(facts.scope.seen_until)
    # Journeys are numbered in the order of opening, so the first of a loan is the one with the least number.
    order = np.lexsort((journey, loan))
    is_first = np.append(True, loan[order][1:] != loan[order][:-1])
    first = np.sort(order[is_first & (opened_at[order] < seen_until)]) if len(order) else order
    first = first[np.argsort(journey[first], kind="stable")]
    chance = np.array([*map(float, logged.names["probability"]), np.nan])[logged.columns["probability"]]
    names = {kind: np.array([*logged.names[kind], ""], dtype=np.str_) for kind in ("arm", "rule")}
    arm, rule = (names[kind][logged.columns[kind]] for kind in ("arm", "rule"))
    watched = first[opened_at[first] <= seen_until - span * DAY]
    entries = Entries(
        entered_on=(opened_at[watched] // DAY).astype("datetime64[D]"),
        arm=arm[watched],
        probability=chance[watched],
        recovered=money.kept_within(loan[watched], opened_at[watched], days=span),
        cost=money.spent_within(loan[watched], opened_at[watched], days=span),
        rule=rule[watched],
    )
    drawn = first[chance[first] < 1]
    pairs, counts = np.unique(np.stack([rule[drawn], arm[drawn]], axis=1), axis=0, return_counts=True)
    entered = {(str(of), str(name)): int(number) for (of, name), number in zip(pairs, counts, strict=True)}
    return Standing(span, entries, journey[watched], len(first), entered)


def quiet_days(session: Session, facts: Facts) -> int:
    """For how many days the holdout is left alone by its ladder: so long, and no longer, the arms differ as intended.

    At most 90, which is also the answer where no arm is a holdout. Known before any money is.
    """
    arms, ladders = facts.names["arm"], facts.names["ladder"]
    if Arm.HOLDOUT.value not in arms:
        return LONGEST_DAYS
    is_held = facts.journeys["arm"] == arms.index(Arm.HOLDOUT.value)
    digests = [ladders[code] for code in np.unique(facts.journeys["ladder"][is_held]) if code != NONE]
    return min(_first_rungs(session, digests), default=LONGEST_DAYS)


def _first_rungs(session: Session, digests: Iterable[str]) -> Iterable[int]:
    for digest in digests:
        days = pinned_ladder(session, digest).rungs[0].after.days
        yield min(days, LONGEST_DAYS) if days > 0 else LONGEST_DAYS


def _assignments(scope: Scope) -> Select[tuple[int, str, str, str]]:
    journey = numbered_journeys(scope)
    return select(
        journey.c.no.label("journey"),
        col(AssignmentRow.rule),
        cast(AssignmentRow.probability, String).label("probability"),
        col(AssignmentRow.arm),
    ).join(journey, journey.c.id == col(AssignmentRow.journey_id))
