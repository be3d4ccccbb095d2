"""A funnel: each place's ratio against how much was expected of it, with the limits of chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

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


def funnel(title: str, spots: Sequence[Spot]) -> str:
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
    return figure(title, said, TALL + 90, drawn)


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
