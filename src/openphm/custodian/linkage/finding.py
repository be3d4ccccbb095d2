"""Find people on the register: exact keys first, then the model, with what must never be linked kept apart.

The table of people to be found has `identity`, `kind` (open: without a number; held: with a number that is
hidden, to see how many would be found) and the columns of comparable.COLUMNS.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from openphm.custodian.linkage.comparable import COLUMNS
from openphm.custodian.linkage.model import likely_pairs
from openphm.custodian.linkage.settings import Key, LinkageSettings
from openphm.store import Engine

REGISTER = "zone_i.register"
FOUND, PAIRS, JUDGED = "zone_i.found", "zone_i.pairs", "zone_i.judged"
_FOUND_COLUMNS = "identity, kind, person_id, method, probability"
_NOTHING = (
    "SELECT '' AS identity, '' AS kind, '' AS person_id, '' AS method, CAST(1 AS DOUBLE) AS probability, "
    "FALSE AS accepted, CAST(0 AS DOUBLE) AS weight, CAST(0 AS BIGINT) AS place"
)


@dataclass(frozen=True)
class Means:
    """What the model may use."""

    memory_limit: str
    threads: int
    spill: Path


def find_people(
    engine: Engine, people: str, settings: LinkageSettings, means: Means, *, with_names: bool
) -> None:
    """Make the table FOUND (identity, kind, person_id, method, probability) and JUDGED (pairs to look at).

    people   the table of those to be found
    """
    engine.create_table(FOUND, f"SELECT {_FOUND_COLUMNS} FROM ({_NOTHING}) WHERE FALSE")
    engine.create_table(JUDGED, f"SELECT * FROM ({_NOTHING}) WHERE FALSE")
    for key in settings.keys:
        if key.names == with_names:
            _add(engine, _by_key(people, key))
    if with_names:
        _find_by_model(engine, people, settings, means)


def _add(engine: Engine, select: str) -> None:
    engine.create_table(f"{FOUND}_more", f"SELECT {_FOUND_COLUMNS} FROM {FOUND} UNION ALL {select}")
    engine.create_table(FOUND, f"SELECT {_FOUND_COLUMNS} FROM {FOUND}_more")
    engine.drop(f"{FOUND}_more")


def _still_open(people: str) -> str:
    return (
        f"SELECT * FROM {people} AS p WHERE NOT EXISTS "
        f"(SELECT 1 FROM {FOUND} AS f WHERE f.identity = p.identity AND f.kind = p.kind)"
    )


def _by_key(people: str, key: Key) -> str:
    """Those who fit one person of the register and no other of their source by this key."""
    fields = ", ".join(key.fields)
    whole = " AND ".join(f"{field} IS NOT NULL" for field in key.fields)
    one_here = f"count(*) OVER (PARTITION BY kind, {fields}) = 1"
    one_there = f"count(*) OVER (PARTITION BY {fields}) = 1"
    return (
        f"SELECT p.identity, p.kind, r.identity AS person_id, 'key {key.name}' AS method, 1.0 AS probability "
        f"FROM (SELECT * FROM ({_still_open(people)}) WHERE {whole} QUALIFY {one_here}) AS p "
        f"JOIN (SELECT * FROM {REGISTER} WHERE {whole} QUALIFY {one_there}) AS r USING ({fields})"
    )


def _find_by_model(engine: Engine, people: str, settings: LinkageSettings, means: Means) -> None:
    columns = ", ".join(COLUMNS)
    source = engine.query(
        f"SELECT kind || '|' || identity AS identity, {columns} FROM ({_still_open(people)}) "
        "WHERE birth_date IS NOT NULL OR (surname IS NOT NULL AND postcode IS NOT NULL) ORDER BY 1"
    )
    register = engine.query(f"SELECT identity, {columns} FROM {REGISTER} ORDER BY 1")
    if not source.num_rows or not register.num_rows:
        return
    pairs = likely_pairs(
        source, register, settings,
        memory_limit=means.memory_limit, threads=means.threads, spill=means.spill,
    )  # fmt: skip
    del source, register
    engine.load_rows(PAIRS, pairs)
    engine.create_table(JUDGED, _judged(settings))
    engine.drop(PAIRS)
    _add(engine, f"SELECT {_FOUND_COLUMNS} FROM {JUDGED} WHERE accepted")


def _judged(settings: LinkageSettings) -> str:
    """Pairs from `review` on, with the word on each: accepted or for somebody to look at.

    Accepted is the best of a record, when it is likely enough, `margin` times likelier than the second, and
    neither the forename nor the day of birth is another altogether. Of two records of one source that want
    the same person under different forenames, neither is (twins of whom one is not on the register).
    """
    lead = math.log2(settings.margin)
    ranked = (
        "SELECT split_part(identity, '|', 1) AS kind, "
        "substr(identity, strpos(identity, '|') + 1) AS identity, "
        "candidate AS person_id, probability, weight, forename_level, birth_level, "
        "row_number() OVER (PARTITION BY identity ORDER BY weight DESC, candidate) AS place, "
        "weight - coalesce(lead(weight) OVER (PARTITION BY identity ORDER BY weight DESC, candidate), "
        f"-1000) AS ahead FROM {PAIRS}"
    )
    sure = (
        f"place = 1 AND probability >= {settings.accept} AND ahead >= {lead} "
        "AND forename_level > 0 AND birth_level > 0"
    )
    wanted = (
        f"SELECT *, ({sure}) AS sure, count(DISTINCT forename_level) FILTER (WHERE {sure}) "
        "OVER (PARTITION BY kind, person_id) AS ways FROM ranked"
    )
    return (
        f"WITH ranked AS ({ranked}), wanted AS ({wanted}) "
        "SELECT identity, kind, person_id, 'model' AS method, probability, (sure AND ways = 1) AS accepted, "
        f"weight, place FROM wanted WHERE probability >= {settings.review} AND place <= 2"
    )


def accepted_rows(engine: Engine, kind: str) -> Iterator[tuple[str, str, str, float]]:
    """identity, person_id, method, probability of those found, of one kind."""
    rows: pa.Table = engine.query(
        f"SELECT identity, person_id, method, probability FROM {FOUND} WHERE kind = '{kind}' ORDER BY 1"
    )
    yield from zip(*(column.to_pylist() for column in rows.columns), strict=True)
