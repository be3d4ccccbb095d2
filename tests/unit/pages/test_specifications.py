"""Every kind of drawing makes a Vega-Lite specification of the same released figures."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from openphm.pages.drawing import (
    ControlPoint,
    Dot,
    Drawing,
    Impact,
    Panel,
    Series,
    Spot,
    Stack,
    control_chart,
    diverging_bars,
    dot_panels,
    funnel,
    impact_panels,
    lines,
    stacked_bars,
)
from openphm.pages.drawing.fan import FanYear, fan
from openphm.pages.drawing.trends import Shaded, Trend, trends
from openphm.pages.drawing.vega import NOT_SHOWN, plain
from openphm.pages.drawing.waterfall import waterfall
from openphm.web.screens.projections_drawings import Fan, Marks, fans, marked

INFINITE = float("inf")
GP = Series("GP", ((-2, 1.0), (-1, None), (0, None), (1, 2.0)))
DOTS = (Dot("White", 1.0, 0.5, 1.5), Dot("Other", None))


def pounds(value: float) -> str:
    return f"£{value:,.0f}"


def a_stack() -> Drawing:
    stacks = [Stack("Young", (100, None, 30), 170), Stack("Old", (200, 50, 60), 310)]
    return stacked_bars("Cost", ["GP", "ED", "Ward"], stacks, pounds)


def a_trend(*, is_joined: bool = True) -> Drawing:
    held = [
        Trend("Offered", ((-6, -3, 2.0), (-3, 0, None), (0, 3, 1.5))),
        Trend("Controls", ((-6, -3, 2.1), (-3, 0, 2.2), (0, 3, 2.3))),
    ]
    window = Shaded(0, 3, "three months")
    return trends("T", held, window, at="offer", step="months", write=pounds, is_joined=is_joined)


def a_control_chart() -> Drawing:
    months = [
        ControlPoint("Jan", 12.0, 11.0, 8.0, 14.0),
        ControlPoint("Feb", None, 11.0, 8.0, 14.0),
        ControlPoint("Mar", 16.0, None, None, None, "concern"),
    ]
    return control_chart("Attendances", months, pounds)


def an_impact() -> Drawing:
    rows = [
        Impact("COPD", 0.02, (2.0, 1.5, 2.5), (None, None, None)),
        Impact("CKD", None, (1, 1, 2), (3, 1, 4)),
    ]
    return impact_panels("Impact", rows)


def a_funnel() -> Drawing:
    spots = [
        Spot("North", 10, 1.2, (0.5, 1.5), (0.2, 1.9), False),
        Spot("South", 20, 2.9, (0.5, 1.5), (0.2, 1.8), True),
    ]
    made = funnel("Practices", spots)
    assert isinstance(made, Drawing)
    return made


KINDS: dict[str, tuple[Callable[[], Drawing], set[str]]] = {
    "stacked bars": (a_stack, set()),
    "diverging bars": (
        lambda: diverging_bars("Net", [("Up", 30.0), ("Down", -50.0), ("Few", None)], pounds), {"Few"}
    ),
    "control chart": (a_control_chart, {"Feb"}),
    "fan": (lambda: fan("Cost", [FanYear(2026, 10, 9, 8, 10), FanYear(2027, 11, 9, 7, 10)], pounds), set()),
    "waterfall": (lambda: waterfall("W", ("Now", 100.0), [("a", 5.0), ("b", -3.0)], "Then", pounds), set()),
    "impact": (an_impact, {"COPD", "CKD"}),
    "funnel": (a_funnel, set()),
    "lines": (lambda: lines("L", [GP], at="x", step="months"), {"GP"}),
    "dots": (lambda: dot_panels("D", [Panel("m", DOTS, pounds)]), {"Other"}),
    "trends": (a_trend, {"Offered"}),
    "levels": (lambda: a_trend(is_joined=False), {"Offered"}),
    "small fans": (lambda: fans("F", [Fan("GP", ((1, 5.0, 4.0, 6.0), (2, 6.0, 4.0, 8.0)))], pounds), set()),
    "marks": (
        lambda: marked("M", [Marks("a", 1.0, 2.0, (0.5, 3.0)), Marks("b")], pounds, said="Marks"), {"b"}
    ),
}  # fmt: skip


def data_of(drawing: Drawing) -> list[dict[str, object]]:
    return list(drawing.specification()["data"]["values"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_specification_is_valid_and_asks_for_nothing(kind: str) -> None:
    drawing = KINDS[kind][0]()
    drawing.altair()  # Altair checks it against the schema of Vega-Lite
    text = json.dumps(drawing.specification(), allow_nan=False)
    assert text.count("://") == 1 and '"url"' not in text, "nothing but the name of its schema"
    assert drawing.startswith("<svg ") and "<script" not in drawing


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_hidden_has_no_figure_in_the_data(kind: str) -> None:
    make, hidden = KINDS[kind]
    marks = [datum for datum in data_of(make()) if datum["kind"] == "hidden"]
    assert {datum["name"] for datum in marks} == hidden
    for datum in marks:
        assert datum["said"] == NOT_SHOWN
        assert not {"value", "share", "low", "high", "lower", "upper", "ratio"} & set(datum)


def test_a_hidden_part_of_a_bar_is_only_the_way_to_its_total() -> None:
    young = [datum for datum in data_of(a_stack()) if datum["name"] == "Young"]
    rest = next(datum for datum in young if datum["kind"] == "rest")
    assert (rest["part"], rest["said"], rest["start"], rest["end"]) == ("ED", NOT_SHOWN, 130.0, 170.0)
    assert {datum.get("part") for datum in young if datum["kind"] == "part"} == {"GP", "Ward"}


def _expressions(held: object) -> Iterator[str]:
    if isinstance(held, dict):
        for name, one in held.items():
            if name in {"labelExpr", "test"} and isinstance(one, str):
                yield one
            yield from _expressions(one)
    elif isinstance(held, list):
        for one in held:
            yield from _expressions(one)


def test_a_name_from_the_data_never_becomes_an_expression() -> None:
    nasty = "x' || alert(1) || '"
    drawing = stacked_bars("Cost", [nasty, "ED"], [Stack(nasty, (1, 2), 3)], pounds)
    assert nasty in {datum["name"] for datum in data_of(drawing)}
    assert not [one for one in _expressions(drawing.specification()) if "alert" in one]


def test_a_limit_without_end_is_not_known_in_the_data() -> None:
    assert plain({"upper": INFINITE, "name": "a"}) == {"upper": None, "name": "a"}


def test_a_drawing_has_a_name_that_an_address_can_hold() -> None:
    drawing = diverging_bars("Cost, £ a year (A & E)", [("a", 1.0)], pounds)
    assert drawing.name == "cost-a-year-a-e"
