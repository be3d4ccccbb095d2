"""A funnel: each place's ratio against how much was expected of it, with the limits of chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from openphm.pages.drawing import vega
from openphm.pages.drawing.canvas import (
    BLUE,
    FAINT,
    INK,
    PINK,
    WIDTH,
    Scale,
    circle,
    diamond,
    figure,
    line,
    path_of,
    text,
)
from openphm.pages.drawing.drawn import Drawing

TALL, LEFT = 300, 60


@dataclass(frozen=True)
class Spot:
    """A place: what was expected, its ratio and its limits. `outside` is beyond the 99.8% limits."""

    name: str
    expected: float
    ratio: float
    limits_95: tuple[float, float]
    limits_998: tuple[float, float]
    outside: bool


def funnel(title: str, spots: Sequence[Spot]) -> Drawing | str:
    """Points in the limits of chance; those outside the 99.8% limits are diamonds with their names."""
    if not spots:
        return figure(title, "No place has enough people to be shown.", 40, [text(0, 36, "Nothing to show")])
    order = sorted(spots, key=lambda spot: spot.expected)
    held = [spot.ratio for spot in spots] + [x for spot in order for x in spot.limits_998]
    least, most = order[0].expected, order[-1].expected
    # A share of nought is far from every place, so the axes begin where the places do.
    across = Scale(least * 0.9 if least > most / 3 else 0, most * 1.05, LEFT, WIDTH - 130)
    margin = (max(held) - min(held)) * 0.05
    up = Scale(max(min(held) - margin, 0), max(held) + margin, 44 + TALL, 48)
    drawn = _frame(across, up)
    for which, dash, name in (("limits_998", "", "99.8%"), ("limits_95", "5 4", "95%")):
        drawn += _limits(order, which, across, up, dash)
        x, y = across(order[-1].expected), up(getattr(order[-1], which)[1])
        drawn.append(text(x + 6, y + 4, name, fill=FAINT))
    for spot in order:
        x, y = across(spot.expected), up(spot.ratio)
        mark, colour = (diamond, PINK) if spot.outside else (circle, BLUE)
        drawn.append(mark(x, y, colour, f"{spot.name}: {spot.ratio:.2f}"))
        if spot.outside:
            drawn.append(text(x + 8, y - 6, spot.name))
    said = f"{len(spots)} places; {sum(spot.outside for spot in spots)} outside the 99.8% limits (diamonds)."
    svg = figure(title, said, TALL + 90, drawn)
    return Drawing(svg, title, partial(_specification, title, said, order, across, up))


def _frame(across: Scale, up: Scale) -> list[str]:
    drawn: list[str] = []
    for tick in up.ticks():
        drawn += [
            line(across.start, up(tick), across.stop, up(tick)),
            text(across.start - 6, up(tick) + 4, f"{tick:g}", anchor="end", fill=FAINT),
        ]
    for tick in across.ticks():
        drawn.append(text(across(tick), up.start + 16, f"{tick:,.0f}", anchor="middle", fill=FAINT))
    drawn.append(line(across.start, up(1), across.stop, up(1), stroke=INK))
    drawn.append(text(across.start, up.start + 34, "Expected for age and sex", fill=FAINT))
    drawn.append(text(across.start, 36, "Observed ÷ expected", fill=FAINT))
    return drawn


def _limits(order: Sequence[Spot], which: str, across: Scale, up: Scale, dash: str) -> list[str]:
    """The two curves through the limits of the places, smooth because limits go with expected."""
    drawn = []
    for side in (0, 1):
        places = [(across(spot.expected), up(getattr(spot, which)[side])) for spot in order]
        kept = [(x, y) for x, y in places if math.isfinite(y)]
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        drawn.append(f'<polyline points="{path_of(kept)}" fill="none" stroke="{FAINT}"{dashed}/>')
    return drawn


def _specification(
    title: str, said: str, order: Sequence[Spot], across: Scale, up: Scale
) -> vega.Specification:
    x = vega.along("expected", across, lambda tick: f"{tick:,.0f}", title="Expected for age and sex")
    y = vega.along("ratio", up, lambda tick: f"{tick:g}", title="Observed ÷ expected")
    curves = [
        vega.layer(
            "spot", "line", look={"color": FAINT, "strokeDash": dash}, x=x, y=vega.end(y, f"{side}_{name}")
        )
        for name, dash in (("998", [1, 0]), ("95", [5, 4]))
        for side in ("lower", "upper")
    ]
    kinds = {"within the limits of chance": BLUE, "outside the 99.8% limits": PINK}
    spots = vega.layer(
        "spot",
        "point",
        look={"filled": True, "size": 90, "opacity": 1},
        x=x,
        y=y,
        color=vega.coloured(list(kinds), field="what", colours=list(kinds.values())),
        shape={
            "field": "what",
            "type": "nominal",
            "title": None,
            "scale": {"domain": list(kinds), "range": ["circle", "diamond"]},
        },
        opacity=vega.pale_unless("name", has_legend=True),
        tooltip=vega.told(name="Place", said="Ratio", expected_said="Expected", chance="99.8% limits"),
    )
    return vega.specification(
        title,
        said,
        [_datum(spot, list(kinds)[spot.outside]) for spot in order],
        params=vega.pointing_out([spot.name for spot in sorted(order, key=lambda one: one.name)]),
        layer=[*curves, vega.rule(1, "y"), {**spots, "params": vega.by_legend(spots["encoding"]["color"])}],
        width=vega.WIDTH,
        height=TALL,
    )


def _datum(spot: Spot, what: str) -> vega.Datum:
    low, high = spot.limits_998
    return {
        "kind": "spot", "name": spot.name, "what": what, "expected": spot.expected, "ratio": spot.ratio,
        "lower_95": spot.limits_95[0], "upper_95": spot.limits_95[1], "lower_998": low, "upper_998": high,
        "said": f"{spot.ratio:.2f}", "expected_said": f"{spot.expected:,.0f}",
        "chance": f"{low:.2f} to {high:.2f}",
    }  # fmt: skip
