"""A map: places in five classes of chance, small multiples on one page; hidden ones are hatched.

Colour says on which side of the limits of chance a place lies, not which rank it has: places within them are
not told apart. A mark and the name say the same again. Each outline is in the drawing once, however many maps
it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from itertools import chain, groupby
from textwrap import wrap

from openphm.core.shapes import Ring, Shape, sides
from openphm.pages.drawing.canvas import FAINT, INK, WIDTH, Scale, bar, figure, number, path_of, text

ACROSS, GAP, TOP, HEADING, FOOT = 3, 24, 80, 24, 22
WIDE = (WIDTH - GAP * (ACROSS - 1)) / ACROSS
TALLEST = 1.4 * WIDE
STEP = 0.5
"""Corners nearer than this, in pixels, are one: a finer outline could not be seen."""
SMALL, LETTER, MOST_LINES = 10, 6.0, 3
"""The names of places, in pixels, about the width of their letters, and how many lines they may take."""
CLASSES = (
    ("above the 99.8% limits", "#ae2573", "▲"),
    ("above the 95% limits", "#e0a8c6", ""),
    ("within the limits of chance", "#e8edee", ""),
    ("below the 95% limits", "#a8c9ea", ""),
    ("below the 99.8% limits", "#005eb8", "▼"),
)
"""What each class says, its colour and the mark on the map."""
OUTER = (0, len(CLASSES) - 1)
HIDDEN = "[c], hidden: too few people"
WHERE = "Where they are"


@dataclass(frozen=True)
class Placed:
    """A place of a map.

    rank  its class, 0 to 4; None where its figure is hidden or not known
    said  its figure in words
    """

    name: str
    shape: Shape
    rank: int | None
    said: str = ""


@dataclass(frozen=True)
class AreaPanel:
    """One small map. `beneath`: outlines to find one's way by, where the places are points."""

    name: str
    places: tuple[Placed, ...]
    beneath: tuple[Shape, ...] = ()


@dataclass(frozen=True)
class Signpost:
    """A place on the map of names."""

    name: str
    shape: Shape


@dataclass(frozen=True)
class _Ground:
    """The one scale of all maps of a drawing, and the name of each outline by the id of its shape."""

    key: str
    across: Scale
    up: Scale
    keys: Mapping[int, str]

    def place(self, x: float, y: float) -> tuple[float, float]:
        return self.across(x), self.up(y)


def area_maps(title: str, panels: Sequence[AreaPanel], signposts: Sequence[Signpost] = ()) -> str:
    """A map for each panel, all on one scale, with one legend; before them a map of names, if given."""
    shapes = [shape for panel in panels for shape in (*panel.beneath, *(one.shape for one in panel.places))]
    held = {id(shape): shape for shape in (*shapes, *(one.shape for one in signposts))}
    ground = _ground(title, held)
    if ground is None:
        return figure(title, "The shape of no place is known.", 40, [text(0, 36, "Nothing to show")])
    maps = [_names(signposts, ground)] if signposts else []
    maps += [_panel(panel, ground) for panel in panels]
    high = ground.up.start + HEADING + FOOT
    drawn = [_defined(ground, held.values()), *_legend(ground)]
    for place, parts in enumerate(maps):
        left, top = place % ACROSS * (WIDE + GAP), TOP + place // ACROSS * high + HEADING
        drawn.append(f'<g transform="translate({number(left)} {number(top)})">{"".join(parts)}</g>')
    rows = -(-len(maps) // ACROSS)
    return figure(title, _said(panels), TOP + rows * high, drawn)


def _said(panels: Sequence[AreaPanel]) -> str:
    outside = sum(one.rank in OUTER for panel in panels for one in panel.places)
    most = max((len(panel.places) for panel in panels), default=0)
    return (
        f"{len(panels)} maps of {most} places: {', '.join(panel.name for panel in panels)}. "
        f"{outside} {'figure lies' if outside == 1 else 'figures lie'} outside the 99.8% limits."
    )


def _ground(title: str, held: Mapping[int, Shape]) -> _Ground | None:
    corners = [
        point for shape in held.values() for point in chain(chain.from_iterable(shape.rings), shape.points)
    ]
    if not corners:
        return None
    west, east = min(x for x, _ in corners), max(x for x, _ in corners)
    south, north = min(y for _, y in corners), max(y for _, y in corners)
    wide, tall = max(east - west, 1e-9), max(north - south, 1e-9)
    scale = min(WIDE / wide, TALLEST / tall)
    spare = (WIDE - wide * scale) / 2
    key = sha256(title.encode()).hexdigest()[:8]
    return _Ground(
        key,
        Scale(west, west + wide, spare, spare + wide * scale),
        Scale(south, south + tall, tall * scale, 0),
        {one: f"a{key}{n}" for n, one in enumerate(held)},
    )


def _panel(panel: AreaPanel, ground: _Ground) -> list[str]:
    drawn = [text(0, -8, panel.name, bold=True)]
    drawn += [_filled(shape, ground, "#fff") for shape in panel.beneath]
    for one in sorted(panel.places, key=lambda place: bool(place.shape.points)):
        fill = _hatching(ground) if one.rank is None else CLASSES[one.rank][1]
        told = f"<title>{escape(f'{one.name}: {one.said or HIDDEN}')}</title>"
        if one.shape.rings:
            drawn.append(_filled(one.shape, ground, fill, told))
        for x, y in (ground.place(*point) for point in one.shape.points):
            drawn.append(
                f'<circle cx="{number(x)}" cy="{number(y)}" r="5" fill="{fill}" stroke="{FAINT}">'
                f"{told}</circle>"
            )
    for one in panel.places:
        mark = "" if one.rank is None else CLASSES[one.rank][2]
        if mark:
            drawn += _named(f"{mark} {one.name}", *ground.place(*one.shape.middle))
    return drawn


def _names(signposts: Sequence[Signpost], ground: _Ground) -> list[str]:
    """The map of names; a name that has no room in its place is told when pointed at."""
    drawn = []
    for one in signposts:
        drawn.append(_filled(one.shape, ground, "#fff", f"<title>{escape(one.name)}</title>"))
        x, y = ground.place(*one.shape.middle)
        letters = max(int(_room(one.shape, ground) / LETTER), 1)
        lines = wrap(one.name, letters, break_long_words=False)
        if len(lines) <= MOST_LINES and max(map(len, lines), default=0) <= letters:
            first = y + SMALL / 3 - (len(lines) - 1) * SMALL / 2
            drawn += [text(x, first + SMALL * n, said, anchor="middle") for n, said in enumerate(lines)]
    return [text(0, -8, WHERE, bold=True), f'<g font-size="{SMALL}">', *drawn, "</g>"]


def _room(shape: Shape, ground: _Ground) -> float:
    """How far the largest ring reaches to both sides of its middle, in pixels."""
    x, y = shape.middle
    crossings = [
        a + (y - b) / (v - b) * (u - a) for (a, b), (u, v) in sides(shape.largest) if (b > y) != (v > y)
    ]
    left = max((one for one in crossings if one <= x), default=x)
    right = min((one for one in crossings if one > x), default=x)
    return ground.across(right) - ground.across(left)


def _filled(shape: Shape, ground: _Ground, fill: str, told: str = "") -> str:
    return f'<use href="#{ground.keys[id(shape)]}" fill="{fill}">{told}</use>'


def _outline(ring: Ring, ground: _Ground) -> str:
    """A ring in whole steps of a pixel, so that neighbours keep their common border."""
    places = (ground.place(x, y) for x, y in ring)
    kept = [
        place for place, _ in groupby((round(x / STEP) * STEP, round(y / STEP) * STEP) for x, y in places)
    ]
    return f"M{path_of(kept)}Z"


def _named(said: str, x: float, y: float) -> list[str]:
    """A name that can be read on any colour: with a white edge."""
    edge = text(x, y + 4, said, anchor="middle").replace(
        "<text", '<text stroke="#fff" stroke-width="4" stroke-linejoin="round"', 1
    )
    return [edge, text(x, y + 4, said, anchor="middle", bold=True)]


def _hatching(ground: _Ground) -> str:
    return f"url(#h{ground.key})"


def _defined(ground: _Ground, shapes: Iterable[Shape]) -> str:
    """The hatching and each outline, to be used in every map."""
    outlines = "".join(
        f'<path id="{ground.keys[id(shape)]}" d="{" ".join(_outline(ring, ground) for ring in shape.rings)}" '
        f'fill-rule="evenodd" stroke="{FAINT}" stroke-width="0.6"/>'
        for shape in shapes
        if shape.rings
    )
    return (
        f'<defs><pattern id="h{ground.key}" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="6" height="6" fill="#fff"/>'
        f'<rect width="2" height="6" fill="{FAINT}"/></pattern>{outlines}</defs>'
    )


def _legend(ground: _Ground) -> list[str]:
    """Two rows of three."""
    drawn = []
    for n, (name, colour, mark) in enumerate((*CLASSES, (HIDDEN, _hatching(ground), ""))):
        x, y = n % ACROSS * (WIDE + GAP), 30 + n // ACROSS * 20
        square = bar(x, y, 13, 13, colour).replace("<rect", f'<rect stroke="{INK}" stroke-width="0.5"', 1)
        drawn += [square, text(x + 18, y + 11, f"{mark} {name}".strip())]
    return drawn
