"""Opening what is learned: the loans of each arm, of each cell of origination, and the cases of each collector."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from reports.experiments.entries import Entries
from reports.experiments.evaluation import CHAMPION, HOLDOUT, counted_in
from reports.facts.fetching import Ints
from reports.learning.collectors import DAYS as CASE_DAYS
from reports.learning.incremental import RUNG_DAYS
from reports.learning.origination import members_of
from reports.opening.ground import Ground
from reports.opening.part import Made, Part, Unit, estimated, given, ones, rounded, summed
from reports.opening.windows import received, spent, taken_back

SETTING = "a setting, which the glossary explains; no loan is behind it"


def of_incremental(ground: Ground, record: Mapping[str, Any], table: str) -> dict[str, Made]:
    """The loans of both arms that count in the comparison, with the money of each."""
    standing = ground.standing
    opened_at = ground.facts.journeys["opened_at"][standing.journeys]
    arms = record["arm"], record["against"]
    return _compared(
        ground,
        record,
        table,
        entries=standing.entries,
        journey=standing.journeys,
        starts=opened_at,
        arms=arms,
        days=standing.days,
    )


def of_rung(ground: Ground, record: Mapping[str, Any], table: str) -> dict[str, Made]:
    """The journeys that reached the rung, taken and withheld, with the money of each from the draw on."""
    drawn = ground.drawn[record["rung"]]
    return _compared(
        ground,
        record,
        table,
        entries=drawn.entries,
        journey=drawn.journey,
        starts=drawn.at,
        arms=(CHAMPION, HOLDOUT),
        days=RUNG_DAYS,
    )


def _compared(
    ground: Ground,
    record: Mapping[str, Any],
    table: str,
    *,
    entries: Entries,
    journey: Ints,
    starts: Ints,
    arms: tuple[str, str],
    days: int,
) -> dict[str, Made]:
    here = counted_in(entries, *arms)
    parts: list[Part] = []
    loans: list[Part] = []
    for arm, name in zip(arms, (record["arm"], record["against"]), strict=True):
        mine = here[entries.arm[here] == arm]
        loans.append(ones(f"in {name}", "journeys", journey[mine]))
        loan = ground.facts.journeys["loan"][journey[mine]]
        kept = np.rint(entries.recovered[mine]).astype(np.int64)
        parts += [
            Part(f"kept of each loan in {name}", "journeys", journey[mine], kept, Unit.MINOR),
            received(ground, loan, starts[mine], days=days, name=f"received in {name}"),
            taken_back(ground, loan, starts[mine], days=days, name=f"taken back in {name}"),
            *spent(ground, loan, starts[mine], days=days, name=f"spent in {name}"),
        ]
    how = (
        "a model's answer: money kept (received less taken back) per loan, each weighted by 1 / the probability of its "
        "arm, with an interval that is valid at any time; figures that begin with net are after what was spent"
    )
    counted = {"n": summed(*loans), "n_arm": summed(loans[0]), "n_against": summed(loans[1])}
    return {**_again(ground, record, table, (*loans, *parts), how=how), **counted}


def of_origination(ground: Ground, record: Mapping[str, Any], table: str) -> dict[str, Made]:
    """The loans of a cell, what they owed, brought and cost, and the loans that they are compared with."""
    lent = ground.lent
    if lent is None:
        return {}
    cells = dict(members_of(lent))[record["by"]]
    mine = cells[record["name"]]
    opened_at, loan = (ground.facts.journeys[name][lent.journey] for name in ("opened_at", "loan"))
    owed = Part(
        "owed at entry", "journeys", lent.journey[mine], np.rint(lent.placed[mine]).astype(np.int64), Unit.MINOR
    )
    came = received(ground, loan[mine], opened_at[mine], days=lent.days)
    back = taken_back(ground, loan[mine], opened_at[mine], days=lent.days)
    costs = spent(ground, loan[mine], opened_at[mine], days=lent.days)
    lost = (owed, _less(came), _less(back), *costs)
    others = np.setdiff1d(np.arange(len(lent.journey)), mine)
    rest = ones("all other loans", "journeys", lent.journey[others])
    beside = [ones(f"{record['by']}: {name}", "journeys", lent.journey[each]) for name, each in cells.items()]
    again = _again(ground, record, table, (owed, came, back, *costs, rest, *beside), how="a model's answer")
    own = "(owed - kept + spent) / owed"
    return {
        **again,
        "loans": summed(ones("loans", "journeys", lent.journey[mine])),
        "placed_minor": summed(owed),
        "recovered_minor": summed(came, back),
        "cost_minor": rounded(record["cost_minor"], *costs),
        "loss_minor": rounded(record["loss_minor"], *lost, how="owed - kept + spent"),
        "loss_rate": estimated(again["loss_rate"].again, lost, how=own),
        "rest_rate": estimated(again["rest_rate"].again, (rest,), how=f"{own}, of all other loans"),
    }


def of_collector(ground: Ground, record: Mapping[str, Any], table: str) -> dict[str, Made]:
    """A collector's cases and the payments that followed; what is expected rests on everybody's cases."""
    cases = ground.cases
    if cases is None:
        return {}
    mine = np.flatnonzero(cases.collector == cases.names.index(record["collector"]))
    loan = ground.facts.journeys["loan"][cases.journey]
    followed = received(
        ground, loan[mine], cases.at[mine], days=CASE_DAYS, name="received within the days after a case"
    )

    def those(name: str, is_so: Any) -> Part:
        return ones(name, "cases", mine[is_so[mine] > 0])

    paid = those("cases that were paid", cases.paid)
    everybody = ones("everybody's cases", "cases", np.arange(len(cases.collector)))
    own = ones("cases", "cases", mine)
    how = "a model's answer: what everybody's cases of the same mix bring, against this collector's own"
    return {
        **_again(ground, record, table, (own, paid, followed, everybody), how=how),
        "cases": summed(own),
        "spoken_to": summed(those("spoken to", cases.spoken)),
        "promises": summed(those("promised", cases.promised)),
        "promises_kept": summed(those("kept", cases.kept)),
        "paid_cases": summed(paid),
        "recovered_minor": summed(followed),
    }


def again_of(ground: Ground, record: Mapping[str, Any], table: str, keys: tuple[str, ...]) -> dict[str, Any]:
    """The same record, worked out again from the ledger."""
    named = {key: record[key] for key in keys}
    return next(each for each in ground.learned[table] if named.items() <= each.items())


def _again(
    ground: Ground, record: Mapping[str, Any], table: str, parts: tuple[Part, ...], *, how: str
) -> dict[str, Made]:
    keys = {"incremental": ("arm", "against"), "rung_holdouts": ("rung", "arm"), "collectors": ("collector",)}
    again = again_of(ground, record, table, keys.get(table, ("by", "name")))
    settings = {"days", "alpha"}
    return {
        key: given(value, how=SETTING) if key in settings else estimated(value, parts, how=how)
        for key, value in again.items()
        if _is_number(value)
    }


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _less(part: Part) -> Part:
    return Part(part.name, part.table, part.index, -part.number, part.unit)
