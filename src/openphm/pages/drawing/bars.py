"""Bars: stacked by service, and to both sides of nought."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from openphm.pages.drawing import vega
from openphm.pages.drawing.canvas import (
    BLUE,
    COLOURS,
    FAINT,
    GRID,
    INK,
    LETTER,
    PINK,
    WIDTH,
    Scale,
    across_axis,
    bar,
    figure,
    legend,
    line,
    rounded_up,
    text,
)
from openphm.pages.drawing.drawn import Drawing

ROW, GAP = 26, 8
NOT_SHOWN = "* not shown"


@dataclass(frozen=True)
class Stack:
    """A bar of several parts; None is a part that is not shown. `total` is written at its end."""

    name: str
    parts: tuple[float | None, ...]
    total: float | None


def stacked_bars(
    title: str, names: Sequence[str], stacks: Sequence[Stack], write: Callable[[float], str]
) -> Drawing:
    """One bar for each stack, parts in the order of their names; * where a part is hidden."""
    side = max([len(one.name) for one in stacks] + [8]) * LETTER + 12
    longest = max([sum(part or 0 for part in one.parts) + _left_over(one) for one in stacks] + [0])
    scale = Scale(0, rounded_up(longest), side, WIDTH - 110)
    top, bottom = 56.0, 56.0 + len(stacks) * (ROW + GAP)
    entries = list(zip(names, COLOURS, strict=False))
    if any(_left_over(one) for one in stacks):
        entries.append((NOT_SHOWN, GRID))
    drawn = legend(entries, 0, 38) if len(entries) > 1 else []
    drawn += across_axis(scale, top, bottom, [write(tick) for tick in scale.ticks()])
    for place, one in enumerate(stacks):
        drawn += _stack(one, names, scale, top + GAP / 2 + place * (ROW + GAP), write)
    said = f"Stacked bars: {', '.join(names)} for each of {len(stacks)} groups. The table has every figure."
    svg = figure(title, said, bottom + 26, drawn)
    make = partial(_stacked_specification, title, said, names, stacks, scale=scale, write=write)
    return Drawing(svg, title, make)


def _stack(
    one: Stack, names: Sequence[str], scale: Scale, y: float, write: Callable[[float], str]
) -> list[str]:
    drawn = [text(scale.start - 8, y + ROW / 2 + 4, one.name, anchor="end")]
    reached = 0.0
    for part, name, colour in zip(one.parts, names, COLOURS, strict=False):
        if part:
            start = scale(reached)
            reached += part
            said = f"{one.name}, {name}: {write(part)}"
            drawn.append(bar(start, y, scale(reached) - start - 1, ROW, colour, said))
    rest = _left_over(one)
    if rest:
        start = scale(reached)
        drawn.append(bar(start, y, scale(reached + rest) - start - 1, ROW, GRID, f"{one.name}, {NOT_SHOWN}"))
    hidden = any(part is None for part in one.parts)
    said = write(one.total) if one.total is not None else "not shown"
    drawn.append(
        text(scale(reached + rest) + 6, y + ROW / 2 + 4, f"{said}{' *' if hidden else ''}", fill=INK)
    )
    return drawn


def _left_over(one: Stack) -> float:
    """What the total holds beyond the parts that are shown, where a part is not shown."""
    if one.total is None or all(part is not None for part in one.parts):
        return 0.0
    return max(one.total - sum(part or 0 for part in one.parts), 0.0)


def diverging_bars(
    title: str, rows: Sequence[tuple[str, float | None]], write: Callable[[float], str]
) -> Drawing:
    """A bar to the left below nought and to the right above it; * where the figure is hidden."""
    side = max([len(name) for name, _ in rows] + [8]) * LETTER + 12
    most = rounded_up(max([abs(value) for _, value in rows if value is not None] + [0]))
    scale = Scale(-most, most, side + 40, WIDTH - 60)
    top, bottom = 30.0, 30.0 + len(rows) * (ROW + GAP)
    drawn = across_axis(scale, top, bottom, [write(tick) for tick in scale.ticks()])
    nought = scale(0)
    for place, (name, value) in enumerate(rows):
        y = top + GAP / 2 + place * (ROW + GAP)
        middle = y + ROW / 2 + 4
        drawn.append(text(side, middle, name, anchor="end"))
        if value is None:
            drawn.append(text(nought + 6, middle, "* not shown", fill=FAINT))
            continue
        end = scale(value)
        drawn.append(bar(min(end, nought), y, abs(end - nought), ROW, BLUE if value >= 0 else PINK))
        anchor, step = ("start", 6) if value >= 0 else ("end", -6)
        drawn.append(text(end + step, middle, write(value), anchor=anchor))
    drawn.append(line(nought, top, nought, bottom, stroke=INK))
    said = "Bars to the left are losses, to the right gains."
    svg = figure(title, said, bottom + 26, drawn)
    return Drawing(svg, title, partial(_diverging_specification, title, said, rows, scale, write))


def _stacked_specification(
    title: str,
    said: str,
    names: Sequence[str],
    stacks: Sequence[Stack],
    *,
    scale: Scale,
    write: Callable[[float], str],
) -> vega.Specification:
    x, y = vega.along("start", scale, write), vega.down(one.name for one in stacks)
    part = vega.layer(
        "part",
        "bar",
        look={"height": ROW - 6},
        x=x,
        x2={"field": "end"},
        y=y,
        color=vega.coloured(list(names)[: len(COLOURS)], field="part"),
        opacity=vega.pale_unless("part", has_legend=True),
        tooltip=vega.told(name="Group", part="Part", said="Figure", total="Total"),
    )
    rest = vega.layer(
        "rest",
        "bar",
        look={"height": ROW - 6, "color": GRID},
        x=x,
        x2={"field": "end"},
        y=y,
        tooltip=vega.told(name="Group", part="Parts", said="Figure"),
    )
    total = vega.words("total", kind="total", look={}, x=vega.end(x, "end"), y=y)
    return vega.specification(
        title,
        said,
        [datum for one in stacks for datum in _data(one, names, write)],
        params=vega.pointing_out(names),
        layer=[{**part, "params": vega.by_legend(part["encoding"]["color"])}, rest, total],
        width=vega.WIDTH,
        height={"step": vega.ROW},
    )


def _data(one: Stack, names: Sequence[str], write: Callable[[float], str]) -> list[vega.Datum]:
    """The parts that are shown, from where to where; where the others stand together; the total."""
    total = write(one.total) if one.total is not None else NOT_SHOWN.strip("* ")
    made: list[vega.Datum] = []
    reached = 0.0
    hidden = [name for part, name in zip(one.parts, names, strict=False) if part is None]
    for part, name in zip(one.parts, names, strict=False):
        if part:
            place = {"start": reached, "end": reached + part}
            reached += part
            made.append(
                {"kind": "part", "name": one.name, "part": name, **place, "said": write(part), "total": total}
            )
    until = reached + _left_over(one)
    if hidden:
        told = {"part": ", ".join(hidden), "said": vega.NOT_SHOWN}
        made.append({"kind": "rest", "name": one.name, "start": reached, "end": until, **told})
    made.append({"kind": "total", "name": one.name, "end": until, "total": total + (" *" if hidden else "")})
    return made


def _diverging_specification(
    title: str,
    said: str,
    rows: Sequence[tuple[str, float | None]],
    scale: Scale,
    write: Callable[[float], str],
) -> vega.Specification:
    x, y = vega.along("value", scale, write), vega.down(name for name, _ in rows)
    values: list[vega.Datum] = [
        {"kind": "hidden", "name": name, "said": vega.NOT_SHOWN}
        if value is None
        else {"kind": "gain" if value >= 0 else "loss", "name": name, "value": value, "said": write(value)}
        for name, value in rows
    ]
    bars = [
        vega.layer(
            kind,
            "bar",
            look={"color": colour, "height": ROW - 6},
            x=x,
            x2={"datum": 0},
            y=y,
            tooltip=vega.told(name="Group", said="Change"),
        )
        for kind, colour in (("gain", BLUE), ("loss", PINK))
    ]
    ends = [
        vega.words("said", kind="gain", look={}, x=x, y=y),
        vega.words("said", kind="loss", look={"align": "right", "dx": -6}, x=x, y=y),
    ]
    layers = [*bars, *ends, vega.star("x", 0, y=y), vega.rule(0, "x")]
    return vega.specification(title, said, values, layer=layers, width=vega.WIDTH, height={"step": vega.ROW})
