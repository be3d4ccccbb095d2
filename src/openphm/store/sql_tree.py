"""What the lint and the lineage ask of a syntax tree: which column is meant, which number is a fraction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


class Sources:
    """Finds where a column of a tree comes from: stored tables, or expressions of a CTE or sub-query."""

    def __init__(self, select: exp.Query, known: ColumnTypes) -> None:
        root = build_scope(select)
        self._scopes = {} if root is None else {id(scope.expression): scope for scope in root.traverse()}
        self._known = known

    def of(self, column: exp.Column) -> tuple[list[str], list[exp.Expr]]:
        """The stored tables a column may be in, and the expressions that make it elsewhere in the tree."""
        scope = self._scopes.get(id(column.find_ancestor(exp.Select)))
        while scope is not None:
            near = {name: source for name, (_, source) in scope.selected_sources.items()}
            if column.table in near:
                return self._found([near[column.table]], column.name)
            if not column.table:
                tables, inner = self._found(list(near.values()), column.name)
                if tables or inner:
                    return tables, inner
            scope = scope.parent  # a correlated sub-query sees the tables around it
        return [], []

    def _found(self, sources: Sequence[exp.Expr | Scope], name: str) -> tuple[list[str], list[exp.Expr]]:
        tables: list[str] = []
        inner: list[exp.Expr] = []
        for source in sources:
            if isinstance(source, exp.Table):
                table = f"{source.db}.{source.name}"
                if len(sources) == 1 or name in self._known.get(table, {name: ""}):
                    tables.append(table)
            elif isinstance(source, Scope):
                inner += _made(source, name)
        return (tables, inner) if len(tables) < 2 or not inner else ([], inner)


def _made(scope: Scope, name: str) -> list[exp.Expr]:
    """The expressions that make a named column of a CTE or sub-query; several for a UNION, by position."""
    parts = scope.set_operation_scopes
    if not parts:
        selects = scope.expression.selects if isinstance(scope.expression, exp.Query) else []
        names = scope.outer_columns or [one.alias_or_name for one in selects]
        return [one.unalias() for label, one in zip(names, selects, strict=False) if label == name]
    first = _leaf(parts[0])
    names = scope.outer_columns or [one.alias_or_name for one in first]
    place = names.index(name) if name in names else -1
    return [] if place < 0 else [one for part in parts for one in _at(part, place)]


def _leaf(scope: Scope) -> list[exp.Expr]:
    return scope.expression.selects if isinstance(scope.expression, exp.Query) else []


def _at(scope: Scope, place: int) -> list[exp.Expr]:
    if scope.set_operation_scopes:
        return [one for part in scope.set_operation_scopes for one in _at(part, place)]
    selects = _leaf(scope)
    return [selects[place].unalias()] if place < len(selects) else []


class Fractions:
    """Says whether an expression may have digits after the point, as far as the text tells."""

    def __init__(self, select: exp.Query, known: ColumnTypes) -> None:
        self._sources = Sources(select, known)
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
        tables, inner = self._sources.of(column)
        kinds = [self._known.get(table, {}).get(column.name, "") for table in tables]
        return any(map(_is_fractional, kinds)) or any(self.may_be_in(one, depth + 1) for one in inner)


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
