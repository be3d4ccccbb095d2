"""A made-up ICS for these specs, read back with nothing but Arrow and the extract specifications."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from openphm.definitions import Definitions, load
from openphm.synthetic import Dirt, Summary, synthesise

PEOPLE = 4_000


@dataclass(frozen=True)
class Made:
    """A folder that `synthesise` wrote, and what it said about it."""

    folder: Path
    summary: Summary = field(repr=False)
    definitions: Definitions = field(repr=False)
    read: dict[str, pa.Table] = field(default_factory=dict, repr=False)

    def record(self, name: str) -> pa.Table:
        """All rows of a record, in canonical column names, with the month of the file they came in."""
        if name not in self.read:
            self.read[name] = self._read(name)
        return self.read[name]

    def _read(self, name: str) -> pa.Table:
        names = {one.field: one.name for one in self.definitions.extracts[name].fields}
        tables = []
        for path in sorted((self.folder / "extracts" / name).glob("*.parquet")):
            table = pq.read_table(path)
            plain = [c.cast(pa.string()) if pa.types.is_dictionary(c.type) else c for c in table.columns]
            label = pa.array([path.stem.removeprefix(name + "_")] * table.num_rows, pa.string())
            columns = [names[column] for column in table.column_names]
            tables.append(pa.Table.from_arrays([*plain, label], names=[*columns, "file_month"]))
        return pa.concat_tables(tables)

    def rows(self, name: str, *columns: str) -> list[dict[str, Any]]:
        return self.record(name).select(list(columns)).to_pylist()

    def truth(self, name: str) -> pa.Table:
        return pq.read_table(self.folder / "truth" / f"{name}.parquet")

    @cached_property
    def subsegments(self) -> dict[str, str]:
        """NHS number -> true subsegment of everybody registered on the as-at date."""
        table = self.truth("subsegments")
        table = table.filter(pc.equal(table["kind"].cast(pa.string()), "as_at"))
        codes = table["subsegment_code"].cast(pa.string()).to_pylist()
        return dict(zip(table["nhs_number"].to_pylist(), codes, strict=True))


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Made]:
    """Makes a made-up ICS of a few people in Parquet."""

    def made(**wishes: Any) -> Made:
        folder = tmp_path_factory.mktemp("ics") / "raw"
        summary = synthesise(folder, **{"people": PEOPLE, "file_format": "parquet", **wishes})
        return Made(folder, summary, load())

    return made


@pytest.fixture(scope="session")
def clean(make: Callable[..., Made]) -> Made:
    """Without dirt and without a planted service: the records say what happened."""
    return make(dirt=Dirt.none(), plant="none")


@pytest.fixture(scope="session")
def dirty(make: Callable[..., Made]) -> Made:
    """As it comes."""
    return make(seed=5)
