"""The part of the SQL lint that compares the final SELECT with the columns of the header."""

from __future__ import annotations

from sqlglot import exp

from openphm.core.errors import Problem
from openphm.store.header import Header
from openphm.store.portable import portable_type
from openphm.store.sql_tree import line_of

_RULE = "The final SELECT is CAST(... AS TYPE) AS name for each column of the header, in that order."
_SPELLINGS = {"INT": "INTEGER", "TEXT": "STRING"}


def check_final_select(select: exp.Query, header: Header, where: str) -> list[Problem]:
    """Names, order, types and explicit casts of the last SELECT of a file."""
    if not isinstance(select, exp.Select):
        return [
            Problem(where, "the final SELECT is a UNION", _RULE, "put the UNION in a CTE and select from it")
        ]
    given = [one.alias_or_name for one in select.expressions]
    promised = [column.name for column in header.columns]
    problems = [
        Problem(where, f"the header promises column {name}, the SELECT does not give it", _RULE)
        for name in promised
        if name not in given
    ]
    problems += [
        Problem(where, f"the SELECT gives column {name}, the header does not name it", _RULE)
        for name in given
        if name not in promised
    ]
    if not problems and given != promised:
        first = next(a for a, b in zip(given, promised, strict=False) if a != b)
        problems.append(Problem(where, f"the columns are in another order, from {first} on", _RULE))
    kinds = {column.name: column.type for column in header.columns}
    for one in select.expressions:
        problems += _check_projection(one, kinds.get(one.alias_or_name), where)
    return problems


def _check_projection(one: exp.Expr, promised: str | None, where: str) -> list[Problem]:
    line = line_of(one)
    place = f"{where}, line {line}" if line else where
    name = one.alias_or_name or "a column"
    if not isinstance(one, exp.Alias):
        return [Problem(place, f"{name} is not named with AS", _RULE)]
    cast = one.this
    if type(cast) is not exp.Cast:
        return [
            Problem(place, f"{name} has no CAST around it", _RULE, f"write CAST(... AS {promised or 'TYPE'})")
        ]
    kind = cast.to.sql().upper().replace(" ", "")
    kind = portable_type(_SPELLINGS.get(kind, kind)) or kind
    if promised and kind != promised:
        return [Problem(place, f"{name} is cast to {kind}, and the header says {promised}", _RULE)]
    return []
