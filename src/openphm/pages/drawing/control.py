"""A control chart: a figure by month, its mean and limits, and the points that chance cannot explain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from openphm.pages.drawing import vega
from openphm.pages.drawing.canvas import (
    BLUE,
    FAINT,
    INK,
    PURPLE,
    WIDTH,
    Scale,
    circle,
    diamond,
    figure,
    legend,
    line,
    path_of,
    text,
)
from openphm.pages.drawing.drawn import Drawing

TOP, BOTTOM, LEFT = 60.0, 330.0, 110.0
ORANGE = "#d4500c"
COMMON, BETTER, WORSE, NEUTRAL = FAINT, BLUE, ORANGE, PURPLE
COLOUR_OF = {"improvement": BETTER, "concern": WORSE, "neutral_high": NEUTRAL, "neutral_low": NEUTRAL}
"""The colours of Making Data Count: blue improves, orange is of concern, grey is chance."""
_MOST_LABELS = 12


@dataclass(frozen=True)
class ControlPoint:
    """A month: its figure (None when it is not shown), the lines of its phase, and what is said of it."""

    month: str
    value: float | None
    centre: float | None
    lower: float | None
    upper: float | None
    verdict: str = ""


def control_chart(title: str, points: Sequence[ControlPoint], write: Callable[[float], str]) -> Drawing:
    """The figures joined, the mean and limits as lines; a point outside chance is a diamond."""
    known = [one.value for one in points if one.value is not None]
    lines = [x for one in points for x in (one.lower, one.upper) if x is not None]
    low, high = min([*known, *lines], default=0.0), max([*known, *lines], default=1.0)
    room = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    least = low - room if min(known, default=0.0) < 0 else max(0.0, low - room)
    up = Scale(least, high + room, BOTTOM, TOP)
    across = Scale(0, max(1, len(points) - 1), LEFT, WIDTH - 30)
    drawn = legend([("improving", BETTER), ("of concern", WORSE), ("no change but chance", COMMON)], LEFT, 40)
    for tick in up.ticks():
        drawn += [
            line(LEFT, up(tick), WIDTH - 30, up(tick)),
            text(LEFT - 8, up(tick) + 4, write(tick), anchor="end", fill=FAINT),
        ]
    every = max(1, -(-len(points) // _MOST_LABELS))
    drawn += [
        text(across(at), BOTTOM + 18, one.month, anchor="middle", fill=FAINT)
        for at, one in enumerate(points)
        if at % every == 0
    ]
    for name, dash in (("centre", ""), ("lower", "5 4"), ("upper", "5 4")):
        drawn += _line(points, name, across, up, dash)
    drawn += _points(points, across, up, write)
    special = sum(one.verdict in COLOUR_OF for one in points)
    said = (
        f"{len(points)} months, {len(known)} shown, {special} of them outside chance. The solid line is the "
        "mean, the dashed lines are the limits of chance. The table has every figure."
    )
    svg = figure(title, said, BOTTOM + 30, drawn)
    return Drawing(svg, title, partial(_specification, title, said, points, up, write))


def _line(points: Sequence[ControlPoint], name: str, across: Scale, up: Scale, dash: str) -> list[str]:
    places = [
        (across(at), up(value)) for at, one in enumerate(points) if (value := getattr(one, name)) is not None
    ]
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    made = f'<polyline points="{path_of(places)}" fill="none" stroke="{INK}" stroke-width="1.2"{dashed}/>'
    return [made] if len(places) > 1 else []


def _points(
    points: Sequence[ControlPoint], across: Scale, up: Scale, write: Callable[[float], str]
) -> list[str]:
    drawn: list[str] = []
    run: list[tuple[float, float]] = []
    marks: list[str] = []
    for at, one in enumerate(points):
        if one.value is None:
            drawn += _joined(run)
            run = []
            marks.append(text(across(at), BOTTOM - 4, "*", anchor="middle", fill=FAINT))
            continue
        place = (across(at), up(one.value))
        run.append(place)
        said = f"{one.month}: {write(one.value)}"
        colour = COLOUR_OF.get(one.verdict)
        marks.append(diamond(*place, colour, said) if colour else circle(*place, COMMON, said, radius=3.5))
    return [*drawn, *_joined(run), *marks]


def _joined(run: Sequence[tuple[float, float]]) -> list[str]:
    made = f'<polyline points="{path_of(run)}" fill="none" stroke="{FAINT}" stroke-width="1.5"/>'
    return [made] if len(run) > 1 else []


_VERDICTS = {
    "no change but chance": (COMMON, "circle"),
    "improving": (BETTER, "diamond"),
    "of concern": (WORSE, "diamond"),
    "changed": (NEUTRAL, "diamond"),
}
_VERDICT_OF = {
    "improvement": "improving", "concern": "of concern", "neutral_high": "changed", "neutral_low": "changed",
}  # fmt: skip


def _specification(
    title: str, said: str, points: Sequence[ControlPoint], up: Scale, write: Callable[[float], str]
) -> vega.Specification:
    months = [one.month for one in points]
    labels = months[:: max(1, -(-len(points) // _MOST_LABELS))]
    x = {
        "field": "month", "type": "ordinal", "title": None, "scale": {"domain": months},
        "axis": {"values": labels, "labelAngle": 0, "grid": False},
    }  # fmt: skip
    y = vega.along("value", up, write)
    limits = [
        vega.layer(
            "month",
            "line",
            look={"color": INK, "strokeWidth": 1.2, "strokeDash": dash, "invalid": "filter"},
            x=x,
            y=vega.end(y, name),
        )
        for name, dash in (("centre", [1, 0]), ("lower", [5, 4]), ("upper", [5, 4]))
    ]
    told = vega.told(month="Month", said="Figure", verdict="Verdict", centre_said="Mean", chance="Limits")
    joined = vega.layer("month", "line", look={"color": FAINT, "strokeWidth": 1.5}, x=x, y=y)
    names = [
        name for name in _VERDICTS if name != "changed" or any("neutral" in one.verdict for one in points)
    ]
    verdict = vega.coloured(names, field="verdict", colours=[_VERDICTS[name][0] for name in names])
    marks = vega.layer(
        "month",
        "point",
        look={"filled": True, "size": 70, "opacity": 1},
        x=x,
        y=y,
        color=verdict,
        shape={**verdict, "scale": {"domain": names, "range": [_VERDICTS[name][1] for name in names]}},
        opacity=vega.pale_unless("verdict", has_legend=True),
        tooltip=told,
    )
    return vega.specification(
        title,
        said,
        [datum for one in points for datum in _data(one, write)],
        params=vega.pointing_out(names),
        layer=[*limits, joined, {**marks, "params": vega.by_legend(verdict)}, vega.star("y", up.low, x=x)],
        width=vega.WIDTH,
        height=260,
    )


def _data(one: ControlPoint, write: Callable[[float], str]) -> list[vega.Datum]:
    """A month with its lines; one that is not shown breaks the line and says so."""
    made: dict[str, object] = {
        "kind": "month", "month": one.month, "value": one.value,
        "centre": one.centre, "lower": one.lower, "upper": one.upper,
    }  # fmt: skip
    if one.value is None:
        return [made, {"kind": "hidden", "name": one.month, "month": one.month, "said": vega.NOT_SHOWN}]
    made |= {
        "said": write(one.value),
        "verdict": _VERDICT_OF.get(one.verdict, "no change but chance"),
        "centre_said": "not known" if one.centre is None else write(one.centre),
    }
    if one.lower is not None and one.upper is not None:
        made["chance"] = f"{write(one.lower)} to {write(one.upper)}"
    return [made]
