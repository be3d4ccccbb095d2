"""A flow is a group of links with a title and a description; lines are thicker for more."""

from __future__ import annotations

import re
from xml.etree import ElementTree as Xml

from openphm.pages.drawing.flow import Column, Station, Way, flow

SVG = "{http://www.w3.org/2000/svg}"
COLUMNS = [
    Column(
        "Sources", (Station("a", "Much & <more>", "900 rows", 0, "/a?x=1&y=2"), Station("b", "Little", "9"))
    ),
    Column(
        "Made", (Station("c", "A name that is far too long to stand in one line of a box", "909 rows", 1),)
    ),
]


def parsed(drawing: str) -> Xml.Element:
    return Xml.fromstring(drawing)  # noqa: S314 (made by ourselves a line ago)


def test_it_can_be_read_without_being_seen() -> None:
    drawn = parsed(flow("Title", COLUMNS, [], ("Source", "Made")))
    assert drawn.get("role") == "group"
    said = drawn.find(f"{SVG}desc")
    assert said is not None
    assert said.text == (
        "2 columns, left to right: Sources: Much & <more>, Little; "
        "Made: A name that is far too long to stand in one line of a box."
    )
    links = [one.get("href") for one in drawn.iter(f"{SVG}a")]
    assert links == ["/a?x=1&y=2"]


def test_more_is_thicker_and_a_way_to_nowhere_is_left_out() -> None:
    ways = [Way("b", "c", 9), Way("a", "c", 900), Way("a", "elsewhere", 1)]
    widths = [
        float(one) for one in re.findall(r'stroke-width="([\d.]+)"', flow("T", COLUMNS, ways, ("S", "M")))
    ]
    assert widths == [9.0, 1.8]


def test_every_letter_of_a_long_name_stands_inside_or_in_its_title() -> None:
    drawn = parsed(flow("T", COLUMNS, [], ("S", "M")))
    right = float(str(drawn.get("width")))
    for one in drawn.iter(f"{SVG}text"):
        assert float(str(one.get("x"))) + len(one.text or "") * 6 <= right
    titles = [one.text for one in drawn.iter(f"{SVG}title")]
    assert "A name that is far too long to stand in one line of a box: 909 rows" in titles


def test_nothing_makes_an_empty_drawing() -> None:
    assert flow("T", [], [], ()).startswith("<svg")
