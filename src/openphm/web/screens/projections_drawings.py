"""Drawings of projections: small fans beside each other, and bars from low to high around a middle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from openphm.pages.drawing import Drawing, vega
from openphm.pages.drawing.canvas import (
    BLUE,
    FAINT,
    INK,
    LETTER,
    PINK,
    WIDTH,
    Scale,
    across_axis,
    circle,
    diamond,
    figure,
    line,
    path_of,
    rounded_up,
    text,
)

ROW = 26.0
ACROSS, TALL = 3, 190.0
BAND = "#b3d1ee"


@dataclass(frozen=True)
class Fan:
    """A name and, for each year, (year, middle, low, high)."""

    name: str
    years: tuple[tuple[int, float, float, float], ...]


@dataclass(frozen=True)
class Marks:
    """A row: points of two kinds, and a line from low to high; None is not shown."""

    name: str
    hollow: float | None = None
    full: float | None = None
    span: tuple[float, float] | None = None


def fans(title: str, held: Sequence[Fan], write: Callable[[float], str]) -> Drawing:
    """A small panel for each fan, at most three beside each other; every axis begins at nought."""
    across = min(len(held), ACROSS)
    width = WIDTH / across
    drawn: list[str] = []
    for place, one in enumerate(held):
        drawn += _fan(one, place % across * width, 30 + place // across * TALL, width - 20, write)
    rows = -(-len(held) // across)
    said = "The band holds eight of ten chances; the line is the middle."
    svg = figure(title, said, 34 + rows * TALL, drawn)
    return Drawing(svg, title, partial(_fans_specification, title, said, held, write))


def _fans_specification(
    title: str, said: str, held: Sequence[Fan], write: Callable[[float], str]
) -> vega.Specification:
    values = [
        {"kind": "year", "name": one.name, "year": year, "value": value, "low": low, "high": high,
         "said": write(value), "band": f"{write(low)} to {write(high)}"}
        for one in held
        for year, value, low, high in one.years
    ]  # fmt: skip
    panels = [_one_fan(one, write, is_alone=len(held) == 1) for one in held]
    return vega.specification(title, said, values, concat=panels, columns=ACROSS)


def _one_fan(one: Fan, write: Callable[[float], str], *, is_alone: bool) -> vega.Specification:
    x = {"field": "year", "type": "ordinal", "title": "year", "axis": {"labelAngle": 0}}
    y = vega.along("low", _up(one, 0, 1), write)
    told = vega.told(name="", year="Year", said="Middle", band="P10 to P90")
    look = {"color": BLUE, "strokeWidth": 2.5, "point": {"color": BLUE, "size": 40}}
    return {
        "title": one.name,
        "transform": [{"filter": {"field": "name", "equal": one.name}}],
        "layer": [
            vega.layer("year", "area", look={"color": BAND}, x=x, y=y, y2={"field": "high"}, tooltip=told),
            vega.layer("year", "line", look=look, x=x, y=vega.end(y, "value"), tooltip=told),
        ],
        "width": vega.WIDTH if is_alone else 210,
        "height": 130,
    }


def _up(one: Fan, bottom: float, top: float) -> Scale:
    return Scale(0, rounded_up(max(high for *_, high in one.years)), bottom, top)


def _fan(one: Fan, left: float, top: float, width: float, write: Callable[[float], str]) -> list[str]:
    bottom = top + TALL - 44
    up = _up(one, bottom, top + 24)
    start = left + max(56.0, LETTER * max(len(write(tick)) for tick in up.ticks()) + 12)
    across = Scale(one.years[0][0], one.years[-1][0], start, left + width - 8)
    drawn = [text(left, top + 12, one.name, bold=True)]
    for number, tick in enumerate(up.ticks()):
        drawn.append(line(start, up(tick), left + width, up(tick)))
        if number % 2 == 0:
            drawn.append(text(start - 6, up(tick) + 4, write(tick), anchor="end", fill=FAINT))
    edge = [(across(year), up(high)) for year, _, _, high in one.years]
    edge += [(across(year), up(low)) for year, _, low, _ in reversed(one.years)]
    middle = [(across(year), up(value)) for year, value, _, _ in one.years]
    drawn.append(f'<polygon points="{path_of(edge)}" fill="{BAND}"/>')
    drawn.append(f'<polyline points="{path_of(middle)}" fill="none" stroke="{BLUE}" stroke-width="2.5"/>')
    for year in (one.years[0][0], one.years[-1][0]):
        drawn.append(text(across(year), bottom + 16, f"year {year}", anchor="middle", fill=FAINT))
    return drawn


def marked(
    title: str,
    rows: Sequence[Marks],
    write: Callable[[float], str],
    *,
    rules: Sequence[float] = (0.0,),
    said: str,
) -> Drawing:
    """Rows of points and lines on one axis, with upright rules where something is decided."""
    values = [x for row in rows for x in (row.hollow, row.full, *(row.span or ())) if x is not None]
    low, high = min([*values, *rules]), max([*values, *rules])
    edge = max((high - low) * 0.06, 1e-9)
    side = max(len(row.name) for row in rows) * LETTER + 12
    scale = Scale(low - edge, high + edge, side, WIDTH - 40)
    top, bottom = 30.0, 30.0 + len(rows) * ROW
    drawn = across_axis(scale, top, bottom, [write(tick) for tick in scale.ticks()])
    drawn += [line(scale(rule), top, scale(rule), bottom, stroke=INK, dash="4 3") for rule in rules]
    for place, row in enumerate(rows):
        y = top + place * ROW + ROW / 2
        drawn.append(text(side - 8, y + 4, row.name, anchor="end"))
        if row.span is not None:
            drawn.append(line(scale(row.span[0]), y, scale(row.span[1]), y, stroke=BLUE, width=4))
        if row.hollow is not None:
            drawn.append(circle(scale(row.hollow), y, PINK, f"{row.name}: {write(row.hollow)}"))
        if row.full is not None:
            drawn.append(diamond(scale(row.full), y, BLUE, f"{row.name}: {write(row.full)}"))
        if row.hollow is None and row.full is None and row.span is None:
            drawn.append(text(scale(rules[0]) + 6, y + 4, "* not shown", fill=FAINT))
    svg = figure(title, said, bottom + 26, drawn)
    return Drawing(
        svg, title, partial(_marks_specification, title, said, rows, scale, write=write, rules=rules)
    )


def _marks_specification(
    title: str,
    said: str,
    rows: Sequence[Marks],
    scale: Scale,
    *,
    write: Callable[[float], str],
    rules: Sequence[float],
) -> vega.Specification:
    x, y = vega.along("value", scale, write), vega.down(row.name for row in rows)
    shared = {
        "y": y,
        "opacity": vega.pale_unless("name"),
        "tooltip": vega.told(name="", said="Figure", span="From and to"),
    }
    reach = vega.layer(
        "span",
        "rule",
        look={"color": BLUE, "strokeWidth": 4},
        x=vega.end(x, "low"),
        x2={"field": "high"},
        **shared,
    )
    marks = [
        vega.layer(
            kind, "point", look={"color": colour, "shape": shape, "filled": True, "size": 90}, x=x, **shared
        )
        for kind, colour, shape in (("hollow", PINK, "circle"), ("full", BLUE, "diamond"))
    ]
    lines = [vega.rule(one, "x", dash=(4, 3)) for one in rules]
    return vega.specification(
        title,
        said,
        [datum for row in rows for datum in _data(row, write)],
        params=vega.pointing_out([row.name for row in rows]),
        layer=[*lines, reach, *marks, vega.star("x", rules[0], y=y)],
        width=vega.WIDTH,
        height={"step": vega.ROW},
    )


def _data(row: Marks, write: Callable[[float], str]) -> list[vega.Datum]:
    """The points of a row that are shown and its line; a row without any says so."""
    span = {} if row.span is None else {"span": f"{write(row.span[0])} to {write(row.span[1])}"}
    made: list[vega.Datum] = [
        {"kind": kind, "name": row.name, "value": value, "said": write(value), **span}
        for kind, value in (("hollow", row.hollow), ("full", row.full))
        if value is not None
    ]
    if row.span is not None:
        made.insert(0, {"kind": "span", "name": row.name, "low": row.span[0], "high": row.span[1], **span})
    return made or [{"kind": "hidden", "name": row.name, "said": vega.NOT_SHOWN}]
