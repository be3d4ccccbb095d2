"""Boundaries of the made-up networks, and where their practices are, as GeoJSON (RFC 7946).

The land lies in the North Sea, where nobody lives. Each network has the part of it that is nearest to its own
centre, so the parts meet and do not overlap. As with the places themselves, nothing depends on the seed.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from openphm.synthetic.places import Places

Point = tuple[float, float]
_WEST, _SOUTH, _WIDE, _TALL = 1.10, 53.30, 1.30, 0.80  # degrees
_COAST = 9
_GOLDEN = math.pi * (3 - math.sqrt(5))


def write_boundaries(path: Path, places: Places) -> None:
    """A polygon for each network and a point for each practice."""
    centres = _centres(len(places.pcn_codes))
    features = [
        _feature({"PCN_CODE": code, "PCN_NAME": name}, "Polygon", [[*cell, cell[0]]])
        for code, name, cell in zip(
            places.pcn_codes, places.pcn_names, (_cell(n, centres) for n in range(len(centres))), strict=True
        )
    ]
    for network, centre in enumerate(centres):
        own = np.flatnonzero(places.pcn_of_practice == network)
        for turn, practice in enumerate(own):
            code = places.practice_codes[practice]
            features.append(_feature({"PRACTICE_CODE": code}, "Point", _around(centre, turn)))
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}, indent=1) + "\n", "utf-8")


def _feature(properties: dict[str, str], kind: str, coordinates: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def _centres(count: int) -> list[Point]:
    """Spread evenly over the land, as seeds in a sunflower are."""
    return [_on_land(0.88 * math.sqrt((n + 0.5) / count), n * _GOLDEN) for n in range(count)]


def _around(centre: Point, turn: int) -> list[float]:
    away = 0.02 * math.sqrt(turn)
    return [
        round(centre[0] + away * math.cos(turn * _GOLDEN) / 0.6, 5),
        round(centre[1] + away * math.sin(turn * _GOLDEN), 5),
    ]


def _on_land(radius: float, angle: float) -> Point:
    """A place on the land: radius 0 is its middle, 1 its coast."""
    return (
        _WEST + _WIDE / 2 * (1 + radius * math.cos(angle)),
        _SOUTH + _TALL / 2 * (1 + radius * math.sin(angle)),
    )


def _cell(own: int, centres: list[Point]) -> list[Point]:
    """What lies nearer to this centre than to any other: the land, cut by each half-way line."""
    cell = [_on_land(1, 2 * math.pi * n / _COAST + 0.3) for n in range(_COAST)]
    for other, centre in enumerate(centres):
        if other != own:
            cell = _cut(cell, centres[own], centre)
    return [(round(x, 5), round(y, 5)) for x, y in cell]


def _cut(cell: list[Point], own: Point, other: Point) -> list[Point]:
    """The part of a convex cell that is nearer to `own` (Sutherland and Hodgman 1974)."""
    across, up = other[0] - own[0], other[1] - own[1]
    half = (other[0] ** 2 + other[1] ** 2 - own[0] ** 2 - own[1] ** 2) / 2
    sides = [x * across + y * up - half for x, y in cell]
    kept: list[Point] = []
    for n, (here, side) in enumerate(zip(cell, sides, strict=True)):
        before, was = cell[n - 1], sides[n - 1]
        if (side > 0) != (was > 0):
            share = was / (was - side)
            kept.append(
                (before[0] + share * (here[0] - before[0]), before[1] + share * (here[1] - before[1]))
            )
        if side <= 0:
            kept.append(here)
    return kept
