"""The straightforward way: read the tables with pandas, merge, group. `python -m benchmarks.report_in_pandas URL`.

It does the sums of the report's breakdowns (recovered, reversed, cost, steps, attempts and promises, split in all eight
ways by last touch) and cures within 30 days. It leaves out curves, roll rates, time to cure, liquidation, rates,
NPV, the other attributions, sankey and the reconciliation, all of which the product's time includes.
"""

import json
import sys
import time
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import create_engine

from benchmarks.big_ledger import AS_OF, FROM_ON, TO_ON
from benchmarks.peak import peak_mb
from reports.breakdown import NO_JOURNEY, NO_PERSON, NO_STEP, NO_TEAM, NOT_KNOWN
from reports.buckets import BUCKETS, LAST
from reports.crediting import ENDS_THE_CLAIM
from reports.touch import HANDS_OVER, NOT_STEPS, TOUCHES

STARTS, ENDS = pd.Timestamp(FROM_ON, tz="UTC"), pd.Timestamp(TO_ON, tz="UTC") + pd.Timedelta(days=1)
BY = ["ladder", "arm", "rung_name", "channel", "segment", "bucket", "team_name", "reason"]
CLAIM_ENDS = sorted(ENDS_THE_CLAIM)


def main(url: str) -> None:
    """Read, merge, group and print."""
    began, cpu = time.perf_counter(), time.process_time()
    found = figures(create_engine(url))
    print(
        json.dumps(
            {
                "seconds": round(time.perf_counter() - began, 2),
                "cpu_seconds": round(time.process_time() - cpu, 2),
                "peak_mb": round(peak_mb()),
                "figures": found,
            }
        )
    )


def figures(engine: Any) -> dict[str, Any]:
    """The sums, as `benchmarks.report_by_product.figures` gives them."""
    journeys, works = _journeys(engine), _works(engine)
    steps = pd.read_sql("SELECT journey_id, turn_no, rung, action, outcome, ended_at AS at FROM steps", engine)
    attempts = pd.read_sql(
        "SELECT journey_id, turn_no, rung, action, state, claimed_at AS at FROM attempts"
        " WHERE state IN ('accepted', 'delivered', 'undelivered', 'unknown')",
        engine,
    )
    costs = pd.read_sql("SELECT journey_id, turn_no, rung, action, amount_millis, incurred_at AS at FROM costs", engine)
    promises = pd.read_sql("SELECT journey_id, work_item_id, made_at AS at FROM promises", engine)
    payments = pd.read_sql("SELECT id, loan_id, amount_minor, received_at AS at FROM payments", engine)
    reversals = pd.read_sql("SELECT payment_id, amount_minor, reversed_at AS at FROM reversals", engine)

    step = ["journey_id", "turn_no", "rung"]
    team = works.set_index(step)["team"]
    steps, attempts, costs = (each.join(team, on=step) for each in (steps, attempts, costs))
    promises = promises.merge(works[["id", "turn_no", "rung", "action", "team"]], left_on="work_item_id", right_on="id")
    lost = attempts[attempts["state"] == "undelivered"][step].assign(is_lost=True)
    marked = steps.merge(lost, on=step, how="left")
    touches = pd.concat(
        [
            marked[marked["outcome"].isin(TOUCHES) & marked["is_lost"].isna()],
            works[works["action"].isin(HANDS_OVER)].assign(at=works["opened_at"]),
        ]
    )[["journey_id", "at", "rung", "action", "team"]].sort_values(["at", "rung"])

    opened = journeys[["journey_id", "loan_id", "opened_at", "closed_at", "closing_reason"]].sort_values("opened_at")
    owned = pd.merge_asof(payments.sort_values("at"), opened, left_on="at", right_on="opened_at", by="loan_id")
    is_over = owned["closing_reason"].isin(CLAIM_ENDS) & (owned["closed_at"] < owned["at"])
    owned.loc[is_over, "journey_id"] = None
    credit = pd.merge_asof(owned, touches, on="at", by="journey_id")
    back = reversals.merge(credit[["id", "journey_id", "rung", "action", "team"]], left_on="payment_id", right_on="id")

    calls = works[(works["action"] == "callback")].assign(at=works["recorded_at"])
    moved = {
        "recovered_minor": credit.assign(number=credit["amount_minor"]),
        "reversals_minor": back.assign(number=back["amount_minor"]),
        "cost_millis": costs.assign(number=costs["amount_millis"]),
        "steps": steps[~steps["outcome"].isin(NOT_STEPS)].assign(number=1),
        "attempts": pd.concat([attempts, calls]).assign(number=1),
        "promises": promises.assign(number=1),
    }
    grouped = {name: _grouped(rows, journeys) for name, rows in moved.items()}
    by: dict[str, dict[str, dict[str, int]]] = {each: {} for each in BY}
    for name, sums in grouped.items():
        for each in BY:
            for row, number in sums[each].items():
                by[each].setdefault(row, dict.fromkeys(moved, 0))[name] = int(number)
    entered = journeys[(journeys["opened_at"] >= STARTS) & (journeys["opened_at"] < ENDS)]
    month = pd.Timedelta(days=30)
    cured = entered[(entered["closing_reason"] == "cured") & (entered["opened_at"] + month <= pd.Timestamp(AS_OF))]
    return {
        "loans_entered": len(entered),
        "cured_in_30_days": int((cured["closed_at"] - cured["opened_at"] <= month).sum()),
        "by": {
            name: {row: sums for row, sums in rows.items() if any(sums.values())}
            for name, rows in zip(
                ("ladder", "arm", "rung", "channel", "segment", "bucket", "team", "reason"), by.values(), strict=True
            )
        },
    }


def _journeys(engine: Any) -> pd.DataFrame:
    journeys = pd.read_sql(
        "SELECT j.id AS journey_id, j.loan_id, j.opened_at, j.opening_days_past_due, j.closing_reason, j.closed_at,"
        " d.name || ' v' || d.version AS ladder, a.arm, l.segment FROM journeys j"
        " JOIN ladders d ON d.digest = j.ladder_digest JOIN assignments a ON a.journey_id = j.id"
        " JOIN loans l ON l.id = j.loan_id",
        engine,
    )
    bucket = np.minimum(-(-journeys["opening_days_past_due"] // 30), LAST)
    journeys["bucket"] = np.array(BUCKETS)[bucket]
    reasons = pd.read_sql(
        "SELECT journey_id, arrears_reason AS reason FROM work_items WHERE arrears_reason IS NOT NULL"
        " ORDER BY recorded_at, arrears_reason",
        engine,
    ).drop_duplicates("journey_id", keep="last")
    return journeys.merge(reasons, on="journey_id", how="left").fillna({"reason": NOT_KNOWN})


def _works(engine: Any) -> pd.DataFrame:
    works = pd.read_sql(
        "SELECT id, journey_id, turn_no, rung, kind AS action, team, opened_at, recorded_at FROM work_items", engine
    )
    return works.fillna({"team": NO_TEAM})


def _grouped(rows: pd.DataFrame, journeys: pd.DataFrame) -> dict[str, pd.Series]:
    """The sums of a movement of the period, split in every way."""
    rows = rows[(rows["at"] >= STARTS) & (rows["at"] < ENDS)]
    of = journeys[["journey_id", "ladder", "arm", "segment", "bucket", "reason"]]
    placed = rows[["journey_id", "rung", "action", "team", "number"]].merge(of, on="journey_id", how="left")
    outside, untouched = placed["ladder"].isna(), placed["rung"].isna()
    placed["rung_name"] = (placed["ladder"] + ": " + placed["rung"]).where(~untouched, NO_STEP)
    placed["channel"] = placed["action"].where(~untouched, NO_STEP)
    placed["team_name"] = placed["team"].fillna(NO_PERSON).where(~untouched, NO_STEP)
    return {
        by: placed[by].where(~outside, NO_JOURNEY).to_frame().assign(n=placed["number"]).groupby(by)["n"].sum()
        for by in BY
    }


if __name__ == "__main__":
    main(sys.argv[1])
