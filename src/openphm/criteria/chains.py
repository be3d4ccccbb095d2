"""Chains: the SQL of a sequence of events.

Each step is the days on which it happened, once a person and day. Steps are joined in order, and what
remains is one row for each first day, with the first day on which the whole chain was complete.
"""

from __future__ import annotations

from datetime import date

from sqlglot import exp

from openphm.criteria.coded import coded_rows
from openphm.criteria.dated import Sequence, Step
from openphm.criteria.trees import all_of, call, column, in_window, is_in, number, table


def chain_rows(sequence: Sequence, *, after: date | None = None, until: date | None = None) -> exp.Select:
    """person_key, from_date (of the first step) and to_date (when the chain was complete).

    after, until: the days in which every step must be, when they are known beforehand.
    """
    happened, missing = sequence.happened, sequence.missing
    chain = exp.select(
        column("person_key", "e1"), exp.alias_(column("day", "e1"), "from_date", copy=False), copy=False
    )
    chain = chain.from_(_days(happened[0], after, until).subquery("e1", copy=False), copy=False)
    for place, step in enumerate(happened[1:], start=2):
        days = _days(step, after, until).subquery(f"e{place}", copy=False)
        chain = chain.join(days, on=_follows(sequence, f"e{place - 1}", f"e{place}"), copy=False)
    last = f"e{len(happened)}"
    complete: exp.Expr = column("day", last)
    if missing is not None:
        assert sequence.within_days is not None
        came = exp.select(number(1), copy=False).from_(_rows(missing, after, until).subquery("n", copy=False))
        came = came.where(_follows(sequence, last, "n"), copy=False)
        chain = chain.where(exp.not_(exp.Exists(this=came), copy=False), copy=False)
        complete = call("add_days", complete, number(sequence.within_days))
    done = exp.alias_(exp.func("MIN", complete, copy=False), "to_date", copy=False)
    return chain.select(done, copy=False).group_by(
        column("person_key", "e1"), column("day", "e1"), copy=False
    )


def _follows(sequence: Sequence, before: str, later: str) -> exp.Expr:
    """One step comes after another, soon enough."""
    day, earlier = column("day", later), column("day", before)
    tests: list[exp.Expr] = [column("person_key", later).eq(column("person_key", before))]
    tests.append(day >= earlier if sequence.same_day else day > earlier)
    if sequence.within_days is not None:
        tests.append(day.copy() <= call("add_days", earlier.copy(), number(sequence.within_days)))
    return all_of(tests)


def _days(step: Step, after: date | None, until: date | None) -> exp.Select:
    """The days on which a step happened: person_key and day, each once, so that steps join to few."""
    keys = [column("person_key", "d"), column("day", "d")]
    rows = _rows(step, after, until).subquery("d", copy=False)
    return exp.select(*keys, copy=False).distinct(copy=False).from_(rows, copy=False)


def _rows(step: Step, after: date | None, until: date | None) -> exp.Query:
    """The rows that say that a step happened: person_key and day among their columns."""
    if step.word == "codelist":
        parts = coded_rows([(1, step.codes)], "day", after=after, until=until)
        return parts[0] if len(parts) == 1 else exp.union(*parts, distinct=False, copy=False)
    name, id_, day = _TABLES[step.word]
    wanted = [is_in(column(id_), step.any_of), *in_window(column(day), after, until)]
    if step.word == "activity":
        wanted.append(column("is_start"))
    rows = exp.select(column("person_key"), exp.alias_(column(day), "day", copy=False), copy=False)
    return rows.from_(table(name, "t"), copy=False).where(*wanted, copy=False)


_TABLES = {
    "activity": ("activity.event", "point_of_delivery", "event_date"),
    "condition": ("conditions.person_condition", "condition_id", "start_date"),
}
