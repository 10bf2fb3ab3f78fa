"""Which step the money is credited to, by each method; every method sums to what was recovered."""

from typing import Any

from reports.figures import amount, words
from reports.plots import LINES, Plot, broken, figure, layout, units
from reports.sections.section import Part, Section, Told
from reports.sheets.table import Table, table_of


def credit(told: Told) -> Section:
    """The methods beside each other."""
    return Section(
        "credit",
        "Which step the money is credited to",
        "Every method credits the same cash, so each sums to what was recovered. None of them is cause.",
        (
            Part(
                plot=_methods(told),
                label="Credited by step",
                tables=_beside(told),
                claims=tuple(table.name for table in told.tables_like("attribution")),
            ),
        ),
    )


def _beside(told: Told) -> tuple[Table, ...]:
    """All methods in one table, as people compare them."""
    records: dict[str, dict[str, Any]] = {}
    methods: dict[str, list[dict[str, Any]]] = told.report["attribution"]
    for method, rows in methods.items():
        for row in rows:
            records.setdefault(row["step"], {"step": row["step"]})[f"{method}_minor"] = row["amount_minor"]
    if not records:
        return ()
    foot = {"step": "All", **{f"{m}_minor": sum(r["amount_minor"] for r in rows) for m, rows in methods.items()}}
    title = "Recovered, credited by each method"
    return (table_of("attribution", title, records.values(), currency=told.currency, foot=foot),)


def _methods(told: Told) -> Plot:
    methods: dict[str, list[dict[str, int]]] = told.report["attribution"]
    names = list(dict.fromkeys(str(row["step"]) for rows in methods.values() for row in rows if row["amount_minor"]))
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "name": words(method),
            "y": [broken(name) for name in reversed(names)],
            "x": [units(credited.get(name, 0), told.currency) for name in reversed(names)],
            "customdata": [amount(credited.get(name, 0), currency=told.currency) for name in reversed(names)],
            "marker": {"color": LINES[index % len(LINES)]},
            "hovertemplate": f"%{{y}}<br>{words(method)}: %{{customdata}} {told.currency}<extra></extra>",
        }
        for index, (method, rows) in enumerate(methods.items())
        for credited in ({str(row["step"]): row["amount_minor"] for row in rows},)
        if names
    ]
    shape = layout(height=120 + (16 + 14 * len(methods)) * len(names)) | {"barmode": "group", "bargap": 0.3}
    shape["xaxis"] |= {"title": {"text": told.currency}, "tickformat": ",~r"}
    shape["legend"] |= {"traceorder": "normal"}
    summary = "; ".join(
        f"{words(method)}: "
        + ", ".join(f"{words(str(r['step']))} {amount(r['amount_minor'], currency=told.currency)}" for r in rows)
        for method, rows in methods.items()
    )
    return Plot("credited-by-step", summary, figure(data, shape))
