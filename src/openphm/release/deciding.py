"""Deciding: what may be shown of one figure, from the figure alone.

What a figure is, is read from the cell:

    count    a whole number without numerator; its denominator, if given, is the group it is part of
    share    numerator and denominator are both whole numbers: counts of people
    amount   anything else: a mean, a rate, a sum of pounds

A figure about people whose number is not given is not shown: who asks must say how many stand behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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


def decide_row(row: Sequence[Cell | Scalar], rule: DisclosureRule) -> list[Figure | Scalar]:
    """What may be shown of a row. The limits of a percentage are hidden with it.

    Limits come from exact counts, so they are shown to one figure fewer than other amounts: the counts could
    be had from them.
    """
    shares = {_parts(cell) for cell in row if isinstance(cell, Cell) and _is_share(cell)}
    decided: list[Figure | Scalar] = []
    hidden: set[tuple[float, float]] = set()
    for item in row:
        if not isinstance(item, Cell):
            decided.append(item)
            continue
        is_limit = _parts(item) in shares and not _is_share(item)
        figure = decide(item, _rule_of_limits(rule) if is_limit else rule)
        if figure.is_suppressed and (parts := _parts(item)):
            hidden.add(parts)
        decided.append(figure)
    for place, item in enumerate(row):
        if isinstance(item, Cell) and item.value is not None and _parts(item) in hidden:
            decided[place] = HIDDEN_FIGURE
    return decided


def _rule_of_limits(rule: DisclosureRule) -> DisclosureRule:
    return replace(rule, significant_figures=max(rule.significant_figures - 1, 1))


def _parts(cell: Cell) -> tuple[float, float] | None:
    """What a figure was made from; None for a count or a sum."""
    if cell.numerator is None or cell.denominator is None:
        return None
    return float(cell.numerator), float(cell.denominator)


def decide(cell: Cell, rule: DisclosureRule) -> Figure:
    """What may be shown of one figure under a rule."""
    if rule.method == "none" or cell.value is None:
        return Figure(cell.value)
    if not isinstance(cell.value, int | float | Decimal):
        return _text(cell, rule)
    if _is_share(cell):
        return _share(cell, rule)
    if _is_whole(cell.value):
        return _count(cell, rule)
    return _amount(cell, rule)


def _is_share(cell: Cell) -> bool:
    return _is_whole(cell.numerator) and _is_whole(cell.denominator)


def _share(cell: Cell, rule: DisclosureRule) -> Figure:
    """From rounded counts. Hidden when few people are in it, or few of the group are not."""
    assert cell.numerator is not None
    assert cell.denominator is not None
    numerator, denominator = int(cell.numerator), int(cell.denominator)
    if any(_is_small(count, rule) for count in (numerator, denominator, denominator - numerator)):
        return HIDDEN_FIGURE
    base = rounded(denominator, rule)
    return Figure(rounded(numerator, rule) / base if base else None)


def _text(cell: Cell, rule: DisclosureRule) -> Figure:
    """A verdict or a day: hidden where a figure of the same people would be."""
    few = cell.n_people is not None and cell.n_people < rule.smallest_group
    hidden = few or _is_dominated(cell, rule) or (_is_share(cell) and _share(cell, rule).is_suppressed)
    return HIDDEN_FIGURE if hidden else Figure(cell.value)


def _count(cell: Cell, rule: DisclosureRule) -> Figure:
    assert isinstance(cell.value, int)
    people = cell.value if cell.n_people is None else cell.n_people
    if _is_small(cell.value, rule) or _is_small(people, rule) or _is_dominated(cell, rule):
        return HIDDEN_FIGURE
    if _is_whole(cell.denominator) and _is_small(int(cell.denominator or 0) - cell.value, rule):
        return HIDDEN_FIGURE
    return Figure(rounded(cell.value, rule))


def _amount(cell: Cell, rule: DisclosureRule) -> Figure:
    assert isinstance(cell.value, int | float | Decimal)
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
