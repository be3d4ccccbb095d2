"""Precision and recall of the linkage on made-up people: `python -m tests.linkage.measuring 800000 100000`.

The same code that a delivery goes through (`find_people`), with the shipped settings.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from openphm.custodian.linkage.comparable import comparable_sql, load_words
from openphm.custodian.linkage.finding import FOUND, JUDGED, REGISTER, Means, find_people
from openphm.custodian.linkage.settings import LinkageSettings
from openphm.definitions import load
from openphm.store import DuckDBEngine, Engine
from tests.linkage.made_up import MadeUp, make

FIELDS = {name: name for name in ("forename", "surname", "birth_date", "postcode", "sex_written", "practice")}
_GROUP = (
    "CASE WHEN ethnicity IN ('Z', '99') THEN 'not known' WHEN ethnicity IN ('A', 'B', 'C', 'T') THEN 'White' "
    "WHEN ethnicity IN ('D', 'E', 'F', 'G') THEN 'Mixed' WHEN ethnicity IN ('H', 'J', 'K', 'L', 'R') "
    "THEN 'Asian' WHEN ethnicity IN ('M', 'N', 'P') THEN 'Black' ELSE 'Other' END"
)


@dataclass(frozen=True)
class Quality:
    """Of `people` without a number: how many were linked, and how many of those to themselves."""

    group: str
    people: int
    linked: int
    right: int

    @property
    def precision(self) -> float:
        return self.right / self.linked if self.linked else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.people if self.people else 1.0

    def __str__(self) -> str:
        return (
            f"{self.group}: {self.people:,} people, precision {self.precision:.3%}, recall {self.recall:.2%} "
            f"({self.linked - self.right} wrong)"
        )


def link(engine: Engine, made: MadeUp, folder: Path, memory_limit: str = "2GB") -> float:
    """Link; answers the seconds it took, from identities as delivered to decisions."""
    settings = LinkageSettings.of(load())
    engine.load_rows("raw.register", made.register)
    engine.load_rows("raw.council", made.council)
    begun = time.monotonic()
    load_words(engine, settings)
    engine.create_table(REGISTER, comparable_sql("SELECT * FROM raw.register", "r.identity", FIELDS))
    council = comparable_sql("SELECT * FROM raw.council", "r.identity", FIELDS)
    engine.create_table("zone_i.people", f"SELECT *, 'open' AS kind FROM ({council})")
    find_people(engine, "zone_i.people", settings, Means(memory_limit, 2, folder), with_names=True)
    return time.monotonic() - begun


def qualities(engine: Engine) -> list[Quality]:
    """For all, by how they were found, by ethnicity, deprivation and mistake."""
    table = (
        "SELECT c.*, f.person_id, f.method FROM raw.council AS c "
        f"LEFT JOIN {FOUND} AS f ON f.identity = c.identity"
    )
    groups = {
        "all": "'all'",
        "no exact key links": "CASE WHEN method IS NULL OR method = 'model' THEN 'no exact key' END",
        "ethnicity": _GROUP,
        "deprivation": "CAST(deprivation AS VARCHAR)",
        "mistakes": "CASE WHEN typing OR nickname OR surname_changed OR day_month_swapped OR no_postcode "
        "OR moved THEN 'some' ELSE 'none' END",
    }
    found = []
    for name, group in groups.items():
        rows = engine.query(
            f"SELECT {group} AS value, count(*) AS people, count(person_id) AS linked, "
            f"count(*) FILTER (WHERE person_id = truth) AS right FROM ({table}) GROUP BY 1 ORDER BY 1"
        ).to_pylist()
        found += [
            Quality(f"{name} {row['value']}", row["people"], row["linked"], row["right"])
            for row in rows
            if row["value"] is not None
        ]
    return found


def to_review(engine: Engine) -> int:
    """People for somebody to look at."""
    rows = engine.query(f"SELECT count(DISTINCT identity) AS n FROM {JUDGED} WHERE NOT accepted")
    return int(rows["n"][0].as_py())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.linkage.measuring", description=__doc__)
    parser.add_argument("people", type=int)
    parser.add_argument("without_number", type=int)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    made = make(chosen.people, chosen.without_number, chosen.seed)
    with tempfile.TemporaryDirectory() as folder, DuckDBEngine(memory_limit="2GB", threads=2) as engine:
        seconds = link(engine, made, Path(folder))
        for one in qualities(engine):
            print(one)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(
            json.dumps(
                {
                    "register": made.register.num_rows, "without_number": made.council.num_rows,
                    "seconds": round(seconds, 1), "peak_gb": round(peak, 2), "to_review": to_review(engine),
                }
            )
        )  # fmt: skip


if __name__ == "__main__":
    main()
