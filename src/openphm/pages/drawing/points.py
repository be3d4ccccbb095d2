"""Points with their intervals, one panel for each measure: a figure for each group beside the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from openphm.pages.drawing import vega
from openphm.pages.drawing.canvas import (
    BLUE,
    FAINT,
    LETTER,
    WIDTH,
    Scale,
    across_axis,
    circle,
    figure,
    line,
    rounded_up,
    text,
)
from openphm.pages.drawing.drawn import Drawing

ROW = 20
ACROSS = 3


@dataclass(frozen=True)
class Dot:
    """A group's figure and its limits; None is not shown."""

    name: str
    value: float | None
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True)
class Panel:
    """One measure: its name, its groups, and how a figure is written."""

    title: str
    dots: tuple[Dot, ...]
    write: Callable[[float], str]


def dot_panels(title: str, panels: Sequence[Panel]) -> Drawing:
    """Small panels, three side by side; every axis begins at nought."""
    names = [dot.name for panel in panels for dot in panel.dots]
    side = max([len(name) for name in names] + [4]) * LETTER + 10
    width = WIDTH / ACROSS
    tall = max([len(panel.dots) for panel in panels] + [1]) * ROW + 62
    drawn: list[str] = []
    for place, panel in enumerate(panels):
        x, y = place % ACROSS * width, 30 + place // ACROSS * tall
        drawn += _panel(panel, x + side, x + width - 24, y)
    rows = -(-len(panels) // ACROSS)
    said = f"{len(panels)} panels: {', '.join(panel.title for panel in panels)}. Lines are 95% intervals."
    svg = figure(title, said, 30 + rows * tall, drawn)
    return Drawing(svg, title, partial(_specification, title, said, panels))


def _scale(panel: Panel, start: float, stop: float) -> Scale:
    held = [x for dot in panel.dots for x in (dot.value, dot.upper) if x is not None]
    return Scale(0, rounded_up(max([*held, 0])), start, stop)


def _panel(panel: Panel, start: float, stop: float, top: float) -> list[str]:
    scale = _scale(panel, start, stop)
    first, bottom = top + 24, top + 24 + len(panel.dots) * ROW
    ticks = [panel.write(tick) if n % 2 == 0 else "" for n, tick in enumerate(scale.ticks())]
    drawn = [text(start, top + 12, panel.title, bold=True), *across_axis(scale, first, bottom, ticks)]
    for place, dot in enumerate(panel.dots):
        y = first + place * ROW + ROW / 2
        drawn.append(text(start - 6, y + 4, dot.name, anchor="end"))
        if dot.value is None:
            drawn.append(text(start + 4, y + 4, "*", fill=FAINT))
            continue
        if dot.lower is not None and dot.upper is not None:
            drawn.append(line(scale(dot.lower), y, scale(dot.upper), y, stroke=BLUE, width=2))
        drawn.append(circle(scale(dot.value), y, BLUE, f"{dot.name}: {panel.write(dot.value)}"))
    return drawn


def _specification(title: str, said: str, panels: Sequence[Panel]) -> vega.Specification:
    names = list(dict.fromkeys(dot.name for panel in panels for dot in panel.dots))
    values = [_datum(panel, dot) for panel in panels for dot in panel.dots]
    return vega.specification(
        title,
        said,
        values,
        params=vega.pointing_out(names),
        concat=[_one_panel(panel) for panel in panels],
        columns=ACROSS,
    )


def _datum(panel: Panel, dot: Dot) -> vega.Datum:
    where = {"panel": panel.title, "name": dot.name}
    if dot.value is None:
        return {"kind": "hidden", **where, "said": vega.NOT_SHOWN}
    made: dict[str, object] = {"kind": "dot", **where, "value": dot.value, "said": panel.write(dot.value)}
    if dot.lower is not None and dot.upper is not None:
        interval = f"{panel.write(dot.lower)} to {panel.write(dot.upper)}"
        made |= {"lower": dot.lower, "upper": dot.upper, "interval": interval}
    return made


def _one_panel(panel: Panel) -> vega.Specification:
    scale = _scale(panel, 0, 0)
    x, y = vega.along("value", scale, panel.write), vega.down(dot.name for dot in panel.dots)
    shared = {
        "y": y,
        "opacity": vega.pale_unless("name"),
        "tooltip": vega.told(name="Group", said="Figure", interval="95% interval"),
    }
    lines = vega.layer(
        "dot",
        "rule",
        look={"color": BLUE, "strokeWidth": 2},
        x=vega.end(x, "lower"),
        x2={"field": "upper"},
        **shared,
    )
    dots = vega.layer("dot", "point", look={"color": BLUE, "filled": True, "size": 70}, x=x, **shared)
    return {
        "title": panel.title,
        "transform": [{"filter": {"field": "panel", "equal": panel.title}}],
        "layer": [lines, dots, vega.star("x", 0, y=y)],
        "width": 200,
        "height": {"step": 20},
    }
