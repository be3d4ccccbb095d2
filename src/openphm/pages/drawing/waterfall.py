"""A waterfall: from a first total through what is added and taken away to the last."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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

ROW, GAP, TOP = 24, 7, 30.0


def waterfall(
    title: str,
    first: tuple[str, float],
    steps: Sequence[tuple[str, float]],
    last: str,
    write: Callable[[float], str],
) -> str:
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
    return figure(
        title,
        f"{len(steps)} steps from {first[0]} to {last}. The axis does not begin at nought.",
        bottom + 24,
        drawn,
    )
