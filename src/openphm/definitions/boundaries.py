"""Boundaries: the shapes of places, from a GeoJSON file that the site brings.

Source of the form: RFC 7946. Each feature says its place in any property that reads as a code (PCN_CODE,
LAD24CD, PRACTICE_CODE); features of one code are parts of one place, so small areas that carry the code of
their network make the network. Longitude and latitude are laid flat at the middle latitude of the file;
eastings and northings of the British National Grid are taken as they are.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from openphm.core.shapes import Ring, Shape
from openphm.definitions.problems import Problems

MOST_BYTES = 20_000_000
MOST_POINTS = 200_000
_CODE = re.compile(r"[A-Z][0-9A-Z]{4,8}")
_SIMPLIFY = "simplify it, for example with mapshaper -simplify 5%, or take the BUC file of the ONS"


def read_boundaries(path: Path) -> dict[str, Shape]:
    """The shape of each place that the file names. Raises DefinitionError with what is wrong."""
    problems, where = Problems(), f"boundaries {path.name}"
    features = _features(path, where, problems)
    problems.raise_if_any()
    found: dict[str, Shape] = {}
    for code, shape in _coded(features, where, problems):
        found[code] = found[code].joined(shape) if code in found else shape
    if not found and not problems:
        problems.add(
            where,
            "no feature has the code of a place in its properties.",
            allowed="a property such as PCN_CODE or LAD24CD",
        )
    problems.raise_if_any()
    points = [point for shape in found.values() for ring in (*shape.rings, shape.points) for point in ring]
    if len(points) > MOST_POINTS:
        problems.add(
            where, f"it has {len(points):,} points.", allowed=f"up to {MOST_POINTS:,}", remedy=_SIMPLIFY
        )
    problems.raise_if_any()
    return _flat(found, points)


def _features(path: Path, where: str, problems: Problems) -> list[Any]:
    try:
        content = path.read_bytes()
        if len(content) > MOST_BYTES:
            problems.add(
                where, f"it has {len(content):,} bytes.", allowed=f"up to {MOST_BYTES:,}", remedy=_SIMPLIFY
            )
            return []
        body = json.loads(content)
    except OSError as error:
        problems.add(where, f"it cannot be read: {error.strerror}.", allowed="the path of a GeoJSON file")
        return []
    except (ValueError, RecursionError):
        problems.add(where, "it is not JSON.", allowed="GeoJSON (RFC 7946)")
        return []
    features = body.get("features") if isinstance(body, dict) else None
    if not isinstance(features, list):
        problems.add(where, "it has no list of features.", allowed="a FeatureCollection")
        return []
    return features


def _coded(features: Iterable[Any], where: str, problems: Problems) -> Iterator[tuple[str, Shape]]:
    for number, feature in enumerate(features, start=1):
        held = feature if isinstance(feature, dict) else {}
        properties = held.get("properties")
        texts = [str(one) for one in properties.values()] if isinstance(properties, dict) else []
        codes = sorted({text for text in texts if _CODE.fullmatch(text) and any(c.isdigit() for c in text)})
        if not codes:
            continue
        shape = _shape(held.get("geometry"))
        if shape is None:
            problems.add(
                f"{where}, feature {number}",
                "its geometry is none that can be drawn.",
                allowed="a Polygon, MultiPolygon, Point or MultiPoint of numbers",
            )
            return
        for code in codes:
            yield code, shape


def _shape(geometry: Any) -> Shape | None:
    held = geometry if isinstance(geometry, dict) else {}
    kind: Any = held.get("type")
    coordinates: Any = held.get("coordinates")
    try:
        if kind == "Polygon":
            return Shape(tuple(_ring(one) for one in coordinates))
        if kind == "MultiPolygon":
            return Shape(tuple(_ring(one) for part in coordinates for one in part))
        if kind in ("Point", "MultiPoint"):
            return Shape(points=_ring([coordinates] if kind == "Point" else coordinates))
    except (TypeError, ValueError, LookupError):
        return None
    return None


def _ring(points: Iterable[Any]) -> Ring:
    ring = tuple((float(one[0]), float(one[1])) for one in points)
    if not ring or not all(math.isfinite(x) and math.isfinite(y) for x, y in ring):
        raise ValueError
    return ring


def _flat(shapes: dict[str, Shape], points: Iterable[tuple[float, float]]) -> dict[str, Shape]:
    """Degrees to a flat page; grid references stay."""
    held = list(points)
    if any(abs(x) > 180 or abs(y) > 90 for x, y in held):
        return shapes
    norths = [y for _, y in held]
    narrower = math.cos(math.radians((min(norths) + max(norths)) / 2))

    def laid(ring: Ring) -> Ring:
        return tuple((x * narrower, y) for x, y in ring)

    return {
        code: Shape(tuple(laid(ring) for ring in shape.rings), laid(shape.points))
        for code, shape in shapes.items()
    }
