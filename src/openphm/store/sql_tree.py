"""What the lint and the lineage ask of a syntax tree: which column is meant, which number is a fraction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, build_scope

from openphm.store.portable import WHOLE_NUMBERS

ColumnTypes: TypeAlias = Mapping[str, Mapping[str, str]]
"""Column types by table and column."""

_ROUNDED = (exp.Floor, exp.Ceil)
_FRACTION = (
    exp.Div,
    exp.SafeDivide,
    exp.Avg,
    exp.PercentileCont,
    exp.Sqrt,
    exp.Exp,
    exp.Ln,
    exp.Pow,
    exp.StddevSamp,
    exp.Variance,
    exp.CumeDist,
    exp.PercentRank,
)
_ALL_ARGUMENTS = (exp.Add, exp.Sub, exp.Mul, exp.Mod, exp.Coalesce, exp.Greatest, exp.Least)
_FIRST_ARGUMENT = (
    exp.Paren,
    exp.Neg,
    exp.Abs,
    exp.Nullif,
    exp.Sum,
    exp.Min,
    exp.Max,
    exp.Window,
    exp.Filter,
    exp.WithinGroup,
    exp.Lag,
    exp.Lead,
    exp.FirstValue,
    exp.LastValue,
    exp.Distinct,
)


def line_of(node: exp.Expr) -> int | None:
    """The line of the first name inside a node, as SQLGlot keeps lines with names alone."""
    for inside in node.walk():
        line = inside.meta.get("line")
        if line:
            return int(line)
    return None


def scopes_by_select(select: exp.Query) -> dict[int, Scope]:
    """For each SELECT of the tree (by id), the sources its columns can come from."""
    root = build_scope(select)
    return {} if root is None else {id(scope.expression): scope for scope in root.traverse()}


class Fractions:
    """Says whether an expression may have digits after the point, as far as the text tells."""

    def __init__(self, select: exp.Query, known: ColumnTypes) -> None:
        self._scopes = scopes_by_select(select)
        self._known = known

    def may_be_in(self, node: exp.Expr | None, depth: int = 0) -> bool:
        """True when the value may be a fraction; False when it is whole or cannot be told."""
        if node is None or depth > 40 or isinstance(node, _ROUNDED):
            return False
        if isinstance(node, _FRACTION):
            return True
        if isinstance(node, exp.Round):
            decimals = node.args.get("decimals")
            return decimals is not None and decimals.sql() != "0" and self.may_be_in(node.this, depth + 1)
        if isinstance(node, exp.Literal):
            return not node.is_string and "." in node.name
        if isinstance(node, exp.Cast):
            return _is_fractional(node.to.sql())
        if isinstance(node, exp.Column):
            return self._column(node, depth)
        return any(self.may_be_in(part, depth + 1) for part in _parts(node))

    def _column(self, column: exp.Column, depth: int) -> bool:
        select = column.find_ancestor(exp.Select)
        scope = self._scopes.get(id(select))
        if scope is None:
            return False
        near = {name: source for name, (_, source) in scope.selected_sources.items()}
        named = [near.get(column.table)] if column.table else list(near.values())
        return any(self._source(source, column.name, depth) for source in named)

    def _source(self, source: exp.Expr | Scope | None, name: str, depth: int) -> bool:
        if isinstance(source, exp.Table):
            return _is_fractional(self._known.get(f"{source.db}.{source.name}", {}).get(name, ""))
        if isinstance(source, Scope):
            if source.set_operation_scopes:
                return any(self._source(part, name, depth + 1) for part in source.set_operation_scopes)
            selects = source.expression.selects if isinstance(source.expression, exp.Query) else []
            made = [one for one in selects if one.alias_or_name == name]
            return any(self.may_be_in(one.unalias(), depth + 1) for one in made)
        return False


def _parts(node: exp.Expr) -> list[exp.Expr]:
    """The operands whose value can become the value of the node."""
    if isinstance(node, exp.Case):
        results = [branch.args.get("true") for branch in node.args.get("ifs", [])]
        return [part for part in (*results, node.args.get("default")) if part is not None]
    if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Query):
        return [one.unalias() for one in node.this.selects]
    if isinstance(node, _ALL_ARGUMENTS):
        return list(node.iter_expressions())
    if isinstance(node, _FIRST_ARGUMENT):
        return [node.this] if isinstance(node.this, exp.Expr) else []
    return []


def _is_fractional(kind: str) -> bool:
    spelt = kind.upper().replace(" ", "")
    if spelt in WHOLE_NUMBERS or spelt == "INT":
        return False
    return spelt == "DOUBLE" or (spelt.startswith("DECIMAL") and not spelt.endswith(",0)"))
