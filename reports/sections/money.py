"""From gross to net: what came in, what went back, what each unit of work cost, and what is left."""

from reports.figures import amount, words
from reports.plots import GOOD, LEFT, SPENT, Plot, broken, figure, layout, units
from reports.sections.section import Part, Section, Told


def gross_to_net(told: Told) -> Section:
    """The waterfall, and the present value where it was worked out."""
    return Section(
        "money",
        "From gross to net",
        "What borrowers paid, less what was taken back, less each unit of work at the price of its day.",
        (
            Part(plot=_waterfall(told), label="From gross to net", tables=told.table("waterfall")),
            Part(
                heading="Present value",
                note="Cash and cost, each discounted from its own day.",
                tables=told.tables_like("npv"),
            ),
        ),
    )


def _waterfall(told: Told) -> Plot:
    currency, steps = told.currency, told.records("waterfall")
    data = [
        {
            "type": "waterfall",
            "orientation": "h",
            "y": [broken(step["step"]) for step in steps],
            "x": [units(step["amount_minor"], currency) for step in steps],
            "measure": ["absolute", *("relative" for _ in steps[1:-1]), "total"],
            "text": [amount(step["amount_minor"], currency=currency) for step in steps],
            "textposition": "outside",
            "cliponaxis": False,
            "connector": {"line": {"color": LEFT, "width": 1}},
            "increasing": {"marker": {"color": GOOD}},
            "decreasing": {"marker": {"color": SPENT}},
            "totals": {"marker": {"color": LEFT}},
            "hovertemplate": f"%{{y}}: %{{text}} {currency}<extra></extra>",
        }
    ]
    shape = layout(height=90 + 40 * len(steps)) | {"showlegend": False}
    shape["margin"] |= {"r": 70}
    shape["xaxis"] |= {"title": {"text": currency}, "zeroline": True, "tickformat": ",~r", "nticks": 5}
    shape["yaxis"] |= {"autorange": "reversed"}
    summary = "; ".join(f"{words(s['step'])} {amount(s['amount_minor'], currency=currency)}" for s in steps)
    return Plot("gross-to-net", summary, figure(data if steps else [], shape))
