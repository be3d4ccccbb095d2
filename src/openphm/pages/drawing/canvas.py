"""A canvas: SVG elements with escaped text, scales, axes and a legend."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape

WIDTH = 960
INK, FAINT, GRID = "#212b32", "#4c6272", "#d8dde0"
BLUE, LIGHT_BLUE, GREEN, YELLOW, PINK, PURPLE = (
    "#005eb8", "#41b6e6", "#009639", "#ffb81c", "#ae2573", "#330072",
)  # fmt: skip
COLOURS = (BLUE, LIGHT_BLUE, GREEN, YELLOW, PINK, PURPLE)
"""For services and other groups, in this order: a set of six that stays apart for colour-blind people."""

LETTER = 7.2
"""About the width of a letter at 12 pixels."""


@dataclass(frozen=True)
class Scale:
    """From a figure to a place on the canvas; `log` for ratios."""

    low: float
    high: float
    start: float
    stop: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """The place of a value; a value outside stands at the edge."""
        low, high, v = (math.log(x) if self.log else x for x in (self.low, self.high, self._held(value)))
        return self.start + (v - low) / (high - low) * (self.stop - self.start)

    def _held(self, value: float) -> float:
        return min(max(value, self.low), self.high)

    def ticks(self) -> list[float]:
        """Round figures from low to high."""
        if self.log:
            return [x for x in (0.1, 0.25, 0.5, 1, 2, 4, 8, 16) if self.low <= x <= self.high]
        step = step_of(self.high - self.low)
        first = math.ceil(self.low / step - 1e-9)
        return [n * step for n in range(first, math.floor(self.high / step + 1e-9) + 1)]


def step_of(span: float) -> float:
    """A round step that cuts a span into four to eight parts."""
    rough = max(span, 1e-9) / 5
    power = 10 ** math.floor(math.log10(rough))
    return float(next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999))


def rounded_up(value: float) -> float:
    """The next round figure above, for the end of an axis; 1 for nothing."""
    if value <= 0:
        return 1.0
    step = step_of(value)
    return step * math.ceil(value / step - 1e-9)


def number(value: float) -> str:
    """A coordinate, short."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def text(x: float, y: float, said: str, *, anchor: str = "start", fill: str = INK, bold: bool = False) -> str:
    """Text, escaped."""
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{number(x)}" y="{number(y)}" text-anchor="{anchor}" fill="{fill}"{weight}>'
        f"{escape(said)}</text>"
    )


def line(
    x1: float, y1: float, x2: float, y2: float, *, stroke: str = GRID, width: float = 1, dash: str = ""
) -> str:
    """A straight line."""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}" stroke="{stroke}" '
        f'stroke-width="{number(width)}"{dashed}/>'
    )


def bar(x: float, y: float, width: float, height: float, fill: str, said: str = "") -> str:
    """A bar, with what it says when pointed at."""
    told = f"<title>{escape(said)}</title>" if said else ""
    return (
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(max(width, 0))}" height="{number(height)}" '
        f'fill="{fill}">{told}</rect>'
    )


def circle(x: float, y: float, fill: str, said: str = "", *, radius: float = 4.5) -> str:
    """A round point."""
    told = f"<title>{escape(said)}</title>" if said else ""
    return f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" fill="{fill}">{told}</circle>'


def diamond(x: float, y: float, fill: str, said: str = "", *, radius: float = 6) -> str:
    """A diamond."""
    told = f"<title>{escape(said)}</title>" if said else ""
    corners = ((x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y))
    return f'<polygon points="{path_of(corners)}" fill="{fill}">{told}</polygon>'


def path_of(places: Sequence[tuple[float, float]]) -> str:
    """Points as SVG writes them."""
    return " ".join(f"{number(x)},{number(y)}" for x, y in places)


def legend(entries: Sequence[tuple[str, str]], x: float, y: float) -> list[str]:
    """Coloured squares with names, one beside the other."""
    drawn: list[str] = []
    for name, colour in entries:
        drawn += [bar(x, y - 10, 12, 12, colour), text(x + 17, y, name)]
        x += 17 + LETTER * len(name) + 14
    return drawn


def across_axis(scale: Scale, top: float, bottom: float, written: Sequence[str]) -> list[str]:
    """Upright grid lines with figures under them."""
    drawn: list[str] = []
    for tick, said in zip(scale.ticks(), written, strict=True):
        x = scale(tick)
        drawn += [line(x, top, x, bottom), text(x, bottom + 16, said, anchor="middle", fill=FAINT)]
    return drawn


def figure(
    title: str,
    description: str,
    height: float,
    drawn: Sequence[str],
    *,
    width: float = WIDTH,
    role: str = "img",
) -> str:
    """The whole drawing: with a title, a description for screen readers, and nothing from elsewhere.

    role: "group" where something in it can be used, such as a link; a picture is one thing and has no parts.
    """
    key = sha256(f"{title}{description}{height}".encode()).hexdigest()[:8]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="{role}" aria-labelledby="t{key} d{key}" '
        f'viewBox="0 0 {number(width)} {number(height)}" width="{number(width)}" height="{number(height)}" '
        f'font-family="system-ui, Arial, sans-serif" font-size="12">'
        f'<title id="t{key}">{escape(title)}</title><desc id="d{key}">{escape(description)}</desc>'
        f"{text(0, 16, title, bold=True)}{''.join(drawn)}</svg>"
    )
