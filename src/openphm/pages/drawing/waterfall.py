"""A waterfall: from a first total through what is added and taken away to the last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from openphm.pages.drawing import vega
from openphm.pages.drawing.canvas import (
    BLUE,
    FAINT,
    GREEN,
    LETTER,
    PINK,
    WIDTH,
    Scale,
    across_axis,
    bar,
    figure,
    text,
)
from openphm.pages.drawing.drawn import Drawing

ROW, GAP, TOP = 24, 7, 30.0


def waterfall(
    title: str,
    first: tuple[str, float],
    steps: Sequence[tuple[str, float]],
    last: str,
    write: Callable[[float], str],
) -> Drawing:
    """A bar for each step, from the end of the one before; rises and falls differ in colour and sign."""
    totals = [first[1]]
    for _, change in steps:
        totals.append(totals[-1] + change)
    span = max(totals) - min(totals)
    low = max(min(totals) - max(span, 1) * 0.3, 0) if min(totals) > 0 else min(totals)
    side = max(len(name) for name, _ in (first, *steps, (last, 0.0))) * LETTER + 12
    scale = Scale(low, max(totals) + max(span, 1) * 0.1, side, WIDTH - 130)
    rows = [(first[0], low, totals[0], write(totals[0]), BLUE)]
    for place, (name, change) in enumerate(steps):
        signed = f"{'+' if change > 0 else ''}{write(change)}"
        rows.append((name, totals[place], totals[place + 1], signed, PINK if change > 0 else GREEN))
    rows.append((last, low, totals[-1], write(totals[-1]), BLUE))
    bottom = TOP + len(rows) * (ROW + GAP)
    drawn = across_axis(scale, TOP, bottom, [write(tick) for tick in scale.ticks()])
    for place, (name, start, end, said, colour) in enumerate(rows):
        y = TOP + GAP / 2 + place * (ROW + GAP)
        left, right = sorted((scale(start), scale(end)))
        drawn += [
            text(side - 8, y + 16, name, anchor="end"),
            bar(left, y, max(right - left, 1.5), ROW, colour, f"{name}: {said}"),
            text(right + 6, y + 16, said, fill=FAINT),
        ]
    told = f"{len(steps)} steps from {first[0]} to {last}. The axis does not begin at nought."
    svg = figure(title, told, bottom + 24, drawn)
    return Drawing(svg, title, partial(_specification, title, told, rows, scale, write))


def _specification(
    title: str,
    told: str,
    rows: Sequence[tuple[str, float, float, str, str]],
    scale: Scale,
    write: Callable[[float], str],
) -> vega.Specification:
    kinds = {BLUE: "Total", PINK: "Added", GREEN: "Taken away"}
    values = [
        {
            "kind": "step",
            "name": f"{place}. {name}" if place in range(1, len(rows) - 1) else name,
            "what": kinds[colour],
            "start": start,
            "end": stop,
            "edge": max(start, stop),
            "said": said,
        }
        for place, (name, start, stop, said, colour) in enumerate(rows)
    ]
    x, y = vega.along("start", scale, write), vega.down(str(one["name"]) for one in values)
    bars = vega.layer(
        "step",
        "bar",
        look={"height": ROW - 4, "minBandSize": 2},
        x=x,
        x2={"field": "end"},
        y=y,
        color=vega.coloured(list(kinds.values()), field="what", colours=list(kinds)),
        opacity=vega.pale_unless("what", has_legend=True),
        tooltip=vega.told(name="Step", what="What", said="Figure"),
    )
    ends = vega.words("said", kind="step", look={"color": FAINT}, x=vega.end(x, "edge"), y=y)
    return vega.specification(
        title,
        told,
        values,
        params=vega.pointing_out(list(kinds.values())),
        layer=[{**bars, "params": vega.by_legend(bars["encoding"]["color"])}, ends],
        width=vega.WIDTH,
        height={"step": vega.ROW},
    )
