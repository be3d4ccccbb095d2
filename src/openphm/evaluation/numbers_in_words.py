"""Numbers of people in sentences. No disclosure rule reads a sentence, so it never gives a small number."""

from __future__ import annotations

SMALL = 10


def about(number: int) -> str:
    """The number, or that it is small.

    >>> about(1_234), about(4)
    ('1,234', 'fewer than 10')
    """
    return f"{number:,}" if number >= SMALL else f"fewer than {SMALL}"
