"""Small pieces of SQL as syntax trees.

A value from a person never becomes SQL text by hand: it becomes a literal in a tree, and SQLGlot
prints the tree with the quoting that a literal needs. Trees are made here and seen by nobody else, so
they are put together without copies, which would make the work grow with the square of their size.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlglot import exp

from openphm.core.errors import DefinitionError
from openphm.core.periods import Month
from openphm.criteria.language import Attribute


def column(name: str, table_alias: str | None = None) -> exp.Column:
    """A column, of a named table when there is more than one."""
    return exp.column(name, table=table_alias)


def table(name: str, alias: str) -> exp.Table:
    """A table `schema.name` under an alias."""
    parts = name.split(".")
    named = exp.table_(parts[-1], db=parts[0] if len(parts) > 1 else None)
    named.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))
    return named


def text(value: str) -> exp.Expr:
    """A text literal, from characters that both engines read in the same way.

    Spark reads a backslash and a doubled quote differently from DuckDB; no code or name needs them.
    """
    if not is_plain_text(value):
        raise DefinitionError("criterion", "A value holds a quote, a backslash or a control character.")
    return exp.Literal.string(value)


def is_plain_text(value: str) -> bool:
    """True when a text can stand in SQL on both engines."""
    return value.isprintable() and not set(value) & {"'", "\\"}


def cast(tested: exp.Expr, to: str) -> exp.Expr:
    """CAST to a type by the name that both engines know: STRING, INT, DATE, DECIMAL(18, 2)."""
    kind = exp.DataType(this=exp.DataType.Type.USERDEFINED, kind=to)
    return exp.Cast(this=tested, to=kind)


def number(value: float) -> exp.Expr:
    """A number literal, with its minus sign outside as SQL has it."""
    whole = int(value) if value == int(value) else value
    return exp.Neg(this=exp.Literal.number(-whole)) if whole < 0 else exp.Literal.number(whole)


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    """One of the prelude's functions, printed by its name on both engines."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def is_in(tested: exp.Expr, values: Sequence[str | float]) -> exp.Expr:
    """The tested value is one of these."""
    literals = [text(v) if isinstance(v, str) else number(v) for v in values]
    if len(literals) == 1:
        return exp.EQ(this=tested, expression=literals[0])
    return exp.In(this=tested, expressions=literals)


def number_tests(tested: exp.Expr, limits: Attribute) -> exp.Expr:
    """A number passes every limit that is given."""
    tests: list[exp.Expr] = []
    if limits.at_least is not None:
        tests.append(exp.GTE(this=tested.copy(), expression=number(limits.at_least)))
    if limits.at_most is not None:
        tests.append(exp.LTE(this=tested.copy(), expression=number(limits.at_most)))
    if limits.above is not None:
        tests.append(exp.GT(this=tested.copy(), expression=number(limits.above)))
    if limits.below is not None:
        tests.append(exp.LT(this=tested.copy(), expression=number(limits.below)))
    if limits.any_of:
        tests.append(is_in(tested.copy(), limits.any_of))
    return all_of(tests)


def begins_with(tested: exp.Expr, beginning: str) -> exp.Expr:
    """The tested text begins with this one, which has no % or _ in it."""
    if set(beginning) & {"%", "_"}:
        raise DefinitionError("criterion", "A code holds a % or a _.")
    return exp.Like(this=tested, expression=text(f"{beginning}%"))


def day_literal(day: date) -> exp.Expr:
    """A date."""
    return cast(text(day.isoformat()), "DATE")


def in_window(day: exp.Expr, after: date | None, until: date | None) -> list[exp.Expr]:
    """A day is after one and not after another, as far as they are known."""
    tests: list[exp.Expr] = []
    if after is not None:
        tests.append(exp.GT(this=day.copy(), expression=day_literal(after)))
    if until is not None:
        tests.append(exp.LTE(this=day.copy(), expression=day_literal(until)))
    return tests


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last day of that month; as the prelude's add_months."""
    month = Month.containing(day).plus(-months)
    return month.start.replace(day=min(day.day, month.end.day))


def all_of(tests: Iterable[exp.Expr]) -> exp.Expr:
    """Every test holds; true when there is none."""
    found = list(tests)
    return exp.and_(*found, copy=False) if found else exp.true()


def any_of(tests: Iterable[exp.Expr]) -> exp.Expr:
    """At least one test holds; false when there is none."""
    found = list(tests)
    return exp.or_(*found, copy=False) if found else exp.false()


def is_open_after(ends: exp.Expr, after: exp.Expr) -> exp.Expr:
    """An interval is still open, or ends after a day."""
    return exp.paren(
        exp.or_(ends.is_(exp.null()), exp.GT(this=ends.copy(), expression=after.copy()), copy=False),
        copy=False,
    )
