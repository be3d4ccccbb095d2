"""Complementary suppression: hide enough figures beside a small one that no total gives it away.

A hidden count stays unknown when another table, with other hidden figures and the same shown ones, would
have been released alike. Such a table is made by moving people around a *box*: one more, one fewer, along
each dimension in turn, so that every sum stays as it was. In one dimension a box is a pair (the hidden
figure and another part, or all wholes above it); in two, the four corners of a rectangle.

For each figure that the rule hides, a box is found in which all corners are hidden and every count from 1
to the largest small one is possible at the hidden corner (a whole must be free to rise: how many of its
parts are not nought is seen anyway). The cheapest is taken: as few totals as can be,
then as few figures, then the smallest. As the other table differs in hidden figures alone, no use of the
shown ones, exact or rounded, can narrow the count: not by sums, and not by a linear programme.

Where a whole stands in another table, boxes keep to its parts, so that it does not change. There is not
always a box with room for every count; then one with room for a single step is taken, then one that
does not heed the other table, and at last every figure in the same lines is hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from math import prod
from typing import NamedTuple

from openphm.core.additivity import Additivity, Dimension
from openphm.core.results import Cell, Result
from openphm.release.rule import DisclosureRule
from openphm.release.slices import Coordinate, Place, Slice, coordinates, is_settled_by, slices_of

Move = dict[str, int]
"""Label to +1 or -1: a change along one dimension that keeps its sums."""

Moves = dict[tuple[int, tuple[str, ...], str, bool], list[Move]]
"""The moves of a label among the labels of a slice: slices often have the same."""

Cost = tuple[int, int, float]


def also_hidden(result: Result, rule: DisclosureRule, hidden: set[Place]) -> set[Place]:
    """The figures to hide beside those that the rule hides; none for a result that does not add up."""
    additivity = result.additivity
    if additivity is None or not hidden:
        return set()
    covered = set(hidden)
    moves: Moves = {}
    for held in slices_of(result, additivity, rule):
        primary = [one for one in coordinates(held) if held.items[one].place in hidden]
        _Cover(held, additivity.dimensions, covered, moves).protect(primary)
        if held.is_base:
            covered |= _same_people(result, additivity, held, covered)
    covered |= _same_rows(result, covered - hidden)
    return covered - hidden


class _Room(NamedTuple):
    """How far a hidden figure must be free to move, and whether the others may become 0."""

    down: float
    up: float
    to_nought: bool


class _Cover:
    """The hidden figures of one slice, to which boxes are added."""

    def __init__(
        self, held: Slice, dimensions: Sequence[Dimension], covered: set[Place], moves: Moves
    ) -> None:
        self.items = held.items
        self.covered = covered
        self.dimensions = dimensions
        self.labels = [tuple(sorted({one[d] for one in held.items})) for d in range(len(dimensions))]
        self.inner = [
            _inner(dimension, labels) for dimension, labels in zip(dimensions, self.labels, strict=True)
        ]
        self.moves = moves

    def protect(self, primary: Iterable[Coordinate]) -> None:
        """Hide a box around each figure that the rule hides."""
        for one in primary:
            down, up = self._room(one)
            if down <= 0 and up <= 0:
                continue
            step = 1.0
            found = (
                self._cheapest(one, down, up, heed=True)
                or self._cheapest(one, step, 0, heed=True, to_nought=True)
                or self._cheapest(one, 0, step, heed=True, to_nought=True)
                or self._cheapest(one, down, up, heed=False)
                or self._lines(one)
            )
            self.covered.update(self.items[corner].place for corner in found)

    def _room(self, one: Coordinate) -> tuple[float, float]:
        """How far a hidden figure must be free to fall and to rise.

        A whole has at least one person for each part that is not nought, and those are seen to be hidden:
        only its rise is guarded.
        """
        item = self.items[one]
        if any(label in self.inner[d] for d, label in enumerate(one)):
            return (max(1, item.down), 0) if item.is_rest else (0, max(1, item.up))
        return item.down, item.up

    def _cheapest(
        self, one: Coordinate, down: float, up: float, *, heed: bool, to_nought: bool = False
    ) -> list[Coordinate] | None:
        """The corners of the cheapest box in which this figure may move so far; None when there is none."""
        room = _Room(down, up, to_nought)
        choices = [
            [
                move
                for move in self._moves_of(d, label, heed)
                if all(
                    self._is_free((*one[:d], other, *one[d + 1 :]), move[label] * sign, room)
                    for other, sign in move.items()
                    if other != label
                )
            ]
            for d, label in enumerate(one)
        ]
        best: list[Coordinate] | None = None
        least: Cost | None = None
        for moves in product(*choices):
            corners = self._corners(one, moves, room)
            if corners is None:
                continue
            cost = self._cost(corners)
            if least is None or cost < least:
                best, least = corners, cost
            if cost[1] == 0:
                break
        return best

    def _corners(self, one: Coordinate, moves: Sequence[Move], room: _Room) -> list[Coordinate] | None:
        """The other corners of a box, when all of them have room."""
        facing = prod(move[label] for label, move in zip(one, moves, strict=True))
        corners = []
        for corner in product(*moves):
            if corner == one:
                continue
            sign = facing * prod(move[label] for label, move in zip(corner, moves, strict=True))
            if not self._is_free(corner, sign, room):
                return None
            corners.append(corner)
        return corners

    def _is_free(self, corner: Coordinate, sign: int, room: _Room) -> bool:
        """Whether a corner could move as far: with the hidden figure, or against it."""
        item = self.items.get(corner)
        if item is None:
            return False
        falls, rises = (room.down, room.up) if sign > 0 else (room.up, room.down)
        if room.to_nought:
            return item.quantity >= falls and item.high + 1 >= rises
        return item.low >= falls and item.high >= rises

    def _cost(self, corners: Iterable[Coordinate]) -> Cost:
        new = [one for one in corners if self.items[one].place not in self.covered]
        totals = sum(label in self.inner[d] for one in new for d, label in enumerate(one))
        return totals, len(new), sum(self.items[one].quantity for one in new)

    def _lines(self, one: Coordinate) -> list[Coordinate]:
        """Every figure that shares all labels but one with this."""
        return [other for other in self.items if sum(a != b for a, b in zip(one, other, strict=True)) <= 1]

    def _moves_of(self, d: int, label: str, heed: bool) -> list[Move]:
        key = (d, self.labels[d], label, heed)
        if key not in self.moves:
            self.moves[key] = list(_moves(self.dimensions[d], label, self.labels[d], self.inner[d], heed))
        return self.moves[key]


def _inner(dimension: Dimension, labels: Sequence[str]) -> set[str]:
    """The labels that have parts in the table."""
    return {above for label in labels for above in dimension.ancestors(label)} & set(labels)


def _moves(
    dimension: Dimension, label: str, labels: Sequence[str], inner: set[str], heed: bool
) -> Iterator[Move]:
    """The changes along a dimension that keep its sums and move this label.

    heed: sums that stand in another table are kept too
    """
    leaves = [one for one in labels if one not in inner]
    above = {one: dimension.ancestors(one) for one in leaves}
    for leaf in leaves:
        if leaf != label and label not in above[leaf]:
            continue
        for other in leaves:
            move = _between(leaf, other, above) if other != leaf else {}
            if label in move and (not heed or set(move) <= set(labels)):
                yield {one: sign for one, sign in move.items() if one in labels}
        upwards = (leaf, *above[leaf])
        if dimension.total in upwards[1:] and set(upwards) <= set(labels):
            yield dict.fromkeys(upwards, 1)


def _between(leaf: str, other: str, above: dict[str, tuple[str, ...]]) -> Move:
    """One person more in one leaf and one fewer in another, and in what each alone is part of."""
    shared = set(above[leaf]) & set(above[other])
    more = dict.fromkeys([leaf, *(one for one in above[leaf] if one not in shared)], 1)
    fewer = dict.fromkeys([other, *(one for one in above[other] if one not in shared)], -1)
    return {**more, **fewer}


def _same_people(result: Result, additivity: Additivity, held: Slice, covered: set[Place]) -> set[Place]:
    """All figures of people whose number is hidden: rows alike in all but what the base is one of."""
    assert additivity.base is not None
    base = result.columns.index(additivity.base[0])
    alike = [
        column
        for column in range(len(result.columns))
        if column != base
        and not any(isinstance(row[column], Cell) for row in result.rows)
        and not is_settled_by(result, column, [base])
    ]
    rows = {item.place[0] for item in held.items.values() if item.place in covered}
    whose = {tuple(result.rows[row][column] for column in alike) for row in rows}
    return {
        (number, column)
        for number, row in enumerate(result.rows)
        if tuple(row[one] for one in alike) in whose
        for column, cell in enumerate(row)
        if _may_be_hidden(cell)
    }


def _same_rows(result: Result, chosen: set[Place]) -> set[Place]:
    """All figures of a row in which one was chosen: an interval gives away what it is about."""
    rows = {row for row, _ in chosen}
    return {
        (row, column) for row in rows for column, cell in enumerate(result.rows[row]) if _may_be_hidden(cell)
    }


def _may_be_hidden(cell: object) -> bool:
    return isinstance(cell, Cell) and cell.value is not None
