"""Numbers of people in sentences. No disclosure rule reads a sentence, so no small or exact one is given."""

from __future__ import annotations

SMALL = 10
NEAREST = 5


def about(number: int) -> str:
    """The number to the nearest five, or that it is small.

    >>> about(1_234), about(4)
    ('about 1,235', 'fewer than 10')
    """
    return f"about {NEAREST * round(number / NEAREST):,}" if number >= SMALL else f"fewer than {SMALL}"


def share_of(share: float, number: int) -> str:
    """A share of so many people, unless it would tell a small number of them.

    >>> share_of(0.13, 80), share_of(0.013, 80), share_of(0.0, 80)
    ('13% of the people', 'Fewer than 10 people', 'None of the people')
    """
    if share == 0:
        return "None of the people"
    return f"{share:.0%} of the people" if share * number >= SMALL else f"Fewer than {SMALL} people"
