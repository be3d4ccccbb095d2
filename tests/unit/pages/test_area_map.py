"""A map says on which side of chance a place lies; a hidden place is hatched and says so."""

from __future__ import annotations

import re

from openphm.core.shapes import Shape
from openphm.pages.drawing import AreaPanel, Placed, Signpost, area_maps
from openphm.pages.drawing.area_map import CLASSES

LEFT = Shape((((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)),))
RIGHT = Shape((((1.0, 0.0), (2.0, 0.0), (2.0, 1.0), (1.0, 1.0)),))


def fills(svg: str) -> list[str]:
    """The colours of the outlines, in turn."""
    return [re.sub("#h[0-9a-f]{8}", "#hidden", one) for one in re.findall(r'<use [^>]*?fill="([^"]+)"', svg)]


def test_colour_mark_and_words_say_the_same() -> None:
    places = (Placed("North", LEFT, 0, "1.40 times the expected"), Placed("South <1>", RIGHT, None))
    svg = area_maps("Networks", [AreaPanel("Deaths", places)])
    assert fills(svg) == [CLASSES[0][1], "url(#hidden)"]
    assert "North: 1.40 times the expected" in svg
    assert "South &lt;1&gt;: [c], hidden: too few people" in svg
    assert "▲ North" in svg
    assert "▲ South" not in svg
    assert "1 figure lies outside" in svg


def test_panels_share_one_scale_and_points_lie_on_the_outlines() -> None:
    point = Shape(points=((0.5, 0.5),))
    panels = [AreaPanel(name, (Placed("A", point, 2),), (LEFT, RIGHT)) for name in ("One", "Two")]
    svg = area_maps("Practices", panels)
    assert len(fills(svg)) == 4
    assert svg.count("<path") == 2  # each outline once
    first, second = re.findall(r'<circle [^>]*?cy="([^"]+)"', svg)
    assert first == second
    assert fills(area_maps("None", [])) == []


def test_a_name_stands_where_it_has_room_and_is_told_everywhere() -> None:
    narrow = Shape((((2.0, 0.0), (2.01, 0.0), (2.01, 1.0), (2.0, 1.0)),))
    signs = [Signpost("Wide Place", LEFT), Signpost("A & B", narrow)]
    svg = area_maps("Networks", [AreaPanel("Deaths", (Placed("Wide Place", LEFT, 2),))], signs)
    assert "<title>A &amp; B</title>" in svg
    assert re.findall(r"<text [^>]*>(Wide|Place|Wide Place|A &amp; B)</text>", svg) == ["Wide Place"]


def test_the_middle_of_a_place_is_its_centre_of_gravity() -> None:
    corner = Shape(
        (((100.0, 100.0), (103.0, 100.0), (103.0, 101.0), (101.0, 101.0), (101.0, 103.0), (100.0, 103.0)),)
    )
    # Two rectangles: 3 by 1 about (101.5, 100.5), and 1 by 2 about (100.5, 102).
    assert corner.middle == ((3 * 101.5 + 2 * 100.5) / 5, (3 * 100.5 + 2 * 102.0) / 5)
    assert Shape(points=((0.0, 0.0), (2.0, 4.0))).middle == (1.0, 2.0)
