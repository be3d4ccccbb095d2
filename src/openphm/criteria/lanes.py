"""Lanes: how the leaves of a criterion are planned over tables of dated rows; `hits` writes their SQL.

A leaf asks about rows that hold at a date: conditions, attributes, activity, codes. Leaves that read the
same table over the same dates and never want the same row share one lane: the table is read once,
and each row is marked with the number of the leaf it answers. Lanes whose rows hold in the same way
(while an interval lasts, in a window of so many months) are put together and join the spine once. All
are then added up for each person and date. This is what keeps sixteen segment rules over millions of
person-months to two joins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from openphm.criteria import dated
from openphm.criteria.coded import row_marks
from openphm.criteria.language import Activity, Attribute, Condition, Criterion, Segment

Leaf = TypeVar("Leaf", bound=Criterion)


@dataclass(frozen=True)
class Group:
    """Leaves of which any one is enough, answered together under one number."""

    number: int
    leaves: frozenset[Criterion]


@dataclass(frozen=True)
class Holding:
    """How rows hold at a date: while they last ("lasts"), once begun ("begun"), when they are dated in
    the months up to it ("dated"), when all of a chain is ("chained"), or at its month end ("month")."""

    way: str
    months: int | None = None


@dataclass(frozen=True)
class LaneKey:
    """What leaves must have in common to be answered in one reading of a table."""

    source: str
    mode: str
    holding: Holding


def lane_key(leaf: Criterion) -> LaneKey:
    """The table a leaf reads and the dates it holds for."""
    if isinstance(leaf, Condition):
        if leaf.onset_within_months is not None:
            return LaneKey("condition", "any", Holding("dated", leaf.onset_within_months))
        return LaneKey("condition", "any", Holding("begun" if leaf.ever else "lasts"))
    if isinstance(leaf, Attribute):
        return LaneKey("attribute", "any", Holding("lasts", leaf.within_months))
    if isinstance(leaf, Activity):
        counted = "cost" if leaf.asks_cost else "count"
        mode = "any" if leaf.is_presence else counted
        return LaneKey("activity", mode, Holding("dated", leaf.within_months))
    if isinstance(leaf, dated.Codelist):
        holding = Holding("begun") if leaf.within_months is None else Holding("dated", leaf.within_months)
        return LaneKey("codelist", "any" if leaf.is_presence else "days", holding)
    if isinstance(leaf, dated.Sequence):
        return LaneKey("sequence", "any", Holding("chained", leaf.within_months))
    assert isinstance(leaf, Segment)
    return LaneKey("segment", "any", Holding("month"))


def row_names(leaf: Criterion) -> frozenset[str]:
    """Which rows of its table a leaf may want; leaves that share none can share a lane."""
    if isinstance(leaf, Attribute):
        return frozenset({leaf.name})
    if isinstance(leaf, dated.Codelist):
        return row_marks(leaf.codes)
    if isinstance(leaf, Segment | dated.Sequence):
        return frozenset({"*"})
    assert isinstance(leaf, Condition | Activity)
    return frozenset(leaf.any_of)


@dataclass
class Lane:
    """One pass over one table: the leaves it answers, each with its number."""

    key: LaneKey
    leaves: list[tuple[int, Criterion]]
    names: set[str]

    def of(self, kind: type[Leaf]) -> list[tuple[int, Leaf]]:
        """The leaves, which are all of one kind: the kind of their table."""
        assert all(isinstance(leaf, kind) for _, leaf in self.leaves), self.key.source
        return [(at, leaf) for at, leaf in self.leaves if isinstance(leaf, kind)]


def plan_lanes(groups: Sequence[Group]) -> list[Lane]:
    """Put every leaf in the first lane that has room for it."""
    lanes: list[Lane] = []
    for group in groups:
        for leaf in sorted(group.leaves, key=repr):
            _place_leaf(lanes, group.number, leaf)
    return lanes


def _place_leaf(lanes: list[Lane], number_: int, leaf: Criterion) -> None:
    key, names = lane_key(leaf), row_names(leaf)
    for lane in lanes:
        if lane.key != key:
            continue
        if not lane.names & names:
            lane.leaves.append((number_, leaf))
            lane.names |= names
            return
    lanes.append(Lane(key, [(number_, leaf)], set(names)))
