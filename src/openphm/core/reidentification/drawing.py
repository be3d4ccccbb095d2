"""The process map as a drawing (SVG), from the table that moves requests (`process.STATES`, `process.MOVES`).

States stand in columns, by how many moves they are from the start; moves that join the same two states share
an arrow. Colours say who has a request. The text can be selected, and there is a title for screen readers.
"""

from __future__ import annotations

from collections import defaultdict
from xml.sax.saxutils import escape

from openphm.core.reidentification.process import MOVES, STATES

_WIDE, _HIGH, _APART, _BELOW, _EDGE = 118, 40, 100, 92, 30
_COLOURS = {
    "zone P": "#dbe9f6", "custodian": "#e6e6e6", "approver": "#fdebc8", "operator": "#e3dcf1",
    "practice": "#d8efdc",
}  # fmt: skip


def svg() -> str:
    """The map as an SVG document."""
    places = _places()
    width = max(x for x, _ in places.values()) + _WIDE + _EDGE
    height = max(y for _, y in places.values()) + _HIGH + 2 * _EDGE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        'font-family="sans-serif" font-size="11">',
        "<title>Process map of a re-identification request</title>",
        '<defs><marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0L8 4L0 8z" fill="#444"/></marker></defs>',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        *_arrows(places),
        *(_box(state.name, state.holder, state.is_over, places[state.name]) for state in STATES),
        *_legend(height),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _places() -> dict[str, tuple[int, int]]:
    """Where the box of each state begins: a column for each distance from the first state."""
    far, met = {STATES[0].name: 0}, [STATES[0].name]
    for state in met:  # grows while it is read: breadth first
        for move in MOVES:
            if state in move.before and move.after not in far:
                far[move.after] = far[state] + 1
                met.append(move.after)
    columns: dict[int, list[str]] = defaultdict(list)
    for one in STATES:
        columns[far[one.name]].append(one.name)
    return {
        name: (_EDGE + column * (_WIDE + _APART), _EDGE + row * _BELOW + 30 * (column % 2))
        for column, names in columns.items()
        for row, name in enumerate(names)
    }


def _arrows(places: dict[str, tuple[int, int]]) -> list[str]:
    joined: dict[tuple[str, str], list[str]] = defaultdict(list)
    for move in MOVES:
        for before in move.before:
            joined[before, move.after].append(move.name.replace("_", " "))
    drawn = []
    for (before, after), names in joined.items():
        (x, y), (to_x, to_y) = places[before], places[after]
        if x == to_x:
            down = to_y > y
            start = (x + _WIDE // 2, y + _HIGH * down)
            end = (to_x + _WIDE // 2, to_y + _HIGH * (not down))
        else:
            right = to_x > x
            start = (x + _WIDE * right, y + _HIGH // 2)
            end = (to_x + _WIDE * (not right), to_y + _HIGH // 2)
        middle = (start[0] * 0.45 + end[0] * 0.55, start[1] * 0.45 + end[1] * 0.55 - 3)
        drawn.append(
            f'<path d="M{start[0]} {start[1]}L{end[0]} {end[1]}" stroke="#444" fill="none" '
            'marker-end="url(#end)"/>'
        )
        drawn += [
            f'<text x="{middle[0]:.0f}" y="{middle[1] - 11 * place:.0f}" text-anchor="middle" '
            f'stroke="#fff" stroke-width="3" paint-order="stroke">{escape(name)}</text>'
            for place, name in enumerate(reversed(names))
        ]
    return drawn


def _box(name: str, holder: str, is_over: bool, place: tuple[int, int]) -> str:
    x, y = place
    edge = 3 if is_over else 1
    return (
        f'<rect x="{x}" y="{y}" width="{_WIDE}" height="{_HIGH}" rx="6" fill="{_COLOURS[holder]}" '
        f'stroke="#444" stroke-width="{edge}"/><text x="{x + _WIDE // 2}" y="{y + 25}" font-size="13" '
        f'text-anchor="middle">{escape(name.replace("_", " "))}</text>'
    )


def _legend(height: int) -> list[str]:
    said = [
        f'<rect x="{_EDGE + 130 * place}" y="{height - 24}" width="12" height="12" fill="{colour}" '
        f'stroke="#444"/><text x="{_EDGE + 18 + 130 * place}" y="{height - 14}">{escape(holder)} has it'
        "</text>"
        for place, (holder, colour) in enumerate(_COLOURS.items())
    ]
    return [
        *said,
        f'<text x="{_EDGE + 130 * len(_COLOURS)}" y="{height - 14}">thick edge: nothing follows</text>',
    ]
