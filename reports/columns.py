"""What the keys of the report's JSON are called in every table, in one place, so that no two shapes differ."""

from reports.figures import words

BY = "by_"
"""What the names of the tables that split the same cash begin with."""

HEADINGS = {
    "recovered_minor": "Recovered",
    "by_itself_minor": "By itself",
    "reversals_minor": "Reversed",
    "reversed_minor": "Reversed",
    "cost_millis": "Cost, exact",
    "promises_kept": "Promises kept",
    "ci_low": "Low",
    "ci_high": "High",
    "n": "Loans",
    "mde_minor": "Detectable",
    "net_ci_low": "Net low",
    "net_ci_high": "Net high",
    "effect_ci_low": "Effect low",
    "effect_ci_high": "Effect high",
    "sim_journeys": "Simulated on loans",
    "sim_recovered_minor": "Simulated recovered",
    "sim_cost_minor": "Simulated cost",
    "sim_net_minor": "Simulated net",
    "sim_net_ci_low": "Simulated low",
    "sim_net_ci_high": "Simulated high",
    "sim_steps_per_loan": "Simulated steps",
    "sim_agrees": "Simulation agrees",
    "n_arm": "Loans in arm",
    "n_against": "Loans against",
    "mde_all_entered_minor": "Detectable with all entered",
    "q_value": "q value",
    "horizon_days": "Within days",
    "age_days": "Days since entry",
    "difference_per_loan_minor": "Difference per loan",
    "npv_minor": "NPV",
    "is_mature": "Mature",
    "valid_at_any_time": "Valid at any time",
    "what": "Figure",
}
"""Keys that read badly as they are."""

ROWS = {
    "ladder": "Ladder version",
    "bucket": "Bucket at entry",
    "team": "Collector team",
    "reason": "Reason for arrears",
}
"""What the rows of a breakdown are, where its key does not say it."""

ORDER = (
    "name",
    "recovered_minor",
    "by_itself_minor",
    "reversals_minor",
    "cost_minor",
    "net_minor",
    "cost_per_unit",
    "journeys",
    "steps",
    "attempts",
    "promises",
    "promises_kept",
    "cured",
)
"""How a reader of money wants the columns of a breakdown; whatever else there is follows."""

FOOT = "All"


def rows_of(breakdown: str) -> str:
    """What the first column of a breakdown's table is called."""
    return ROWS.get(breakdown, words(breakdown).capitalize())


def heading_of(key: str, *, table: str) -> str:
    """The heading of a key's column in a table."""
    if key == "name" and BY in table:
        return rows_of(table.rpartition(BY)[2])
    if key in HEADINGS:
        return HEADINGS[key]
    outer, _, inner = key.rpartition(": ")
    if outer:
        return f"{words(outer).capitalize()}: {words(_bare(inner))}"
    return words(_bare(key).removeprefix("is_")).capitalize()


def _bare(key: str) -> str:
    return key.removesuffix("_minor").removesuffix("_millis")
