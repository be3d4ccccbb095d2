"""Pseudonymise a delivery: identifiable rows come in, rows about pseudonyms go out, all or nothing.

Reads    RAW/extracts (or RAW itself), RAW/reference and RAW/enrolments; never RAW/truth
Writes   OUT/extracts, OUT/reference, OUT/quality, OUT/enrolments, OUT/delivery.json; the vault of the home

Files are checked one record after the other; a file that cannot be trusted rejects the whole delivery, and
the OUT that was there stays. Identifiable rows are only ever in the home's work folder and in memory.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from openphm.core import CustodianRefused, OpenPHMError, UsageError
from openphm.custodian.emitting import ROW_DOMAIN, emit_selects, records_with_rule
from openphm.custodian.enrolled import carry_enrolments
from openphm.custodian.home import OPERATOR, Home
from openphm.custodian.keyed_sql import load_keys
from openphm.custodian.leak_gate import refuse_leaks
from openphm.custodian.linkage import (
    LinkageSettings,
    Linking,
    Means,
    Registry,
    keep_report,
    load_groups,
    take_reviews,
    write_queue,
)
from openphm.custodian.outputs import Identities, select_pseudonymised
from openphm.custodian.persons import Persons
from openphm.custodian.places import CARE_HOMES, POSTCODES, Places
from openphm.custodian.practices import PracticeCheck
from openphm.custodian.superseded import RECORD as SUPERSEDED
from openphm.custodian.superseded import read_superseded
from openphm.custodian.upholding import OPT_OUT_LIST, Upholding
from openphm.custodian.vault import Vault
from openphm.definitions import Definitions, RecordSpec
from openphm.extracts import (
    Account,
    CheckedRecord,
    DeliveryWriter,
    Reading,
)
from openphm.extracts.registrations import REGISTRATIONS
from openphm.store import DuckDBEngine, Engine

Tell = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True)
class Options:
    """How to pseudonymise.

    memory_limit             what the SQL engine may use before it spills to the home's work folder
    accept_registration_gap  go on although an open practice has no registered patients
    today                    the day by which the age of opt-out lists is judged; today when None
    """

    threads: int = field(default_factory=lambda: os.cpu_count() or 1)
    memory_limit: str = "3GB"
    accept_registration_gap: bool = False
    today: date | None = None


def pseudonymise(
    raw: Path,
    out: Path,
    home: Home,
    definitions: Definitions,
    *,
    options: Options | None = None,
    tell: Tell | None = None,
) -> dict[str, Any]:
    """Make a pseudonymised delivery; answers what delivery.json says.

    Raises ExtractRejected (a file cannot be trusted), CustodianRefused (keys, places), UsageError.
    """
    folder = _refuse_wrong_places(raw, out, home)
    key = home.key()
    options = options or Options()
    writer = DeliveryWriter(out)
    with (
        home.alone() as work,
        DuckDBEngine(
            memory_limit=options.memory_limit, threads=options.threads, temp_dir=work / "spill"
        ) as engine,
    ):
        try:
            run = _Run(engine, home, definitions, writer, options, tell or _say_nothing, work)
            run.upholding = Upholding(home, key, definitions, options.today or date.today())
            load_keys(engine, key, _domains(definitions))
            means = Means(options.memory_limit, options.threads, work / "linkage")
            registry = Registry(home.linkage_path, key)
            take_reviews(home.review_path, registry)
            linking = Linking(engine, LinkageSettings.of(definitions), registry, means)
            run.persons = Persons(engine, key, linking)
            run.places = Places(engine)
            return run.go(raw, folder, Vault(home.vault_path, key), key.epoch)
        except OpenPHMError as refused:
            home.log.append(
                "custodian.pseudonymise_refused",
                actor=OPERATOR,
                detail={"error": type(refused).__name__, "problems": len(refused.problems)},
            )
            raise
        finally:
            writer.discard()


class _Run:
    """One run, from files to a finished folder."""

    persons: Persons
    places: Places
    upholding: Upholding

    def __init__(
        self, engine: Engine, home: Home, definitions: Definitions, writer: DeliveryWriter,
        options: Options, tell: Tell, work: Path,
    ) -> None:  # fmt: skip
        self.engine, self.home, self.definitions = engine, home, definitions
        self.writer, self.options, self.tell = writer, options, tell
        self.reading = Reading(engine, definitions.extracts, work / "landed", options.threads)
        self.account = Account()
        self.with_rule = records_with_rule(definitions.extracts)
        self.emitted: list[dict[str, Any]] = []
        self.written: dict[str, Path] = {}
        self.practices: set[str] = set()
        self.written_people = False
        self.upheld: dict[str, Any] = {}

    def go(self, raw: Path, folder: Path, vault: Vault, epoch: str) -> dict[str, Any]:
        self.writer.begin()
        self.writer.folder.chmod(0o700)  # until it is finished it may hold what is yet to be withheld
        self._take(raw, folder)
        total = sum(one.source.path.stat().st_size for one in self.reading.files.values())
        done = 0
        for checked in self.reading.records():
            if not self.reading.problems:
                self._write(checked)
            done += sum(one.source.path.stat().st_size for one in self.reading.files_of(checked.spec.name))
            self.tell(checked.spec.name, done, total)
        self._check_practices()
        self.reading.raise_if_refused()
        self.upheld = self.upholding.withhold(
            self.engine, self.definitions.extracts, self.writer.folder / "extracts", self.account
        )
        columns = refuse_leaks(
            self.engine, self.writer.folder / "extracts", self.definitions.extracts, self.persons.numbers()
        )
        self.tell(f"{columns} columns looked at for leaks", total, total)
        carried = carry_enrolments(
            raw, self.writer.folder, self.persons.key,
            superseded=dict(self.persons.superseded), registrations=self.written.get(REGISTRATIONS),
        )  # fmt: skip
        self.upheld = {**self.upheld, **({"enrolments": carried.as_dict()} if carried else {})}
        self.account.write(self.writer.folder / "quality")
        self.tell("checksums and vault", total, total)
        new_people = vault.keep(self.persons.identified())
        linking = self.persons.linking
        write_queue(self.home.review_path, linking)
        self.writer.folder.chmod(0o755)
        said = self._document(epoch)
        counts = {name: said[name] for name in ("rows_delivered", "rows_loaded", "rows_quarantined")}
        self.home.log.append("custodian.pseudonymised", actor=OPERATOR, detail={"epoch": epoch, **counts})
        document = self.writer.finish(said, threads=self.options.threads)
        if self.practices:
            PracticeCheck(self.engine, self.home.folder, self.written).remember(self.practices)
        linking.commit()
        keep_report(self.home.report_path, linking)
        return {**document, "new_people_in_vault": new_people}

    def _take(self, raw: Path, folder: Path) -> None:
        if (raw / "reference").is_dir():
            self.reading.take(raw / "reference")
        self.reading.take(folder, apart_from=("reference",))
        if not self.reading.files and not self.reading.problems:
            raise UsageError(
                str(raw.name),
                "the folder holds no files.",
                "RAW/extracts (or RAW itself) holds the delivered files.",
                "name the folder that the extracts are in",
            )
        self.tell(f"{len(self.reading.files)} files found", 0, 1)
        self.reading.identify()

    def _write(self, checked: CheckedRecord) -> None:
        spec = checked.spec
        path: Path | None
        if spec.dataset == "reference":
            path = self._write_reference(checked)
        else:
            path = self._write_people(checked)
        self.account.add_record(self.engine, checked, self.reading.files_of(spec.name), path)
        self._emit(checked, path)

    def _write_reference(self, checked: CheckedRecord) -> Path:
        spec = checked.spec
        if spec.name in (POSTCODES, CARE_HOMES):
            self.places.take_reference(checked)
        if spec.name == SUPERSEDED:
            self.persons.superseded = read_superseded(self.engine, checked.clean_sql(checked.names))
        if spec.name == OPT_OUT_LIST:
            self.upholding.take_lists(self.engine, checked.clean_sql(checked.names), self.persons.superseded)
        stays = spec.zone == "custodian"
        path = (
            self.home.folder / "work" / f"{spec.name}.parquet"
            if stays
            else self.writer.reference_path(spec.name)
        )
        self.engine.copy_to_parquet(checked.clean_sql(checked.names), path)
        self.written[spec.name] = path
        return path

    def _write_people(self, checked: CheckedRecord) -> Path:
        spec = checked.spec
        if not self.written_people:
            self._know_groups()
            delivered = {one.spec.dataset for one in self.reading.files.values()}
            self.upholding.check(delivered - {"reference"})
        self.written_people = True
        self.persons.learn(checked)
        known = Identities(self.persons, self.places, self.with_rule)
        path = self.writer.path(spec.name)
        self.engine.copy_to_parquet(select_pseudonymised(checked, known), path)
        self.written[spec.name] = path
        if spec.name == REGISTRATIONS:
            self.places.take_registrations(path)
        if any(_goes_via(other, spec.name) for other in self.definitions.extracts.values()):
            self.persons.keep_bridge(checked)
        linkage = self.persons.linkage(checked)
        if linkage is not None:
            self.account.linkage.append(linkage)
        return path

    def _know_groups(self) -> None:
        """Who is of which ethnic group and lives where, for the counts of the linkage."""
        categories = self.definitions.contents.reference.ethnic_categories
        groups = {one.code: one.group for one in categories if one.group}
        load_groups(self.engine, groups | {group: group for group in groups.values()})
        self.places.know_deprivation(self.written, self.definitions.extracts)

    def _emit(self, checked: CheckedRecord, path: Path) -> None:
        spec = checked.spec
        checksums = {file_id: landed.sha256 for file_id, landed in checked.files.items()}
        specs = self.definitions.extracts
        for target, select, rule in emit_selects(spec, specs, path, checksums, self.with_rule):
            made = self.writer.path(target, f"{target}_from_{spec.name}")
            rows = self.engine.copy_to_parquet(select, made)
            self.account.add_emitted(self.engine, specs[target], made)
            self.emitted.append({"from": spec.name, "record": target, "rows": rows, "rule": rule})

    def _check_practices(self) -> None:
        if REGISTRATIONS not in self.written or self.reading.problems:
            return
        check = PracticeCheck(self.engine, self.home.folder, self.written)
        if not self.options.accept_registration_gap:
            gap = check.gap(self.reading.files_of(REGISTRATIONS)[-1].source.name)
            self.reading.problems.extend([gap] if gap is not None else [])
        self.practices = check.present()

    def _document(self, epoch: str) -> dict[str, Any]:
        files = self.account.files
        return {
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "key_epoch": epoch,
            "rows_delivered": sum(int(str(one["rows_delivered"])) for one in files),
            "rows_loaded": sum(int(str(one["rows_loaded"])) for one in files),
            "rows_quarantined": sum(int(str(one["rows_quarantined"])) for one in files),
            "columns_dropped": sum(int(str(one["columns_dropped"])) for one in files),
            **self.upheld,
            "recognised_by_header": [one.source.name for one in self.reading.files.values() if one.by_header],
            "same_file_twice": [one.source.name for one in self.reading.files.values() if one.same_as],
            "tables_not_read": self.reading.not_read,
            "emitted": self.emitted,
            "definitions": [one for one in self.definitions.used() if one["id"].startswith("extracts/")],
        }


def _say_nothing(what: str, done: int, total: int) -> None:
    pass


def _goes_via(spec: RecordSpec, record: str) -> bool:
    return spec.person is not None and spec.person.how == "via" and spec.person.record == record


def _domains(definitions: Definitions) -> set[str]:
    local = {
        field.domain or spec.name
        for spec in definitions.extracts.values()
        for field in spec.fields
        if field.identity == "local_id"
    }
    return local | {ROW_DOMAIN, "household", "unlinked"}


def _refuse_wrong_places(raw: Path, out: Path, home: Home) -> Path:
    """The folder of the extracts. RAW, OUT and the home must lie apart from each other."""
    if not raw.is_dir():
        raise UsageError(str(raw), "there is no such folder.", remedy="name the folder of the raw extracts")
    places = {"RAW": raw.resolve(), "OUT": out.resolve(), "the home": home.folder.resolve()}
    for first, here in places.items():
        for second, there in places.items():
            if first != second and (here == there or here in there.parents):
                raise CustodianRefused(
                    first,
                    f"{second} lies in {first}.",
                    "Identifiable extracts, keys and pseudonymised extracts are kept apart.",
                    "name folders that do not contain each other",
                )
    extracts = raw / "extracts"
    return extracts if extracts.is_dir() else raw
