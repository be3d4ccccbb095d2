"""The few bits of SQL text that the store itself puts around a SELECT."""

from __future__ import annotations

from collections.abc import Sequence

from openphm.store.engine import check_columns


def text_literal(text: str) -> str:
    """A SQL text literal.

    >>> text_literal("St John's")
    "'St John''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def bare(select: str) -> str:
    """A statement without the semicolon that may end it."""
    return select.strip().rstrip(";")


def wrap(select: str, sort_by: Sequence[str]) -> str:
    """The SELECT, unchanged, inside one that puts the rows in order. A last comment line does no harm."""
    order = ", ".join(check_columns(sort_by))
    return f"SELECT * FROM (\n{bare(select)}\n) AS made" + (f" ORDER BY {order}" if order else "")
