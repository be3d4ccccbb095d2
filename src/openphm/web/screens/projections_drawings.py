"""Drawings of projections: small fans beside each other, and bars from low to high around a middle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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


def fans(title: str, held: Sequence[Fan], write: Callable[[float], str]) -> str:
    """A small panel for each fan, at most three beside each other; every axis begins at nought."""
    across = min(len(held), ACROSS)
    width = WIDTH / across
    drawn: list[str] = []
    for place, one in enumerate(held):
        drawn += _fan(one, place % across * width, 30 + place // across * TALL, width - 20, write)
    rows = -(-len(held) // across)
    return figure(
        title, "The band holds eight of ten chances; the line is the middle.", 34 + rows * TALL, drawn
    )


def _fan(one: Fan, left: float, top: float, width: float, write: Callable[[float], str]) -> list[str]:
    bottom = top + TALL - 44
    up = Scale(0, rounded_up(max(high for *_, high in one.years)), bottom, top + 24)
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
) -> str:
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
    return figure(title, said, bottom + 26, drawn)
