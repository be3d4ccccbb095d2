"""Figure 7: how common each condition is, and beside it how many times as many contacts it comes with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from openphm.pages.drawing import vega
from openphm.pages.drawing.canvas import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    LETTER,
    PINK,
    WIDTH,
    Scale,
    across_axis,
    bar,
    circle,
    diamond,
    figure,
    line,
    rounded_up,
    text,
)
from openphm.pages.drawing.drawn import Drawing

ROW = 24
GP, ED = PINK, GREEN
Ratio = tuple[float | None, float | None, float | None]
"""Value, lower and upper limit."""


@dataclass(frozen=True)
class Impact:
    """A condition: its share of people, and the two ratios. None is a figure that is not shown."""

    name: str
    share: float | None
    gp: Ratio
    ed: Ratio


def impact_panels(title: str, rows: Sequence[Impact]) -> Drawing:
    """Two panels with one line a condition: bars of prevalence, and diamonds of two ratios on a log axis."""
    side = min(max([len(one.name) for one in rows] + [8]) * LETTER + 8, 330)
    middle = side + (WIDTH - side) * 0.42
    top, bottom = 72.0, 72.0 + len(rows) * ROW
    shares = Scale(0, rounded_up(max([one.share or 0 for one in rows] + [0])), side, middle - 50)
    ratios = _ratio_scale(rows, middle + 10, WIDTH - 20)
    drawn = [
        text(side, 58, "Share of people", fill=FAINT),
        *_key(middle + 10, 58),
        *across_axis(shares, top, bottom, [f"{tick:.0%}" for tick in shares.ticks()]),
        *across_axis(ratios, top, bottom, [f"{tick:g}×" for tick in ratios.ticks()]),
        line(ratios(1), top, ratios(1), bottom, stroke=INK),
    ]
    for place, one in enumerate(rows):
        y = top + place * ROW + ROW / 2
        drawn.append(text(side - 8, y + 4, one.name, anchor="end"))
        drawn += _share(one, shares, y)
        drawn += _ratio(one.gp, ratios, y - 4, GP, f"{one.name}, GP contacts")
        drawn += _ratio(one.ed, ratios, y + 4, ED, f"{one.name}, ED attendances")
        if one.gp[0] is None and one.ed[0] is None:
            drawn.append(text(ratios(1) + 6, y + 4, "* not shown", fill=FAINT))
    said = (
        "Left: the share of people with each condition. Right: how many times as many GP contacts and ED "
        "attendances they have as people of the same age, sex and deprivation; the line is 1, the same."
    )
    svg = figure(title, said, bottom + 26, drawn)
    return Drawing(svg, title, partial(_specification, title, said, rows, shares, ratios))


def _ratio_scale(rows: Sequence[Impact], start: float, stop: float) -> Scale:
    held = [x for one in rows for ratio in (one.gp, one.ed) for x in ratio if x is not None and x > 0]
    low = min([0.5, *held])
    high = max([2.0, *held])
    return Scale(max(low * 0.9, 0.1), min(high * 1.1, 16), start, stop, log=True)


def _key(x: float, y: float) -> list[str]:
    return [
        text(x, y - 16, "Times as many as similar people, 95% interval", fill=FAINT),
        diamond(x + 6, y - 2, GP), text(x + 17, y + 2, "GP contacts"),
        circle(x + 110, y - 2, ED), text(x + 120, y + 2, "ED attendances"),
    ]  # fmt: skip


def _share(one: Impact, scale: Scale, y: float) -> list[str]:
    if one.share is None:
        return [text(scale.start + 4, y + 4, "*", fill=FAINT)]
    end = scale(one.share)
    said = f"{one.share:.1%}"
    return [
        bar(scale.start, y - 8, end - scale.start, 16, BLUE, f"{one.name}: {said}"),
        text(end + 5, y + 4, said),
    ]


def _ratio(ratio: Ratio, scale: Scale, y: float, colour: str, said: str) -> list[str]:
    value, lower, upper = ratio
    if value is None or value <= 0:
        return []
    drawn = []
    if lower and upper:
        drawn.append(line(scale(lower), y, scale(upper), y, stroke=colour, width=2))
        said = f"{said}: {value:.2f} ({lower:.2f} to {upper:.2f})"
    mark = diamond if colour == GP else circle
    return [*drawn, mark(scale(value), y, colour, said)]


_SERVICES = {"GP contacts": GP, "ED attendances": ED}


def _specification(
    title: str, said: str, rows: Sequence[Impact], shares: Scale, ratios: Scale
) -> vega.Specification:
    y = vega.down(one.name for one in rows)
    bars = vega.layer(
        "share",
        "bar",
        look={"color": BLUE, "height": 16},
        x=vega.along("share", shares, lambda tick: f"{tick:.0%}", title="Share of people"),
        y=y,
        opacity=vega.pale_unless("name"),
        tooltip=vega.told(name="Condition", said="Share of people"),
    )
    left = {
        "layer": [bars, vega.star("x", 0, y=y)],
        "transform": [{"filter": {"field": "panel", "equal": "share"}}],
        "width": 240,
        "height": len(rows) * ROW,
    }
    return vega.specification(
        title,
        said,
        [datum for one in rows for datum in _data(one)],
        params=vega.pointing_out([one.name for one in rows]),
        hconcat=[left, _ratios_of(rows, ratios)],
    )


def _ratios_of(rows: Sequence[Impact], ratios: Scale) -> vega.Specification:
    x = vega.along("value", ratios, lambda tick: f"{tick:g}×", title="Times as many as similar people")
    y = {**vega.down(one.name for one in rows), "axis": None}
    shared = {
        "y": y,
        "yOffset": {"field": "service", "type": "nominal", "scale": {"domain": list(_SERVICES)}},
        "color": vega.coloured(list(_SERVICES), field="service", colours=list(_SERVICES.values())),
        "opacity": vega.pale_unless("name", has_legend=True),
        "tooltip": vega.told(
            name="Condition", service="Service", said="Times as many", interval="95% interval"
        ),
    }
    reach = vega.layer(
        "ratio",
        "rule",
        look={"strokeWidth": 2},
        x=vega.end(x, "lower"),
        x2={"field": "upper"},
        **shared,
    )
    mark = vega.layer(
        "ratio",
        "point",
        look={"filled": True, "size": 80, "opacity": 1},
        x=x,
        shape={
            "field": "service",
            "type": "nominal",
            "title": None,
            "scale": {"domain": list(_SERVICES), "range": ["diamond", "circle"]},
        },
        **shared,
    )
    return {
        "layer": [
            {**reach, "params": vega.by_legend(mark["encoding"]["color"])},
            mark,
            vega.star("x", 1, y=y),
            vega.rule(1, "x"),
        ],
        "transform": [{"filter": {"field": "panel", "equal": "ratio"}}],
        "width": 360,
        "height": len(rows) * ROW,
    }


def _data(one: Impact) -> list[vega.Datum]:
    """The share and both ratios of a condition; one that is not shown says so and has no figure."""
    share: vega.Datum = {"kind": "hidden", "panel": "share", "name": one.name, "said": vega.NOT_SHOWN}
    if one.share is not None:
        share = {**share, "kind": "share", "share": one.share, "said": f"{one.share:.1%}"}
    made = [share]
    for service, (value, lower, upper) in zip(_SERVICES, (one.gp, one.ed), strict=True):
        where = {"panel": "ratio", "name": one.name, "service": service}
        if value is None or value <= 0:
            made.append({"kind": "hidden", **where, "said": vega.NOT_SHOWN})
            continue
        ratio: dict[str, object] = {"kind": "ratio", **where, "value": value, "said": f"{value:.2f}"}
        if lower and upper:
            ratio |= {"lower": lower, "upper": upper, "interval": f"{lower:.2f} to {upper:.2f}"}
        made.append(ratio)
    return made
