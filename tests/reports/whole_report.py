"""A report's JSON with something under every key, invented, so that every shape can be looked at whole."""

from typing import Any

REASONS = ("exhausted", "with_legal")


def with_every_measure(report: dict[str, Any]) -> dict[str, Any]:
    """The report, with invented figures where its ledger is too small to give any."""
    return report | {
        "cure": [_rate(horizon) for horizon in (30, 60, 90)],
        "cure_by": {
            "ladder": [{"name": name, **_rate(h)} for name in ("gentle v1", "standard v2") for h in (30, 60, 90)],
            "segment": [{"name": "mass", **_rate(30)}, {"name": "mass", **_rate(60), "rate": None}],
        },
        "roll": {
            "buckets": ["current", "1-29", "30-59", "withdrawn"],
            "money": [
                {"from": "1-29", "to": "current", "amount_minor": 30_000, "rate": 0.3},
                {"from": "1-29", "to": "1-29", "amount_minor": 50_000, "rate": 0.5},
                {"from": "1-29", "to": "30-59", "amount_minor": 20_000, "rate": 0.2},
                {"from": "30-59", "to": "30-59", "amount_minor": 9_000, "rate": 0.9},
                {"from": "30-59", "to": "withdrawn", "amount_minor": 1_000, "rate": 0.1},
            ],
            "counts": [
                {"from": "1-29", "to": "current", "loans": 2, "rate": 0.25},
                {"from": "1-29", "to": "30-59", "loans": 6, "rate": 0.75},
            ],
        },
        "liquidation": [
            {
                "cohort": cohort,
                "age_days": age,
                "placed_minor": 100_000,
                "collected_minor": 1_000 * age,
                "rate": age / 100,
                "n": 12,
                "is_mature": age < 60 or cohort == "2026-01",
            }
            for cohort in ("2026-01", "2026-02")
            for age in (30, 60, 90)
        ],
        "recovery_curves": {
            by: [
                {
                    "name": curve["name"],
                    "points": [
                        point
                        | {"ci_low": round(point["share"] * 0.8, 6), "ci_high": round(point["share"] * 1.3 + 0.01, 6)}
                        for point in curve["points"]
                    ],
                }
                for curve in curves
            ]
            for by, curves in report["recovery_curves"].items()
        },
        "time_to_cure": [
            {
                "day": day,
                "at_risk": 100 - day,
                "cured": day / 200,
                "ci_low": day / 250,
                "ci_high": day / 160,
                "competing": dict.fromkeys(REASONS, day / 400),
            }
            for day in range(0, 91, 5)
        ],
        "rates": {
            name: [
                {
                    "by": by,
                    "name": row,
                    "numerator": 7,
                    "denominator": 20,
                    "rate": 0.35,
                    "ci_low": 0.18,
                    "ci_high": 0.57,
                }
                for by, row in (("all", "all"), ("rung", "gentle v1: callback"), ("channel", "field_visit"))
            ]
            for name in ("contact", "promise", "kept")
        },
        "npv": {
            "annual_rate": 0.1,
            "npv_minor": 9_876,
            "by_ladder": [{"name": "gentle v1", "npv_minor": 9_000}, {"name": "standard v2", "npv_minor": 876}],
        },
        "attribution": {
            "last_touch": report["attribution"]["last_touch"],
            "first_touch": report["attribution"]["last_touch"],
            "time_decay": report["attribution"]["last_touch"],
        },
        "incremental": [
            _difference("challenger", verdict="better", difference=1_210.5, low=320.0, high=2_101.0),
            _difference("champion", verdict="insufficient_data", difference=None, low=None, high=None),
        ],
        "rung_holdouts": [
            {"rung": "standard v2: callback"}
            | _difference("", verdict="no_difference_shown", difference=-10.0, low=-90.0, high=70.0)
        ],
        "wait_intervals": [
            {
                "rung": "standard v2: callback",
                "segment": segment,
                "wait_days": 5,
                "hazard": 0.031,
                "value_of_a_day_minor": 12.5,
                "next_step_cost_minor": 480.0,
                "suggested_days": 7,
                "ci_low": 4.0,
                "ci_high": 9.0,
                "effect_per_loan_minor": 31.5,
                "effect_ci_low": 2.5,
                "effect_ci_high": 60.0,
                "verdict": verdict,
                "n": 40,
                "sim_journeys": 150 if verdict == "longer" else None,
                "sim_recovered_minor": 20.5 if verdict == "longer" else None,
                "sim_cost_minor": -8.0 if verdict == "longer" else None,
                "sim_net_minor": 28.5 if verdict == "longer" else None,
                "sim_net_ci_low": -4.0 if verdict == "longer" else None,
                "sim_net_ci_high": 61.0 if verdict == "longer" else None,
                "sim_steps_per_loan": -0.21 if verdict == "longer" else None,
                "sim_agrees": "not_shown" if verdict == "longer" else None,
            }
            for segment, verdict in (("all", "longer"), ("mass", "insufficient_data"))
        ],
        "wait_hazards": [
            {
                "rung": "standard v2: callback",
                "segment": "all",
                "day": day,
                "exposed": 40.0 - day,
                "paid": 2,
                "hazard": 0.05,
                "ci_low": 0.01,
                "ci_high": 0.1,
            }
            for day in range(1, 10)
        ],
        "origination": [
            {"by": "region", "name": "north", "loans": 44, "shrunk_rate": 0.12, "ci_low": 0.08, "ci_high": 0.17},
            {"by": "product", "name": "card", "loans": 12, "shrunk_rate": None, "ci_low": None, "ci_high": None},
        ],
        "collectors": [
            {
                "collector": "c-7",
                "cases": 31,
                "paid_difference_per_case": 0.1,
                "ci_low": -0.1,
                "ci_high": 0.3,
                "recovered_minor": 40_000,
                "is_compared": True,
            }
        ],
    }


def _rate(horizon: int) -> dict[str, Any]:
    rate = horizon / 200
    return {
        "horizon_days": horizon,
        "rate": rate,
        "ci_low": round(rate * 0.8, 6),
        "ci_high": round(rate * 1.2, 6),
        "n": 120,
    }


def _difference(
    arm: str, *, verdict: str, difference: float | None, low: float | None, high: float | None
) -> dict[str, Any]:
    return {
        **({"arm": arm} if arm else {}),
        "against": "holdout",
        "difference_per_loan_minor": difference,
        "ci_low": low,
        "ci_high": high,
        "alpha": 0.05,
        "n": 400,
        "mde_minor": 800.0,
        "verdict": verdict,
        "valid_at_any_time": True,
        "incremental_minor": None if difference is None else round(difference * 400),
    }
