"""Journeys that entered in the period, and how long each has been watched: what the measures by cohort rest on."""

from dataclasses import dataclass

import numpy as np

from domain.journey import ClosingReason
from reports.crediting import Credits
from reports.facts.facts import Facts
from reports.facts.fetching import NONE, Bools, Ints
from reports.recovery_curve import DAY, Entries


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """Columns of one length, in order of opening. journey: its number. days: whole days from entry to `until`.

    ended_on: the day after entry (1 for the first) on which it ended, 0 while open; end: a code of its closing reason.
    paid: the number of each payment of `entries`.
    """

    journey: Ints
    opened_at: Ints
    opening_minor: Ints
    until: Ints
    days: Ints
    ended_on: Ints
    end: Ints
    is_cured: Bools
    entries: Entries
    paid: Ints

    def __len__(self) -> int:
        return len(self.journey)

    def only(self, which: Bools) -> "Watched":
        """Some of them, with their money."""
        columns = ("journey", "opened_at", "opening_minor", "until", "days", "ended_on", "end", "is_cured")
        place, paid = np.cumsum(which) - 1, which[self.entries.paid_by]
        entries = Entries(
            self.opened_at[which],
            self.opening_minor[which],
            place[self.entries.paid_by[paid]],
            self.entries.paid_at[paid],
            self.entries.paid_minor[paid],
        )
        return Watched(entries=entries, paid=self.paid[paid], **{name: getattr(self, name)[which] for name in columns})


def watched_of(facts: Facts, credited: Credits) -> Watched:
    """The journeys that entered, watched until the as-of instant, also beyond the period's end.

    One that an import of the past told of was watched only as far as that import could see.
    """
    entered = np.flatnonzero(facts.entered)
    return watched_since(facts, credited, entered, facts.journeys["opened_at"][entered])


def watched_since(facts: Facts, credited: Credits, journey: Ints, since: Ints) -> Watched:
    """Journeys, each of them once, watched from an instant of their own (microseconds) on, which is called its entry.

    What was owed is what the journey opened with; money counts from the instant on.
    """
    journeys = facts.journeys
    opened_at, closed_at = since, journeys["closed_at"][journey]
    until = _watched_until(facts)[journey]
    is_closed = closed_at >= 0
    ended_on = np.where(is_closed, np.maximum(-(-(closed_at - opened_at) // DAY), 1), 0)
    end = journeys["closing"][journey]
    cures = [code for code, name in enumerate(facts.names["closing"]) if name == ClosingReason.CURED.value]
    place = np.full(len(journeys) + 1, NONE, dtype=np.int64)
    place[journey] = np.arange(len(journey))
    by = place[credited.journey]
    paid = np.flatnonzero(by >= 0)
    paid = paid[facts.payments["at"][paid] >= opened_at[by[paid]]]
    entries = Entries(
        opened_at,
        journeys["opening_minor"][journey],
        by[paid],
        facts.payments["at"][paid],
        facts.payments["amount_minor"][paid],
    )
    return Watched(
        journey=journey,
        opened_at=opened_at,
        opening_minor=entries.opening_minor,
        until=until,
        days=(until - opened_at) // DAY,
        ended_on=ended_on,
        end=end,
        is_cured=np.asarray(is_closed & np.isin(end, cures)),
        entries=entries,
        paid=paid,
    )


def _watched_until(facts: Facts) -> Ints:
    """How far each journey is seen: to the as-of instant, or as far as an import of the past could see."""
    told = facts.journeys["watched_until"]
    return np.where(told >= 0, np.minimum(told, facts.as_of), facts.as_of)
