"""Hits: the SQL of lanes, joined to the people and dates that are asked about.

Each lane reads its tables and marks each row with the number of the leaf it answers. Lanes whose rows
hold in the same way are put together and join the spine once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlglot import exp

from openphm.core.periods import month_end
from openphm.criteria import dated
from openphm.criteria.chains import chain_rows
from openphm.criteria.coded import coded_rows
from openphm.criteria.lanes import Holding, Lane
from openphm.criteria.language import Activity, Attribute, Condition, Segment
from openphm.criteria.trees import (
    all_of,
    any_of,
    call,
    cast,
    column,
    day_literal,
    in_window,
    is_in,
    is_open_after,
    months_before,
    number,
    number_tests,
    table,
    text,
)


@dataclass(frozen=True)
class Reading:
    """What every lane is read for.

    spine        the table of people and dates
    with_amount  each row says its pounds, 0 where it has none
    as_at        the one date of the whole spine, when it is known: rows that cannot hold on it are
                 then left out while the table is read
    """

    spine: str
    with_amount: bool = False
    as_at: date | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """What tells the rows of the spine apart."""
        return ("person_key",) if self.as_at is not None else ("person_key", "as_at")

    @property
    def answered(self) -> tuple[str, ...]:
        """What each row that holds says."""
        return ("leaf", "amount") if self.with_amount else ("leaf",)

    def window(self, holding: Holding) -> tuple[date | None, date | None]:
        """The days in which a row must have begun: after the first, up to the second."""
        if self.as_at is None:
            return None, None
        bounded = holding.way in ("dated", "chained") and holding.months is not None
        return (months_before(self.as_at, holding.months or 0) if bounded else None), self.as_at


def select_hits(lanes: Sequence[Lane], reading: Reading) -> list[exp.Select]:
    """The keys of the spine row, leaf (and amount) of every row that holds.

    One SELECT for each way of holding; only one when the spine has one date, which every row was
    then compared with while it was read.
    """
    ways = dict.fromkeys(lane.key.holding for lane in lanes)
    held = [(way, _rows(way, [one for one in lanes if one.key.holding == way], reading)) for way in ways]
    if reading.as_at is None:
        return [_joined(rows, _holds(way), reading) for way, rows in held]
    kept = [column(name, "r") for name in ("person_key", *reading.answered)]
    parts = [
        exp.select(*kept, copy=False)
        .from_(rows.subquery("r", copy=False), copy=False)
        .where(*_holds_on(reading.as_at, way), copy=False)
        for way, rows in held
    ]
    return [_joined(all_rows(parts), [], reading)]


def _rows(way: Holding, lanes: Sequence[Lane], reading: Reading) -> exp.Query:
    return all_rows([select for lane in lanes for select in _SOURCES[lane.key.source](lane, reading)])


def _joined(rows: exp.Query, holds: Iterable[exp.Expr], reading: Reading) -> exp.Select:
    """The rows of people of the spine."""
    chosen = [*(column(key, "s") for key in reading.keys), *(column(name, "d") for name in reading.answered)]
    on = all_of([column("person_key", "d").eq(column("person_key", "s")), *holds])
    spine = exp.select(*chosen, copy=False).from_(table(reading.spine, "s"), copy=False)
    return spine.join(rows.subquery("d", copy=False), on=on, copy=False)


def all_rows(parts: Sequence[exp.Select]) -> exp.Query:
    """The rows of all of these, one after the other."""
    return parts[0] if len(parts) == 1 else exp.union(*parts, distinct=False, copy=False)


def _holds(way: Holding) -> list[exp.Expr]:
    """When a row holds, compared with the date of the spine row."""
    as_at = column("as_at", "s")
    if way.way == "month":
        return [column("month_end", "d").eq(call("month_end", as_at))]
    start = column("from_date", "d")
    opens = [] if way.months is None else [start > call("add_months", as_at, number(-way.months))]
    if way.way == "dated":
        return [*opens, start <= as_at]
    if way.way == "chained":
        return [*opens, column("to_date", "d") <= as_at]
    if way.way == "begun":
        return [start <= as_at]
    last = as_at if way.months is None else call("add_months", as_at, number(-way.months))
    return [start <= as_at, is_open_after(column("to_date", "d"), last)]


def _holds_on(as_at: date, way: Holding) -> list[exp.Expr]:
    """What is left to compare with the one date of the spine, where reading the table did not."""
    if way.way == "month":
        return [column("month_end", "r").eq(day_literal(month_end(as_at)))]
    if way.way == "chained":
        return [exp.LTE(this=column("to_date", "r"), expression=day_literal(as_at))]
    return []


def _in_time(lane: Lane, reading: Reading, first: str, stop: str = "") -> list[exp.Expr]:
    """What the days of a row must pass while the table is read, when the one date asked about is known."""
    tests = in_window(column(first), *reading.window(lane.key.holding))
    if reading.as_at is not None and stop and lane.key.holding.way == "lasts":
        last = months_before(reading.as_at, lane.key.holding.months or 0)
        tests.append(is_open_after(column(stop), day_literal(last)))
    return tests


def _conditions(lane: Lane, reading: Reading) -> list[exp.Select]:
    cases = [(n, is_in(column("condition_id"), leaf.any_of)) for n, leaf in lane.of(Condition)]
    columns = [exp.alias_(column("start_date"), "from_date", copy=False)]
    if lane.key.holding.way == "lasts":
        columns.append(exp.alias_(column("resolved_date"), "to_date", copy=False))
    named = is_in(column("condition_id"), sorted(lane.names))
    wanted = all_of([named, *_in_time(lane, reading, "start_date", "resolved_date")])
    return [_marked("conditions.person_condition", cases, [*columns, *_no_amount(reading)], wanted)]


def _attributes(lane: Lane, reading: Reading) -> list[exp.Select]:
    cases = [(n, _value_test(leaf)) for n, leaf in lane.of(Attribute)]
    columns = [column("from_date"), column("to_date"), *_no_amount(reading)]
    tests = any_of([test for _, test in cases])
    wanted = all_of([exp.paren(tests, copy=False), *_in_time(lane, reading, "from_date", "to_date")])
    return [_marked("attributes.person_attribute", cases, columns, wanted)]


def _no_amount(reading: Reading) -> list[exp.Expr]:
    """The pounds of a row that has none, where other rows have some."""
    return (
        [exp.alias_(cast(number(0), "DECIMAL(18, 2)"), "amount", copy=False)] if reading.with_amount else []
    )


def _value_test(leaf: Attribute) -> exp.Expr:
    """Whether one row of person_attribute answers the leaf."""
    value = column("value_number")
    tests: list[exp.Expr] = [column("attribute_id").eq(text(leaf.name))]
    texts = [one for one in leaf.any_of if isinstance(one, str)]
    numeric = replace(leaf, any_of=()) if texts else leaf
    if texts:
        tests.append(is_in(column("value_text"), texts))
    if numeric.is_tested:
        tests.append(number_tests(value, numeric))
    if not leaf.is_tested:
        said_no = is_in(exp.func("COALESCE", column("value_text"), text("true"), copy=False), ["false", "no"])
        zero = exp.func("COALESCE", value, number(1), copy=False).eq(number(0))
        tests += [exp.not_(said_no, copy=False), exp.not_(zero, copy=False)]
    return all_of(tests)


def _activities(lane: Lane, reading: Reading) -> list[exp.Select]:
    pod = column("point_of_delivery", "e")
    cases = [(n, is_in(pod, leaf.any_of)) for n, leaf in lane.of(Activity)]
    columns = [exp.alias_(column("event_date", "e"), "from_date", copy=False)]
    in_time = in_window(column("event_date", "e"), *reading.window(lane.key.holding))
    tests = [is_in(pod, sorted(lane.names)), *in_time]
    if lane.key.mode == "count":
        tests.append(column("is_start", "e"))
    wanted = all_of(tests)
    if lane.key.mode != "cost":
        return [_marked("activity.event", cases, [*columns, *_no_amount(reading)], wanted, alias="e")]
    columns.append(exp.alias_(cast(column("cost_gbp", "c"), "DECIMAL(18, 2)"), "amount", copy=False))
    select = _marked("activity.event", cases, columns, wanted, alias="e")
    same_event = column("event_id", "c").eq(column("event_id", "e"))
    return [select.join(table("costs.event_cost", "c"), on=same_event, copy=False)]


def _codelists(lane: Lane, reading: Reading) -> list[exp.Select]:
    leaves = [(n, leaf.codes) for n, leaf in lane.leaves if isinstance(leaf, dated.Codelist)]
    after, until = reading.window(lane.key.holding)
    parts = coded_rows(leaves, "from_date", after=after, until=until)
    rows = all_rows(parts)
    if lane.key.mode == "days":
        kept = [column(name, "k") for name in ("person_key", "from_date", "leaf")]
        rows = (
            exp.select(*kept, copy=False)
            .distinct(copy=False)
            .from_(rows.subquery("k", copy=False), copy=False)
        )
    who, leaf = [column("person_key", "u"), column("from_date", "u")], column("leaf", "u")
    return [
        exp.select(*who, *_no_amount(reading), leaf, copy=False).from_(
            rows.subquery("u", copy=False), copy=False
        )
    ]


def _sequences(lane: Lane, reading: Reading) -> list[exp.Select]:
    number_, leaf = lane.leaves[0]
    assert isinstance(leaf, dated.Sequence)
    after, until = reading.window(lane.key.holding)
    chain = chain_rows(leaf, after=after, until=until)
    kept = [column(name, "q") for name in ("person_key", "from_date", "to_date")]
    marked = exp.select(*kept, *_no_amount(reading), _number(number_), copy=False).from_(
        chain.subquery("q", copy=False), copy=False
    )
    return [marked]


def _number(leaf: int) -> exp.Expr:
    return exp.alias_(cast(number(leaf), "INTEGER"), "leaf", copy=False)


def _segments(lane: Lane, reading: Reading) -> list[exp.Select]:
    (number_, leaf) = lane.leaves[0]
    assert isinstance(leaf, Segment)
    codes = is_in(column("subsegment_code", "r"), leaf.any_of)
    wanted = any_of([codes, is_in(column("segment_code", "r"), leaf.any_of)])
    columns = [column("month_end", "h"), *_no_amount(reading)]
    select = _marked("segments.history", [(number_, wanted)], columns, wanted, alias="h")
    same_code = column("subsegment_code", "r").eq(column("subsegment_code", "h"))
    return [select.join(table("definitions.segment_rule", "r"), on=same_code, copy=False)]


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
            leaf = leaf.when(test, number(number_), copy=False)
        leaf = leaf.else_(number(cases[-1][0]), copy=False)
    person = column("person_key", alias)
    chosen = [person, *columns, exp.alias_(cast(leaf, "INTEGER"), "leaf", copy=False)]
    return exp.select(*chosen, copy=False).from_(table(name, alias), copy=False).where(wanted, copy=False)


_SOURCES = {
    "condition": _conditions,
    "attribute": _attributes,
    "activity": _activities,
    "codelist": _codelists,
    "sequence": _sequences,
    "segment": _segments,
}
