"""Land one delivered file: bind its columns, and have its rows as Parquet with a number each.

A delivered Parquet file is used where it lies. Text and database tables are written to the work folder
once, every column as text; what they mean is decided later, set-based, for all files of a record.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from openphm.definitions import RecordSpec
from openphm.extracts.csv_reading import ROW, Layout, Rejects, RowsDisagree, read_rows
from openphm.extracts.header import Binding, bind, find_delimiter, split_header
from openphm.extracts.opening import CHUNK, copy_under_plain_name, open_plain
from openphm.extracts.reasons import FileRejected
from openphm.extracts.sources import Source
from openphm.extracts.survey import Survey
from openphm.extracts.tables import TableRows, open_table

LONGEST_HEADER = 1 << 20
_PATTERN_SIGNS = frozenset("*?[]{}")
MOST_BAD_ROWS = 0.5
"""A file of which more than half of the rows do not fit its header has the wrong delimiter or header."""


@dataclass(frozen=True)
class Landed:
    """A file whose rows can be queried.

    columns    canonical name -> (name in the Parquet file, kind: text, date, timestamp, number, boolean)
    numbered   the Parquet file has a `row_number`; else the position in the file is the number
    delivered  rows in the file, those set aside included
    """

    source: Source
    record: str
    path: Path
    columns: Mapping[str, tuple[str, str]]
    numbered: bool
    delivered: int
    sha256: str
    rejects: Rejects = field(default_factory=Rejects)
    extra_columns: int = 0
    changed_characters: int = 0
    years: Mapping[int, str] = field(default_factory=dict)

    @property
    def rows_set_aside(self) -> int:
        return len(set(self.rejects.rows))


def sha256_of(source: Source) -> str:
    """Checksum of the delivered bytes; of the content for a member of a zip or a table of a database."""
    if source.form == "zip":
        digest = hashlib.sha256()
        try:
            with zipfile.ZipFile(source.path) as archive, archive.open(source.member) as member:
                while chunk := member.read(CHUNK):
                    digest.update(chunk)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            raise FileRejected("F_ZIP", source.name, "the zip file is damaged or locked.") from error
        return digest.hexdigest()
    with source.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    if source.member:
        digest.update(b"\0" + source.member.encode())
    return digest.hexdigest()


def land(source: Source, spec: RecordSpec, sha256: str, work: Path) -> Landed:
    """Make the rows of a file ready to query. `work` is a folder for this file alone.

    Raises FileRejected when the file cannot be trusted.
    """
    if source.form == "parquet":
        landed = _land_parquet(source, spec, sha256, work)
    elif source.form in ("sqlite", "duckdb"):
        landed = _land_table(source, spec, sha256, work)
    else:
        landed = _land_text(source, spec, sha256, work)
    if landed.delivered == 0 and not spec.rows.get("may_be_empty"):
        raise FileRejected(
            "F_EMPTY",
            source.name,
            "the file has a header and no rows.",
            "A month in which nothing happened is rare, so an empty file is taken for a failed export.",
            "send it again; leave the file out if there is nothing to send",
        )
    return landed


def _land_parquet(source: Source, spec: RecordSpec, sha256: str, work: Path) -> Landed:
    try:
        file = pq.ParquetFile(source.path)
        schema, rows = file.schema_arrow, file.metadata.num_rows
        file.close()
    except (pa.ArrowException, OSError) as error:
        raise FileRejected(
            "F_PARQUET", source.name, "the Parquet file is damaged or cut off.", remedy="send it again"
        ) from error
    binding = bind(spec, schema.names, source.name)
    path = source.path
    if _PATTERN_SIGNS & set(str(path)):
        path = copy_under_plain_name(path, work / "delivered.parquet")
    columns = {name: (schema.names[at], _kind(schema.field(at).type)) for name, at in binding.columns.items()}
    years = {year: schema.names[at] for year, at in binding.years.items()}
    return Landed(
        source, spec.name, path, columns, False, rows, sha256, extra_columns=binding.extra, years=years
    )


def _kind(kind: pa.DataType) -> str:
    if pa.types.is_dictionary(kind):
        return _kind(kind.value_type)
    if pa.types.is_date(kind):
        return "date"
    if pa.types.is_timestamp(kind):
        return "timestamp"
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "number"
    return "text"


def _land_text(source: Source, spec: RecordSpec, sha256: str, work: Path) -> Landed:
    path, survey = open_plain(source, work)
    layout, binding = _layout(source, spec, path)
    try:
        target, rejects, rows = _write_text(path, survey, layout, work, carefully=False)
    except RowsDisagree:
        target, rejects, rows = _write_text(path, survey, layout, work, carefully=True)
    if path != source.path:
        path.unlink(missing_ok=True)
    _refuse_bad_rows(source, survey, rejects, rows)
    columns = {name: (f"f{at}", "text") for name, at in binding.columns.items()}
    return Landed(
        source, spec.name, target, columns, True, rows + len(set(rejects.rows)), sha256, rejects,
        binding.extra, survey.changed_characters, {year: f"f{at}" for year, at in binding.years.items()},
    )  # fmt: skip


def _layout(source: Source, spec: RecordSpec, path: Path) -> tuple[Layout, Binding]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        line = file.readline(LONGEST_HEADER)
        while line and not line.strip():
            line = file.readline(LONGEST_HEADER)
    delimiter = find_delimiter(spec, line.rstrip("\r\n"), source.name)
    names = split_header(line, delimiter)
    has_header = not _has_no_header(spec, names)
    binding = bind(spec, names if has_header else [str(at) for at in range(len(names))], source.name)
    wanted = {f"f{at}": at for at in [*binding.columns.values(), *binding.years.values()]}
    return Layout(source.name, wanted, binding.width, delimiter, has_header, spec.rows), binding


def _has_no_header(spec: RecordSpec, names: list[str]) -> bool:
    """Some national files (epraccur) have no header; their specification gives positions as aliases."""
    by_position = any(alias.isdigit() for field in spec.fields for alias in field.aliases)
    return (
        by_position
        and not any(spec.find_field(name) for name in names if not name.isdigit())
        and not all(name.isdigit() for name in names)
    )


def _write_text(
    path: Path, survey: Survey, layout: Layout, work: Path, *, carefully: bool
) -> tuple[Path, Rejects, int]:
    rejects = Rejects()
    target = work / "rows.parquet"
    names = [*layout.names, ROW]
    schema = pa.schema([(name, pa.int64() if name == ROW else pa.string()) for name in names])
    rows = 0
    with pq.ParquetWriter(target, schema, compression="lz4") as writer:
        for batch in read_rows(path, survey, layout, rejects, carefully=carefully):
            writer.write_batch(batch)
            rows += batch.num_rows
    return target, rejects, rows


def _refuse_bad_rows(source: Source, survey: Survey, rejects: Rejects, rows: int) -> None:
    total = rows + len(set(rejects.rows))
    wrong_width = [
        row for row, reason in zip(rejects.rows, rejects.reasons, strict=True) if reason == "R_FIELDS"
    ]
    if total and len(wrong_width) > MOST_BAD_ROWS * total:
        raise FileRejected(
            "F_DELIM",
            source.name,
            f"{len(wrong_width):,} of {total:,} rows have another number of fields than the header.",
            "The same sign stands between the fields of the header and of every row.",
            "export the file again; text that holds the sign goes in quotation marks",
        )
    if wrong_width and wrong_width[-1] == total and not survey.ends_whole:
        raise FileRejected(
            "F_TRUNC",
            source.name,
            "the last line stops in the middle.",
            "The last row is as long as the others.",
            "send the file again; rows after the last line may be missing",
        )


def _land_table(source: Source, spec: RecordSpec, sha256: str, work: Path) -> Landed:
    table = open_table(source)
    binding = bind(spec, table.names, source.name)
    wanted = {f"f{at}": at for at in [*binding.columns.values(), *binding.years.values()]}
    target = work / "rows.parquet"
    rows = _write_table(table, wanted, target)
    columns = {name: (f"f{at}", "text") for name, at in binding.columns.items()}
    return Landed(
        source, spec.name, target, columns, True, rows, sha256, extra_columns=binding.extra,
        years={year: f"f{at}" for year, at in binding.years.items()},
    )  # fmt: skip


def _write_table(table: TableRows, wanted: Mapping[str, int], target: Path) -> int:
    schema = pa.schema([*((name, pa.string()) for name in wanted), (ROW, pa.int64())])
    rows = 0
    with pq.ParquetWriter(target, schema, compression="lz4") as writer:
        for columns in _text_batches(table, wanted):
            count = len(columns[0]) if columns else 0
            numbers = pa.array(range(rows + 1, rows + count + 1), pa.int64())
            writer.write_batch(pa.RecordBatch.from_arrays([*columns, numbers], schema=schema))
            rows += count
    return rows


def _text_batches(table: TableRows, wanted: Mapping[str, int]) -> Iterator[list[pa.Array]]:
    for batch in table.batches():
        yield [batch[at] for at in wanted.values()]
