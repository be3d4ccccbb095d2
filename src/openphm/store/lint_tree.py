"""The part of the SQL lint that looks at constructs: joins, order, division, casts, clauses."""

from __future__ import annotations

from sqlglot import exp

from openphm.core.errors import Problem
from openphm.store.portable import WHOLE_NUMBERS
from openphm.store.sql_tree import ColumnTypes, Fractions, line_of

_INSTEAD: dict[type[exp.Expr], tuple[str, str]] = {
    exp.Pivot: ("PIVOT or UNPIVOT", "SUM(CASE WHEN ...) for columns, UNION ALL for rows"),
    exp.Qualify: ("QUALIFY", "a CTE with the window and WHERE on it"),
    exp.Lateral: ("LATERAL", "a CTE and a join"),
    exp.Unnest: ("UNNEST", "one row per value"),
    exp.Array: ("a list", "one row per value"),
    exp.Struct: ("a struct", "one column per value"),
    exp.Bracket: ("an index", "SUBSTRING for text, one row per value for lists"),
    exp.Limit: ("LIMIT", "ROW_NUMBER() OVER (... ORDER BY a unique order) and WHERE on it"),
    exp.Fetch: ("FETCH", "ROW_NUMBER() OVER (... ORDER BY a unique order) and WHERE on it"),
    exp.Offset: ("OFFSET", "ROW_NUMBER() OVER (... ORDER BY a unique order) and WHERE on it"),
    exp.TableSample: ("a sample", "a rule that gives the same rows each time"),
    exp.ILike: ("ILIKE", "LOWER(x) LIKE ..."),
    exp.RegexpLike: ("a regular expression", "LIKE or SUBSTRING"),
    exp.SimilarTo: ("SIMILAR TO", "LIKE or SUBSTRING"),
    exp.Lambda: ("a lambda", "plain columns"),
    exp.IntDiv: ("whole-number division", "FLOOR(safe_divide(a, b))"),
    exp.BitwiseAnd: ("& on bits", "AND, or %"),
    exp.BitwiseOr: ("| on bits", "OR, or || for text"),
    exp.BitwiseXor: ("^", "POWER(a, b)"),
    exp.Cube: ("CUBE", "GROUPING SETS"),
    exp.Rollup: ("ROLLUP", "GROUPING SETS"),
    exp.Into: ("INTO", "the header's writes"),
    exp.Lock: ("FOR UPDATE", "nothing"),
    exp.ParameterizedAgg: ("a parameterised aggregate", "a plain aggregate"),
    exp.Any: ("ANY", "IN or EXISTS"),
    exp.All: ("ALL", "NOT EXISTS"),
}
_NUMBERING = (
    exp.RowNumber,
    exp.Rank,
    exp.DenseRank,
    exp.Lag,
    exp.Lead,
    exp.FirstValue,
    exp.LastValue,
    exp.Ntile,
)
_JOIN_KINDS = frozenset({"", "INNER", "CROSS", "OUTER"})


def check_tree(select: exp.Query, where: str, known: ColumnTypes) -> list[Problem]:
    """Every construct of a SELECT that is not in the portable subset."""
    fractions = Fractions(select, known)
    ctes = {cte.alias for cte in select.find_all(exp.CTE)}
    problems: list[Problem] = []
    for node in select.walk():
        line = line_of(node)
        place = f"{where}, line {line}" if line else where
        problems += _check_construct(node, place)
        if isinstance(node, exp.Table):
            problems += _check_table(node, ctes, place)
        elif isinstance(node, exp.Join):
            problems += _check_join(node, place)
        elif isinstance(node, (exp.Div, exp.Mod)):
            problems += _check_division(node, place)
        elif isinstance(node, exp.Cast):
            problems += _check_cast(node, fractions, place)
    return problems


def _check_construct(node: exp.Expr, place: str) -> list[Problem]:
    told = next((told for kind, told in _INSTEAD.items() if isinstance(node, kind)), None)
    if told:
        return [Problem(place, f"{told[0]} is not in the portable subset", remedy=f"write {told[1]}")]
    if isinstance(node, exp.Star) and not isinstance(node.parent, exp.Count):
        unseen = "A column that appears in a source must not appear in a table unseen."
        return [Problem(place, "SELECT * is not allowed", unseen, "name the columns")]
    if isinstance(node, exp.With) and node.args.get("recursive"):
        return [Problem(place, "a recursive CTE is not in the portable subset", remedy="join to build.month")]
    if isinstance(node, exp.Group) and node.args.get("all"):
        return [Problem(place, "GROUP BY ALL is not in the portable subset", remedy="name the columns")]
    if isinstance(node, exp.Interval) and not node.find_ancestor(exp.WindowSpec):
        differs = "A date plus an interval is a timestamp on DuckDB and a date on Spark."
        remedy = "write add_days(d, n) or add_months(d, n)"
        return [Problem(place, "INTERVAL outside a window frame", differs, remedy)]
    return _check_order(node, place)


def _check_order(node: exp.Expr, place: str) -> list[Problem]:
    """ORDER BY where it says something, and nowhere else."""
    if isinstance(node, exp.Order) and not isinstance(node.parent, (exp.Window, exp.WithinGroup)):
        remedy = "say the order in the header's sort"
        return [Problem(place, "ORDER BY has no effect on a stored table", remedy=remedy)]
    if isinstance(node, exp.Window) and isinstance(node.this, _NUMBERING) and not node.args.get("order"):
        return [Problem(place, f"{node.this.sql()} has no ORDER BY", "Its answer would depend on luck.")]
    return []


def _check_table(table: exp.Table, ctes: set[str], place: str) -> list[Problem]:
    name = ".".join(part.name for part in table.parts)
    if (len(table.parts) == 2) or (len(table.parts) == 1 and table.name in ctes):
        return []
    return [
        Problem(
            place,
            f"'{name}' is neither a CTE of this file nor schema.table",
            remedy="name the table with its schema, and nothing before the schema",
        )
    ]


def _check_join(join: exp.Join, place: str) -> list[Problem]:
    kind, method = (join.args.get("kind") or "").upper(), (join.args.get("method") or "").upper()
    if kind not in _JOIN_KINDS or method:
        remedy = {"ASOF": "ROW_NUMBER over the rows before, newest first", "NATURAL": "ON or USING"}
        return [
            Problem(
                place,
                f"{method or kind} JOIN is not in the portable subset",
                remedy=f"write {remedy.get(method, 'EXISTS or NOT EXISTS')}",
            )
        ]
    if kind != "CROSS" and not join.args.get("on") and not join.args.get("using"):
        return [
            Problem(
                place,
                "a join without ON or USING",
                "A comma between tables hides a product of all rows.",
                "write ON ..., or CROSS JOIN where one table has one row",
            )
        ]
    return []


def _check_division(node: exp.Div | exp.Mod, place: str) -> list[Problem]:
    divisor = node.expression.unnest()
    if isinstance(divisor, exp.Nullif):
        return []
    if isinstance(divisor, exp.Literal) and not divisor.is_string and float(divisor.name) != 0:
        return []
    mark = "/" if isinstance(node, exp.Div) else "%"
    return [
        Problem(
            place,
            f"{mark} with a divisor that may be 0",
            "Spark stops with an error; DuckDB gives null or infinity.",
            f"write safe_divide(a, b), or a {mark} NULLIF(b, 0)",
        )
    ]


def _check_cast(node: exp.Cast, fractions: Fractions, place: str) -> list[Problem]:
    kind = node.to.sql().upper()
    if (kind in WHOLE_NUMBERS or kind == "INT") and fractions.may_be_in(node.this):
        return [
            Problem(
                place,
                f"CAST of a fraction to {'INTEGER' if kind == 'INT' else kind}",
                "DuckDB rounds, Spark cuts off.",
                "put FLOOR, CEIL or ROUND inside the CAST",
            )
        ]
    return []
