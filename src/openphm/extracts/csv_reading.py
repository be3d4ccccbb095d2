"""Split a plain UTF-8 text file into rows of text, with the number of every row.

Two readers give the same answer. The quick one (Arrow) takes files in which no field goes over a line
end. The careful one (Python's csv in strict mode) takes all others, and files whose rows are allowed to
be untidy. Either way every row is handed on or set aside with a reason, and the number of rows must agree
with the survey of the bytes, which was made without splitting anything.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from openphm.extracts.opening import BROKEN_MARK, NUL_MARK
from openphm.extracts.reasons import FileRejected
from openphm.extracts.survey import Survey

ROW = "row_number"
LONGEST_FIELD = 4_000
"""Characters. The longest real field of any specified record, free text included, is under 2,000."""
BLOCK = 8 << 20
BATCH_ROWS = 50_000

csv.field_size_limit(1 << 30)


@dataclass
class Rejects:
    """Rows that could not be taken as they stand: row number, column, reason."""

    rows: list[int] = field(default_factory=list)
    columns: list[str | None] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def add(self, row: int, reason: str, column: str | None = None) -> None:
        self.rows.append(row)
        self.columns.append(column)
        self.reasons.append(reason)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Layout:
    """How the fields of one file lie.

    names       wanted column name -> position in the file
    width       fields in each row
    delimiter   the sign between fields
    has_header  the first line holds names
    rules       {short: fill, trailing_empty: drop} where the specification allows untidy rows
    """

    file: str
    names: Mapping[str, int]
    width: int
    delimiter: str
    has_header: bool = True
    rules: Mapping[str, object] = field(default_factory=dict)


def read_rows(
    path: Path, survey: Survey, layout: Layout, rejects: Rejects, *, carefully: bool = False
) -> Iterator[pa.RecordBatch]:
    """Batches of text columns and `row_number`; the first row after the header is 1.

    Rows set aside are added to `rejects`. Raises RowsDisagree when the quick reader is not to be trusted
    with this file (read it again carefully), FileRejected when the file itself is not to be trusted.
    """
    may_mend = bool(layout.rules.get("short") or layout.rules.get("trailing_empty"))
    carefully = carefully or bool(survey.quoted_ends)
    counted = 0
    for batch in (_read_carefully if carefully else _read_quickly)(path, layout, rejects):
        if may_mend and not carefully and "R_FIELDS" in rejects.reasons:
            break  # the careful reader can mend this row
        counted += batch.num_rows
        yield _set_aside(batch, survey, rejects)
    ragged = rejects.reasons.count("R_FIELDS")
    expected = survey.lines - int(layout.has_header)
    if not carefully and (counted + ragged != expected or (may_mend and ragged)):
        raise RowsDisagree(layout.file, counted + ragged, expected)


class RowsDisagree(Exception):
    """The quick reader and the survey count different rows; the careful reader must look."""

    def __init__(self, file: str, found: int, expected: int) -> None:
        super().__init__(f"{file}: {found:,} rows read, {expected:,} rows in the file")


def _read_quickly(path: Path, layout: Layout, rejects: Rejects) -> Iterator[pa.RecordBatch]:
    """Arrow, one thread, so that a row set aside has its number."""
    bad: list[int] = []

    def set_aside(row: pa_csv.InvalidRow) -> str:
        number = row.number - int(layout.has_header)
        bad.append(number)
        rejects.add(number, "R_FIELDS")
        return "skip"

    positions = [f"c{at}" for at in range(layout.width)]
    wanted = [f"c{at}" for at in layout.names.values()]
    try:
        reader = pa_csv.open_csv(
            path,
            read_options=pa_csv.ReadOptions(
                use_threads=False,
                block_size=BLOCK,
                column_names=positions,
                skip_rows=int(layout.has_header),
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=layout.delimiter, newlines_in_values=False, invalid_row_handler=set_aside
            ),
            convert_options=pa_csv.ConvertOptions(
                check_utf8=False,
                include_columns=list(dict.fromkeys(wanted)),
                column_types={name: pa.string() for name in wanted},
                strings_can_be_null=True,
                null_values=[""],
                quoted_strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV file" in str(error):
            return
        raise RowsDisagree(layout.file, 0, -1) from error
    yield from _numbered(reader, layout, bad)


def _numbered(reader: pa_csv.CSVStreamingReader, layout: Layout, bad: list[int]) -> Iterator[pa.RecordBatch]:
    """Give each batch its row numbers, leaving out those of rows set aside.

    The reader parses ahead of what it hands out, so the rows set aside before a batch are known with it.
    """
    number, seen = 1, 0
    try:
        for batch in reader:
            numbers: list[pa.Array] = []
            left = batch.num_rows
            while left:
                while seen < len(bad) and bad[seen] == number:
                    number, seen = number + 1, seen + 1
                until = bad[seen] if seen < len(bad) else number + left
                take = min(left, until - number)
                numbers.append(pa.array(np.arange(number, number + take)))
                number, left = number + take, left - take
            columns = [batch.column(f"c{at}") for at in layout.names.values()]
            rows = pa.concat_arrays(numbers) if numbers else pa.array([], pa.int64())
            yield pa.RecordBatch.from_arrays([*columns, rows], names=[*layout.names, ROW])
    except pa.ArrowInvalid as error:
        raise RowsDisagree(layout.file, number, -1) from error


def _read_carefully(path: Path, layout: Layout, rejects: Rejects) -> Iterator[pa.RecordBatch]:
    """Python's csv in strict mode: slower, exact about quotation marks, mends what the rules allow."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter=layout.delimiter, strict=True)
        number, rows = 0, []
        numbers: list[int] = []
        skip_header = layout.has_header
        while True:
            begins = reader.line_num + 1
            try:
                row = next(reader, None)
            except csv.Error as error:
                raise _open_quote(layout.file, begins) from error
            if row is None:
                break
            if not row:
                continue
            if skip_header:
                skip_header = False
                continue
            number += 1
            mended = _mend(row, layout)
            if mended is None:
                rejects.add(number, "R_FIELDS")
                continue
            rows.append(mended)
            numbers.append(number)
            if len(rows) >= BATCH_ROWS:
                yield _batch(rows, numbers, layout)
                rows, numbers = [], []
    if rows:
        yield _batch(rows, numbers, layout)


def _mend(row: list[str], layout: Layout) -> list[str] | None:
    """The row at its full width; None when it cannot be had without guessing."""
    extra = len(row) - layout.width
    if extra > 0 and layout.rules.get("trailing_empty") == "drop" and not any(row[layout.width :]):
        return row[: layout.width]
    if extra < 0 and layout.rules.get("short") == "fill":
        return row + [""] * -extra
    return row if extra == 0 else None


def _batch(rows: Sequence[Sequence[str]], numbers: list[int], layout: Layout) -> pa.RecordBatch:
    by_position = list(zip(*rows, strict=True))
    columns = [
        pa.array([value or None for value in by_position[at]], pa.string()) for at in layout.names.values()
    ]
    return pa.RecordBatch.from_arrays([*columns, pa.array(numbers, pa.int64())], names=[*layout.names, ROW])


def _open_quote(file: str, line: int) -> FileRejected:
    return FileRejected(
        "F_QUOTE",
        file,
        f"a quotation mark opened in the row that begins on line {line:,} is not closed as it should be.",
        'A field in quotation marks ends with one before the next field; a mark inside it is doubled ("").',
        "mend the line, or export the file again with quotation marks doubled",
    )


def _set_aside(batch: pa.RecordBatch, survey: Survey, rejects: Rejects) -> pa.RecordBatch:
    """Take out rows with over-long fields, NUL bytes or broken text."""
    keep: pa.Array | None = None
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if name == ROW:
            continue
        for reason, found in _faults(column, survey):
            rows = pc.filter(batch.column(ROW), found)
            for number in rows.to_pylist():
                rejects.add(number, reason, name)
            keep = pc.invert(found) if keep is None else pc.and_(keep, pc.invert(found))
    return batch if keep is None else batch.filter(keep)


def _faults(column: pa.Array, survey: Survey) -> Iterator[tuple[str, pa.Array]]:
    longest = pc.max(pc.binary_length(column)).as_py() or 0
    if longest > LONGEST_FIELD:
        yield "R_TOO_LONG", pc.fill_null(pc.greater(pc.utf8_length(column), LONGEST_FIELD), False)
    if not survey.has_marks:
        return
    for reason, mark in (("R_NUL", NUL_MARK), ("R_ENCODING", BROKEN_MARK)):
        found = pc.fill_null(pc.match_substring(column, mark), False)
        if pc.any(found).as_py():
            yield reason, found
