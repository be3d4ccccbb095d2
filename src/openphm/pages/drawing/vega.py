"""Vega-Lite: what the specifications of all kinds of drawing share: the theme, axes, tooltips, pointing out.

A specification is plain data of Vega-Lite 6 and names nothing elsewhere. It is made from the figures that the
SVG is drawn from: a figure that is None there is not in its data, and is marked as not shown. Its expressions
need no `eval`, so it runs under a strict content policy with Vega's interpreter.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from openphm.pages.drawing.canvas import COLOURS, FAINT, GRID, INK, Scale

Specification: TypeAlias = dict[str, Any]
Datum: TypeAlias = Mapping[str, object]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
NOT_SHOWN = "not shown, too few people"
WIDTH = 720
ROW = 30
"""The height of a bar with its space."""
_ONLY = "only"

THEME: Specification = {
    # A whole drawing is one picture to a screen reader, with its description; the table has the figures.
    "aria": False,
    "mark": {"aria": False},
    "background": "#ffffff",
    "font": "system-ui, Arial, sans-serif",
    "axis": {
        "domainColor": FAINT, "gridColor": GRID, "tickColor": FAINT, "labelColor": INK, "titleColor": FAINT,
        "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelLimit": 420,
    },
    "header": {"labelAnchor": "start", "labelColor": INK, "labelFontSize": 12, "labelFontWeight": 600},
    "legend": {"orient": "top", "columns": 4, "labelFontSize": 12, "labelLimit": 300, "labelColor": INK},
    "range": {"category": list(COLOURS)},
    "title": {"anchor": "start", "color": INK, "fontSize": 14, "fontWeight": 600},
    "view": {"stroke": None},
}  # fmt: skip
"""Colours of the NHS identity, with letters as large as those of the page."""


def specification(title: str, said: str, values: Iterable[Datum], **how: Any) -> Specification:
    """A whole specification. said: the description for a screen reader. values: its rows, all in one."""
    return {
        "$schema": SCHEMA,
        "title": {"text": title, "offset": 14},
        "description": said,
        "config": THEME,
        "data": {"values": [plain(one) for one in values]},
        **how,
    }


def plain(datum: Datum) -> dict[str, object]:
    """A row as JSON can hold it: a limit without end is not known, an amount is a number."""
    return {name: _plain(value) for name, value in datum.items()}


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | bool | int):
        return value
    found = float(value) if hasattr(value, "__float__") else math.nan
    return found if math.isfinite(found) else None


def layer(kind: str, mark: str, *, look: Mapping[str, object], **encoding: object) -> Specification:
    """A layer that draws the rows of one kind. look: properties of the mark."""
    return {
        "transform": [{"filter": {"field": "kind", "equal": kind}}],
        "mark": {"type": mark, **look},
        "encoding": {name: one for name, one in encoding.items() if one is not None},
    }


def along(field: str, scale: Scale, write: Callable[[float], str], *, title: str | None = None) -> Any:
    """A channel of figures on the scale of the SVG, its ticks written as there."""
    ticks = scale.ticks()
    words = json.dumps([write(tick) for tick in ticks], ensure_ascii=False)
    return {
        "field": field,
        "type": "quantitative",
        "title": title,
        "scale": {
            "domain": [scale.low, scale.high],
            "nice": False,
            "clamp": True,
            **({"type": "log"} if scale.log else {"zero": False}),
        },
        "axis": {"values": ticks, "labelExpr": f"{words}[indexof({json.dumps(ticks)}, datum.value)]"},
    }


def end(channel: Mapping[str, Any], field: str) -> Specification:
    """The same axis for another field."""
    return {**channel, "field": field}


def down(names: Iterable[str], *, field: str = "name") -> Specification:
    """A channel of names in their own order."""
    return {
        "field": field,
        "type": "nominal",
        "title": None,
        "scale": {"domain": list(dict.fromkeys(names))},
        "axis": {"ticks": False, "domain": False},
    }


def coloured(names: Sequence[str], *, field: str, colours: Sequence[str] = COLOURS) -> Specification:
    """A colour for each name, with a legend where there are two or more."""
    return {
        "field": field,
        "type": "nominal",
        "title": None,
        **({} if len(names) > 1 else {"legend": None}),
        "scale": {"domain": list(names), "range": list(colours[: len(names)])},
    }


def told(**titles: str) -> list[Specification]:
    """What is said of a mark: words already written, each under its title."""
    return [{"field": field, "type": "nominal", "title": title} for field, title in titles.items()]


def pointing_out(names: Sequence[str], *, label: str = "Point out") -> list[Specification]:
    """A choice of one name, for the mouse and the keyboard alike; what is not chosen becomes pale."""
    if len(names) < 2:
        return [{"name": _ONLY, "value": None}]
    chosen: list[str | None] = [None, *dict.fromkeys(names)]
    labels = ["Everything", *dict.fromkeys(names)]
    bind = {"input": "select", "name": f"{label} ", "options": chosen, "labels": labels}
    return [{"name": _ONLY, "value": None, "bind": bind}]


def by_legend(channel: Mapping[str, Any]) -> list[Specification]:
    """A press on a name of the legend of a coloured channel points it out too."""
    pressed = {"name": "pressed", "select": {"type": "point", "fields": [channel["field"]]}}
    return [pressed if channel.get("legend", ...) is None else {**pressed, "bind": "legend"}]


def pale_unless(field: str, *, has_legend: bool = False) -> Specification:
    """Full where nothing was chosen or this was; pale elsewhere."""
    chosen: Any = f"{_ONLY} == null || {_ONLY} == datum.{field}"
    test = {"and": [{"param": "pressed"}, chosen]} if has_legend else chosen
    return {"condition": {"test": test, "value": 1}, "value": 0.15}


def rule(place: float, channel: str, *, dash: Sequence[int] = ()) -> Specification:
    """A line across the whole, at one figure."""
    look: Specification = {"type": "rule", "color": INK}
    if dash:
        look["strokeDash"] = list(dash)
    return {"data": {"values": [{}]}, "mark": look, "encoding": {channel: {"datum": place}}}


def words(field: str, *, kind: str, look: Mapping[str, object], **encoding: object) -> Specification:
    """Text of a field, such as a figure at the end of its bar."""
    look = {"align": "left", "dx": 6, "color": INK, **look}
    return layer(kind, "text", look=look, text={"field": field}, **encoding)


def star(channel: str, place: float, **encoding: object) -> Specification:
    """The mark of what is not shown: * at the edge, with the word when it is pointed at."""
    return layer(
        "hidden",
        "text",
        look={"text": "*", "color": FAINT, "align": "left", "fontSize": 14},
        tooltip=told(name="", said="Figure"),
        **{channel: {"datum": place}},
        **encoding,
    )
