"""A batch: the rows of one record for one chunk of people, as Arrow columns with canonical names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from openphm.synthetic.clock import FAR, Days
from openphm.synthetic.draws import Bools, Ints

SNAPSHOT = -2
"""The month of rows that come once, in a file named after the as-at month."""


@dataclass
class Batch:
    """Rows of one record.

    columns   canonical name -> Arrow array
    month     index of the month each row is delivered in; -1 is the load before the history
    person    whose row it is, as index in the chunk; None where the record has no person column
    late_ok   rows may come in a later file (the record has a period for it)
    history   rows that came with a person's record from before: they have no reporting period
    """

    record: str
    columns: dict[str, pa.Array]
    month: np.ndarray
    person: np.ndarray | None = None
    late_ok: bool = True
    history: Bools | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.month)

    def take(self, rows: Ints) -> Batch:
        """The batch with these rows, in this order."""
        return Batch(
            self.record,
            {name: column.take(pa.array(rows)) for name, column in self.columns.items()},
            self.month[rows],
            None if self.person is None else self.person[rows],
            self.late_ok,
            None if self.history is None else self.history[rows],
            self.extra,
        )


def days(values: Days) -> pa.Array:
    """Dates; FAR is null."""
    values = np.ascontiguousarray(values, dtype=np.int32)
    mask = values >= FAR
    return pa.array(values, mask=mask if mask.any() else None).view(pa.date32())


def words(indices: np.ndarray, values: Sequence[str], missing: Bools | None = None) -> pa.Array:
    """Text from a short list, as a dictionary; negative indices and `missing` are null.

    The dictionary holds each text once: Arrow's Parquet writer leaves whatever was in memory in the
    dictionary page where a text stands twice, and then the same seed does not give the same file.
    """
    indices = np.ascontiguousarray(indices, dtype=np.int32)
    places = {value: place for place, value in enumerate(dict.fromkeys(values))}
    if len(places) < len(values):
        moved = np.array([places[value] for value in values] + [-1], dtype=np.int32)
        indices, values = moved[np.where(indices < 0, len(values), indices)], list(places)
    absent = indices < 0 if missing is None else (indices < 0) | missing
    array = pa.array(indices, mask=absent if absent.any() else None)
    return pa.DictionaryArray.from_arrays(array, pa.array(list(values), pa.string()))


def constant(value: str, count: int) -> pa.Array:
    """The same text in every row."""
    return words(np.zeros(count, np.int32), [value])


def numbered(prefix: int, count: int, first: int) -> pa.Array:
    """Ids: whole numbers as text, unique within `prefix`."""
    return as_text(prefix * 10**12 + first + np.arange(count, dtype=np.int64))


def as_text(values: Ints) -> pa.Array:
    """Whole numbers as text."""
    return pc.cast(pa.array(np.asarray(values, dtype=np.int64)), pa.string())


def pounds(values: np.ndarray, missing: Bools | None = None) -> pa.Array:
    """Money with pennies, as a double."""
    return pa.array(np.round(np.asarray(values, dtype=np.float64), 2), mask=missing)


def numbers(values: np.ndarray, missing: Bools | None = None) -> pa.Array:
    """Plain numbers."""
    return pa.array(values, mask=missing)


def spread(array: pa.Array, person: np.ndarray) -> pa.Array:
    """A value of each person, for each row."""
    return array.take(pa.array(np.asarray(person, dtype=np.int32)))


def text(values: Sequence[str | None]) -> pa.Array:
    """Plain text."""
    return pa.array(list(values), pa.string())


def all_rows(columns: Mapping[str, pa.Array]) -> int:
    """How many rows the columns have; they must agree."""
    lengths = {len(column) for column in columns.values()}
    if len(lengths) != 1:
        raise ValueError(f"columns of different lengths: {sorted(lengths)}")
    return lengths.pop()
