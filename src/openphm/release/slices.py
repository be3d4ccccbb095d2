"""Slices: the figures of a long table that add up with each other, and how far each may move.

A slice is one measure (all labels but those of the dimensions are the same). What adds up in it is the count
of a count, the numerator of a percentage, mean or rate, and the pounds of a sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from math import inf

from openphm.core.additivity import Additivity
from openphm.core.results import Cell, Result
from openphm.release.rule import DisclosureRule

Place = tuple[int, int]
"""Row and column of a figure."""

Coordinate = tuple[str, ...]
"""The labels of a figure along the dimensions."""


@dataclass(frozen=True)
class Item:
    """One figure of a slice, as what a reader who adds and takes away knows of it.

    low, high    how far it could be below and above what it is, and be hidden still
    down, up     how far a hidden one must be free to move, so that its place among the small is not known
    is_rest      it is hidden because few of its group are not in it
    """

    place: Place
    quantity: float
    low: float
    high: float
    down: float
    up: float
    is_rest: bool = False


@dataclass
class Slice:
    """Figures that add up, by their coordinate."""

    items: dict[Coordinate, Item] = field(default_factory=dict)
    is_base: bool = False


def slices_of(result: Result, additivity: Additivity, rule: DisclosureRule) -> list[Slice]:
    """The slices of a result; the one that counts everybody first.

    Raises ValueError when two rows have the same labels: such a table does not add up as declared.
    """
    along = [result.columns.index(name) for name in additivity.columns]
    apart = _label_columns(result, along)
    found: dict[tuple[object, ...], Slice] = {}
    for row_number, row in enumerate(result.rows):
        coordinate = tuple(str(row[place]) for place in along)
        if any(
            label in dimension.apart
            for label, dimension in zip(coordinate, additivity.dimensions, strict=True)
        ):
            continue
        labels = {result.columns[place]: row[place] for place in apart}
        for column, cell in enumerate(row):
            if not isinstance(cell, Cell) or cell.value is None:
                continue
            held = found.setdefault((column, *labels.values()), Slice())
            if coordinate in held.items:
                raise ValueError(f"{result.question}: two rows have the same labels along its dimensions")
            held.items[coordinate] = _item((row_number, column), cell, rule)
            held.is_base = additivity.base is not None and _is_base(labels, additivity.base)
    return sorted(found.values(), key=lambda one: not one.is_base)


def _is_base(labels: Mapping[str, object], base: tuple[str, str]) -> bool:
    return labels.get(base[0]) == base[1]


def _label_columns(result: Result, along: list[int]) -> list[int]:
    """Columns of labels that tell slices apart: not those a coordinate settles, such as a place's name."""
    return [
        column
        for column in range(len(result.columns))
        if column not in along
        and not any(isinstance(row[column], Cell) for row in result.rows)
        and not is_settled_by(result, column, along)
    ]


def is_settled_by(result: Result, column: int, others: list[int]) -> bool:
    """True when rows with the same labels in `others` have the same in `column`."""
    settled: dict[tuple[object, ...], object] = {}
    return all(
        settled.setdefault(tuple(row[place] for place in others), row[column]) == row[column]
        for row in result.rows
    )


def _item(place: Place, cell: Cell, rule: DisclosureRule) -> Item:
    most = rule.suppress_below - 1
    if _is_whole(cell.numerator) and _is_whole(cell.denominator):
        return _share(place, int(cell.numerator or 0), int(cell.denominator or 0), most)
    if cell.numerator is None and isinstance(cell.value, int):
        count = cell.value
        up = most - count if count <= most else count
        return Item(place, count, count - 1, inf, count - 1, up)
    quantity = abs(_number(cell))
    return Item(place, quantity, quantity, inf, quantity, quantity)


def _share(place: Place, count: int, base: int, most: int) -> Item:
    """A percentage: the people in it and the others must both be able to be any small number."""
    others = base - count
    if base <= most:
        return Item(place, count, count, others, count, others)
    if 0 < others <= most:
        return Item(place, count, count - 1, others - 1, most - others, others - 1, is_rest=True)
    return Item(place, count, count - 1, others - 1, count - 1, most - count)


def _number(cell: Cell) -> float:
    if cell.numerator is not None:
        return float(cell.numerator)
    return float(cell.value) if isinstance(cell.value, int | float | Decimal) else 0.0


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def coordinates(held: Slice) -> Iterator[Coordinate]:
    """The coordinates of a slice, smallest figure first."""
    yield from sorted(held.items, key=lambda one: (held.items[one].quantity, one))
