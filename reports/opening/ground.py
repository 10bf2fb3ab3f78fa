"""What figures are opened on: the facts with the ids of their rows, and whatever the measures were worked out from."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
from sqlalchemy import Select, select
from sqlmodel import Session, col

from domain.journey import ClosingReason
from ledger.tables.loan import LoanRow
from ledger.tables.money import CostRow
from reports.breakdown import Breakdown
from reports.effectiveness import Ended, Groundwork, ended_in, groundwork, stands_of
from reports.evidence import on_record
from reports.facts.facts import Facts
from reports.facts.fetching import Fetched, Ints, fetch
from reports.facts.queries import numbered_loans
from reports.facts.spelling import micros
from reports.learning.collectors import Cases, cases_of
from reports.learning.entering import Standing, standing
from reports.learning.incremental import DrawnRung, drawn_rungs
from reports.learning.learning import learn, learning_json
from reports.learning.origination import Lent, lent
from reports.learning.windows import Flow, Money, flow_of, money_of
from reports.measures.groups import groups_of
from reports.measures.rates import Counted, counted_of
from reports.measures.roll import Rolled, rolled
from reports.measures.sankey import Links, links_of
from reports.measures.time_to_cure import on_some_days, time_to_cure
from reports.measures.watching import Watched, watched_of
from reports.movement import Movement
from reports.opening.address import Records
from reports.opening.after import After, after_steps
from reports.recovery_curve import Point, recovery_curve
from reports.scope import Scope
from reports.sheets.table import flat
from reports.sheets.tables import Report
from reports.standing import Past
from reports.tally import journeys_of, places

ALL = ("all", "all")
"""The group of all that entered."""
EARLIER = "earlier_costs"
"""What was spent before the period, which the facts leave out."""


class Ground:
    """Worked out when it is first asked for: whoever opens one figure waits for what that figure rests on only."""

    def __init__(self, session: Session, scope: Scope, report: Report) -> None:
        self.session = session
        self.scope = scope
        self.report = report

    @cached_property
    def work(self) -> Groundwork:
        """The facts, with ids, and what is credited and moved."""
        return groundwork(self.session, self.scope, with_ids=True)

    @property
    def facts(self) -> Facts:
        """The facts, with the ids of their rows."""
        return self.work.facts

    @cached_property
    def records(self) -> Records:
        """The report's records."""
        return Records(self.report)

    @cached_property
    def watched(self) -> Watched:
        """The journeys that entered."""
        return watched_of(self.facts, self.work.credited)

    @cached_property
    def groups(self) -> dict[tuple[str, str], Watched]:
        """The journeys of each row of each breakdown, and of all, as they were watched."""
        work = self.work
        groups = groups_of(work.facts, work.credited, work.placing, moved=work.moved, watched=self.watched)
        return {ALL: self.watched, **{(group.breakdown.value, group.name): group.watched for group in groups}}

    def rows(self, breakdown: Breakdown, movement: Movement) -> Ints:
        """The row of each part of a movement."""
        return places(breakdown, movement, self.work.placing)

    def journeys(self, breakdown: Breakdown) -> tuple[Ints, Ints]:
        """Journeys, and the rows of a breakdown in which they are counted."""
        work = self.work
        return journeys_of(breakdown, work.moved, facts=work.facts, credited=work.credited, placing=work.placing)

    @cached_property
    def _incidences(self) -> dict[tuple[str, str], dict[int, dict[str, Any]]]:
        return {}

    def incidence(self, group: tuple[str, str], day: int) -> dict[str, Any]:
        """Aalen and Johansen's estimate of a group on a day, as a flat record."""
        if group not in self._incidences:
            estimate = time_to_cure if group == ALL else on_some_days
            curve = estimate(self.groups[group], self.facts.names["closing"], cure=ClosingReason.CURED.value)
            self._incidences[group] = {
                each.day: flat(
                    {
                        "at_risk": each.at_risk,
                        "cured": each.cured,
                        "ci_low": each.ci_low,
                        "ci_high": each.ci_high,
                        "competing": dict(each.competing),
                    }
                )
                for each in curve
            }
        return self._incidences[group][day]

    @cached_property
    def _curves(self) -> dict[tuple[str, str], dict[int, Point]]:
        return {}

    def point(self, group: tuple[str, str], day: int) -> Point:
        """A point of a group's recovery curve."""
        if group not in self._curves:
            theirs = self.groups[group]
            curve = recovery_curve(group[1], theirs.entries, until=theirs.until)
            self._curves[group] = {point.day: point for point in curve.points}
        return self._curves[group][day]

    @cached_property
    def past(self) -> Past:
        """Where loans stood on past days."""
        return Past(self.facts)

    @cached_property
    def rolled(self) -> list[Rolled]:
        """Where loans went from month end to month end."""
        return list(rolled(self.facts))

    @cached_property
    def counted(self) -> dict[str, Counted]:
        """What the rates count."""
        return counted_of(self.facts, self.work.credited)

    @cached_property
    def links(self) -> Links:
        """The links of journeys through rungs."""
        return links_of(self.facts, self.work.placing)

    @cached_property
    def ended(self) -> Ended:
        """How steps ended."""
        return ended_in(self.work)

    @cached_property
    def stands(self) -> tuple[tuple[str, ...], Ints, Ints]:
        """How journeys stand."""
        return stands_of(self.facts)

    @cached_property
    def money(self) -> Money:
        """All that came in and was spent, by loan."""
        return money_of(self.session, self.facts)

    @cached_property
    def standing(self) -> Standing:
        """The standing experiment."""
        return standing(self.session, self.facts, self.money)

    @cached_property
    def drawn(self) -> dict[str, DrawnRung]:
        """Rungs that were drawn for, by name."""
        names = self.work.placing.ladder_names
        return {rung.name: rung for rung in drawn_rungs(self.session, self.facts, self.money, ladders=names)}

    @cached_property
    def lent(self) -> Lent | None:
        """Loans, with what was known when they were made."""
        return lent(self.session, self.facts, self.money)

    @cached_property
    def cases(self) -> Cases | None:
        """Calls and visits, with the ids of their work."""
        return cases_of(self.session, self.facts, self.money, with_ids=True)

    @cached_property
    def after(self) -> After:
        """What came next after each step."""
        return after_steps(self.facts)

    @cached_property
    def learned(self) -> dict[str, list[dict[str, Any]]]:
        """All that is learned, worked out again from the ledger: records by table."""
        return learning_json(learn(self.session, self.facts, ladders=self.work.placing.ladder_names))

    @cached_property
    def earlier(self) -> Fetched:
        """What was spent before the period."""
        return fetch(self.session, _earlier(self.scope), names=("id",), order="any")

    @cached_property
    def spent(self) -> tuple[Flow, Ints]:
        """All that was spent, by loan and instant, and its amounts: the facts' costs, then the earlier ones."""
        costs, earlier = self.facts.costs, self.earlier.columns
        loan, at, amount = (np.concatenate([costs[n], earlier[n]]) for n in ("loan", "at", "amount_millis"))
        return flow_of(loan, at, amount), amount

    @cached_property
    def loan_ids(self) -> dict[int, tuple[str, str]]:
        """Id and lender's number of each loan, by its number in the facts."""
        return {no: (key, number) for key, no, number in self._numbered_loans()}

    def _numbered_loans(self) -> Iterable[tuple[str, int, str]]:
        loan = numbered_loans(self.scope)
        query = select(loan.c.id, loan.c.no, col(LoanRow.number)).join(LoanRow, col(LoanRow.id) == loan.c.id)
        return ((key, int(no), number) for key, no, number in self.session.connection().execute(query))

    def ids(self, table: str) -> Any:
        """The ids of a table's rows, by their numbers."""
        if table == EARLIER:
            return [self.earlier.names["id"][code] for code in self.earlier.columns["id"].tolist()]
        if table == "cases":
            return self.cases.ids if self.cases is not None else ()
        return self.facts.tables[table].ids


def _earlier(scope: Scope) -> Select[Any]:
    loan = numbered_loans(scope)
    return (
        select(
            col(CostRow.id),
            loan.c.no.label("loan"),
            micros(CostRow.incurred_at).label("at"),
            col(CostRow.amount_millis),
        )
        .join(loan, loan.c.id == col(CostRow.loan_id))
        .where(col(CostRow.incurred_at) < scope.starts_at, on_record(scope, CostRow.recorded_at))
    )
