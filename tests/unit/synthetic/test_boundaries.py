"""The made-up networks' shapes: one for each, together the whole land, and none over another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from openphm.definitions.boundaries import read_boundaries
from openphm.synthetic.boundaries import write_boundaries
from openphm.synthetic.draws import Streams
from openphm.synthetic.places import make_places


def area(ring: list[list[float]]) -> float:
    """Of a polygon, by the shoelace formula."""
    following = [*ring[1:], ring[0]]
    return abs(sum(x * v - u * y for (x, y), (u, v) in zip(ring, following, strict=True))) / 2


def holds(ring: list[list[float]], x: float, y: float) -> bool:
    """Whether a convex polygon, its corners in turn, has a point inside."""
    following = [*ring[1:], ring[0]]
    sides = [(u - a) * (y - b) - (v - b) * (x - a) for (a, b), (u, v) in zip(ring, following, strict=True)]
    return all(side >= -1e-6 for side in sides) or all(side <= 1e-6 for side in sides)


def test_every_network_and_practice_once_and_no_ground_twice(tmp_path: Path) -> None:
    places, path = make_places(Streams(1, 0)), tmp_path / "boundaries.geojson"
    write_boundaries(path, places)
    features = json.loads(path.read_text("utf-8"))["features"]
    codes = [one["properties"].get("PCN_CODE") or one["properties"]["PRACTICE_CODE"] for one in features]
    assert sorted(codes) == sorted([*places.pcn_codes, *places.practice_codes])
    assert set(read_boundaries(path)) == set(codes)
    cells = {
        one["properties"]["PCN_CODE"]: one["geometry"]["coordinates"][0][:-1]
        for one in features
        if one["geometry"]["type"] == "Polygon"
    }
    corners = [corner for cell in cells.values() for corner in cell]
    west, east = min(x for x, _ in corners), max(x for x, _ in corners)
    south, north = min(y for _, y in corners), max(y for _, y in corners)
    steps = 60
    points = [
        (west + (east - west) * (i + 0.5) / steps, south + (north - south) * (j + 0.5) / steps)
        for i in range(steps)
        for j in range(steps)
    ]
    owners = [sum(holds(cell, x, y) for cell in cells.values()) for x, y in points]
    assert max(owners) == 1
    share = sum(area(cell) for cell in cells.values()) / ((east - west) * (north - south))
    assert share == pytest.approx(sum(owners) / len(owners), abs=0.01)


def test_a_practice_lies_in_its_own_network(tmp_path: Path) -> None:
    places, path = make_places(Streams(1, 0)), tmp_path / "boundaries.geojson"
    write_boundaries(path, places)
    features = json.loads(path.read_text("utf-8"))["features"]
    cells = {f["properties"].get("PCN_CODE"): f["geometry"]["coordinates"][0] for f in features}
    where = {f["properties"].get("PRACTICE_CODE"): f["geometry"]["coordinates"] for f in features}
    for practice, network in zip(places.practice_codes, places.pcn_of_practice, strict=True):
        assert holds(cells[places.pcn_codes[network]][:-1], *where[practice])
