"""A map says on which side of chance a place lies; a hidden place is hatched and says so."""

from __future__ import annotations

import re

from openphm.core.shapes import Shape
from openphm.pages.drawing import AreaPanel, Placed, area_maps
from openphm.pages.drawing.area_map import CLASSES

LEFT = Shape((((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)),))
RIGHT = Shape((((1.0, 0.0), (2.0, 0.0), (2.0, 1.0), (1.0, 1.0)),))


def fills(svg: str) -> list[str]:
    """The colours of the outlines, in turn."""
    return re.findall(r'<path [^>]*?fill="([^"]+)"', svg)


def test_colour_mark_and_words_say_the_same() -> None:
    places = (Placed("North", LEFT, 0, "1.40 times the expected"), Placed("South <1>", RIGHT, None))
    svg = area_maps("Networks", [AreaPanel("Deaths", places)])
    assert fills(svg) == [CLASSES[0][1], "url(#hidden)"]
    assert "North: 1.40 times the expected" in svg
    assert "South &lt;1&gt;: hidden, too few people" in svg
    assert "▲ North" in svg
    assert "▲ South" not in svg
    assert "1 figure lies outside" in svg


def test_panels_share_one_scale_and_points_lie_on_the_outlines() -> None:
    point = Shape(points=((0.5, 0.5),))
    panels = [AreaPanel(name, (Placed("A", point, 2),), (LEFT, RIGHT)) for name in ("One", "Two")]
    svg = area_maps("Practices", panels)
    assert len(fills(svg)) == 4
    first, second = re.findall(r'<circle [^>]*?cy="([^"]+)"', svg)
    assert first == second
    assert fills(area_maps("None", [])) == []
