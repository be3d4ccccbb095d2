"""A fan: a line over years with the band that holds eight of ten chances, beside what happens without it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from openphm.pages.drawing import vega
from openphm.pages.drawing.canvas import (
    BLUE,
    FAINT,
    INK,
    WIDTH,
    Scale,
    figure,
    legend,
    line,
    path_of,
    rounded_up,
    text,
)
from openphm.pages.drawing.drawn import Drawing

TOP, BOTTOM, LEFT = 60.0, 330.0, 110.0
BAND = "#b3d1ee"


@dataclass(frozen=True)
class FanYear:
    """A year: without the plan, with it, and the 10th and 90th percentile."""

    year: int
    unmitigated: float
    mitigated: float
    low: float
    high: float


def fan(title: str, years: Sequence[FanYear], write: Callable[[float], str]) -> Drawing:
    """The band, the line with the plan, and the dashed line without it."""
    values = [x for one in years for x in (one.unmitigated, one.low, one.high)]
    low, most = min(values), rounded_up(max(values))
    up = Scale(min(low * 0.9, 0.0) if low < 0 else low * 0.9, most, BOTTOM, TOP)
    across = Scale(years[0].year, years[-1].year, LEFT, WIDTH - 30)
    drawn = legend([("P10 to P90", BAND), ("with the plan", BLUE), ("if nothing changes", INK)], LEFT, 40)
    for tick in up.ticks():
        drawn += [
            line(LEFT, up(tick), WIDTH - 30, up(tick)),
            text(LEFT - 8, up(tick) + 4, write(tick), anchor="end", fill=FAINT),
        ]
    edge = [(across(one.year), up(one.high)) for one in years]
    edge += [(across(one.year), up(one.low)) for one in reversed(years)]
    drawn.append(f'<polygon points="{path_of(edge)}" fill=BAND/>')
    with_plan = [(across(one.year), up(one.mitigated)) for one in years]
    without = [(across(one.year), up(one.unmitigated)) for one in years]
    drawn.append(
        f'<polyline points="{path_of(without)}" fill="none" stroke="{INK}" stroke-width="2" '
        'stroke-dasharray="5 4"/>'
    )
    drawn.append(f'<polyline points="{path_of(with_plan)}" fill="none" stroke="{BLUE}" stroke-width="2.5"/>')
    drawn += [
        text(across(one.year), BOTTOM + 18, str(one.year), anchor="middle", fill=FAINT) for one in years
    ]
    said = (
        f"Years {years[0].year} to {years[-1].year}, with and without the plan. The table has every figure."
    )
    svg = figure(title, said, BOTTOM + 30, drawn)
    return Drawing(svg, title, partial(_specification, title, said, years, up, write))


def _specification(
    title: str, said: str, years: Sequence[FanYear], up: Scale, write: Callable[[float], str]
) -> vega.Specification:
    lines = {"with the plan": BLUE, "if nothing changes": INK}
    values: list[vega.Datum] = []
    for one in years:
        reach = f"{write(one.low)} to {write(one.high)}"
        place = {"year": one.year, "band": reach}
        values.append({"kind": "band", **place, "low": one.low, "high": one.high})
        for name, value in zip(lines, (one.mitigated, one.unmitigated), strict=True):
            values.append({"kind": "line", **place, "name": name, "value": value, "said": write(value)})
    x = {"field": "year", "type": "ordinal", "title": None, "axis": {"labelAngle": 0}}
    y = vega.along("low", up, write)
    band = vega.layer("band", "area", look={"color": BAND}, x=x, y=y, y2={"field": "high"})
    line_ = vega.layer(
        "line",
        "line",
        look={"strokeWidth": 2.5, "point": {"size": 60}},
        x=x,
        y=vega.end(y, "value"),
        color=vega.coloured(list(lines), field="name", colours=list(lines.values())),
        opacity=vega.pale_unless("name", has_legend=True),
        tooltip=vega.told(year="Year", name="Line", said="Figure", band="P10 to P90"),
    )
    return vega.specification(
        title,
        said,
        values,
        params=vega.pointing_out(list(lines)),
        layer=[band, {**line_, "params": vega.by_legend(line_["encoding"]["color"])}],
        width=vega.WIDTH,
        height=260,
    )
