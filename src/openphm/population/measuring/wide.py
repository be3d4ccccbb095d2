"""The fast form: measures as at a year end, in one scan of the wide snapshot.

person.snapshot holds who is registered, with criteria, use and pounds as columns. Those who died or left in
the window have rows of the same form in memory (`leavers`), made once for a date when a rate is first asked.

Where the snapshot cannot answer (other dates and windows, events, what was so when the window began), there
is no wide form and the general one is used. Both give the same sums, by test.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlglot import exp

from openphm.criteria import All, Any, AtLeast, Criterion, Everyone, Not, Snapshot
from openphm.population.measuring.groups import Group
from openphm.population.measuring.needed import AGE, Needed

SNAPSHOT = "person.snapshot"
MONTHS = 12


def wide_frame(needed: Needed, groups: Sequence[Group], snapshot: Snapshot) -> str | None:
    """`frame` over `people` of the snapshot's form, or None where the snapshot cannot answer."""
    if needed.months != MONTHS or needed.events or needed.at_start:
        return None
    if any(not group.wide for group in groups):
        return None
    columns = _columns(needed, snapshot)
    if columns is None:
        return None
    by = [f"{group.wide} AS by_{group.name}" for group in groups]
    listed = ", ".join([*columns, *by])
    return f"frame AS (\nSELECT {listed}\nFROM people AS p\n)"


def columns_read(frame: str, snapshot: Snapshot) -> str:
    """The columns of `p` that a frame reads: of a hundred and more, a statement should name only these."""
    named = set(re.findall(r"\bp\.(\w+)", frame)) & set(snapshot.columns)
    return ", ".join(f"p.{name}" for name in sorted(named))


def _columns(needed: Needed, snapshot: Snapshot) -> list[str] | None:
    """Every column that the measures name, as expressions over one row `p`; None when one is not there."""
    found = ["p.is_registered_as_at", "p.person_days"]
    for criterion, name in needed.criteria.items():
        test = wide_test(criterion, snapshot)
        if test is None:
            return None
        found.append(f"{test} AS {name}")
    for attribute, name in needed.numbers.items():
        column = "age_years" if attribute == AGE else attribute
        if column not in snapshot.columns:
            return None
        found.append(f"p.{column} AS {name}")
    for use, name in needed.uses.items():
        if not use.columns or any(column not in snapshot.columns for column in use.columns):
            return None
        summed = _shorter(use.columns, needed, snapshot)
        found.append(f"{' + '.join(f'p.{column}' for column in summed)} AS {name}")
    return found


def _shorter(columns: tuple[str, ...], needed: Needed, snapshot: Snapshot) -> tuple[str, ...]:
    """The snapshot's own total, where these columns are all pounds, or all of one category."""
    names: dict[str, set[str]] = {}
    for point, category in needed.points.items():
        if category != "none":
            names.setdefault(f"cost_{category}_gbp", set()).add(f"cost_{point}_gbp")
            names.setdefault("cost_total_gbp", set()).add(f"cost_{point}_gbp")
    whole = [name for name, pounds in names.items() if pounds == set(columns) and name in snapshot.columns]
    return (whole[0],) if whole else columns


def wide_where(criterion: Criterion | None, snapshot: Snapshot) -> str | None:
    """A filter whose parts stand side by side, so that rows can be skipped; None: it cannot be asked."""
    if criterion is None or isinstance(criterion, Everyone):
        return "TRUE"
    parts = criterion.of if isinstance(criterion, All) else (criterion,)
    tests = [_bare(part, snapshot) for part in parts]
    return None if any(test is None for test in tests) else " AND ".join(f"({test})" for test in tests)


def _bare(criterion: Criterion, snapshot: Snapshot) -> str | None:
    """As `wide_test`; a leaf may be null where it is false, which a filter does not mind."""
    if isinstance(criterion, All | Any | AtLeast | Not | Everyone):
        return wide_test(criterion, snapshot)
    return _leaf(criterion, snapshot)


def _leaf(criterion: Criterion, snapshot: Snapshot) -> str | None:
    test = snapshot.test(criterion)
    if test is None:
        return None
    for column in test.find_all(exp.Column):
        column.set("table", exp.to_identifier("p"))
    return test.sql(normalize_functions=False)


def wide_test(criterion: Criterion, snapshot: Snapshot) -> str | None:
    """A criterion as a condition over one row `p` of the snapshot; None when it cannot be answered there."""
    if isinstance(criterion, Everyone):
        return "TRUE"
    if isinstance(criterion, All | Any | AtLeast | Not):
        parts = [wide_test(part, snapshot) for part in criterion.children]
        if any(part is None for part in parts):
            return None
        return _combined(criterion, [part for part in parts if part is not None])
    test = _leaf(criterion, snapshot)
    return None if test is None else f"COALESCE({test}, FALSE)"


def _combined(criterion: Criterion, parts: Sequence[str]) -> str:
    if isinstance(criterion, Not):
        return f"NOT ({parts[0]})"
    if isinstance(criterion, AtLeast):
        ones = " + ".join(f"CASE WHEN {part} THEN 1 ELSE 0 END" for part in parts)
        return f"({ones}) >= {criterion.count}"
    return "(" + (" AND " if isinstance(criterion, All) else " OR ").join(parts) + ")"
