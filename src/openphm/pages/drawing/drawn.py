"""Drawn: a drawing's SVG, and the same figures as a Vega-Lite specification for whoever explores them."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from openphm.core.errors import UsageError
from openphm.pages.drawing.vega import Specification


class Drawing(str):
    """SVG as text, ready for a page; it knows how to make its specification, and makes it when asked.

    A plain string is a drawing too: one that cannot be explored.
    """

    def __new__(cls, svg: str, title: str, make: Callable[[], Specification]) -> Drawing:
        """svg: the markup. make: the specification, of the figures that the SVG was drawn from."""
        made = super().__new__(cls, svg)
        made.title_said = title
        made._make = make
        return made

    title_said: str
    _make: Callable[[], Specification]

    @property
    def name(self) -> str:
        """The title in small letters and hyphens: how an address names it, among those of its page."""
        return re.sub(r"[^a-z0-9]+", "-", self.title_said.lower()).strip("-")[:80] or "drawing"

    def specification(self) -> Specification:
        """Vega-Lite as plain data. What is hidden is not in it."""
        return self._make()

    def __reduce__(self) -> tuple[object, ...]:
        """To another process it goes with its specification made: what makes it may be a local function."""
        made = zlib.compress(json.dumps(self.specification()).encode())
        return _sent, (str(self), self.title_said, made)

    def altair(self) -> Any:
        """An Altair chart, for a notebook. Raises UsageError when Altair is not installed."""
        try:
            altair = import_module("altair")
        except ModuleNotFoundError as missing:
            raise UsageError(
                "drawing to altair",
                "the package 'altair' is not installed",
                "It is part of the extra openphm[charts].",
                "pip install altair",
            ) from missing
        return altair.Chart.from_dict(self.specification())


def _sent(svg: str, title: str, made: bytes) -> Drawing:
    return Drawing(svg, title, partial(_unpacked, made))


def _unpacked(made: bytes) -> Specification:
    found: Specification = json.loads(zlib.decompress(made))
    return found
