"""Numbers in sentences. No disclosure rule reads one, so it gives no small or exact number of people."""

from __future__ import annotations

from math import isnan

from openphm.core.units import UNITS

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


def chance(probability: float) -> str:
    """A probability, never as certain.

    >>> chance(0.0001), chance(0.42), chance(0.9999), chance(float("nan"))
    ('less than 1%', '42%', 'more than 99%', 'not known')
    """
    return "not known" if isnan(probability) else UNITS["probability"].text(probability)


def change_in_words(change: float, *, is_cost: bool = False) -> str:
    """A change beside something else.

    >>> change_in_words(-0.44), change_in_words(0.081), change_in_words(-0.2, is_cost=True)
    ('44% fewer than', '8% more than', '20% less than')
    >>> change_in_words(0.001)
    'the same as'
    """
    said = _more_or_less(change, is_cost=is_cost)
    return f"{said} than" if said else "the same as"


def interval_in_words(lower: float, upper: float, *, is_cost: bool = False) -> str:
    """The limits of a change, the smaller first.

    >>> interval_in_words(-0.4, -0.23), interval_in_words(-0.15, 0.08), interval_in_words(0.001, 0.08)
    ('23% to 40% fewer', '15% fewer to 8% more', 'no change to 8% more')
    """
    low, high = (_more_or_less(one, is_cost=is_cost) or "no change" for one in (lower, upper))
    if lower < 0 and upper < 0 and "no change" not in (low, high):
        return f"{-upper:.0%} to {low}"
    return f"{lower:.0%} to {high}" if lower > 0 and "no change" not in (low, high) else f"{low} to {high}"


def _more_or_less(change: float, *, is_cost: bool) -> str:
    """More of something or fewer, of a cost less; empty for what rounds to no change."""
    size = f"{abs(change):.0%}"
    if size == "0%":
        return ""
    return f"{size} {'more' if change > 0 else 'less' if is_cost else 'fewer'}"


def within(title: str) -> str:
    """A title as it stands within a sentence; what begins with an abbreviation keeps it.

    >>> within("Emergency admissions"), within("ED attendances")
    ('emergency admissions', 'ED attendances')
    """
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
