"""The custodian's own list of registrations: who is registered where, on which day.

Re-identification believes this list and not the build: a person who has moved since the cohort was frozen
is not given to the practice they left. It is replaced whole; names are kept sealed, so that the list a
practice receives can say who a number is.

    home/reidentification/registrations.sqlite     person_id, practice_code, sealed name
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from openphm.core import CustodianRefused, UsageError
from openphm.custodian.home import Home
from openphm.custodian.keys import RootKey
from openphm.custodian.pseudonyms import pseudonymise_numbers
from openphm.custodian.superseded import RECORD as SUPERSEDED
from openphm.custodian.superseded import read_superseded
from openphm.definitions import Definitions, RecordSpec
from openphm.extracts import Reading
from openphm.store import DuckDBEngine, Engine

FILE = "registrations.sqlite"
REGISTRATION, PATIENT = "gp_registration", "gp_patient"
_RECORDS = (REGISTRATION, PATIENT, SUPERSEDED)
_LABEL = b"openphm registered name"
_AT_A_TIME = 10_000


@dataclass(frozen=True)
class Registered:
    """A person as the list has them. The name is sealed."""

    practice: str
    sealed_name: bytes | None


class Registrations:
    """The list in a home. Every question about people is one set: the unknown take no other way."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE

    @property
    def as_at(self) -> date | None:
        """The day the list describes; None when there is no list."""
        if not self.path.is_file():
            return None
        with closing(self._connect()) as connection:
            return date.fromisoformat(connection.execute("SELECT as_at FROM list").fetchone()[0])

    def of(self, people: Collection[str]) -> dict[str, Registered]:
        """Those of these people who are registered and alive."""
        with closing(self._connect()) as connection:
            found: dict[str, Registered] = {}
            for person in people:
                row = connection.execute(
                    "SELECT practice_code, sealed_name FROM person WHERE person_id = ?", [person]
                ).fetchone()
                if row is not None:
                    found[person] = Registered(row[0], row[1])
            return found

    def list_size(self, practices: Collection[str]) -> int:
        """How many people are registered at these practices."""
        with closing(self._connect()) as connection:
            sizes = dict(connection.execute("SELECT practice_code, people FROM practice").fetchall())
        return sum(int(sizes.get(code, 0)) for code in practices)

    def practices(self) -> dict[str, int]:
        """Practice -> people."""
        with closing(self._connect()) as connection:
            return dict(
                connection.execute("SELECT practice_code, people FROM practice ORDER BY 1").fetchall()
            )

    def replace(self, people: Sequence[tuple[str, str, bytes | None]], as_at: date) -> None:
        """Make this the list: (person_id, practice, sealed name), each person once. All or nothing."""
        partial = self.path.with_name(self.path.name + ".tmp")
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(partial)) as connection, connection:
            connection.executescript(
                "CREATE TABLE list (as_at TEXT NOT NULL);"
                "CREATE TABLE person (person_id TEXT PRIMARY KEY, practice_code TEXT NOT NULL, "
                "sealed_name BLOB) WITHOUT ROWID;"
                "CREATE TABLE practice (practice_code TEXT PRIMARY KEY, people INTEGER NOT NULL)"
            )
            connection.execute("INSERT INTO list VALUES (?)", [as_at.isoformat()])
            connection.executemany("INSERT INTO person VALUES (?, ?, ?)", sorted(people))
            sizes = Counter(practice for _, practice, _ in people)
            connection.executemany("INSERT INTO practice VALUES (?, ?)", sorted(sizes.items()))
        partial.replace(self.path)

    def _connect(self) -> sqlite3.Connection:
        if not self.path.is_file():
            raise CustodianRefused(
                FILE,
                "no list of registrations was loaded.",
                "Re-identification asks who is registered where now.",
                "`openphm custodian registrations load RAW/extracts --as-at DATE --home DIR`",
            )
        return sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)


class Names:
    """Names, sealed and bound to their person_id (AES-256-SIV, RFC 5297)."""

    def __init__(self, key: RootKey) -> None:
        self._cipher = AESSIV(key.derive("registered name", length=64))

    def seal(self, person_id: str, name: str) -> bytes:
        return self._cipher.encrypt(name.encode(), [_LABEL, person_id.encode()])

    def open(self, person_id: str, sealed: bytes | None) -> str:
        """The name, or nothing when none was kept or it does not open (the list is of another key)."""
        if sealed is None:
            return ""
        try:
            return self._cipher.decrypt(sealed, [_LABEL, person_id.encode()]).decode()
        except InvalidTag as error:
            raise CustodianRefused(
                FILE, "a name does not belong to its person.", remedy="load the list of registrations again"
            ) from error


def load_registrations(
    paths: Sequence[Path], as_at: date, home: Home, definitions: Definitions, folder: Path
) -> int:
    """Read GP registrations (and names and deaths of GP patients) and make them the list.

    Answers how many people it holds. Raises ExtractRejected, CustodianRefused, UsageError.
    """
    before = Registrations(folder).as_at
    if before is not None and as_at < before:
        raise CustodianRefused(
            "--as-at",
            f"the list that is here is newer ({before}).",
            "A list is never replaced by an older one.",
            "give the day that the new list describes",
        )
    key = home.key()
    names = Names(key)
    with home.alone() as work, DuckDBEngine(temp_dir=work / "spill") as engine:
        tables = _checked(engine, paths, definitions, work)
        current = _current(engine, tables, as_at)
        chain = read_superseded(engine, f"SELECT * FROM {tables[SUPERSEDED]}") if SUPERSEDED in tables else {}
    made = pseudonymise_numbers(current["number"].combine_chunks(), key, chain).person_id.to_pylist()
    people = [
        (person, practice, names.seal(person, name) if name else None)
        for person, practice, name in zip(
            made, current["practice"].to_pylist(), current["name"].to_pylist(), strict=True
        )
        if person is not None
    ]
    if not people:
        raise UsageError("registrations", "nobody is registered on that day.", remedy="check --as-at")
    Registrations(folder).replace(list({one[0]: one for one in people}.values()), as_at)
    return len(people)


def _checked(engine: Engine, paths: Sequence[Path], definitions: Definitions, work: Path) -> dict[str, str]:
    """Record -> SELECT of its good rows, of those of these records that were given."""
    specs: dict[str, RecordSpec] = {name: definitions.extracts[name] for name in _RECORDS}
    reading = Reading(engine, specs, work / "landed")
    given = [path.resolve() for path in paths]
    for folder in sorted({path if path.is_dir() else path.parent for path in given}):
        reading.take(folder)
    # other files of the folder are none of our business, so they are no mistake either
    reading.problems.clear()
    reading.not_read.clear()
    reading.files = {
        number: one
        for number, one in reading.files.items()
        if any(
            one.source.path.resolve() == path or path in one.source.path.resolve().parents for path in given
        )
    }
    reading.identify()
    found: dict[str, str] = {}
    for checked in reading.records():
        engine.create_table(f"zone_i.{checked.spec.name}", checked.clean_sql(checked.names))
        found[checked.spec.name] = f"zone_i.{checked.spec.name}"
    reading.raise_if_refused()
    if REGISTRATION not in found:
        raise UsageError(
            "registrations", "there is no file of GP registrations.", "Files named gp_registration*.",
            "name the folder or the file",
        )  # fmt: skip
    return found


def _current(engine: Engine, tables: dict[str, str], as_at: date) -> pa.Table:
    """One row a number: the practice of the latest registration that holds on the day, of the living."""
    day = f"DATE '{as_at.isoformat()}'"
    person = (
        "(SELECT regexp_replace(nhs_number, '[^0-9]', '', 'g') AS number, max(death_date) AS death_date, "
        "arg_max(trim(concat_ws(' ', forename, surname)), received_date) AS name "
        f"FROM {tables[PATIENT]} GROUP BY 1)"
        if PATIENT in tables
        else "(SELECT '' AS number, CAST(NULL AS DATE) AS death_date, '' AS name)"
    )
    return engine.query(
        "WITH held AS (SELECT regexp_replace(nhs_number, '[^0-9]', '', 'g') AS number, practice_code, "
        "row_number() OVER (PARTITION BY number ORDER BY (registration_type = 'Regular') DESC, "
        f"start_date DESC, practice_code) AS place FROM {tables[REGISTRATION]} "
        f"WHERE nhs_number IS NOT NULL AND start_date <= {day} AND (end_date IS NULL OR end_date > {day})) "
        "SELECT h.number, h.practice_code AS practice, p.name FROM held AS h "
        f"LEFT JOIN {person} AS p USING (number) "
        f"WHERE h.place = 1 AND (p.death_date IS NULL OR p.death_date > {day}) ORDER BY h.number"
    )
