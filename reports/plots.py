"""What the report's plots have in common: the plain data and layout that Plotly draws, colours, axes and bands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.money import decimals_of
from reports.figures import amount, words

INK, GRID = "#1c2733", "#dfe5ea"
GOOD, SPENT, LEFT = "#0b6e6e", "#b4540a", "#55636f"
# Told apart by people who see colours differently (after Okabe and Ito), and by their dashes in black and white.
LINES = ("#0b6e6e", "#b4540a", "#3b5bdb", "#9c2f7f", "#5c6b00", "#6f7f8f")
BANDS = tuple(f"rgba({int(c[1:3], 16)},{int(c[3:5], 16)},{int(c[5:7], 16)},0.14)" for c in LINES)
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot: `summary` says in words what it shows, for those who hear the page.

    is_wide: it cannot be read on a narrow screen, and is moved sideways there.
    """

    id: str
    summary: str
    figure: dict[str, Any]
    is_wide: bool = False

    @property
    def has_something(self) -> bool:
        """Whether there is anything to draw."""
        return bool(self.figure["data"])


def figure(data: Sequence[dict[str, Any]], layout: dict[str, Any]) -> dict[str, Any]:
    """Data and layout as Plotly takes them."""
    return {"data": list(data), "layout": layout}


def layout(*, height: int) -> dict[str, Any]:
    """The layout that all plots begin with, as a value of its own."""
    return {
        "height": height,
        "margin": {"l": 10, "r": 16, "t": 10, "b": 50},
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "xaxis": {"automargin": True, "gridcolor": GRID, "zerolinecolor": LEFT, "fixedrange": True},
        "yaxis": {"automargin": True, "ticklabelstandoff": 6, "showgrid": False, "zeroline": False, "fixedrange": True},
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1.02,
            "yanchor": "bottom",
            "traceorder": "normal",
        },
        "hoverlabel": {"namelength": -1},
    }


def share_axis(title: str) -> dict[str, Any]:
    """An axis of shares that begins at nothing."""
    return {
        "title": {"text": title},
        "tickformat": ".0%",
        "rangemode": "tozero",
        "showgrid": True,
        "gridcolor": GRID,
    }


def band(
    xs: Sequence[Any], low: Sequence[float | None], high: Sequence[float | None], *, index: int, shape: str = "linear"
) -> list[dict[str, Any]]:
    """The two edges of an interval around a line; nothing where an edge is not known."""
    known = [(x, a, b) for x, a, b in zip(xs, low, high, strict=True) if a is not None and b is not None]
    if not known:
        return []
    edge = {
        "type": "scatter",
        "mode": "lines",
        "x": [x for x, _, _ in known],
        "line": {"width": 0, "shape": shape},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    fill = {"fill": "tonexty", "fillcolor": BANDS[index % len(BANDS)]}
    return [{**edge, "y": [b for _, _, b in known]}, {**edge, "y": [a for _, a, _ in known], **fill}]


def line_of(index: int, *, shape: str = "linear") -> dict[str, Any]:
    """A line's colour and dash by its place."""
    return {
        "color": LINES[index % len(LINES)],
        "dash": DASHES[index % len(DASHES)],
        "width": 2.5,
        "shape": shape,
    }


def whiskers(values: Sequence[float], low: Sequence[float | None], high: Sequence[float | None]) -> dict[str, Any]:
    """An interval around each of the values, as Plotly's error bars take it; none where it is not known."""
    return {
        "type": "data",
        "symmetric": False,
        "array": [0 if b is None else b - v for v, b in zip(values, high, strict=True)],
        "arrayminus": [0 if a is None else v - a for v, a in zip(values, low, strict=True)],
        "thickness": 1.5,
        "width": 5,
        "color": LEFT,
    }


def money_bars(
    name: str, rows: Sequence[dict[str, Any]], series: Sequence[tuple[str, str, str]], *, currency: str, summary: str
) -> Plot:
    """Bars of money beside each other, one group for each row, the first row on top.

    rows: records with a `name` and amounts in minor units. series: what each bar is called, its key, and its colour,
    from the lowest bar of a group to the highest.
    """
    upwards = list(reversed(rows))
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "name": label,
            "y": [broken(row["name"]) for row in upwards],
            "x": [units(row[key], currency) for row in upwards],
            "text": [amount(row[key], currency=currency) for row in upwards],
            "textposition": "auto",
            "cliponaxis": False,
            "marker": {"color": colour},
            "hovertemplate": f"%{{y}}<br>{label}: %{{text}} {currency}<extra></extra>",
        }
        for label, key, colour in series
        if rows
    ]
    shape = layout(height=110 + 32 * len(series) * len(rows)) | {"barmode": "group", "bargap": 0.3}
    shape["xaxis"] |= {"title": {"text": currency}, "tickformat": ",~r", "zeroline": True, "nticks": 8}
    shape["yaxis"] |= {"type": "category"}
    shape["legend"] |= {"traceorder": "reversed"}
    return Plot(name, summary, figure(data, shape))


def units(minor: float, currency: str) -> float:
    """Minor units in major ones, for an axis."""
    return float(minor / 10 ** decimals_of(currency))


def broken(name: str) -> str:
    """A rung under its ladder, so that long names leave room for the bars on a phone."""
    return words(name).replace(": ", ":<br>")
