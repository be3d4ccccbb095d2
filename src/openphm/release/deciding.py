"""Deciding: what may be shown of one figure, from the figure alone.

What a figure is, is read from the cell:

    count    a whole number without numerator and denominator
    share    numerator and denominator are both whole numbers: counts of people
    amount   anything else: a mean, a rate, a sum of pounds

A figure about people whose number is not given is not shown: who asks must say how many stand behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, log10

from openphm.core.results import Cell, Scalar
from openphm.release.rule import DisclosureRule


@dataclass(frozen=True)
class Figure:
    """A figure that may be shown; its value is None when it is hidden or not known."""

    value: Scalar
    is_suppressed: bool = False


HIDDEN_FIGURE = Figure(None, is_suppressed=True)


def decide(cell: Cell, rule: DisclosureRule) -> Figure:
    """What may be shown of one figure under a rule."""
    if rule.method == "none" or cell.value is None:
        return Figure(cell.value)
    if _is_whole(cell.numerator) and _is_whole(cell.denominator):
        return _share(cell, rule)
    if _is_whole(cell.value):
        return _count(cell, rule)
    return _amount(cell, rule)


def _share(cell: Cell, rule: DisclosureRule) -> Figure:
    """From rounded counts. Hidden when few people are in it, or few of the group are not."""
    assert cell.numerator is not None
    assert cell.denominator is not None
    numerator, denominator = int(cell.numerator), int(cell.denominator)
    if any(_is_small(count, rule) for count in (numerator, denominator, denominator - numerator)):
        return HIDDEN_FIGURE
    base = rounded(denominator, rule)
    return Figure(rounded(numerator, rule) / base if base else None)


def _count(cell: Cell, rule: DisclosureRule) -> Figure:
    assert isinstance(cell.value, int)
    people = cell.value if cell.n_people is None else cell.n_people
    if _is_small(cell.value, rule) or _is_small(people, rule) or _is_dominated(cell, rule):
        return HIDDEN_FIGURE
    return Figure(rounded(cell.value, rule))


def _amount(cell: Cell, rule: DisclosureRule) -> Figure:
    if not isinstance(cell.value, int | float | Decimal):
        return Figure(cell.value)
    if cell.n_people == 0 and cell.value == 0:
        return Figure(0.0)
    too_few = cell.n_people is None or cell.n_people < rule.smallest_group
    if too_few or _is_dominated(cell, rule):
        return HIDDEN_FIGURE
    return Figure(_to_figures(float(cell.value), rule.significant_figures))


def _is_small(count: int, rule: DisclosureRule) -> bool:
    return 0 < count < rule.suppress_below


def _is_dominated(cell: Cell, rule: DisclosureRule) -> bool:
    return cell.largest_share is not None and cell.largest_share > rule.largest_share


def rounded(count: int, rule: DisclosureRule) -> int:
    """A count as it is shown: the nearest multiple, or the middle of the multiple it falls in."""
    if rule.method == "midpoint":
        return ceil(count / rule.round_to) * rule.round_to - rule.round_to // 2 if count > 0 else 0
    return rule.round_to * floor(count / rule.round_to + 0.5)


def _to_figures(value: float, figures: int) -> float:
    """Rounded to so many significant figures.

    >>> _to_figures(1571.28, 3), _to_figures(0.04567, 2)
    (1570.0, 0.046)
    """
    return 0.0 if value == 0 else round(value, figures - 1 - floor(log10(abs(value))))


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
