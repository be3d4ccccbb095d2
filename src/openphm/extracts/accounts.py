"""The account of a delivery: what came, what was taken, what was set aside, and how full it is.

Each table is made of counts and codes; no value of a row is in it. Rows loaded are counted again in the
files that were written, so that delivered = loaded + quarantined is a finding and not an assumption.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from openphm.core import BuildCheckFailed, Problem
from openphm.definitions import RecordSpec
from openphm.extracts.checked import CheckedRecord
from openphm.extracts.columns import literal, quoted
from openphm.extracts.reading import DeliveredFile
from openphm.store import Engine

FILES = pa.schema(
    [
        ("file_id", pa.int32()), ("file_name", pa.string()), ("record", pa.string()),
        ("rows_delivered", pa.int64()), ("rows_loaded", pa.int64()), ("rows_quarantined", pa.int64()),
        ("first_date", pa.date32()), ("last_date", pa.date32()), ("sha256", pa.string()),
        ("status", pa.string()), ("reason_code", pa.string()),
        ("columns_dropped", pa.int32()), ("characters_changed", pa.int64()),
    ]
)  # fmt: skip
QUARANTINE = pa.schema(
    [
        ("file_id", pa.int32()), ("record", pa.string()), ("row_number", pa.int64()),
        ("column_name", pa.string()), ("reason_code", pa.string()),
    ]
)  # fmt: skip
COVERAGE = pa.schema(
    [
        ("record", pa.string()), ("provider_code", pa.string()), ("month", pa.date32()),
        ("rows", pa.int64()), ("rows_late", pa.int64()),
    ]
)  # fmt: skip
COMPLETENESS = pa.schema(
    [
        ("record", pa.string()), ("column_name", pa.string()),
        ("rows", pa.int64()), ("rows_present", pa.int64()), ("rows_valid", pa.int64()),
        ("rows_mended", pa.int64()),
    ]
)  # fmt: skip
LINKAGE = pa.schema(
    [
        ("record", pa.string()), ("rows", pa.int64()), ("rows_linked", pa.int64()),
        ("rows_no_number", pa.int64()), ("rows_invalid_number", pa.int64()),
    ]
)  # fmt: skip


@dataclass
class Account:
    """Grows record by record; `write` puts the five tables into a folder."""

    files: list[dict[str, object]] = field(default_factory=list)
    quarantine: list[pa.Table] = field(default_factory=list)
    coverage: list[dict[str, object]] = field(default_factory=list)
    completeness: list[dict[str, object]] = field(default_factory=list)
    linkage: list[dict[str, object]] = field(default_factory=list)

    def add_record(
        self, engine: Engine, checked: CheckedRecord, delivered: Iterable[DeliveredFile], written: Path | None
    ) -> None:
        """Count one record: the rows set aside, and the rows found again in the file that was written."""
        removed = engine.query(
            f"SELECT file_id, {literal(checked.spec.name)} AS record, row_number, column_name, reason_code "
            f"FROM {checked.removed} ORDER BY ALL"
        ).cast(QUARANTINE)
        aside = _pairs(
            engine, f"SELECT file_id, count(DISTINCT row_number) FROM {checked.removed} GROUP BY 1"
        )
        loaded = self._loaded(engine, checked, written)
        wrong: list[Problem] = []
        for file in delivered:
            if file.same_as is not None:
                removed = self._add_same(file, checked, removed)
                continue
            landed = checked.files[file.file_id]
            rows, first, last = loaded.get(file.file_id, (0, None, None))
            quarantined = aside.get(file.file_id, 0)
            if rows + quarantined != landed.delivered:
                wrong.append(_disagreement(file, landed.delivered, rows, quarantined))
            self.files.append(
                _file_row(file, landed.delivered, rows, quarantined, first, last, "loaded", None)
                | {"columns_dropped": landed.extra_columns, "characters_changed": landed.changed_characters}
            )
        if wrong:
            raise BuildCheckFailed.of(wrong)
        self.quarantine.append(removed)
        for name, filled in checked.filled.items():
            self.completeness.append(
                {
                    "record": checked.spec.name, "column_name": name,
                    "rows": filled.rows, "rows_present": filled.present, "rows_valid": filled.valid,
                    "rows_mended": filled.mended,
                }
            )  # fmt: skip

    def withhold(self, removed: pa.Table) -> None:
        """Take rows that were loaded out again, with their reason: they are set aside after all."""
        if not removed.num_rows:
            return
        self.quarantine.append(removed.cast(QUARANTINE))
        counts = removed.group_by("file_id").aggregate([([], "count_all")])
        taken = dict(zip(counts["file_id"].to_pylist(), counts["count_all"].to_pylist(), strict=True))
        record = removed["record"][0].as_py()
        for file in self.files:
            if file["record"] == record and file["file_id"] in taken:
                rows = int(taken[file["file_id"]])
                file["rows_loaded"] = int(str(file["rows_loaded"])) - rows
                file["rows_quarantined"] = int(str(file["rows_quarantined"])) + rows

    def _add_same(self, file: DeliveredFile, checked: CheckedRecord, removed: pa.Table) -> pa.Table:
        """A file that came twice: every row of the second is set aside, and counted."""
        rows = checked.files[file.same_as or 0].delivered
        again = pa.table(
            [
                pa.array([file.file_id] * rows, pa.int32()), pa.array([checked.spec.name] * rows),
                pa.array(range(1, rows + 1), pa.int64()), pa.nulls(rows, pa.string()),
                pa.array(["F_DUPLICATE_FILE"] * rows),
            ],
            schema=QUARANTINE,
        )  # fmt: skip
        self.files.append(
            _file_row(file, rows, 0, rows, None, None, "rejected", "F_DUPLICATE_FILE")
            | {"columns_dropped": 0, "characters_changed": 0}
        )
        return pa.concat_tables([removed, again])

    def _loaded(
        self, engine: Engine, checked: CheckedRecord, written: Path | None
    ) -> Mapping[int, tuple[int, date | None, date | None]]:
        """Rows, first and last day by file, counted in the written file; adds the coverage."""
        if written is None:
            return {}
        source = f"read_parquet([{literal(str(written))}])"
        rule = checked.spec.coverage
        if rule is None:
            counted = engine.query(
                f"SELECT file_id, count(DISTINCT row_number) AS n FROM {source} GROUP BY 1"
                if checked.spec.options.get("year_columns")
                else f"SELECT file_id, count(*) AS n FROM {source} GROUP BY 1"
            ).to_pylist()
            return {row["file_id"]: (row["n"], None, None) for row in counted}
        day, provider = quoted(rule.date), quoted(rule.provider)
        rows = engine.query(
            f"SELECT file_id, {provider} AS provider_code, month, count(*) AS n, "
            f"count(*) FILTER (WHERE {_is_late(checked.spec)}) AS late, min({day}) AS first, "
            f"max({day}) AS last FROM "
            f"(SELECT *, CAST(date_trunc('month', {day}) AS DATE) AS month FROM {source}) "
            f"GROUP BY GROUPING SETS ((file_id), ({provider}, month)) ORDER BY provider_code, month"
        ).to_pylist()
        self.coverage.extend(
            {
                "record": checked.spec.name,
                "provider_code": row["provider_code"],
                "month": row["month"],
                "rows": row["n"],
                "rows_late": row["late"],
            }
            for row in rows
            if row["file_id"] is None and row["month"] is not None
        )
        return {
            row["file_id"]: (row["n"], row["first"], row["last"])
            for row in rows
            if row["file_id"] is not None
        }

    def add_emitted(self, engine: Engine, spec: RecordSpec, written: Path) -> None:
        """Count which months rows made from a foreign format cover, as rows of the record they became.

        The rows themselves were counted with the file that they came in.
        """
        if spec.coverage is None:
            return
        day, provider = quoted(spec.coverage.date), quoted(spec.coverage.provider)
        rows = engine.query(
            f"SELECT {provider} AS provider_code, CAST(date_trunc('month', {day}) AS DATE) AS month, "
            f"count(*) AS n FROM read_parquet([{literal(str(written))}]) WHERE {day} IS NOT NULL "
            "GROUP BY ALL ORDER BY ALL"
        ).to_pylist()
        self.coverage.extend(
            {
                "record": spec.name,
                "provider_code": row["provider_code"],
                "month": row["month"],
                "rows": row["n"],
                "rows_late": 0,
            }
            for row in rows
        )

    def write(self, folder: Path) -> list[Path]:
        """Write the five tables as Parquet."""
        folder.mkdir(parents=True, exist_ok=True)
        quarantine = pa.concat_tables([QUARANTINE.empty_table(), *self.quarantine])
        tables = {
            "files": pa.Table.from_pylist(
                sorted(self.files, key=lambda one: str(one["file_id"]).zfill(9)), FILES
            ),
            "quarantine": quarantine,
            "coverage": pa.Table.from_pylist(self.coverage, COVERAGE),
            "completeness": pa.Table.from_pylist(self.completeness, COMPLETENESS),
            "linkage": pa.Table.from_pylist(self.linkage, LINKAGE),
        }
        for name, table in tables.items():
            pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
        return [folder / f"{name}.parquet" for name in tables]


def _is_late(spec: RecordSpec) -> str:
    """A row of an earlier month than the reporting period in which it was delivered."""
    if spec.submission is None or spec.coverage is None or spec.submission.period == spec.coverage.date:
        return "FALSE"
    return f"month < date_trunc('month', {quoted(spec.submission.period)})"


def _pairs(engine: Engine, select: str) -> dict[int, int]:
    rows = engine.query(select)
    return dict(zip(rows.column(0).to_pylist(), rows.column(1).to_pylist(), strict=True))


def _file_row(
    file: DeliveredFile, delivered: int, loaded: int, quarantined: int,
    first: date | None, last: date | None, status: str, reason: str | None,
) -> dict[str, object]:  # fmt: skip
    return {
        "file_id": file.file_id, "file_name": file.source.name, "record": file.spec.name,
        "rows_delivered": delivered, "rows_loaded": loaded, "rows_quarantined": quarantined,
        "first_date": first, "last_date": last, "sha256": file.sha256,
        "status": status, "reason_code": reason,
    }  # fmt: skip


def _disagreement(file: DeliveredFile, delivered: int, loaded: int, quarantined: int) -> Problem:
    return Problem(
        file.source.name,
        f"F_COUNT: {delivered:,} rows delivered, but {loaded:,} loaded and {quarantined:,} set aside.",
        "Every row is loaded or set aside; nothing was published.",
        "this is a fault of OpenPHM: please report it with the name of the record",
    )
