"""Released: a result after disclosure control, and the one function that makes it.

What a figure is, is read from the cell:

    count    a whole number without numerator and denominator
    share    numerator and denominator are both whole numbers: counts of people
    amount   anything else: a mean, a rate, a sum of pounds

A figure about people whose number is not given is not shown: who asks must say how many stand behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from math import floor, log10

from openphm.core.results import Cell, Provenance, Result, Scalar
from openphm.release.rule import DisclosureRule

_SEAL = object()
SUPPRESSED = "suppressed"


@dataclass(frozen=True)
class Figure:
    """A figure that may be shown; its value is None when it is hidden or not known."""

    value: Scalar
    is_suppressed: bool = False


class Released:
    """A table that may leave. Only `secondary_use` can make one."""

    def __init__(
        self,
        seal: object,
        *,
        question: str,
        columns: tuple[str, ...],
        rows: tuple[tuple[Figure | Scalar, ...], ...],
        provenance: Provenance,
        notes: tuple[str, ...],
    ) -> None:
        if seal is not _SEAL:
            raise TypeError("only openphm.release.secondary_use makes a Released")
        self.question = question
        self.columns = columns
        self.rows = rows
        self.provenance = provenance
        self.notes = notes

    def __len__(self) -> int:
        return len(self.rows)

    def records(self) -> Iterator[dict[str, Scalar]]:
        """Rows as dictionaries of plain values, with `suppressed` (true or false) when there are figures."""
        for row in self.rows:
            record: dict[str, Scalar] = dict(zip(self.columns, map(_plain, row), strict=True))
            if self.has_figures:
                record[SUPPRESSED] = is_suppressed(row)
            yield record

    @property
    def has_figures(self) -> bool:
        """False for a table of labels only, such as a list of builds."""
        return any(isinstance(item, Figure) for row in self.rows for item in row)


def secondary_use(result: Result, rule: DisclosureRule) -> Released:
    """Apply a disclosure rule to every figure of a result."""
    rows = tuple(
        tuple(decide(item, rule) if isinstance(item, Cell) else item for item in row) for row in result.rows
    )
    return Released(
        _SEAL,
        question=result.question,
        columns=result.columns,
        rows=rows,
        provenance=result.provenance.under(rule.id),
        notes=(*result.notes, rule.in_words),
    )


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
    assert cell.numerator is not None
    assert cell.denominator is not None
    numerator, denominator = int(cell.numerator), int(cell.denominator)
    if _is_small(numerator, rule) or _is_small(denominator, rule):
        return Figure(None, is_suppressed=True)
    base = _rounded(denominator, rule)
    return Figure(_rounded(numerator, rule) / base if base else None)


def _count(cell: Cell, rule: DisclosureRule) -> Figure:
    assert isinstance(cell.value, int)
    people = cell.value if cell.n_people is None else cell.n_people
    if _is_small(cell.value, rule) or _is_small(people, rule) or _is_dominated(cell, rule):
        return Figure(None, is_suppressed=True)
    return Figure(_rounded(cell.value, rule))


def _amount(cell: Cell, rule: DisclosureRule) -> Figure:
    if not isinstance(cell.value, int | float | Decimal):
        return Figure(cell.value)
    if cell.n_people == 0 and cell.value == 0:
        return Figure(0.0)
    too_few = cell.n_people is None or cell.n_people < rule.smallest_group
    if too_few or _is_dominated(cell, rule):
        return Figure(None, is_suppressed=True)
    return Figure(_to_figures(float(cell.value), rule.significant_figures))


def _is_small(count: int, rule: DisclosureRule) -> bool:
    return 0 < count < rule.suppress_below


def _is_dominated(cell: Cell, rule: DisclosureRule) -> bool:
    return cell.largest_share is not None and cell.largest_share > rule.largest_share


def _rounded(count: int, rule: DisclosureRule) -> int:
    return rule.round_to * floor(count / rule.round_to + 0.5)


def _to_figures(value: float, figures: int) -> float:
    """Rounded to so many significant figures.

    >>> _to_figures(1571.28, 3), _to_figures(0.04567, 2)
    (1570.0, 0.046)
    """
    return 0.0 if value == 0 else round(value, figures - 1 - floor(log10(abs(value))))


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _plain(item: Figure | Scalar) -> Scalar:
    return item.value if isinstance(item, Figure) else item


def is_suppressed(row: tuple[Figure | Scalar, ...]) -> bool:
    """True when any figure of a row is hidden."""
    return any(isinstance(item, Figure) and item.is_suppressed for item in row)
