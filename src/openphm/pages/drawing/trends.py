"""Trends: two or more groups in one frame, before and after a moment, with the time of a service shaded.

Shape says what colour says: the first group has round points and whole lines, the others diamonds and broken
ones. Nothing is drawn through the moment itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from openphm.pages.drawing import vega
from openphm.pages.drawing.canvas import (
    BLUE,
    FAINT,
    INK,
    LETTER,
    PINK,
    WIDTH,
    Scale,
    circle,
    diamond,
    figure,
    line,
    number,
    path_of,
    rounded_up,
    text,
)
from openphm.pages.drawing.drawn import Drawing

TOP, TALL, LEFT, RIGHT = 64.0, 240.0, 64.0, 16.0
SHADE = "#e8f1fa"
DASH = "6 4"
EVERY = 6
"""Months between two marks of the axis; three when there are few."""


@dataclass(frozen=True)
class Trend:
    """A group and its rates over spans of months: (start, stop, rate); None is not shown and leaves a gap."""

    name: str
    spans: tuple[tuple[float, float, float | None], ...]


@dataclass(frozen=True)
class Shaded:
    """The months that are shaded, and what happened in them."""

    start: float
    stop: float
    said: str


def trends(
    title: str,
    held: Sequence[Trend],
    window: Shaded,
    *,
    at: str,
    step: str,
    write: Callable[[float], str],
    is_joined: bool = True,
) -> Drawing:
    """A line for each group over months before and after nought, which is marked as `at`.

    is_joined  middles of spans are joined; otherwise each span is a level of its own with its figure
    """
    ends = [edge for one in held for start, stop, _ in one.spans for edge in (start, stop)]
    across = Scale(min([*ends, window.start]), max([*ends, window.stop]), LEFT, WIDTH - RIGHT)
    most = rounded_up(max([value for one in held for *_, value in one.spans if value is not None] + [0]))
    up = Scale(0, most, TOP + TALL, TOP + 12)
    drawn = [*_frame(across, up, window, at, write), *_names(held)]
    for place, one in enumerate(held):
        drawn += _joined(one, place, across, up) if is_joined else _levels(held, place, across, up, write)
        drawn += [
            text(across((start + stop) / 2), up(0) - 4 - 12 * place, "*", anchor="middle", fill=FAINT)
            for start, stop, value in one.spans
            if value is None
        ]
    drawn.append(text(LEFT, TOP + TALL + 38, f"Across: {step}. Shaded: {window.said}.", fill=FAINT))
    said = _said(held, window, step, write)
    panel = _layers(held, window, (across, up), at=at, step=step, write=write, is_joined=is_joined)
    make = partial(_specification, title, said, held, write, panel)
    return Drawing(figure(title, said, TOP + TALL + 48, drawn), title, make)


def _specification(
    title: str, said: str, held: Sequence[Trend], write: Callable[[float], str], panel: vega.Specification
) -> vega.Specification:
    return vega.specification(
        title,
        said,
        [datum for one in held for datum in _data(one, write)],
        params=vega.pointing_out([one.name for one in held]),
        width=vega.WIDTH,
        height=TALL,
        **panel,
    )


def _layers(
    held: Sequence[Trend],
    window: Shaded,
    scales: tuple[Scale, Scale],
    *,
    at: str,
    step: str,
    write: Callable[[float], str],
    is_joined: bool,
) -> vega.Specification:
    """The shaded months, the moment, and the lines of groups or their levels."""
    x = vega.along("month", scales[0], lambda month: f"{month:+.0f}" if month else at, title=step)
    y = vega.along("value", scales[1], write)
    names = [one.name for one in held]
    colour = vega.coloured(names, field="name", colours=[_colour(place) for place in range(len(held))])
    shape = {**colour, "scale": {"domain": names, "range": ["circle", *["diamond"] * (len(names) - 1)]}}
    shared = {"y": y, "color": colour, "opacity": vega.pale_unless("name", has_legend=True)}
    told = vega.told(name="Group", months="Months", said="Figure")
    shade = {
        "data": {"values": [{"month": window.start, "stop": window.stop, "said": window.said}]},
        "mark": {"type": "rect", "color": SHADE},
        "encoding": {"x": x, "x2": {"field": "stop"}, "tooltip": vega.told(said="Shaded")},
    }
    if is_joined:
        lines = vega.layer("span", "line", look={"strokeWidth": 2}, x=x, detail={"field": "run"}, **shared)
    else:
        start = vega.end(x, "start")
        lines = vega.layer("span", "rule", look={"strokeWidth": 3}, x=start, x2={"field": "stop"}, **shared)
    points = vega.layer(
        "span", "point", look={"filled": True, "size": 70}, x=x, shape=shape, tooltip=told, **shared
    )
    stars = vega.star("y", scales[1].low, x=x)
    moment = vega.rule(0, "x", dash=(3, 3))
    return {"layer": [shade, moment, lines, {**points, "params": vega.by_legend(colour)}, stars]}


def _data(one: Trend, write: Callable[[float], str]) -> list[vega.Datum]:
    """A span at its middle with the number of its unbroken run; one that is not shown has no figure."""
    run_of = {month: number for number, run in enumerate(_runs(one)) for month, _ in run}
    made: list[vega.Datum] = []
    for start, stop, value in one.spans:
        middle = (start + stop) / 2
        place = {"name": one.name, "month": middle, "start": start, "stop": stop}
        place["months"] = f"{start:+g} to {stop:+g}"
        if value is None:
            made.append({"kind": "hidden", **place, "said": vega.NOT_SHOWN})
        else:
            made.append(
                {"kind": "span", **place, "run": run_of[middle], "value": value, "said": write(value)}
            )
    return made


def _frame(across: Scale, up: Scale, window: Shaded, at: str, write: Callable[[float], str]) -> Iterator[str]:
    """The shaded months, the grid, the marks of both axes and the moment."""
    left, right = across(window.start), across(window.stop)
    yield (
        f'<rect x="{number(left)}" y="{number(TOP)}" width="{number(right - left)}" '
        f'height="{number(TALL)}" fill="{SHADE}"/>'
    )
    for tick in up.ticks():
        yield line(across.start, up(tick), across.stop, up(tick))
        yield text(across.start - 6, up(tick) + 4, write(tick), anchor="end", fill=FAINT)
    every = EVERY if across.high - across.low > 2 * EVERY else EVERY // 2
    for month in range(int(across.low // every) * every, int(across.high) + 1, every):
        if month >= across.low:
            yield line(across(month), up.start, across(month), up.start + 4, stroke=INK)
            said = at if month == 0 else f"{month:+d}"
            yield text(across(month), up.start + 18, said, anchor="middle", fill=FAINT)
    yield line(across(0), TOP, across(0), up.start, stroke=INK, width=1.5, dash="3 3")


def _names(held: Sequence[Trend]) -> Iterator[str]:
    x = LEFT
    for place, one in enumerate(held):
        yield line(x, TOP - 22, x + 30, TOP - 22, stroke=_colour(place), width=2, dash=_dash(place))
        yield _point(place, x + 15, TOP - 22)
        yield text(x + 38, TOP - 18, one.name)
        x += 38 + LETTER * len(one.name) + 24


def _joined(one: Trend, place: int, across: Scale, up: Scale) -> Iterator[str]:
    for run in _runs(one):
        places = [(across(month), up(value)) for month, value in run]
        dash = f' stroke-dasharray="{DASH}"' if _dash(place) else ""
        yield (
            f'<polyline points="{path_of(places)}" fill="none" stroke="{_colour(place)}" '
            f'stroke-width="2"{dash}/>'
        )
        for x, y in places:
            yield _point(place, x, y)


def _levels(
    held: Sequence[Trend], place: int, across: Scale, up: Scale, write: Callable[[float], str]
) -> Iterator[str]:
    """A level for each span, with its figure above it, or below where another group stands higher."""
    for position, (start, stop, value) in enumerate(held[place].spans):
        if value is None:
            continue
        y, middle = up(value), across((start + stop) / 2)
        yield line(
            across(start) + 3, y, across(stop) - 3, y, stroke=_colour(place), width=3, dash=_dash(place)
        )
        yield _point(place, middle, y)
        others = [one.spans[position][2] for one in held if one is not held[place]]
        is_highest = all(other is None or value >= other for other in others)
        yield text(middle, y - 9 if is_highest else y + 19, write(value), anchor="middle", bold=True)


def _runs(one: Trend) -> list[list[tuple[float, float]]]:
    """Unbroken runs of (middle, rate): broken at what is not shown and at the moment itself."""
    runs: list[list[tuple[float, float]]] = [[]]
    for start, stop, value in one.spans:
        if start == 0:
            runs.append([])
        if value is None:
            runs.append([])
        else:
            runs[-1].append(((start + stop) / 2, value))
    return [run for run in runs if run]


def _said(held: Sequence[Trend], window: Shaded, step: str, write: Callable[[float], str]) -> str:
    """For a screen reader: who, over what, and where each group begins and ends."""
    ends = []
    for one in held:
        known = [value for *_, value in one.spans if value is not None]
        if known:
            ends.append(f"{one.name} from {write(known[0])} to {write(known[-1])}")
    return f"Over {step}: {'; '.join(ends) or 'nothing can be shown'}. Shaded: {window.said}."


def _point(place: int, x: float, y: float) -> str:
    return circle(x, y, BLUE, radius=3.5) if place == 0 else diamond(x, y, _colour(place), radius=4.5)


def _colour(place: int) -> str:
    return BLUE if place == 0 else PINK


def _dash(place: int) -> str:
    return DASH if place else ""
