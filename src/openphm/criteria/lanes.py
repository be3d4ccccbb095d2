"""Lanes: how the leaves of a criterion are answered from tables of dated rows.

A leaf asks about rows that hold at a date: conditions, attributes, activity. Leaves that read the
same table over the same dates and never want the same row share one lane: the table is read once,
and each row is marked with the number of the leaf it answers. Lanes whose rows hold in the same way
(while an interval lasts, in a window of so many months) are put together and join the spine once. All
are then added up for each person and date. This is what keeps sixteen segment rules over millions of
person-months to two joins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from openphm.criteria.language import Activity, Attribute, Condition, Criterion, Segment
from openphm.criteria.trees import (
    all_of,
    any_of,
    call,
    cast,
    column,
    is_in,
    is_open_after,
    number,
    table,
    text,
)


@dataclass(frozen=True)
class Group:
    """Leaves of which any one is enough, answered together under one number."""

    number: int
    leaves: frozenset[Criterion]


@dataclass(frozen=True)
class Holding:
    """How rows hold at a date: while they last ("lasts"), once begun ("begun"), when they are dated in
    the months up to it ("dated"), or at its month end ("month")."""

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
    assert isinstance(leaf, Segment)
    return LaneKey("segment", "any", Holding("month"))


def row_names(leaf: Criterion) -> frozenset[str]:
    """Which rows of its table a leaf may want; leaves that share none can share a lane."""
    if isinstance(leaf, Attribute):
        return frozenset({leaf.name})
    if isinstance(leaf, Segment):
        return frozenset({"*"})
    assert isinstance(leaf, Condition | Activity)
    return frozenset(leaf.any_of)


@dataclass
class Lane:
    """One pass over one table: the leaves it answers, each with its number."""

    key: LaneKey
    leaves: list[tuple[int, Criterion]]
    names: set[str]


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


def select_hits(lanes: Sequence[Lane], spine: str, *, with_amount: bool) -> list[exp.Select]:
    """One SELECT for each way of holding: person_key, as_at, leaf (and amount) of every row that holds."""
    ways = dict.fromkeys(lane.key.holding for lane in lanes)
    return [
        _joined(way, [lane for lane in lanes if lane.key.holding == way], spine, with_amount=with_amount)
        for way in ways
    ]


def _joined(way: Holding, lanes: Sequence[Lane], spine: str, *, with_amount: bool) -> exp.Select:
    read = [_SOURCES[lane.key.source](lane, with_amount) for lane in lanes]
    rows: exp.Query = read[0] if len(read) == 1 else exp.union(*read, distinct=False)
    chosen: list[exp.Expr] = [column("person_key", "s"), column("as_at", "s"), column("leaf", "d")]
    if with_amount:
        chosen.append(column("amount", "d"))
    same_person = column("person_key", "d").eq(column("person_key", "s"))
    on = all_of([same_person, *_holds(way)])
    return exp.select(*chosen).from_(table(spine, "s")).join(rows.subquery("d"), on=on)


def _holds(way: Holding) -> list[exp.Expr]:
    """When a row holds, compared with the date of the spine row."""
    as_at = column("as_at", "s")
    if way.way == "month":
        return [column("month_end", "d").eq(call("month_end", as_at))]
    start = column("from_date", "d")
    if way.way == "dated":
        assert way.months is not None
        return [start > call("add_months", as_at, number(-way.months)), start <= as_at]
    if way.way == "begun":
        return [start <= as_at]
    last = as_at if way.months is None else call("add_months", as_at, number(-way.months))
    return [start <= as_at, is_open_after(column("to_date", "d"), last)]


def _conditions(lane: Lane, with_amount: bool) -> exp.Select:
    cases = [(n, is_in(column("condition_id"), leaf.any_of)) for n, leaf in lane.leaves]  # type: ignore[attr-defined]
    columns = [exp.alias_(column("start_date"), "from_date")]
    if lane.key.holding.way == "lasts":
        columns.append(exp.alias_(column("resolved_date"), "to_date"))
    wanted = is_in(column("condition_id"), sorted(lane.names))
    return _marked("conditions.person_condition", cases, [*columns, *_nothing(with_amount)], wanted)


def _attributes(lane: Lane, with_amount: bool) -> exp.Select:
    cases = [(n, _value_test(leaf)) for n, leaf in lane.leaves]  # type: ignore[arg-type]
    columns = [column("from_date"), column("to_date"), *_nothing(with_amount)]
    wanted = any_of([test for _, test in cases])
    return _marked("attributes.person_attribute", cases, columns, wanted)


def _nothing(with_amount: bool) -> list[exp.Expr]:
    """The pounds of a row that has none, where other rows have some."""
    return [exp.alias_(cast(number(0), "DECIMAL(18, 2)"), "amount")] if with_amount else []


def _value_test(leaf: Attribute) -> exp.Expr:
    """Whether one row of person_attribute answers the leaf."""
    value = column("value_number")
    tests: list[exp.Expr] = [column("attribute_id").eq(text(leaf.name))]
    if leaf.at_least is not None:
        tests.append(value >= number(leaf.at_least))
    if leaf.at_most is not None:
        tests.append(value <= number(leaf.at_most))
    if leaf.above is not None:
        tests.append(value > number(leaf.above))
    if leaf.below is not None:
        tests.append(value < number(leaf.below))
    if leaf.any_of:
        of_text = [v for v in leaf.any_of if isinstance(v, str)]
        of_number = [v for v in leaf.any_of if not isinstance(v, str)]
        tests.append(is_in(column("value_text"), of_text) if of_text else is_in(value, of_number))
    if len(tests) == 1:
        said_no = is_in(exp.func("COALESCE", column("value_text"), text("true")), ["false", "no"])
        zero = exp.func("COALESCE", value, number(1)).eq(number(0))
        tests += [exp.not_(said_no), exp.not_(zero)]
    return all_of(tests)


def _activities(lane: Lane, with_amount: bool) -> exp.Select:
    cases = [(n, is_in(column("point_of_delivery", "e"), leaf.any_of)) for n, leaf in lane.leaves]  # type: ignore[attr-defined]
    columns = [exp.alias_(column("event_date", "e"), "from_date")]
    wanted = is_in(column("point_of_delivery", "e"), sorted(lane.names))
    if lane.key.mode == "count":
        wanted = all_of([wanted, column("is_start", "e")])
    if lane.key.mode != "cost":
        return _marked("activity.event", cases, [*columns, *_nothing(with_amount)], wanted, alias="e")
    columns.append(exp.alias_(cast(column("cost_gbp", "c"), "DECIMAL(18, 2)"), "amount"))
    select = _marked("activity.event", cases, columns, wanted, alias="e")
    same_event = column("event_id", "c").eq(column("event_id", "e"))
    return select.join(table("costs.event_cost", "c"), on=same_event)


def _segments(lane: Lane, with_amount: bool) -> exp.Select:
    (number_, leaf) = lane.leaves[0]
    assert isinstance(leaf, Segment)
    codes = is_in(column("subsegment_code", "r"), leaf.any_of)
    wanted = any_of([codes, is_in(column("segment_code", "r"), leaf.any_of)])
    columns = [column("month_end", "h"), *_nothing(with_amount)]
    select = _marked("segments.history", [(number_, wanted)], columns, wanted, alias="h")
    same_code = column("subsegment_code", "r").eq(column("subsegment_code", "h"))
    return select.join(table("definitions.segment_rule", "r"), on=same_code)


def _marked(
    name: str,
    cases: Sequence[tuple[int, exp.Expr]],
    columns: Iterable[exp.Expr],
    wanted: exp.Expr,
    *,
    alias: str = "t",
) -> exp.Select:
    """The rows of a table that any leaf wants, each with the number of its leaf."""
    numbers = {number_ for number_, _ in cases}
    if len(numbers) == 1:
        leaf: exp.Expr = number(numbers.pop())
    else:
        leaf = exp.Case()
        for number_, test in cases[:-1]:
            leaf = leaf.when(test, number(number_))
        leaf = leaf.else_(number(cases[-1][0]))
    person = column("person_key", alias)
    chosen = [person, *columns, exp.alias_(cast(leaf, "INTEGER"), "leaf")]
    return exp.select(*chosen).from_(table(name, alias)).where(wanted)


_SOURCES = {
    "condition": _conditions,
    "attribute": _attributes,
    "activity": _activities,
    "segment": _segments,
}
