"""Reading released rows: figures by the names of their rows, None where one is hidden or not known."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from openphm.core.results import Scalar
from openphm.core.units import PER, UNITS
from openphm.pages.page import Record


class Figures:
    """Released rows of a long table, found by two of their columns.

    names: the values of the first column, in the order of the table.
    """

    def __init__(self, records: Sequence[Record], first: str, second: str) -> None:
        self._held = {(str(record[first]), str(record[second])): record for record in records}
        self.names = list(dict.fromkeys(str(record[first]) for record in records))
        self.measures = list(dict.fromkeys(str(record[second]) for record in records))

    def record(self, name: str, measure: str) -> Record:
        """The row; empty when there is none."""
        return self._held.get((name, measure), {})

    def figure(self, name: str, measure: str, column: str = "value") -> float | None:
        """One figure of a row."""
        return figure(self.record(name, measure), column)


def figure(record: Record, column: str) -> float | None:
    """A figure as a number; None where it is hidden, not known or not there."""
    value: Scalar = record.get(column)
    return float(value) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else None


def in_unit(unit: str, value: float) -> str:
    """A figure as its unit is written; what a rate is of stands apart, in `per_unit`."""
    held = UNITS.get(unit)
    return held.text(value) if held is not None else f"{value:,.2f}"


def per_unit(unit: str) -> str:
    """What a rate is of, after its figure: " per 1,000"; empty for what is no rate."""
    return f" {PER[unit]}" if unit in PER else ""


def pounds(value: float) -> str:
    """£12.3 million, £45,600, -£300."""
    size = abs(value)
    written = f"£{size / 1e6:,.3g} million" if size >= 1e6 else f"£{size:,.0f}"
    return f"-{written}" if value < 0 else written
