"""Opening what is counted: roll rates, rates of calls and promises, outcomes, and where journeys went."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from reports.breakdown import Breakdown
from reports.facts.grouping import distinct
from reports.learning.windows import flow_of
from reports.measures.interval import share_of
from reports.measures.rates import ALL
from reports.measures.roll import NAMES, Rolled, is_of
from reports.opening.ground import Ground
from reports.opening.part import Made, Part, Unit, estimated, ones, summed
from reports.recovery_curve import DAY

WHAT = {
    "contact": ("spoken to", "calls and visits made"),
    "promise": ("promised", "spoken to"),
    "kept": ("kept", "promises due"),
}
"""What the numerator and the denominator of each rate are."""


def of_roll(ground: Ground, record: Mapping[str, Any], table: str) -> dict[str, Made]:
    """Loans of one bucket at a month's end that were in another at the next one, each with its balance at the first."""
    by_money = table == "roll_money"
    made, rate = _rolled(ground, ground.rolled, record, by_money=by_money)
    return {"amount_minor" if by_money else "loans": made, "rate": rate}


def of_roll_by(ground: Ground, record: Mapping[str, Any], table: str) -> dict[str, Made]:
    """The same of the loans whose journeys stand in one row of a breakdown, by loans and by money."""
    watched = ground.groups[table.removeprefix("roll_by_"), str(record["name"])]
    months = [month.only(is_of(watched, month, ground.facts)) for month in ground.rolled]
    loans, loan_rate = _rolled(ground, months, record, by_money=False)
    money, money_rate = _rolled(ground, months, record, by_money=True)
    return {"loans": loans, "loan_rate": loan_rate, "amount_minor": money, "money_rate": money_rate}


def _rolled(
    ground: Ground, months: Sequence[Rolled], record: Mapping[str, Any], *, by_money: bool
) -> tuple[Made, Made]:
    """What went from one bucket to another, and its share."""
    start = NAMES.index(record["from"])
    cell = start * len(NAMES) + NAMES.index(record["to"])
    cells, loan, balance = (
        np.concatenate([getattr(each, name) for each in months]) for name in ("cell", "loan", "balance")
    )
    day = np.repeat([each.day for each in months], [len(each.cell) for each in months])
    number, unit = (balance, Unit.MINOR) if by_money else (np.ones(len(loan), dtype=np.int64), Unit.ROWS)
    here, whole = (
        Part(name, "loans", loan[which], number[which], unit, day=day[which])
        for name, which in (
            (f"from {record['from']} to {record['to']}", cells == cell),
            (f"all that were {record['from']}", cells // len(NAMES) == start),
        )
    )
    rate = round(here.sum / whole.sum, 6) if whole.sum else None
    beside = tuple(_positions(ground, months, cell))
    share = estimated(rate, (here, whole), how=f"{here.name} / {whole.name}")
    return replace(summed(here), beside=beside), replace(share, beside=beside)


def _positions(ground: Ground, months: Sequence[Rolled], cell: int) -> Iterator[Part]:
    """What the buckets of a cell's loans follow from: statements of the book or entries, and the money since."""
    sources, loans, starts, ends = [], [], [], []
    for month in months:
        loan = month.loan[month.cell == cell]
        for day in (month.before, month.day):
            source, since = ground.past.seen_by(day, loan)
            sources.append(source)
            starts.append(since)
            loans.append(loan)
            ends.append(np.full(len(loan), (day + 1) * DAY))
    source, loan, start, end = (np.concatenate(each) for each in (sources, loans, starts, ends))
    is_known = start >= 0
    yield ones("the book's statements that their buckets follow from", "statements", distinct(source[source >= 0]))
    entered = distinct(-1 - source[is_known & (source < 0)])
    yield ones("the entries that their buckets follow from, where the book said nothing yet", "journeys", entered)
    _, paid = ground.money.received.rows_between(loan[is_known], start[is_known], end[is_known])
    paid = distinct(paid)
    amount = ground.facts.payments["amount_minor"][paid]
    yield Part("received since, until their month ends", "payments", paid, amount, Unit.MINOR)
    reversals = ground.facts.reversals
    of = ground.facts.payments["loan"][reversals["payment"]]
    back = flow_of(of, reversals["at"], reversals["amount_minor"])
    _, gone = back.rows_between(loan[is_known], start[is_known], end[is_known])
    gone = distinct(gone)
    yield Part("taken back since", "reversals", gone, -reversals["amount_minor"][gone], Unit.MINOR)


def of_rate(ground: Ground, record: Mapping[str, Any], table: str) -> dict[str, Made]:
    """Steps or promises of which it is so, and all of them."""
    name = table.removeprefix("rates_")
    counted = ground.counted[name]
    here = np.ones(len(counted.whole.index), dtype=np.bool_)
    if record["by"] != ALL:
        breakdown = Breakdown(record["by"])
        rows = ground.work.placing.rows[breakdown]
        here = ground.rows(breakdown, counted.whole) == rows.index(record["name"])
    so, of = WHAT[name]
    index = counted.whole.index
    part, whole = ones(so, counted.whole.table, index[here & counted.is_so]), ones(of, counted.whole.table, index[here])
    share, how = share_of(part.sum, whole.sum), f"{so} / {of}"
    return {
        "numerator": summed(part),
        "denominator": summed(whole),
        "rate": estimated(share.rate, (part, whole), how=how),
        "ci_low": estimated(share.ci_low, (part, whole), how=f"95 % interval after Wilson around {how}"),
        "ci_high": estimated(share.ci_high, (part, whole), how=f"95 % interval after Wilson around {how}"),
    }


def of_outcome(ground: Ground, record: Mapping[str, Any], _table: str) -> dict[str, Made]:
    """Steps of a rung that ended so."""
    ended = ground.ended
    rung = ground.work.placing.rows[Breakdown.RUNG].index(record["rung"])
    here = (ended.rung == rung) & (ended.outcome == ended.outcomes.index(record["outcome"]))
    return {"steps": summed(ones("steps", "steps", ended.step[here]))}


def of_closing(ground: Ground, record: Mapping[str, Any], _table: str) -> dict[str, Made]:
    """Journeys that stand so."""
    names, journey, stands = ground.stands
    return {"journeys": summed(ones("journeys", "journeys", journey[stands == names.index(record["closing_reason"])]))}


def of_link(ground: Ground, record: Mapping[str, Any], _table: str) -> dict[str, Made]:
    """Journeys that went from here to there."""
    links = ground.links
    starts, ends = (
        np.isin(nodes, [place for place, name in enumerate(links.names) if name == record[key]])
        for key, nodes in (("from", links.from_node), ("to", links.to_node))
    )
    return {"journeys": summed(ones("journeys", "journeys", links.journey[starts & ends]))}
