"""The map of the areas report: the class of a place follows from its released limits."""

from __future__ import annotations

import re

import pytest

from openphm.core.shapes import Shape
from openphm.reports.areas import MEASURES, maps

HATCHED = "hatched"
SHAPES = {"U1": Shape((((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)),))}


def record(value: float | None, measure: str = "deaths") -> dict[str, object]:
    return {
        "area_kind": "pcn", "area_code": "U1", "area_name": "North", "measure": measure, "value": value,
        "expected": 50.0, "lower_95": 0.9, "upper_95": 1.1, "lower_998": 0.8, "upper_998": 1.2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "colour"),
    [
        (1.3, "#ae2573"),
        (1.15, "#e0a8c6"),
        (1.0, "#e8edee"),
        (0.85, "#a8c9ea"),
        (0.7, "#005eb8"),
        (None, HATCHED),
    ],
)
def test_the_class_is_the_side_of_the_limits(value: float | None, colour: str) -> None:
    [drawn] = maps([record(value)], SHAPES)
    used = re.findall(r'<use [^>]*fill="([^"]+)"', drawn)
    assert used[1:] == [re.search(r"url\(#h[0-9a-f]+\)", drawn).group() if colour is HATCHED else colour]


def test_a_place_without_a_shape_is_left_out_and_without_shapes_there_is_no_map() -> None:
    assert maps([record(1.0)], {}) == []
    [drawn] = maps([record(1.0, measure) for measure in MEASURES], SHAPES)
    assert drawn.count("<use") == len(MEASURES) + 1  # the map of names
