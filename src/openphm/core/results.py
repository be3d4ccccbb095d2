"""Result: the one shape of every answer, with what it rests on.

A `Result` is a small table. Its figures are `Cell`s, which carry what disclosure control needs to
decide (numerator, denominator, number of people, the largest contributor's share); its labels are
plain values. A Result is for people inside the zone. `release` alone turns it into a `Released`,
and templates and file writers take nothing else.

`to_pandas`, `to_polars`, `to_arrow` and `plot` import their package inside the method, so that core
stays plain and a site installs only what its analysts use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from importlib import import_module
from math import nan
from typing import Any, Literal, TypeAlias

from openphm.core.additivity import Additivity
from openphm.core.errors import UsageError
from openphm.core.notebook import ROWS_SHOWN, Shown, table_html
from openphm.core.units import UNITS, unit_of_column

Scalar: TypeAlias = str | int | float | Decimal | bool | date | None
Grain: TypeAlias = Literal["aggregate", "person"]


@dataclass(frozen=True)
class Cell:
    """One figure and the people behind it.

    value
        The figure itself; None when it is not known (outside feed coverage, or nothing to divide by).
    numerator, denominator
        What a rate or share was made from, so that a hidden count is not shown by its rate.
    n_people
        How many different people contribute.
    largest_share
        The share (0 to 1) of the largest single contributor: one person can be most of a cost.
    """

    value: Scalar
    numerator: float | None = None
    denominator: float | None = None
    n_people: int | None = None
    largest_share: float | None = None

    def __post_init__(self) -> None:
        if self.n_people is not None and self.n_people < 0:
            raise ValueError("a number of people cannot be below zero")
        if self.largest_share is not None and not 0 <= self.largest_share <= 1 + 1e-9:
            raise ValueError("largest_share is a share, 0 to 1")

    def saying(self, value: Scalar) -> Cell:
        """Something else about the same people, such as a verdict on the figure."""
        return replace(self, value=value)


@dataclass(frozen=True, order=True)
class DefinitionUsed:
    """A definitions file an answer rests on."""

    id: str
    version: str
    sha256: str


@dataclass(frozen=True)
class Provenance:
    """Which build, date, definitions, program version and disclosure rule an answer rests on."""

    build: str
    as_at: date
    definitions: tuple[DefinitionUsed, ...] = ()
    openphm: str = ""
    disclosure: str = "none"

    @classmethod
    def with_definitions(
        cls,
        build: str,
        as_at: date,
        *,
        used: list[Mapping[str, str]],
        openphm: str = "",
        disclosure: str = "none",
    ) -> Provenance:
        """From what `Definitions.used()` lists: id, version, sha256."""
        listed = tuple(sorted(DefinitionUsed(d["id"], d["version"], d["sha256"]) for d in used))
        return cls(build, as_at, listed, openphm, disclosure)

    def under(self, disclosure: str) -> Provenance:
        """The same, with the disclosure rule that was applied."""
        return replace(self, disclosure=disclosure)

    def as_dict(self) -> dict[str, object]:
        """As in the JSON answer of every command."""
        return {
            "build": self.build,
            "as_at": self.as_at.isoformat(),
            "definitions": [{"id": d.id, "version": d.version, "sha256": d.sha256} for d in self.definitions],
            "openphm": self.openphm,
            "disclosure": self.disclosure,
        }


@dataclass(frozen=True)
class Result:
    """An answer: the question, named columns, rows of labels and cells, and provenance.

    additivity  which rows add up to which, so that a hidden figure cannot be had by taking away; None
                when none do
    grain       "person" when a row is about one person: it leaves only for direct care or to an approved
                workspace
    """

    question: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell | Scalar, ...], ...]
    provenance: Provenance
    notes: tuple[str, ...] = field(default=())
    additivity: Additivity | None = None
    grain: Grain = "aggregate"

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(self.columns))
        object.__setattr__(self, "rows", tuple(tuple(row) for row in self.rows))
        if len(set(self.columns)) != len(self.columns):
            raise ValueError(f"{self.question}: a column name is used twice")
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(
                    f"{self.question}: a row has {len(row)} values for {len(self.columns)} columns"
                )
        if self.grain not in ("aggregate", "person"):
            raise ValueError(f"{self.question}: a grain is 'aggregate' or 'person'")
        if self.additivity and not set(self.additivity.columns) <= set(self.columns):
            raise ValueError(f"{self.question}: a dimension is not one of the columns")

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Scalar]]:
        """Rows as dictionaries of plain values."""
        for row in self.values():
            yield dict(zip(self.columns, row, strict=True))

    def values(self) -> list[tuple[Scalar, ...]]:
        """The rows with each cell's value in place of the cell."""
        return [tuple(item.value if isinstance(item, Cell) else item for item in row) for row in self.rows]

    def column(self, name: str) -> list[Scalar]:
        """The plain values of one column."""
        position = self._position(name)
        return [row[position] for row in self.values()]

    def to_pandas(self) -> Any:
        """A pandas DataFrame of plain values."""
        return _package("pandas").DataFrame(self.values(), columns=list(self.columns))

    def to_polars(self) -> Any:
        """A Polars DataFrame of plain values."""
        polars = _package("polars")
        return polars.DataFrame(self._plain_columns(), strict=False)

    def to_arrow(self) -> Any:
        """An Arrow table of plain values. Decimals become doubles, as in every other form."""
        return _package("pyarrow").table(self._plain_columns())

    def plot(self, *, x: str, y: str, by: str | None = None) -> Any:
        """A horizontal bar chart of column `y` for each label in `x`, one colour for each value of `by`.

        Returns the Matplotlib axes, so that a title or a limit can still be changed.
        """
        pyplot = _package("matplotlib.pyplot")
        labels = [str(label) for label in self.column(x)]
        lengths = [_number(value) for value in self.column(y)]
        groups = [str(group) for group in self.column(by)] if by else [y] * len(self)
        _, axes = pyplot.subplots(figsize=(7, 0.35 * len(set(labels)) + 1))
        for group in dict.fromkeys(groups):
            bars = [i for i, name in enumerate(groups) if name == group]
            axes.barh([labels[i] for i in bars], [lengths[i] for i in bars], label=group, alpha=0.8)
        axes.invert_yaxis()
        axes.set_xlabel(y)
        axes.set_title(f"{self.question}, as at {self.provenance.as_at:%-d %B %Y}")
        if by:
            axes.legend()
        return axes

    def _repr_html_(self) -> str:
        """What a notebook shows: the head of the table, its notes and the line of provenance."""
        unit = self.columns.index("unit") if "unit" in self.columns else None
        rows = [
            [
                _shown(item, unit_of_column(name) if unit is None else str(row[unit]))
                for name, item in zip(self.columns, row, strict=True)
            ]
            for row in self.rows[:ROWS_SHOWN]
        ]
        source = self.provenance
        return table_html(
            self.columns,
            rows,
            caption=f"{self.question}, as at {source.as_at:%-d %B %Y}",
            lines=[*self.notes, f"Build {source.build}. Inside the zone: no disclosure rule was applied."],
            more=len(self) - ROWS_SHOWN,
        )

    def _plain_columns(self) -> dict[str, list[Scalar]]:
        rows = self.values()
        return {
            name: [float(row[i]) if isinstance(row[i], Decimal) else row[i] for row in rows]  # type: ignore[arg-type]
            for i, name in enumerate(self.columns)
        }

    def _position(self, name: str) -> int:
        if name not in self.columns:
            raise UsageError(
                self.question,
                f"there is no column '{name}'",
                f"The columns are {', '.join(self.columns)}.",
                "name one of these",
            )
        return self.columns.index(name)


def _package(name: str) -> Any:
    """An optional package, or an error that says how to get it."""
    try:
        return import_module(name)
    except ModuleNotFoundError as missing:
        root = name.partition(".")[0]
        raise UsageError(
            f"Result to {root}",
            f"the package '{root}' is not installed",
            "It is part of the extra openphm[notebook].",
            f"pip install {root}",
        ) from missing


def _number(value: Scalar) -> float:
    """A bar's length; what is not known has no bar, not one of length nought."""
    return float(value) if isinstance(value, int | float | Decimal) else nan


def _shown(item: Cell | Scalar, unit: str | None) -> Shown:
    """A figure in its unit; a label as it is."""
    value = item.value if isinstance(item, Cell) else item
    if value is None:
        return Shown("–", "not known", is_figure=True) if isinstance(item, Cell) else Shown("")
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return Shown(str(value))
    if isinstance(item, Cell) and unit is not None and unit in UNITS:
        return Shown(UNITS[unit].text(float(value)), is_figure=True)
    if isinstance(value, int):
        return Shown(f"{value:,}", is_figure=True)
    number = float(value)
    return Shown(f"{number:,.4g}" if abs(number) < 100 else f"{number:,.0f}", is_figure=True)
