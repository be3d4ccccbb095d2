"""Fetch the distinct values of codes, flags and dates, with the rows that hold each, by file.

All columns of a group of files are counted in one pass (grouping sets). Tens of millions of rows come back
as some thousand values, and everything about them is then decided in Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from openphm.definitions import RecordSpec
from openphm.extracts.columns import quoted
from openphm.extracts.groups import Group
from openphm.store import Engine

COLUMNS_AT_A_TIME = 24

Counts = dict[str, int]
"""Raw value -> rows."""


@dataclass
class Distinct:
    """column -> file_id -> raw value -> rows; what is not there is counted under None."""

    _found: dict[str, dict[int, dict[str | None, int]]] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict)

    def fetch(self, engine: Engine, spec: RecordSpec, group: Group, names: Sequence[str]) -> None:
        """Count the values of these columns of a group."""
        for first in range(0, len(names), COLUMNS_AT_A_TIME):
            self._fetch(engine, spec, group, names[first : first + COLUMNS_AT_A_TIME])

    def _fetch(self, engine: Engine, spec: RecordSpec, group: Group, names: Sequence[str]) -> None:
        listed = ", ".join(quoted(name) for name in names)
        sets = ", ".join(f"(file_id, {quoted(name)})" for name in names)
        rows = engine.query(
            f"SELECT file_id, {listed}, count(*) AS n, grouping({listed}) AS which "
            f"FROM ({group.source_sql(spec, names)}) GROUP BY GROUPING SETS ({sets})"
        )
        everything = (1 << len(names)) - 1
        for place, name in enumerate(names):
            mine = everything ^ (1 << (len(names) - 1 - place))
            self._keep(name, rows.filter(pc.equal(rows["which"], mine)).select(["file_id", name, "n"]))

    def _keep(self, name: str, rows: pa.Table) -> None:
        by_file = self._found.setdefault(name, {})
        for file_id, raw, n in zip(*(column.to_pylist() for column in rows.columns), strict=True):
            # the same text occurs in many files; it is kept once
            text = None if raw is None else self._texts.setdefault(raw, raw)
            by_file.setdefault(file_id, {})[text] = n

    def in_file(self, name: str, file_id: int) -> Counts:
        """The values of a column in one file."""
        return {raw: n for raw, n in self._found[name].get(file_id, {}).items() if raw is not None}

    def in_files(self, name: str, file_ids: Iterable[int]) -> tuple[Counts, int]:
        """The values of a column over several files, and the rows without one."""
        counts: Counts = {}
        nothing = 0
        for file_id in file_ids:
            for raw, n in self._found[name].get(file_id, {}).items():
                if raw is None:
                    nothing += n
                else:
                    counts[raw] = counts.get(raw, 0) + n
        return counts, nothing

    def share_of(self, name: str, file_id: int, chosen: Mapping[str, bool]) -> tuple[int, int]:
        """Rows of a file that hold one of the chosen values, and rows that hold any."""
        counts = self.in_file(name, file_id)
        return sum(n for raw, n in counts.items() if chosen.get(raw)), sum(counts.values())
