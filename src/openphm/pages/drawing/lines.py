"""Lines over time, one small panel for each series, with the moment that everything is counted from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from openphm.pages.drawing import vega
from openphm.pages.drawing.canvas import (
    BLUE,
    FAINT,
    INK,
    WIDTH,
    Scale,
    circle,
    figure,
    line,
    path_of,
    rounded_up,
    text,
)
from openphm.pages.drawing.drawn import Drawing

ACROSS, TALL = 3, 150


@dataclass(frozen=True)
class Series:
    """A name and a figure for each step; None is not shown and leaves a gap."""

    name: str
    figures: tuple[tuple[int, float | None], ...]


def lines(title: str, series: Sequence[Series], *, at: str, step: str) -> Drawing:
    """A panel for each series over steps before and after nought, which is marked as `at`."""
    width = WIDTH / ACROSS
    drawn: list[str] = []
    for place, one in enumerate(series):
        drawn += _panel(one, place % ACROSS * width + 40, width - 66, 34 + place // ACROSS * TALL, at)
    rows = -(-len(series) // ACROSS)
    drawn.append(text(0, 40 + rows * TALL, f"Across: {step}", fill=FAINT))
    said = f"{len(series)} panels over {step}: {', '.join(one.name for one in series)}."
    svg = figure(title, said, 50 + rows * TALL, drawn)
    return Drawing(svg, title, partial(_specification, title, said, series, at=at, step=step))


def _panel(one: Series, left: float, width: float, top: float, at: str) -> list[str]:
    steps = [step for step, _ in one.figures]
    across = Scale(min(steps), max(steps), left, left + width)
    most = _most(one)
    up = Scale(0, most, top + TALL - 44, top + 22)
    drawn = [text(left, top + 12, one.name, bold=True)]
    for tick in (0, most / 2, most):
        drawn += [
            line(left, up(tick), left + width, up(tick)),
            text(left - 5, up(tick) + 4, f"{tick:g}", anchor="end", fill=FAINT),
        ]
    drawn.append(line(across(0), top + 18, across(0), up.start, stroke=INK, dash="3 3"))
    for step in (steps[0], 0, steps[-1]):
        said = at if step == 0 else f"{step:+d}"
        drawn.append(text(across(step), up.start + 15, said, anchor="middle", fill=FAINT))
    for run in _runs(one):
        places = [(across(step), up(value)) for step, value in run]
        drawn.append(f'<polyline points="{path_of(places)}" fill="none" stroke="{BLUE}" stroke-width="2"/>')
        drawn += [circle(x, y, BLUE, radius=2.5) for x, y in places]
    drawn += [
        text(across(step), up(0) - 4, "*", anchor="middle", fill=FAINT)
        for step, value in one.figures
        if value is None and step
    ]
    return drawn


def _most(one: Series) -> float:
    return rounded_up(max([value for step, value in one.figures if value is not None and step] + [0]))


def _runs(one: Series) -> list[list[tuple[int, float]]]:
    """Unbroken runs of figures that are shown; the event itself (step 0) is no month and breaks the line."""
    runs: list[list[tuple[int, float]]] = [[]]
    for step, value in one.figures:
        if value is None or step == 0:
            runs.append([])
        else:
            runs[-1].append((step, value))
    return [run for run in runs if run]


def _specification(
    title: str, said: str, series: Sequence[Series], *, at: str, step: str
) -> vega.Specification:
    """A panel for each series with an axis of its own; the line is broken where nothing is shown."""
    values = [datum for one in series for datum in _data(one)]
    panels = [_one_panel(one, at=at, step=step) for one in series]
    return vega.specification(title, said, values, concat=panels, columns=ACROSS)


def _one_panel(one: Series, *, at: str, step: str) -> vega.Specification:
    steps = [place for place, _ in one.figures]
    x = vega.along("step", Scale(min(steps), max(steps), 0, 1), lambda tick: f"{tick:+.0f}" if tick else at)
    y = vega.along("value", Scale(0, _most(one), 0, 1), lambda tick: f"{tick:g}")
    look = {"color": BLUE, "point": {"color": BLUE, "size": 40}}
    told = vega.told(name="Series", step=step.capitalize(), said="Figure")
    run = vega.layer("run", "line", look=look, x=x, y=y, detail={"field": "run"}, tooltip=told)
    return {
        "title": one.name,
        "transform": [{"filter": {"field": "name", "equal": one.name}}],
        "layer": [run, vega.rule(0, "x", dash=(3, 3)), vega.star("y", 0, x=x)],
        "width": 230,
        "height": 110,
    }


def _data(one: Series) -> list[vega.Datum]:
    """Each step with the number of its unbroken run, or that it is not shown; the event is no step."""
    shown: list[vega.Datum] = [
        {"kind": "run", "name": one.name, "run": run, "step": step, "value": value, "said": f"{value:g}"}
        for run, held in enumerate(_runs(one))
        for step, value in held
    ]
    return [
        *shown,
        *(
            {"kind": "hidden", "name": one.name, "step": step, "said": vega.NOT_SHOWN}
            for step, value in one.figures
            if value is None and step
        ),
    ]
