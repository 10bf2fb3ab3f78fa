"""What came because of it: the difference between arms per loan entered, with its interval and a plain verdict."""

from collections.abc import Sequence
from typing import Any

from reports.figures import words
from reports.plots import GOOD, LEFT, SPENT, Plot, figure, layout, units, whiskers
from reports.sections.section import Part, Section, Told
from reports.sheets.table import Column, Kind, major, shown

NOTHING_YET = "insufficient_data"
VERDICTS = {
    "better": "better: the whole interval lies above nothing",
    "worse": "worse: the whole interval lies below nothing",
    "no_difference_shown": "no difference shown: the interval holds nothing as well",
    NOTHING_YET: "insufficient data: nothing can be said yet",
}
"""The plain words of a verdict."""
COLUMNS = (
    *("against", "days", "n", "difference_per_loan_minor", "ci_low", "ci_high", "alpha", "mde_minor", "verdict"),
    *("valid_at_any_time", "incremental_minor", "net_difference_per_loan_minor", "net_ci_low", "net_ci_high"),
)
"""What the page shows of a comparison, as far as there is it."""
COLOURS = {"better": GOOD, "worse": SPENT}


def cause(told: Told) -> Section:
    """Incremental recovery by arm and by rung, and the arms' own money."""
    return Section(
        "cause",
        "What came because of it",
        "Where loans were given their arm by chance, the difference between arms is cause. The intervals are valid"
        " whenever one looks. Where there is too little to go by, it says so.",
        (
            Part(
                heading="Arms",
                plot=_differences("incremental", told.records("incremental"), told, by="arm"),
                label="Recovered more or less per loan than the arm compared with",
                sentences=_sentences(told.records("incremental"), told, by="arm"),
                tables=told.columns("incremental", ("arm", *COLUMNS)),
            ),
            Part(
                heading="Single rungs",
                note="A rung was left out for some loans by chance; the difference is what the rung brings.",
                plot=_differences("rung-holdouts", told.records("rung_holdouts"), told, by="rung"),
                label="What a rung brings per loan that reaches it",
                sentences=_sentences(told.records("rung_holdouts"), told, by="rung"),
                tables=told.columns("rung_holdouts", ("rung", *COLUMNS)),
            ),
            Part(
                heading="The money of each arm",
                note="Money stays with the arm that its loan was given, whether a step touched the loan or not.",
                tables=told.split("arm"),
            ),
        ),
    )


def sentence(record: dict[str, Any], *, currency: str, by: str) -> str:
    """One comparison in words: `challenger against holdout: 12.00 USD more per loan, between 3.00 and 21.00; ...`.

    Where there are insufficient data it says so and why, and no figure that somebody might take for a finding.
    """
    who = words(f"{record[by]} against {record['against']}" if record.get("against") else str(record[by]))
    verdict = VERDICTS.get(record["verdict"], words(record["verdict"]))
    difference, low, high = (record.get(key) for key in ("difference_per_loan_minor", "ci_low", "ci_high"))
    if record["verdict"] == NOTHING_YET or difference is None or low is None or high is None:
        return f"{who}: {verdict}{f' ({why})' if (why := record.get('why')) else ''}."
    more = "more" if difference >= 0 else "less"
    says = f"{_money(abs(difference), currency)} {currency} {more} per loan"
    return f"{who}: {says}, between {_money(low, currency)} and {_money(high, currency)}; {verdict}."


def _sentences(records: Sequence[dict[str, Any]], told: Told, *, by: str) -> tuple[str, ...]:
    return tuple(sentence(record, currency=told.currency, by=by) for record in records)


def _differences(name: str, records: Sequence[dict[str, Any]], told: Told, *, by: str) -> Plot:
    known = [record for record in reversed(records) if record["verdict"] != NOTHING_YET]
    values, low, high = (
        [None if record[key] is None else units(record[key], told.currency) for record in known]
        for key in ("difference_per_loan_minor", "ci_low", "ci_high")
    )
    data = [
        {
            "type": "scatter",
            "mode": "markers",
            "y": [_who(record, by) for record in known],
            "x": values,
            "error_x": whiskers([value or 0.0 for value in values], low, high),
            "marker": {"size": 11, "color": [COLOURS.get(record["verdict"], LEFT) for record in known]},
            "text": [sentence(record, currency=told.currency, by=by) for record in known],
            "hovertemplate": "%{text}<extra></extra>",
        }
    ]
    shape = layout(height=110 + 52 * len(known)) | {"showlegend": False}
    shape["xaxis"] |= {"title": {"text": f"{told.currency} per loan entered"}, "zeroline": True, "zerolinewidth": 2}
    shape["yaxis"] |= {"range": [-0.7, len(known) - 0.3]}
    summary = " ".join(sentence(record, currency=told.currency, by=by) for record in records).rstrip(".")
    return Plot(name, summary, figure(data if known else [], shape))


def _who(record: dict[str, Any], by: str) -> str:
    against = f"<br>against {words(record['against'])}" if record.get("against") else ""
    return f"{words(str(record[by]))}{against}"


def _money(minor: float, currency: str) -> str:
    return shown(major(minor, currency), Column("", Kind.MONEY, ""), currency=currency)
