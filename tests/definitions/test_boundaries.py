"""Boundaries: shapes by the code of their place, flat, and each mistake of a file in one message."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from openphm.core.errors import DefinitionError
from openphm.definitions import boundaries
from openphm.definitions.boundaries import read_boundaries

SQUARE = [[[0.0, 60.0], [1.0, 60.0], [1.0, 62.0], [0.0, 62.0], [0.0, 60.0]]]


def feature(code: Any, kind: str = "Polygon", coordinates: Any = SQUARE) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"NAME": "North", "PCN_CODE": code}, "geometry": geometry}


def read(folder: Path, *features: Any, text: str = "") -> Any:
    path = folder / "areas.geojson"
    path.write_text(text or json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return read_boundaries(path)


def test_degrees_are_laid_flat_at_the_middle_latitude_and_parts_of_one_place_are_joined(
    tmp_path: Path,
) -> None:
    [shape] = read(tmp_path, feature("U10001"), feature("U10001", "Point", [0.5, 61])).values()
    narrower = math.cos(math.radians(61))
    assert shape.rings[0][1] == (pytest.approx(narrower), 60.0)
    assert shape.points == ((pytest.approx(0.5 * narrower), 61.0),)


def test_grid_references_stay_and_a_feature_without_a_code_is_passed_over(tmp_path: Path) -> None:
    grid = [[[[500_000, 300_000], [510_000, 300_000], [505_000, 310_000]]]]
    found = read(tmp_path, feature("U10001", "MultiPolygon", grid), feature(None), feature("North"))
    assert set(found) == {"U10001"}
    assert found["U10001"].rings[0][0] == (500_000.0, 300_000.0)


@pytest.mark.parametrize(
    ("features", "text", "said"),
    [
        ([], "{", "it is not JSON"),
        ([], "[" * 100_000, "it is not JSON"),
        ([], "[]", "no list of features"),
        ([], '{"features": 7}', "no list of features"),
        ([7, {}, feature("Aldmarsh")], "", "no feature has the code of a place"),
        ([feature("U10001", "LineString")], "", "feature 1"),
        ([feature("U10001", "Polygon", [[["a", 1]]])], "", "none that can be drawn"),
        ([feature("U10001", "Polygon", [[[1]]])], "", "none that can be drawn"),
        ([feature("U10001", "Point", [math.nan, 1])], "", "none that can be drawn"),
        ([feature("U10001", "Polygon", None)], "", "none that can be drawn"),
    ],
)
def test_a_file_that_cannot_be_drawn_says_why(
    tmp_path: Path, features: list[Any], text: str, said: str
) -> None:
    with pytest.raises(DefinitionError, match=said):
        read(tmp_path, *features, text=text)


def test_a_file_that_is_too_large_says_how_to_make_it_smaller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boundaries, "MOST_POINTS", 4)
    with pytest.raises(DefinitionError, match="simplify it"):
        read(tmp_path, feature("U10001"))
    monkeypatch.setattr(boundaries, "MOST_BYTES", 100)
    with pytest.raises(DefinitionError, match="bytes"):
        read(tmp_path, feature("U10001"))
    with pytest.raises(DefinitionError, match="cannot be read"):
        read_boundaries(tmp_path / "missing.geojson")
