"""The process map as a drawing (SVG), from the table that moves requests (`process.STATES`, `process.MOVES`).

States stand in columns, by how many moves they are from the start: the usual way in one row, what branches
off it in the row above. An end that several states lead to is a bar below, and each state's arrow falls into
it at a place of its own, under the bars between, so that no two arrows cross. Moves that join the same two
states share an arrow. Colours say who has a request. The text can be selected, and there is a title for
screen readers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from openphm.core.reidentification.process import MOVES, STATES

_WIDE, _HIGH, _APART, _BELOW, _EDGE = 112, 42, 128, 100, 30
_BAR, _BETWEEN, _LINE = 46, 22, 13
_COLOURS = {
    "zone P": "#dbe9f6", "custodian": "#e6e6e6", "approver": "#fdebc8", "operator": "#e3dcf1",
    "practice": "#d8efdc",
}  # fmt: skip


@dataclass(frozen=True)
class _Layout:
    """Where the boxes and the bars begin. bars: name -> y."""

    boxes: Mapping[str, tuple[int, int]]
    bars: Mapping[str, int]
    width: int
    height: int


def svg() -> str:
    """The map as an SVG document."""
    at = _layout()
    joined = _joined()
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {at.width} {at.height}" role="img" '
        'font-family="sans-serif" font-size="12">',
        "<title>Process map of a re-identification request</title>",
        '<defs><marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0L8 4L0 8z" fill="#444"/></marker></defs>',
        f'<rect width="{at.width}" height="{at.height}" fill="#fff"/>',
    ]
    for bar in at.bars:
        parts += [_falling(before, bar, at) for before, after in joined if after == bar]
    parts += [_bar(name, joined, at) for name in at.bars]
    parts += [
        _across(before, after, names, at) for (before, after), names in joined.items() if after in at.boxes
    ]
    parts += [_box(state.name, state.holder, state.is_over, at) for state in STATES if state.name in at.boxes]
    return "\n".join([*parts, *_legend(at.height), "</svg>"]) + "\n"


def _joined() -> dict[tuple[str, str], list[str]]:
    """(before, after) -> the moves that join them."""
    joined: dict[tuple[str, str], list[str]] = defaultdict(list)
    for move in MOVES:
        for before in move.before:
            joined[before, move.after].append(move.name.replace("_", " "))
    return joined


def _layout() -> _Layout:
    far, met = {STATES[0].name: 0}, [STATES[0].name]
    for state in met:  # grows while it is read: breadth first
        for move in MOVES:
            if state in move.before and move.after not in far:
                far[move.after] = far[state] + 1
                met.append(move.after)
    bars = [one.name for one in STATES if one.is_over and sum(to == one.name for _, to in _joined()) > 1]
    columns: dict[int, list[str]] = defaultdict(list)
    for one in STATES:
        if one.name not in bars:
            columns[far[one.name]].append(one.name)
    rows = max(map(len, columns.values()))
    boxes = {
        name: (_EDGE + column * (_WIDE + _APART), _EDGE + (rows - 1 - row) * _BELOW)
        for column, names in columns.items()
        for row, name in enumerate(names)
    }
    top = _EDGE + (rows - 1) * _BELOW + _HIGH + 2 * _BETWEEN
    below = {name: top + place * (_BAR + _BETWEEN) for place, name in enumerate(bars)}
    width = max(x for x, _ in boxes.values()) + _WIDE + _EDGE
    return _Layout(boxes, below, width, top + len(bars) * (_BAR + _BETWEEN) + 2 * _EDGE)


def _across(before: str, after: str, names: list[str], at: _Layout) -> str:
    """An arrow to the right; to a row above it goes up first."""
    (x, y), (to_x, to_y) = at.boxes[before], at.boxes[after]
    middle = to_y + _HIGH // 2
    begun, corner = (
        (f"{x + _WIDE} {middle}", x + _WIDE) if y == to_y else (f"{x + _WIDE // 2} {y}V{middle}", x + _WIDE)
    )
    label = (corner + to_x) // 2
    return f'<path d="M{begun}H{to_x}" stroke="#444" fill="none" marker-end="url(#end)"/>' + _texts(
        names, label, middle - 7 - _LINE * (len(names) - 1)
    )


def _place_of(before: str, bar: str, at: _Layout) -> int:
    """Where along a box its arrow to a bar begins: a place for each bar."""
    place = list(at.bars).index(bar) + 1
    return at.boxes[before][0] + _WIDE * place // (len(at.bars) + 1)


def _falling(before: str, bar: str, at: _Layout) -> str:
    x, y = _place_of(before, bar, at), at.boxes[before][1] + _HIGH
    return f'<path d="M{x} {y}V{at.bars[bar]}" stroke="#444" fill="none" marker-end="url(#end)"/>'


def _bar(name: str, joined: Mapping[tuple[str, str], list[str]], at: _Layout) -> str:
    """An end: its name at the left, and where an arrow falls in, the moves that lead there."""
    y = at.bars[name]
    holder = next(state.holder for state in STATES if state.name == name)
    moves = [
        _texts(names, _place_of(before, name, at), y + (_BAR + 8) // 2 - _LINE * (len(names) - 1) // 2)
        for (before, after), names in joined.items()
        if after == name
    ]
    return (
        f'<rect x="{_EDGE}" y="{y}" width="{at.width - 2 * _EDGE}" height="{_BAR}" rx="6" '
        f'fill="{_COLOURS[holder]}" stroke="#444" stroke-width="3"/>'
        f'<text x="{_EDGE + 16}" y="{y + _BAR // 2 + 5}" font-size="14">{_said(name)}</text>{"".join(moves)}'
    )


def _box(name: str, holder: str, is_over: bool, at: _Layout) -> str:
    x, y = at.boxes[name]
    return (
        f'<rect x="{x}" y="{y}" width="{_WIDE}" height="{_HIGH}" rx="6" fill="{_COLOURS[holder]}" '
        f'stroke="#444" stroke-width="{3 if is_over else 1}"/><text x="{x + _WIDE // 2}" y="{y + 26}" '
        f'font-size="14" text-anchor="middle">{_said(name)}</text>'
    )


def _texts(lines: list[str], x: int, y: int) -> str:
    """Lines of text around x, the first at y."""
    return "".join(
        f'<text x="{x}" y="{y + _LINE * place}" text-anchor="middle">{_said(line)}</text>'
        for place, line in enumerate(lines)
    )


def _said(name: str) -> str:
    return escape(name.replace("_", " "))


def _legend(height: int) -> list[str]:
    said = [
        f'<rect x="{_EDGE + 140 * place}" y="{height - 32}" width="12" height="12" fill="{colour}" '
        f'stroke="#444"/><text x="{_EDGE + 18 + 140 * place}" y="{height - 22}">{escape(holder)} has it'
        "</text>"
        for place, (holder, colour) in enumerate(_COLOURS.items())
    ]
    return [
        *said,
        f'<text x="{_EDGE + 140 * len(_COLOURS)}" y="{height - 22}">thick edge: nothing follows</text>',
    ]
