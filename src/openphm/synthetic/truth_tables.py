"""OUT/truth: what was planted, for tests and demonstrations only. No other command reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from openphm.synthetic.clock import FAR, Clock, add_months
from openphm.synthetic.conditions import model
from openphm.synthetic.dirt import Dirt
from openphm.synthetic.lives import Life
from openphm.synthetic.population import ETHNIC_CODES
from openphm.synthetic.records.batch import days, words
from openphm.synthetic.records.writer_context import Context
from openphm.synthetic.truth import ORDER, subsegments

_KNOWN_BY = ("gp", "hospital", "medicine")


class TruthTables:
    """Parquet files of the truth, one row group a chunk."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._writers: dict[str, pq.ParquetWriter] = {}

    def write(self, name: str, columns: dict[str, Any]) -> None:
        """Add rows to truth/<name>.parquet."""
        table = pa.table(columns)
        if name not in self._writers:
            self._writers[name] = pq.ParquetWriter(
                self._folder / f"{name}.parquet", table.schema, compression="zstd"
            )
        self._writers[name].write_table(table)

    def close(self) -> None:
        for writer in self._writers.values():
            writer.close()


def write_people(tables: TruthTables, context: Context) -> None:
    """truth/people: identity, dates, home and practice of everybody who ever was registered."""
    people, homes, places = context.life.people, context.homes, context.places
    tables.write(
        "people",
        {
            "person_number": pa.array(people.number),
            "nhs_number": context.nhs_numbers,
            "birth_date": days(people.birth),
            "sex_code": words(people.sex - 1, ["1", "2"]),
            "ethnicity_code": words(people.ethnicity, ETHNIC_CODES),
            "joined_date": days(people.joined),
            "end_date": days(np.where(people.stop == context.life.clock.stop, FAR, people.stop)),
            "death_date": days(people.death),
            "practice_code": words(homes.practice, places.practice_codes),
            "pcn_code": words(places.pcn_of_practice[homes.practice], places.pcn_codes),
            "lsoa21_code": words(homes.lsoa, places.lsoa21),
            "imd_decile": pa.array(places.decile[homes.lsoa]),
            "is_care_home": pa.array(homes.care_home >= 0),
        },
    )


def write_conditions(tables: TruthTables, context: Context) -> None:
    """truth/conditions: every condition a person has or had."""
    life = context.life
    who, what = np.nonzero(life.onset < FAR)
    tables.write(
        "conditions",
        {
            "nhs_number": context.nhs(who),
            "condition_id": words(what, model().ids),
            "onset_date": days(life.onset[who, what]),
            "resolved_date": days(life.resolved[who, what]),
            "known_by": words(life.known_by[who, what], _KNOWN_BY),
        },
    )


def true_subsegments(
    life: Life, clock: Clock, excluded_bnf: tuple[str, ...]
) -> list[tuple[str, np.ndarray, np.ndarray, np.ndarray]]:
    """(kind, people, day, rule) for the as-at date, the year ends before it, and last registered days."""
    people = life.people
    found = []
    for day in clock.year_ends():
        when = np.full(life.count, day, dtype=np.int32)
        here = np.flatnonzero((people.joined <= day) & (people.stop > day))
        kind = "as_at" if day == clock.stop - 1 else "year_end"
        found.append((kind, here, when, subsegments(life, when, excluded_bnf)))
    last = people.stop - 1
    year_ago = int(add_months(np.array([clock.stop - 1], dtype=np.int32), -12)[0])
    gone = np.flatnonzero((people.stop < clock.stop) & (last > year_ago) & (last >= people.joined))
    found.append(
        ("last_day", gone, last.astype(np.int32), subsegments(life, last.astype(np.int32), excluded_bnf))
    )
    return found


def write_subsegments(
    tables: TruthTables, context: Context, found: list[tuple[str, np.ndarray, np.ndarray, np.ndarray]]
) -> None:
    """truth/subsegments: nhs_number, kind, day, subsegment and the position of the rule."""
    for kind, who, day, rule in found:
        tables.write(
            "subsegments",
            {
                "nhs_number": context.nhs(who),
                "kind": words(np.zeros(len(who), np.int32), [kind]).cast(pa.string()),
                "day": days(day[who]),
                "subsegment_code": words(rule[who], ORDER),
                "rule_position": pa.array((rule[who] + 1).astype(np.int32)),
            },
        )


def write_dirt(tables: TruthTables, dirt: Dirt) -> None:
    """truth/dirt: every row that was spoilt; truth/unnumbered: whose the rows without a right number are."""
    for record, kind, count, keys in dirt.notes:
        tables.write(
            "dirt",
            {
                "record": pa.array([record] * count),
                "kind": pa.array([kind] * count),
                "key": keys,
            },
        )
    for rows in dirt.unnumbered:
        tables.write("unnumbered", rows)
