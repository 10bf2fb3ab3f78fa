"""Opening the measures by cohort: the journeys that were watched, which of them were cured, and their money."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from domain.journey import ClosingReason
from reports.facts.fetching import Bools
from reports.measures.cure import is_cured_within
from reports.measures.interval import share_of
from reports.measures.liquidation import by_age, came_within, cohorts_of
from reports.measures.time_to_cure import lived
from reports.measures.watching import Watched
from reports.opening.address import CURVES
from reports.opening.ground import ALL, Ground
from reports.opening.part import Made, Part, Unit, estimated, ones, summed
from reports.recovery_curve import DAY

WILSON = "95 % interval after Wilson around cured / watched"
COMPETING = "competing: "


def of_cure(ground: Ground, record: Mapping[str, Any], table: str) -> dict[str, Made]:
    """Of those watched so long, the cured."""
    watched, days = ground.groups[_group(table, record, "cure_by_")], int(record["horizon_days"])
    cured = _some("cured", watched, is_cured_within(watched, days))
    long_enough = _some("watched", watched, watched.days >= days)
    share = share_of(cured.sum, long_enough.sum)
    both = (cured, long_enough)
    return {
        "cured": summed(cured),
        "n": summed(long_enough),
        "rate": estimated(share.rate, both, how="cured / watched"),
        "ci_low": estimated(share.ci_low, both, how=WILSON),
        "ci_high": estimated(share.ci_high, both, how=WILSON),
    }


def of_time_to_cure(ground: Ground, record: Mapping[str, Any], table: str) -> dict[str, Made]:
    """All that entered, by what had become of them by the day: cured, otherwise ended, watched no longer."""
    group, day = _group(table, record, "time_to_cure_by_"), int(record["day"])
    watched, again = ground.groups[group], ground.incidence(group, day)
    last, end = lived(watched)
    names = ground.facts.names["closing"]
    by_then = {
        name: _some(f"{name.replace('_', ' ')} by then", watched, (end == code) & (last <= day))
        for code, name in enumerate(names)
    }
    cured = by_then.pop(ClosingReason.CURED.value, _some("cured by then", watched, np.zeros(len(watched), np.bool_)))
    at_risk = _some("open and watched at the start of the day", watched, last >= day)
    gone = _some("watched no longer", watched, (end < 0) & (last < day))
    ended = tuple(part for part in by_then.values() if len(part))
    everybody = (_some("entered", watched, np.ones(len(watched), dtype=np.bool_)), cured, *ended, gone)
    how = "Aalen and Johansen's estimate from the day on which each was cured, otherwise ended, or last watched"
    return {
        "at_risk": summed(at_risk),
        **{key: estimated(again[key], everybody, how=how) for key in ("cured", "ci_low", "ci_high")},
        **{
            key: estimated(again[key], (everybody[0], by_then[key.removeprefix(COMPETING)], cured, gone), how=how)
            for key in again
            if key.startswith(COMPETING)
        },
    }


def of_liquidation(ground: Ground, record: Mapping[str, Any], table: str) -> dict[str, Made]:
    """What was owed at entry by those watched so long, and the payments on them."""
    watched, age = ground.groups[_group(table, record, "liquidation_by_")], int(record["age_days"])
    if "cohort" in record:
        watched = watched.only(cohorts_of(watched) == np.datetime64(record["cohort"], "M"))
    here, came = watched.days >= age, came_within(watched, age)
    long_enough = _some("watched", watched, here)
    placed = Part("owed at entry", "journeys", watched.journey[here], watched.opening_minor[here], Unit.MINOR)
    paid = Part("received", "payments", watched.paid[came], watched.entries.paid_minor[came], Unit.MINOR)
    _, _, rate, low, high, _, _ = by_age(watched)[age]
    how = "95 % interval of received / owed, from what each journey brought beyond its share"
    return {
        "placed_minor": summed(placed),
        "collected_minor": summed(paid),
        "n": summed(long_enough),
        "rate": estimated(rate, (paid, placed), how="received / owed at entry"),
        "ci_low": estimated(low, (paid, placed), how=how),
        "ci_high": estimated(high, (paid, placed), how=how),
    }


def of_curve(ground: Ground, record: Mapping[str, Any], table: str) -> dict[str, Made]:
    """A point of a recovery curve: journeys watched to the end of the day, payments until then, and what was owed."""
    by, day = table.removeprefix(CURVES), int(record["day"])
    group = by, str(record[by])
    watched, point = ground.groups[group], ground.point(group, day)
    entries = watched.entries
    on = (entries.paid_at - watched.opened_at[entries.paid_by]) // DAY
    last = watched.days - 1  # the last day that was seen to its end
    came = (on >= 0) & (on < day) & (on <= last[entries.paid_by])
    at_day = _some("watched to the end of the day", watched, np.maximum(watched.days, 0) >= day)
    owed = Part("owed at entry", "journeys", watched.journey, watched.opening_minor, Unit.MINOR)
    paid = Part("received by then", "payments", watched.paid[came], entries.paid_minor[came], Unit.MINOR)
    how = "the sum over days of received on the day / owed by those watched to its end"
    return {
        "journeys": summed(at_day),
        "share": estimated(point.share, (paid, owed), how=how),
        "ci_low": estimated(point.ci_low, (paid, owed), how=f"95 % band around {how}"),
        "ci_high": estimated(point.ci_high, (paid, owed), how=f"95 % band around {how}"),
    }


def _group(table: str, record: Mapping[str, Any], beginning: str) -> tuple[str, str]:
    return (table.removeprefix(beginning), str(record["name"])) if table.startswith(beginning) else ALL


def _some(name: str, watched: Watched, which: Bools) -> Part:
    return ones(name, "journeys", watched.journey[which])
