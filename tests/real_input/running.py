"""Run the real commands over real input, and look at what came of them.

Nothing here works anything out: it starts `openphm` as a user would, and reads the tables it wrote.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from openphm.cli.main import run
from openphm.store import Builds

Row = dict[str, Any]


def pseudonymised(raw: Path, place: Path) -> Path:
    """The pseudonymised delivery made of a raw folder, by a custodian of its own for each place."""
    home, out = place / "custodian", place / f"of_{raw.name}"
    if not home.exists():
        assert run(["custodian", "init", "--home", str(home)]) == 0
    words = ["custodian", "pseudonymise", str(raw), str(out), "--home", str(home), "--quiet"]
    assert run([*words, "--threads", "2"]) == 0
    return out


def built(extracts: Path, store: Path, as_at: str = "") -> Path:
    """The store after one more build, which is live."""
    said = ["--as-at", as_at] if as_at else []
    assert run(["build", str(extracts), "--store", str(store), "--quiet", "--threads", "2", *said]) == 0
    return store


def raw_folder(place: Path, files: Iterable[Path], name: str = "raw") -> Path:
    """A folder for the custodian, with copies of files as they were published."""
    folder = place / name
    folder.mkdir(parents=True)
    for file in files:
        shutil.copy(file, folder / file.name)
    return folder


def counted(delivery: Path, table: str = "files") -> list[Row]:
    """A table of what the custodian counted."""
    rows: list[Row] = pq.read_table(delivery / "quality" / f"{table}.parquet").to_pylist()
    return rows


def account(delivery: Path) -> dict[str, tuple[str, int, int, int]]:
    """File -> record, rows delivered, loaded and quarantined. Members of a zip go by their own name."""
    return {
        row["file_name"].rpartition("!")[2]: (
            row["record"], row["rows_delivered"], row["rows_loaded"], row["rows_quarantined"],
        )
        for row in counted(delivery)
    }  # fmt: skip


def asked(store: Path, select: str) -> list[Row]:
    """Rows of the live build of a store."""
    with Builds(store).open_current() as engine:
        rows: list[Row] = engine.query(select).to_pylist()
    return rows


def asked_one(store: Path, select: str) -> Any:
    """The one value that a SELECT over the live build gives."""
    (row,) = asked(store, select)
    (value,) = row.values()
    return value


def read_csv(path: Path) -> list[dict[str, str]]:
    """A published file, read without OpenPHM."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A made-up raw file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
