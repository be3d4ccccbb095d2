"""Give every pseudonym of a build its new form, in a new build: the old one stays whole until that is live.

Pseudonyms that the map does not hold (people without an NHS number) get a new random one: nothing outside the
build knew them. The new file is written from the start, so that no free page of it holds an old pseudonym.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from openphm.core.errors import StoreError
from openphm.core.identifiers import in_letters
from openphm.store.build import Build
from openphm.store.builds import Builds
from openphm.store.failures import told_as_store_error
from openphm.store.rekey_map import RekeyMap
from openphm.store.sql_text import text_literal

COLUMN = "person_id"
NOTE = "rekeyed"


@dataclass(frozen=True)
class Rekeyed:
    """How many pseudonyms the map changes, how many get a random one, how many of the map are not there."""

    from_map: int
    at_random: int
    not_here: int
    people: Mapping[str, str]


def plan(build: Build, given: RekeyMap) -> Rekeyed:
    """What a map would do to a build."""
    with build.open() as engine:
        holders = [name for name in engine.tables() if COLUMN in engine.columns(name)]
        found: set[str] = set()
        for name in holders:
            held = engine.query(f"SELECT DISTINCT {COLUMN} FROM {name} WHERE {COLUMN} IS NOT NULL")
            found |= set(held[COLUMN].to_pylist())
    people = {old: given.people.get(old) or _random_id(old) for old in sorted(found)}
    known = sum(1 for old in people if old in given.people)
    return Rekeyed(known, len(people) - known, len(given.people) - known, people)


def applied(builds: Builds, map_id: str) -> Build | None:
    """The build that this map made, if it was used."""
    for build in builds.list():
        if build.manifest is not None and build.manifest.notes.get(NOTE, {}).get("map") == map_id:
            return build
    return None


def rekey(builds: Builds, build: Build, given: RekeyMap, planned: Rekeyed) -> Build:
    """Make a new build with the new pseudonyms; it is not live yet. Raises StoreError."""
    made = build.manifest
    if made is None or build.state == "failed":
        raise StoreError(
            build.id, "it is not sound, so it is not copied.", remedy="publish a sound build first"
        )
    if not planned.from_map:
        raise StoreError(
            build.id,
            "the map holds nobody of this build.",
            "A map belongs to the build that was made under its old key.",
            "publish the build that was made before the key was changed",
        )
    with builds.new() as new:
        _copy(build.database, new.database, planned.people)
        note = {"map": given.map_id, "from": given.from_epoch, "to": given.to_epoch, "build": build.id}
        return new.finish(
            as_at=made.as_at, inputs=made.inputs, definitions=made.definitions, stages=made.stages,
            engine=made.engine, notes={**made.notes, NOTE: note},
        )  # fmt: skip


def _copy(source: Path, target: Path, people: Mapping[str, str]) -> None:
    """Every schema, type, view and row of a database file, with the pseudonyms replaced."""
    table = pa.table({"old": pa.array(list(people)), "new": pa.array(list(people.values()))})
    with told_as_store_error(target.name), duckdb.connect(":memory:") as connection:
        connection.register("people_of_the_map", table)
        connection.execute(f"ATTACH {text_literal(str(source))} AS source (READ_ONLY)")
        connection.execute(f"ATTACH {text_literal(str(target))} AS openphm")
        connection.execute("COPY FROM DATABASE source TO openphm (SCHEMA)")
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() "
            "WHERE database_name = 'source' AND NOT temporary"
        ).fetchall()
        for schema, name in tables:
            place = f'"{schema}"."{name}"'
            columns = [row[0] for row in connection.execute(f"DESCRIBE source.{place}").fetchall()]
            rows = f"SELECT s.* FROM source.{place} AS s"
            if COLUMN in columns:
                chosen = ", ".join(
                    f"m.new AS {COLUMN}" if column == COLUMN else f's."{column}"' for column in columns
                )
                rows = (
                    f"SELECT {chosen} FROM source.{place} AS s "
                    f"LEFT JOIN people_of_the_map AS m ON m.old = s.{COLUMN} ORDER BY s.rowid"
                )
            connection.execute(f"INSERT INTO openphm.{place} {rows}")
        connection.execute("CHECKPOINT openphm")


def _random_id(old: str) -> str:
    return old[:1] + in_letters(secrets.token_hex(13))
