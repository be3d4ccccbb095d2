"""Read a delivery record by record: recognise, land, check, set repeats aside.

The order is that of need: the row a row belongs to comes before it, and the bridging table before what it
bridges. Problems of all files are collected; `problems` is empty when every file may be trusted. Text that
was landed is removed as soon as the records of its dataset are done.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from openphm.core import ExtractRejected
from openphm.definitions import RecordSpec
from openphm.extracts.checked import CheckedRecord, check_record
from openphm.extracts.landing import Landed, land, sha256_of
from openphm.extracts.reasons import FileRejected
from openphm.extracts.recognising import Recognised, recognise
from openphm.extracts.repeats import set_orphans_aside, set_repeats_aside
from openphm.extracts.sources import TABLE_FORMS, Source, find_sources
from openphm.extracts.years import has_years, one_row_a_year, with_years
from openphm.store import Engine

MOST_UNUSABLE = 0.5
ENOUGH_ROWS = 20
"""A share of a handful of rows says nothing about a file."""
_NOT_ABOUT_VALUES = ("R_DUPLICATE", "R_SUPERSEDED", "R_PARENT", "R_KEY_CONFLICT")


@dataclass(frozen=True)
class DeliveredFile:
    """One file of the delivery, for the account that is kept of it."""

    file_id: int
    source: Source
    spec: RecordSpec
    sha256: str = ""
    same_as: int | None = None
    by_header: bool = False
    stamp: tuple[int, int] = (0, 0)


@dataclass
class Reading:
    """A delivery that is being read. `not_read`: tables of databases that are no specified record."""

    engine: Engine
    specs: Mapping[str, RecordSpec]
    work: Path
    threads: int = 2
    files: dict[int, DeliveredFile] = field(default_factory=dict)
    not_read: list[str] = field(default_factory=list)
    problems: list[FileRejected] = field(default_factory=list)

    def take(self, folder: Path, *, apart_from: tuple[str, ...] = ()) -> None:
        """Recognise the files of a folder. Call before `records`; may be called for several folders."""
        sources, refused = find_sources(folder, apart_from=apart_from)
        self.problems.extend(refused)
        found: list[Recognised] = []
        for source in sources:
            try:
                found.append(recognise(source, self.specs))
            except FileRejected as reason:
                if source.form in TABLE_FORMS:
                    self.not_read.append(source.name)
                else:
                    self.problems.append(reason)
        self._refuse_foreign_databases(sources, found)
        for one in found:
            file_id = len(self.files) + 1
            self.files[file_id] = DeliveredFile(
                file_id, one.source, one.spec, by_header=one.by_header, stamp=_stamp(one.source)
            )

    def _refuse_foreign_databases(self, sources: Sequence[Source], found: Sequence[Recognised]) -> None:
        """A database may hold other tables as well; one without any table of ours is a mistake."""
        known = {one.source.path for one in found}
        databases = {source.path for source in sources if source.form in TABLE_FORMS}
        for path in sorted(databases - known):
            self.problems.append(
                FileRejected(
                    "F_UNKNOWN",
                    path.name,
                    "none of its tables is a specified record.",
                    "A table is recognised by its name or its columns.",
                    "name its tables after their records, or take it out of the folder",
                )
            )

    def identify(self) -> None:
        """Take the checksum of every file, and notice files that came twice."""
        with ThreadPoolExecutor(self.threads) as pool:
            sums = list(pool.map(self._sum, list(self.files.values())))
        first: dict[tuple[str, str], int] = {}
        for file, digest in zip(list(self.files.values()), sums, strict=True):
            same = first.setdefault((file.spec.name, digest), file.file_id) if digest else file.file_id
            same_as = same if same != file.file_id else None
            self.files[file.file_id] = replace(file, sha256=digest, same_as=same_as)

    def _sum(self, file: DeliveredFile) -> str:
        try:
            return sha256_of(file.source)
        except FileRejected as reason:
            self.problems.append(reason)
            return ""

    def files_of(self, record: str) -> list[DeliveredFile]:
        return [one for one in self.files.values() if one.spec.name == record]

    def records(self) -> Iterator[CheckedRecord]:
        """Every delivered record, checked. A record with a refused file is not given."""
        order = in_order({one.spec.name: one.spec for one in self.files.values()})
        done: dict[str, CheckedRecord] = {}
        for position, spec in enumerate(order):
            checked = self._check(spec, done)
            if checked is not None:
                done[spec.name] = checked
                yield checked
            if position + 1 == len(order) or order[position + 1].dataset != spec.dataset:
                shutil.rmtree(self.work / spec.dataset, ignore_errors=True)
                done.clear()

    def _check(self, spec: RecordSpec, done: Mapping[str, CheckedRecord]) -> CheckedRecord | None:
        landed = self._land(spec)
        if len(landed) < sum(1 for one in self.files_of(spec.name) if one.same_as is None):
            return None
        if has_years(spec):
            spec = with_years(spec)
            for file_id, one in landed.items():
                work = self.work / spec.dataset / str(file_id)
                landed[file_id] = one_row_a_year(self.engine, spec, one, work)
        checked = check_record(self.engine, spec, landed)
        self.problems.extend(checked.refused)
        unusable = self._unusable(checked)
        self.problems.extend(unusable)
        if checked.refused or unusable:
            return None
        set_repeats_aside(self.engine, checked)
        if spec.child_of is not None and spec.child_of[0] in done:
            set_orphans_aside(self.engine, checked, done[spec.child_of[0]])
        return checked

    def _land(self, spec: RecordSpec) -> dict[int, Landed]:
        wanted = [one for one in self.files_of(spec.name) if one.same_as is None and one.sha256]
        with ThreadPoolExecutor(self.threads) as pool:
            found = list(pool.map(self._land_one, wanted))
        return {one.file_id: landed for one, landed in zip(wanted, found, strict=True) if landed is not None}

    def _land_one(self, file: DeliveredFile) -> Landed | None:
        work = self.work / file.spec.dataset / str(file.file_id)
        work.mkdir(parents=True, exist_ok=True)
        try:
            landed = land(file.source, file.spec, file.sha256, work)
            if _stamp(file.source) != file.stamp:
                raise FileRejected(
                    "F_CHANGED",
                    file.source.name,
                    "the file changed while it was read.",
                    remedy="wait until it is copied whole, then run the command again",
                )
        except FileRejected as reason:
            self.problems.append(reason)
            return None
        return landed

    def _unusable(self, checked: CheckedRecord) -> list[FileRejected]:
        listed = ", ".join(f"'{code}'" for code in _NOT_ABOUT_VALUES)
        rows = self.engine.query(
            "SELECT file_id, count(DISTINCT row_number) AS n, max_by(reason_code, column_name) AS reason, "
            f"mode(column_name) AS column_name FROM {checked.removed} "
            f"WHERE reason_code NOT IN ({listed}) GROUP BY file_id"
        ).to_pylist()
        refused = []
        for row in rows:
            landed = checked.files[row["file_id"]]
            if landed.delivered >= ENOUGH_ROWS and row["n"] > MOST_UNUSABLE * landed.delivered:
                refused.append(_unusable_file(landed, checked.spec, row["n"], row["column_name"]))
        return refused

    def raise_if_refused(self) -> None:
        """Raise one ExtractRejected with every problem of every file, in order of file name."""
        if self.problems:
            found = sorted(self.problems, key=lambda one: (one.file, one.code))
            raise ExtractRejected.of(one.problem for one in found)


def in_order(specs: Mapping[str, RecordSpec]) -> list[RecordSpec]:
    """Records with those they depend on first, the records of one dataset together.

    Reference comes first, then the datasets that say where people live: those who come without a number
    are looked for among them.
    """
    placed: list[RecordSpec] = []

    def place(spec: RecordSpec) -> None:
        if spec in placed:
            return
        for name in _needs(spec):
            if name in specs:
                place(specs[name])
        placed.append(spec)

    with_people = {spec.dataset for spec in specs.values() if _has_address(spec)}
    datasets = sorted(
        {spec.dataset for spec in specs.values()},
        key=lambda one: (one != "reference", one not in with_people, one),
    )
    for dataset in datasets:
        for name in sorted(specs, key=lambda one: (_has_address(specs[one]), one)):
            if specs[name].dataset == dataset:
                place(specs[name])
    return placed


def _has_address(spec: RecordSpec) -> bool:
    """Households count people who are registered now, so registrations are read first."""
    return any(field.identity in ("uprn", "address") for field in spec.fields)


def _needs(spec: RecordSpec) -> Sequence[str]:
    linked = [spec.person.record] if spec.person and spec.person.record else []
    return [*linked, *([spec.child_of[0]] if spec.child_of else [])]


def _stamp(source: Source) -> tuple[int, int]:
    found = source.path.stat()
    return found.st_size, found.st_mtime_ns


def _unusable_file(landed: Landed, spec: RecordSpec, wrong: int, column: str | None) -> FileRejected:
    at = ""
    if column and spec.has_field(column):
        at = f" Most often it is the column '{spec.field(column).field}'."
    return FileRejected(
        "F_VALUES",
        landed.source.name,
        f"{wrong:,} of {landed.delivered:,} rows cannot be used as {spec.name}.{at}",
        "A file of which more than half is wrong is not what its name says, or was exported wrongly.",
        "compare it with an earlier file of the same feed",
    )
