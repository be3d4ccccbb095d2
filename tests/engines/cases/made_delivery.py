"""Write rows by hand as a pseudonymised delivery, in the shape the custodian writes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from openphm.dataset.inputs import QUALITY_FILES, columns_of
from openphm.dataset.words import arrow_type
from openphm.definitions import Definitions, RecordSpec
from openphm.extracts import DeliveryWriter


class MadeDelivery:
    """Rows by record. Every row goes to one file of its record; ids count up from 1.

    made = MadeDelivery(load())
    made.add("gp_event", "p1", event_date=date(2025, 1, 1), code="195967001")
    made.write(folder)
    """

    def __init__(self, definitions: Definitions) -> None:
        self._specs = definitions.extracts
        self._rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._file_ids: dict[str, int] = {}

    def add(self, record: str, person_id: str | None = None, **values: Any) -> None:
        """One row. Columns that are not given are null; an unknown column is a mistake of the test."""
        known = dict(columns_of(self._specs[record]))
        unknown = set(values) - set(known)
        if unknown:
            raise KeyError(f"{record} has no {sorted(unknown)}")
        rows = self._rows[record]
        file_id = self._file_ids.setdefault(record, len(self._file_ids) + 1)
        row = {**dict.fromkeys(known), **values, "file_id": file_id, "row_number": len(rows) + 1}
        if "person_id" in known:
            row["person_id"] = person_id
        rows.append(row)

    def write(self, folder: Path) -> Path:
        """The delivery, complete with what the custodian would have counted."""
        writer = DeliveryWriter(folder)
        writer.begin()
        for record, rows in self._rows.items():
            spec = self._specs[record]
            is_reference = spec.dataset == "reference"
            path = writer.reference_path(record) if is_reference else writer.path(record)
            pq.write_table(_table(columns_of(spec), rows), path)
        (writer.folder / "quality").mkdir()
        for name, rows in self._quality().items():
            pq.write_table(_table(QUALITY_FILES[name], rows), writer.folder / "quality" / f"{name}.parquet")
        writer.finish({"made": "by hand"})
        return folder

    def _quality(self) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in QUALITY_FILES}
        for record, rows in self._rows.items():
            spec, n = self._specs[record], len(rows)
            found["files"].append(
                {
                    "file_id": self._file_ids[record], "file_name": f"{record}.csv", "record": record,
                    "rows_delivered": n, "rows_loaded": n, "rows_quarantined": 0, "first_date": None,
                    "last_date": None, "sha256": "0" * 64, "status": "loaded", "reason_code": None,
                }
            )  # fmt: skip
            found["coverage"] += _coverage(spec, rows)
            if spec.person is not None:
                linked = sum(str(row["person_id"]).startswith("p") for row in rows)
                found["linkage"].append(
                    {
                        "record": record, "rows": n, "rows_linked": linked, "rows_no_number": n - linked,
                        "rows_invalid_number": 0,
                    }
                )  # fmt: skip
        return found


def _coverage(spec: RecordSpec, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if spec.coverage is None:
        return []
    months = Counter((row[spec.coverage.provider], row[spec.coverage.date].replace(day=1)) for row in rows)
    return [
        {"record": spec.name, "provider_code": provider, "month": month, "rows": n}
        for (provider, month), n in sorted(months.items())
    ]


def _table(columns: Any, rows: list[Mapping[str, Any]]) -> pa.Table:
    fields = [
        (name, arrow_type("INTEGER") if name == "file_id" else arrow_type(kind)) for name, kind in columns
    ]
    names = [name for name, _ in fields]
    listed = [{name: _plain(row.get(name)) for name in names} for row in rows]
    return pa.Table.from_pylist(listed, pa.schema(fields))


def _plain(value: object) -> object:
    """Numbers with digits after the point as exact decimals."""
    return Decimal(str(value)).quantize(Decimal("0.0001")) if isinstance(value, float) else value


def day(text: str) -> date:
    """A date from 2025-03-31."""
    return date.fromisoformat(text)
