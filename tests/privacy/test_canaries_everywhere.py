"""PS-02, the whole way: canaries in every raw column of every record, then zone P is searched.

A made-up ICS of 300 people is planted: in the newest file of each record (and in a new file of each record
that it has none of), rows that are valid but for one column, which holds a canary. Then the real commands
run: the custodian, the build, a check, reports, an export; and signed-in users open the pages of the suite.
Neither the extracts, the build, the logs, the temporary files, the exports nor a page may hold any spelling
of any.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from openphm.access import Role
from openphm.definitions import RecordSpec, load
from openphm.web.app import make_app
from openphm.web.screens import all_screens
from openphm.web.settings import Settings
from tests.support.canaries import NUMBER, WANTED, Row, a_row, as_delivered, found_below, own_key, planted

pytestmark = pytest.mark.slow

SPECS = load().extracts
ABOUT_PEOPLE = [name for name, spec in SPECS.items() if spec.person is not None]


@dataclass(frozen=True)
class Places:
    """The folders of one run. zone_p: all that the processes of zone P wrote, and what both zones said."""

    folder: Path

    @property
    def raw(self) -> Path:
        return self.folder / "raw"

    @property
    def custodian(self) -> Path:
        return self.folder / "custodian"

    @property
    def zone_p(self) -> Path:
        return self.folder / "zone_p"

    @property
    def extracts(self) -> Path:
        return self.zone_p / "extracts"

    @property
    def store(self) -> Path:
        return self.zone_p / "store"

    def run(self, *words: str | Path) -> None:
        """One command as a user would; what it says is kept in zone P's logs, its temporary files as well."""
        logs, temporary = self.zone_p / "logs", self.zone_p / "tmp"
        logs.mkdir(parents=True, exist_ok=True)
        temporary.mkdir(exist_ok=True)
        command = [sys.executable, "-m", "openphm.cli.main", *map(str, words)]
        done = subprocess.run(
            command, capture_output=True, env=os.environ | {"TMPDIR": str(temporary)}, check=False
        )
        (logs / f"{len(list(logs.iterdir()))}.log").write_bytes(done.stdout + done.stderr)
        assert done.returncode == 0, done.stderr.decode()[-3000:]


def plant(raw: Path) -> Counter[str]:
    """Put the rows in; answers how many of each record."""
    rows: Counter[str] = Counter()
    for name in ABOUT_PEOPLE:
        spec = SPECS[name]
        delivered = sorted((raw / "extracts" / name).glob("*.csv"))
        rows[name] = _append(spec, delivered[-1]) if delivered else _write(spec, raw / "extracts" / name)
    return rows


def _append(spec: RecordSpec, path: Path) -> int:
    """Rows like the last of the file."""
    with path.open(newline="") as file:
        header, *_, last = csv.reader(file)
    good = {
        field.name: value
        for column, value in zip(header, last, strict=True)
        if (field := spec.find_field(column)) is not None
    }
    new = as_delivered(spec, _rows(spec, good), header)
    with path.open("a", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(new)
    return len(new)


def _rows(spec: RecordSpec, good: Row) -> list[Row]:
    """The planted rows, and two valid ones for each: a file that is mostly wrong is refused whole."""
    rows = [row for _, row in planted(spec, good)]
    return rows + [good | own_key(spec, len(rows) + number) for number in range(1, 2 * len(rows))]


def _write(spec: RecordSpec, folder: Path) -> int:
    good = a_row(spec)
    header = [field.field for field in spec.fields]
    new = as_delivered(spec, [good, *_rows(spec, good)], header)
    folder.mkdir(parents=True)
    stem = (spec.files[0].rstrip("*") or spec.name) + "_2026-03"
    with (folder / f"{stem}.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *new])
    return len(new)


def plant_enrolments(raw: Path) -> None:
    """A service's own list: each canary in each of its columns."""
    [path] = sorted((raw / "enrolments").glob("*.csv"))
    good = {
        "INTERVENTION_ID": path.stem, "NHS_NUMBER": "9990000018", "PCN_CODE": "U10001",
        "ENROLLED_DATE": "2025-06-15",
    }  # fmt: skip
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(good), lineterminator="\n")
        writer.writeheader()
        writer.writerows([good, *(good | {column: canary} for column in good for canary in WANTED)])


def open_pages(store: Path, folder: Path) -> int:
    """Every page that needs no address of its own, as the first of these roles that may see it."""
    folder.mkdir()
    app = make_app(Settings(store, is_demo=True, names=("testserver",)))
    rules = {rule.path: rule for screen in all_screens() for rule in screen.rules if rule.method == "GET"}
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
        app.state.suite.limits.take = lambda name, most: None
        for role in (Role.ICB_ANALYST, Role.CLINICIAN, Role.IG_LEAD):
            client.post("/demo/sign-in", data={"role": str(role)})
            for path in [one for one, rule in rules.items() if "{" not in one and role in rule.roles]:
                del rules[path]
                answer = client.get(path)
                if answer.status_code == 200:
                    (folder / f"{path.strip('/').replace('/', '-')}.html").write_bytes(answer.content)
    return len(list(folder.iterdir()))


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """All the commands, once."""
    made = Places(tmp_path_factory.mktemp("canaries"))
    made.run("synthesise", made.raw, "--people", "300", "--years", "2", "--no-progress")
    assert sum(plant(made.raw).values()) > 10_000
    plant_enrolments(made.raw)
    made.run("custodian", "init", "--home", made.custodian)
    made.run("custodian", "pseudonymise", made.raw, made.extracts, "--home", made.custodian, "--no-progress")
    made.run("build", made.extracts, "--store", made.store, "--no-progress")
    return made


@pytest.fixture(scope="module")
def exports(places: Places) -> Path:
    """What zone P gives away: a workspace, reports as files, the check, and the pages of the suite."""
    folder = places.zone_p / "exports"
    folder.mkdir()
    store = ("--store", places.store)
    places.run("export", folder / "workspace.duckdb", *store, "--approval", "A-1")
    places.run("check", *store, "--output", folder / "quality.html")
    for name in ("segments.csv", "segments.xlsx"):
        places.run("report", "segments", *store, "--output", folder / name, "--no-progress")
    assert open_pages(places.store, folder / "pages") > 20
    return folder


def test_ps02_canaries_of_every_column_of_every_record_are_planted(places: Places) -> None:
    files = pq.read_table(places.extracts / "quality" / "files.parquet").to_pylist()
    took = {row["record"]: 0 for row in files} | Counter()
    for row in files:
        took[row["record"]] += row["rows_loaded"]
    assert set(ABOUT_PEOPLE) <= set(took)
    assert all(took[name] for name in ABOUT_PEOPLE)


def test_ps02_no_canary_is_in_what_leaves_the_custodian_the_build_logs_or_temporary_files(
    places: Places,
) -> None:
    assert found_below(places.zone_p, WANTED) == []


def test_ps02_no_canary_is_in_exports_and_pages(exports: Path) -> None:
    assert found_below(exports, WANTED) == []


def test_ps02_the_search_finds_a_canary_in_every_kind_of_file(tmp_path: Path) -> None:
    text = f"a {NUMBER[::-1]} b"
    (tmp_path / "a.log").write_text(text)
    pq.write_table(pa.table({"value": [text] * 50}), tmp_path / "b.parquet", compression="zstd")
    with duckdb.connect(str(tmp_path / "c.duckdb")) as connection:
        connection.execute("CREATE TABLE t AS SELECT ? AS value FROM range(5)", [text])
    with zipfile.ZipFile(tmp_path / "d.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sheet.xml", text)
    found = {place.partition(",")[0] for place in found_below(tmp_path, WANTED)}
    assert found == {"a.log", "b.parquet", "c.duckdb", "d.xlsx"}
