"""The rows of one record after checking: which stay, which are set aside and why.

`removed` lists every row that is set aside, with column and reason. `clean_sql` is the SELECT of all
others, typed, with canonical names; nothing is copied until somebody writes it out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from openphm.definitions import RecordSpec
from openphm.extracts.columns import ColumnPlan, Fault
from openphm.extracts.groups import Group, union
from openphm.extracts.landing import Landed
from openphm.extracts.profiling import Filled, profile
from openphm.extracts.reasons import FileRejected
from openphm.store import Engine

REMOVED_COLUMNS = ("file_id", "row_number", "column_name", "reason_code")


@dataclass(frozen=True)
class CheckedRecord:
    """One record of a delivery, ready to be written out.

    files    file_id -> the file
    removed  name of the table of rows set aside (file_id, row_number, column_name, reason_code); a row
             with two faults stands there twice
    filled   canonical column -> completeness and validity
    """

    spec: RecordSpec
    files: Mapping[int, Landed]
    groups: tuple[tuple[Group, Mapping[str, ColumnPlan]], ...]
    filled: Mapping[str, Filled]
    removed: str
    refused: tuple[FileRejected, ...] = ()

    def typed_sql(self, names: Iterable[str], *, only: str = "") -> str:
        """A SELECT of file_id, row_number and the named columns, typed, of all rows that were split.

        only: a table of file_id and row_number; no other rows are given
        """
        wanted = list(dict.fromkeys(names))
        return union([_typed(self.spec, group, plans, wanted, only) for group, plans in self.groups])

    def clean_sql(self, names: Iterable[str]) -> str:
        """The same without the rows set aside."""
        return f"SELECT * FROM ({self.typed_sql(names)}) AS t WHERE {self.is_kept('t')}"

    def is_kept(self, alias: str) -> str:
        """SQL: the row of this alias (file_id, row_number) is not set aside."""
        return (
            f"NOT EXISTS (SELECT 1 FROM {self.removed} AS x "
            f"WHERE x.file_id = {alias}.file_id AND x.row_number = {alias}.row_number)"
        )

    def of_files(self, file_ids: Collection[int]) -> CheckedRecord:
        """The same record with the rows of these files alone."""
        groups = (
            (replace(group, files={n: one for n, one in group.files.items() if n in file_ids}), plans)
            for group, plans in self.groups
        )
        return replace(self, groups=tuple(pair for pair in groups if pair[0].files))

    @property
    def names(self) -> list[str]:
        return [field.name for field in self.spec.fields]


def check_record(engine: Engine, spec: RecordSpec, files: Mapping[int, Landed]) -> CheckedRecord:
    """Judge every value of the files of a record. Repeats and resubmissions are another step."""
    looked = profile(engine, spec, files)
    removed = f"removed.{spec.name}"
    checked = CheckedRecord(spec, files, looked.groups, looked.filled, removed, looked.refused)
    engine.load_rows(removed, _rejects(files))
    selects = [found for group, plans in looked.groups if (found := _faulty(spec, group, plans))]
    if selects:
        add_removed(engine, checked, union(selects))
    return checked


def add_removed(engine: Engine, checked: CheckedRecord, select: str) -> None:
    """Set more rows aside: a SELECT of file_id, row_number, column_name, reason_code."""
    more = f"removed.{checked.spec.name}__more"
    if engine.create_table(more, select):
        both = f"removed.{checked.spec.name}__both"
        engine.create_table(both, f"SELECT * FROM {checked.removed} UNION ALL SELECT * FROM {more}")
        engine.create_table(checked.removed, f"SELECT * FROM {both}")
        engine.drop(both)
    engine.drop(more)


def _typed(
    spec: RecordSpec, group: Group, plans: Mapping[str, ColumnPlan], names: Sequence[str], only: str
) -> str:
    used = [plans[name] for name in names]
    chosen = ["s.file_id", "s.row_number", *(plan.aliased() for plan in used)]
    joins = " ".join(plan.join for plan in used if plan.join)
    source = group.source_sql(spec, names)
    if only:
        source = f"SELECT a.* FROM ({source}) AS a JOIN {only} AS o USING (file_id, row_number)"
    return f"SELECT {', '.join(chosen)} FROM ({source}) AS s {joins}"


def _faulty(spec: RecordSpec, group: Group, plans: Mapping[str, ColumnPlan]) -> str:
    """A SELECT of every fault of every row that has one; empty when no fault can occur."""
    faults = [fault for plan in plans.values() for fault in plan.faults]
    if not faults:
        return ""
    names = sorted({fault.column for fault in faults})
    joins = " ".join(plans[name].join for name in names if plans[name].join)
    listed = ", ".join(f"CASE WHEN {one.condition} THEN '{_tag(one)}' END" for one in faults)
    anyhow = " OR ".join(f"({one.condition})" for one in faults)
    found = (
        f"SELECT s.file_id, s.row_number, unnest([{listed}]) AS fault "
        f"FROM ({group.source_sql(spec, names)}) AS s {joins} WHERE {anyhow}"
    )
    return (
        "SELECT file_id, row_number, split_part(fault, ' ', 1) AS column_name, "
        f"split_part(fault, ' ', 2) AS reason_code FROM ({found}) WHERE fault IS NOT NULL"
    )


def _tag(fault: Fault) -> str:
    return f"{fault.column} {fault.reason}"


def _rejects(files: Mapping[int, Landed]) -> pa.Table:
    """Rows that the reader could not split or that held NUL bytes, broken text, over-long fields."""
    rows: list[tuple[int, int, str | None, str]] = []
    for file_id, landed in files.items():
        names = {physical: name for name, (physical, _) in landed.columns.items()}
        faults = landed.rejects
        for number, column, reason in zip(faults.rows, faults.columns, faults.reasons, strict=True):
            rows.append((file_id, number, names.get(column or ""), reason))
    columns = list(zip(*rows, strict=True)) if rows else [(), (), (), ()]
    kinds = (pa.int32(), pa.int64(), pa.string(), pa.string())
    return pa.table(
        {
            name: pa.array(values, kind)
            for name, values, kind in zip(REMOVED_COLUMNS, columns, kinds, strict=True)
        }
    )
