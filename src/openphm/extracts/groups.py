"""Files of one record that look alike are read as one: same columns, same kinds, same date formats.

A month's delivery is dozens of files a record; usually they form one group, and SQL goes over all of
them at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from openphm.definitions import RecordSpec
from openphm.extracts.columns import literal, quoted, raw_text
from openphm.extracts.landing import Landed


@dataclass(frozen=True)
class Group:
    """Files that are read by one SELECT.

    files    file_id -> the landed file
    columns  canonical name -> (name in the Parquet files, kind)
    formats  date column -> chosen format, where the column is text
    """

    files: Mapping[int, Landed]
    columns: Mapping[str, tuple[str, str]]
    numbered: bool
    formats: Mapping[str, str] = field(default_factory=dict)

    def kind(self, name: str) -> str:
        """text, date, timestamp, number, boolean, or missing."""
        return self.columns[name][1] if name in self.columns else "missing"

    def source_sql(self, spec: RecordSpec, names: Iterable[str]) -> str:
        """A SELECT of file_id, row_number and the named columns as they were delivered."""
        ids, paths = list(self.files), [str(one.path) for one in self.files.values()]
        listed = ", ".join(literal(path) for path in paths)
        position = f"[{', '.join(map(str, ids))}][CAST(file_index AS BIGINT) + 1]"
        number = "row_number" if self.numbered else "file_row_number + 1"
        chosen = [
            f"CAST({position} AS INTEGER) AS file_id",
            f"CAST({number} AS BIGINT) AS row_number",
            *(f"{self._delivered(spec, name)} AS {quoted(name)}" for name in names if name in self.columns),
        ]
        return f"SELECT {', '.join(chosen)} FROM read_parquet([{listed}])"

    def _delivered(self, spec: RecordSpec, name: str) -> str:
        physical, kind = self.columns[name]
        field_ = spec.field(name)
        if is_native(field_.type, kind):
            return quoted(physical)
        return raw_text(field_, physical, kind)


def is_native(field_type: str, kind: str) -> bool:
    """The Parquet column already has the type of the field."""
    return (
        (field_type in ("date", "timestamp") and kind in ("date", "timestamp"))
        or (field_type in ("integer", "decimal") and kind == "number")
        or (field_type == "flag" and kind == "boolean")
    )


def group_files(files: Mapping[int, Landed]) -> list[Group]:
    """Group files by their columns and kinds."""
    found: dict[object, dict[int, Landed]] = {}
    for file_id, landed in files.items():
        look = (tuple(sorted(landed.columns.items())), landed.numbered)
        found.setdefault(look, {})[file_id] = landed
    return [
        Group(members, next(iter(members.values())).columns, next(iter(members.values())).numbered)
        for members in found.values()
    ]


def split_by_format(group: Group, formats: Mapping[int, Mapping[str, str]]) -> list[Group]:
    """Cut a group so that in each part a date column has one format. formats: file_id -> column -> format."""
    found: dict[tuple[tuple[str, str], ...], dict[int, Landed]] = {}
    for file_id, landed in group.files.items():
        found.setdefault(tuple(sorted(formats.get(file_id, {}).items())), {})[file_id] = landed
    return [replace(group, files=members, formats=dict(key)) for key, members in found.items()]


def union(selects: Sequence[str]) -> str:
    """Several SELECTs with the same columns as one."""
    return "\nUNION ALL\n".join(selects)
