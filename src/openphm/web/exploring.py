"""Exploring: the specification of a drawing of a page, at the address of that page.

`?drawing=NAME` on the address of any page with drawings answers the Vega-Lite specification of one of them in
place of the page. It is the same route with the same filters, so it has the same access, the same questions
and the same release; and it is remembered as every file is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import URL

from openphm.pages.drawing import Drawing
from openphm.web.presenting import Shown

DRAWING = "drawing"
SPECIFICATION = "application/json"


def name_of(drawing: str) -> str:
    """How a drawing is named in an address; empty for one that cannot be explored."""
    return drawing.name if isinstance(drawing, Drawing) else ""


def address_of(page: URL, drawing: str) -> str:
    """Where the specification of a drawing is: the address of its page, with its name."""
    given = [(name, value) for name, value in parse_qsl(page.query) if name != DRAWING]
    return f"{page.path}?{urlencode([*given, (DRAWING, name_of(drawing))])}"


def drawing_named(name: str, said: Mapping[str, object]) -> tuple[Shown, str] | None:
    """The specification as JSON of a drawing among what a page would say, with what it was released in."""
    for shown in _shown_in(said.values()):
        for drawing in shown.drawings:
            if isinstance(drawing, Drawing) and drawing.name == name:
                return shown, json.dumps(drawing.specification(), ensure_ascii=False)
    return None


def _shown_in(held: Iterable[object]) -> Iterator[Shown]:
    for one in held:
        if isinstance(one, Shown):
            yield one
        elif isinstance(one, list | tuple):
            yield from _shown_in(one)
