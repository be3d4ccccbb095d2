"""A map: places in five classes of chance, small multiples on one page; hidden ones are hatched.

Colour says on which side of the limits of chance a place lies, not which rank it has: places within them are
not told apart. A mark and the name say the same again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import chain

from openphm.core.shapes import Ring, Shape
from openphm.pages.drawing.canvas import FAINT, INK, WIDTH, Scale, bar, figure, number, path_of, text

ACROSS, GAP, TOP = 3, 24, 80
CLASSES = (
    ("above the 99.8% limits", "#ae2573", "▲"),
    ("above the 95% limits", "#e0a8c6", ""),
    ("within the limits of chance", "#e8edee", ""),
    ("below the 95% limits", "#a8c9ea", ""),
    ("below the 99.8% limits", "#005eb8", "▼"),
)
"""What each class says, its colour and the mark on the map."""
HIDDEN = "hidden, too few people"


@dataclass(frozen=True)
class Placed:
    """A place of a map. `rank`: its class, 0 to 4; None where its figure is hidden or not known."""

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


def area_maps(title: str, panels: Sequence[AreaPanel]) -> str:
    """A map for each panel, all on one scale, with one legend."""
    held = [shape for panel in panels for shape in (*panel.beneath, *(one.shape for one in panel.places))]
    corners = list(chain.from_iterable(map(_points, held)))
    if not corners:
        return figure(title, "The shape of no place is known.", 40, [text(0, 36, "Nothing to show")])
    width = (WIDTH - GAP * (ACROSS - 1)) / ACROSS
    east, north = ([point[n] for point in corners] for n in (0, 1))
    tall = min(width * (max(north) - min(north)) / max(max(east) - min(east), 1e-9), 1.4 * width)
    wide = tall * (max(east) - min(east)) / max(max(north) - min(north), 1e-9)
    drawn = [_hatching(), *_legend()]
    for place, panel in enumerate(panels):
        left = place % ACROSS * (width + GAP) + (width - wide) / 2
        top = TOP + place // ACROSS * (tall + 46) + 24
        across = Scale(min(east), max(east), left, left + wide)
        up = Scale(min(north), max(north), top + tall, top)
        drawn += _panel(panel, across, up, top)
    rows = -(-len(panels) // ACROSS)
    outside = sum(one.rank in (0, len(CLASSES) - 1) for panel in panels for one in panel.places)
    lie = "figure lies" if outside == 1 else "figures lie"
    said = (
        f"{len(panels)} maps of {max(len(panel.places) for panel in panels)} places: "
        f"{', '.join(panel.name for panel in panels)}. {outside} {lie} outside the 99.8% limits."
    )
    return figure(title, said, TOP + rows * (tall + 46) + 10, drawn)


def _panel(panel: AreaPanel, across: Scale, up: Scale, top: float) -> list[str]:
    drawn = [text(across.start, top - 8, panel.name, bold=True)]
    for shape in panel.beneath:
        drawn += [_filled(shape, across, up, "#fff")]
    for one in sorted(panel.places, key=lambda place: bool(place.shape.points)):
        fill = "url(#hidden)" if one.rank is None else CLASSES[one.rank][1]
        told = f"<title>{escape(f'{one.name}: {one.said or HIDDEN}')}</title>"
        if one.shape.rings:
            drawn.append(_filled(one.shape, across, up, fill, told))
        for x, y in one.shape.points:
            drawn.append(
                f'<circle cx="{number(across(x))}" cy="{number(up(y))}" r="5" fill="{fill}" stroke="{FAINT}">'
                f"{told}</circle>"
            )
    for one in panel.places:
        if one.rank is not None and CLASSES[one.rank][2]:
            x, y = _middle(one.shape)
            drawn += _named(f"{CLASSES[one.rank][2]} {one.name}", across(x), up(y))
    return drawn


def _filled(shape: Shape, across: Scale, up: Scale, fill: str, told: str = "") -> str:
    outline = " ".join(_outline(ring, across, up) for ring in shape.rings)
    look = f'fill="{fill}" fill-rule="evenodd" stroke="{FAINT}" stroke-width="0.6"'
    return f'<path d="{outline}" {look}>{told}</path>'


def _outline(ring: Ring, across: Scale, up: Scale) -> str:
    places = [(across(x), up(y)) for x, y in ring]
    return f"M{path_of(places)}Z"


def _named(said: str, x: float, y: float) -> list[str]:
    """A name that can be read on any colour: with a white edge."""
    edge = text(x, y + 4, said, anchor="middle").replace(
        "<text", '<text stroke="#fff" stroke-width="4" stroke-linejoin="round"', 1
    )
    return [edge, text(x, y + 4, said, anchor="middle", bold=True)]


def _hatching() -> str:
    return (
        '<defs><pattern id="hidden" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="6" height="6" fill="#fff"/>'
        f'<rect width="2" height="6" fill="{FAINT}"/></pattern></defs>'
    )


def _legend() -> list[str]:
    """Two rows of three."""
    drawn = []
    for n, (name, colour, mark) in enumerate((*CLASSES, (HIDDEN, "url(#hidden)", ""))):
        x, y = n % ACROSS * (WIDTH + GAP) / ACROSS, 30 + n // ACROSS * 20
        square = bar(x, y, 13, 13, colour).replace("<rect", f'<rect stroke="{INK}" stroke-width="0.5"', 1)
        drawn += [square, text(x + 18, y + 11, f"{mark} {name}".strip())]
    return drawn


def _points(shape: Shape) -> Ring:
    return (*chain.from_iterable(shape.rings), *shape.points)


def _middle(shape: Shape) -> tuple[float, float]:
    """The middle of the longest ring, or of the points."""
    points = max(shape.rings, key=len) if shape.rings else shape.points
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)
