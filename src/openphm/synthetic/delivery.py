"""Deliver batches: one file a record and month, with the real column names, as CSV or Parquet.

Chunks of people follow one another, so each file stays open and grows by a row group (or some lines) a
chunk; memory does not depend on how many people there are. Writing runs beside the making of the
next batch, in one thread, so that the order of rows never changes.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from openphm.definitions import RecordSpec
from openphm.synthetic.clock import Clock
from openphm.synthetic.records.batch import SNAPSHOT, Batch

_WAITING_BATCHES = 2


class Delivery:
    """The folder OUT/extracts while it is written. Use it in a `with`."""

    def __init__(self, folder: Path, clock: Clock, file_format: str) -> None:
        self._folder = folder
        self._format = file_format
        self._labels = clock.labels
        self._before = _label_before(clock)
        self._writers: dict[Path, pq.ParquetWriter | pacsv.CSVWriter] = {}
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._pending: list[Future[None]] = []
        self.rows: dict[str, int] = {}

    def __enter__(self) -> Delivery:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                for pending in self._pending:
                    pending.result()
        finally:
            self._thread.shutdown(wait=True)
            for writer in self._writers.values():
                writer.close()

    @property
    def files(self) -> int:
        return len(self._writers)

    def write(self, batch: Batch, spec: RecordSpec) -> None:
        """Add the rows of a batch to their files."""
        if not len(batch):
            return
        self.rows[batch.record] = self.rows.get(batch.record, 0) + len(batch)
        while len(self._pending) >= _WAITING_BATCHES:
            self._pending.pop(0).result()
        self._pending.append(self._thread.submit(self._write, batch, spec))

    def _write(self, batch: Batch, spec: RecordSpec) -> None:
        order = np.argsort(batch.month, kind="stable")
        month = batch.month[order]
        table = named_table(batch, spec)
        if not np.array_equal(order, np.arange(len(order))):
            table = table.take(pa.array(order))
        if self._format == "csv":
            table = _plain_text(table)
        present, start = np.unique(month, return_index=True)
        stop = np.append(start[1:], len(month))
        for index, first, last in zip(present, start, stop, strict=True):
            path = self._path(batch, int(index))
            self._writer(path, table.schema).write_table(table.slice(first, last - first))

    def _path(self, batch: Batch, month: int) -> Path:
        label = self._labels[-1] if month == SNAPSHOT else self._before if month < 0 else self._labels[month]
        suffix = batch.extra.get("suffix", "")
        return self._folder / batch.record / f"{batch.record}_{label}{suffix}.{self._format}"

    def _writer(self, path: Path, schema: pa.Schema) -> pq.ParquetWriter | pacsv.CSVWriter:
        if path not in self._writers:
            path.parent.mkdir(parents=True, exist_ok=True)
            if self._format == "csv":
                self._writers[path] = pacsv.CSVWriter(path, schema)
            else:
                repeated = [
                    one.name
                    for one in schema
                    if pa.types.is_dictionary(one.type) or pa.types.is_date(one.type)
                ]
                self._writers[path] = pq.ParquetWriter(
                    path, schema, compression="zstd", use_dictionary=repeated
                )
        return self._writers[path]


def named_table(batch: Batch, spec: RecordSpec) -> pa.Table:
    """The batch under the real column names, in the order of the specification."""
    arrays, names = [], []
    for one in spec.fields:
        column = batch.columns.get(one.name)
        if column is None and one.must_exist:
            raise KeyError(f"{batch.record} needs {one.name}")
        if column is not None:
            arrays.append(column)
            names.append(one.field)
    return pa.Table.from_arrays(arrays, names=names)


def _plain_text(table: pa.Table) -> pa.Table:
    """Dictionaries as plain text, which is what a CSV file holds."""
    columns = [
        column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
        for column in table.columns
    ]
    return pa.Table.from_arrays(columns, names=table.column_names)


def _label_before(clock: Clock) -> str:
    """The month before the history: the first load of general practice."""
    return str((np.datetime64(clock.start, "D").astype("datetime64[M]") - 1).astype("datetime64[M]"))
