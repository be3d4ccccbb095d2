"""A flow: stations in columns, from where things come to what is made of them, and the ways between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import sqrt
from textwrap import wrap

from openphm.pages.drawing.canvas import (
    BLUE,
    COLOURS,
    FAINT,
    INK,
    LETTER,
    bar,
    figure,
    number,
    path_of,
    text,
)

BOX, GAP, TOP, LEFT = 58, 10, 78.0, 8.0
WIDE, BETWEEN = 200.0, 30.0
STRIPE, INSET = 6, 14
THICKEST = 9.0
BOLD = 7.7
"""About the width of a bold letter."""
LINE, FAINT_LINE = "#768692", "#b8c1c8"


@dataclass(frozen=True)
class Station:
    """A box of the drawing.

    key     by which ways name it
    says    a second line, such as how many rows
    kind    its place in the kinds of the drawing: a colour, and a name in the key
    href    where it leads; nothing when empty
    """

    key: str
    name: str
    says: str = ""
    kind: int = 0
    href: str = ""


@dataclass(frozen=True)
class Way:
    """From one station to another of a later column; the greater the size, the thicker the line."""

    start: str
    end: str
    size: float = 1


@dataclass(frozen=True)
class Column:
    """A heading and the stations under it."""

    title: str
    stations: tuple[Station, ...]


def flow(title: str, columns: Sequence[Column], ways: Sequence[Way], kinds: Sequence[str]) -> str:
    """Columns from left to right. It is a group and no picture, so that the stations in it can be links."""
    tallest = max((len(one.stations) for one in columns), default=0)
    height = TOP + max(tallest, 1) * (BOX + GAP)
    places: dict[str, tuple[float, float]] = {}
    boxes: list[str] = []
    for place, column in enumerate(columns):
        x = LEFT + place * (WIDE + BETWEEN)
        y = TOP + (tallest - len(column.stations)) * (BOX + GAP) / 2
        boxes.append(text(x, TOP - 12, column.title, bold=True))
        for station in column.stations:
            places[station.key] = (x, y)
            boxes.append(_box(station, x, y))
            y += BOX + GAP
    width = max(len(columns), 1) * (WIDE + BETWEEN) - BETWEEN + 2 * LEFT
    said = f"{len(columns)} columns, left to right: {'; '.join(_told(one) for one in columns)}."
    return figure(
        title, said, height, [*_key(kinds), *_ways(ways, places), *boxes], width=width, role="group"
    )


def _told(column: Column) -> str:
    return f"{column.title}: {', '.join(one.name for one in column.stations)}"


def _key(kinds: Sequence[str]) -> list[str]:
    drawn, x = [], LEFT
    for place, name in enumerate(kinds):
        drawn += [bar(x, 26, STRIPE, 12, COLOURS[place]), text(x + 11, 36, name, fill=FAINT)]
        x += 11 + LETTER * len(name) + 14
    return drawn


def _ways(ways: Sequence[Way], places: Mapping[str, tuple[float, float]]) -> list[str]:
    """Curves, thinner for less: the area of a square of that side would be the size."""
    known = [one for one in ways if one.start in places and one.end in places]
    most = max((one.size for one in known), default=0) or 1
    drawn: list[str] = []
    for one in sorted(known, key=lambda way: -way.size):
        (x, y), (end_x, end_y) = places[one.start], places[one.end]
        x, y, end_x, end_y = x + WIDE, y + BOX / 2, end_x - 7, end_y + BOX / 2
        middle = number((x + end_x) / 2)
        thick = 1 + (THICKEST - 1) * sqrt(one.size / most)
        drawn.append(
            f'<path d="M{number(x)} {number(y)} C{middle} {number(y)} {middle} {number(end_y)} '
            f'{number(end_x)} {number(end_y)}" fill="none" stroke="{FAINT_LINE}" '
            f'stroke-width="{number(thick)}"/>'
        )
        tip = ((end_x - 1, end_y - 4), (end_x + 6, end_y), (end_x - 1, end_y + 4))
        drawn.append(f'<polygon points="{path_of(tip)}" fill="{LINE}"/>')
    return drawn


def _box(station: Station, x: float, y: float) -> str:
    names = wrap(station.name, int((WIDE - INSET - 4) / BOLD), max_lines=2, placeholder="…")
    colour = BLUE if station.href else INK
    drawn = (
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(WIDE)}" height="{BOX}" fill="#fff" '
        f'stroke="{LINE}"><title>{escape(f"{station.name}: {station.says}")}</title></rect>'
        + bar(x, y, STRIPE, BOX, COLOURS[station.kind])
        + "".join(
            text(x + INSET, y + 17 + 15 * n, one, fill=colour, bold=True) for n, one in enumerate(names)
        )
        + text(x + INSET, y + 49, station.says, fill=FAINT)
    )
    if not station.href:
        return drawn
    return f'<a href="{escape(station.href, quote=True)}">{drawn}</a>'
