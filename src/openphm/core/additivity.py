"""Additivity: which rows of a long table add up to which others.

A reader who knows that parts make a whole can take the shown parts from the whole and read a hidden one.
Whoever makes a `Result` with totals therefore says so, and `release` hides enough of the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Dimension:
    """A label column whose values are parts of a whole.

    column   the label column, for example `subsegment_code`
    total    the label of the whole, for example `all`; None when the whole stands in another table
    parents  label to the label it is part of, where that is not the whole: practice to network. A parent
             need not be in the table: people can ask for it, so its parts are treated as if it were
    apart    labels in the column that are no part of the whole
    """

    column: str
    total: str | None = None
    parents: Mapping[str, str] = field(default_factory=dict)
    apart: frozenset[str] = frozenset()

    def parent(self, label: str) -> str | None:
        """The label this one is part of; None for the whole and for what stands apart."""
        if label == self.total or label in self.apart:
            return None
        return self.parents.get(label, self.total)

    def ancestors(self, label: str) -> tuple[str, ...]:
        """The labels this one is part of, nearest first."""
        found: list[str] = []
        above = self.parent(label)
        while above is not None and above not in found:
            found.append(above)
            above = self.parent(above)
        return tuple(found)


@dataclass(frozen=True)
class Additivity:
    """The dimensions of a table. Figures add up along each, among rows that share all other labels.

    base   column and label of the figure that counts everybody, for example ("measure", "population"):
           where it is hidden, all figures of the same people are
    """

    dimensions: tuple[Dimension, ...]
    base: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "dimensions", tuple(self.dimensions))
        if not self.dimensions:
            raise ValueError("an additive table has at least one dimension")
        names = [dimension.column for dimension in self.dimensions]
        if len(set(names)) != len(names):
            raise ValueError("a column is named twice as a dimension")

    @classmethod
    def along(
        cls, columns: Iterable[str], *, total: str | None = "all", base: tuple[str, str] | None = None
    ) -> Additivity:
        """Plain dimensions that share the label of their total."""
        return cls(tuple(Dimension(column, total) for column in columns), base)

    @property
    def columns(self) -> tuple[str, ...]:
        """The label columns of the dimensions."""
        return tuple(dimension.column for dimension in self.dimensions)
