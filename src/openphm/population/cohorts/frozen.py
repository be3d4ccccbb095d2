"""A cohort held fast: its definition with a checksum, and what it counted, so that others can repeat it.

Sharing a cohort shares the definition, never the people. A frozen definition is plain data: written as
YAML it is a cohort file, and reading it checks that nobody has changed it since.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from openphm.core.errors import DefinitionError
from openphm.core.results import Cell, Result, Scalar
from openphm.definitions import load
from openphm.population.asking import Asking
from openphm.population.cohorts.chosen import Chosen
from openphm.population.cohorts.counting import cell, patterns, people_with, whole_pattern
from openphm.population.cohorts.members import ask_flags

VERSION_COLUMNS = ("cohort", "version", "found_in", "sha256", "is_in_use")
DIFFERENCE_COLUMNS = ("measure", "people", "unit")


def checksum(criteria: Mapping[str, Any]) -> str:
    """SHA-256 of a criterion as canonical JSON: the same for the same question, however it is laid out."""
    text = json.dumps(criteria, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def freeze(population: Asking, chosen: Chosen, as_at: date) -> dict[str, Any]:
    """The definition as plain data, with its checksum, the build, the date and the count. No people."""
    held = patterns(population, chosen, as_at)
    criteria = chosen.written
    file = chosen.file
    return {
        "id": chosen.id,
        "title": chosen.title,
        **({"names": list(file.names)} if file and file.names else {}),
        "criteria": criteria,
        "frozen": {
            "sha256": checksum(criteria),
            "version": file.version if file else "",
            "build": population.build.id,
            "as_at": as_at.isoformat(),
            "count": people_with(held, whole_pattern(chosen)),
        },
    }


def check_frozen(chosen: Chosen) -> None:
    """Raise DefinitionError when a frozen definition is not what was frozen."""
    seal = chosen.file.frozen if chosen.file else {}
    if not seal or seal.get("sha256") == checksum(chosen.written):
        return
    raise DefinitionError(
        f"{chosen.file.label if chosen.file else chosen.id}, frozen.sha256",
        "the criterion is not the one that was frozen.",
        "A frozen cohort keeps its criterion, so that everybody counts the same people.",
        "remove the `frozen:` part to make it a definition of your own, and give it another id",
    )


def versions(population: Asking, chosen: Chosen) -> Result:
    """The versions of a definition that this build and this program know, and which one is in use."""
    rows: list[tuple[Cell | Scalar, ...]] = []
    known: dict[str, list[str]] = {}
    labels: dict[str, tuple[str, str]] = {}
    in_use = chosen.used[0].sha256 if chosen.used else ""
    for where, one in (
        ("overlay or shipped, in use", chosen.used[0].used() if chosen.used else None),
        ("shipped with OpenPHM", _shipped(chosen.id)),
        ("used by the build", _of_build(population, chosen.id)),
    ):
        if one:
            known.setdefault(one["sha256"], []).append(where)
            labels[one["sha256"]] = (one["version"], one["sha256"])
    for sha256, places in known.items():
        rows.append((chosen.id, labels[sha256][0], "; ".join(places), sha256, sha256 == in_use))
    provenance = population.provenance(asked_with=chosen.used)
    return Result("cohort/versions", VERSION_COLUMNS, tuple(rows), provenance)


def _shipped(id_: str) -> Mapping[str, str] | None:
    found = load().by_id.get(id_)
    return found.used() if found else None


def _of_build(population: Asking, id_: str) -> Mapping[str, str] | None:
    listed = population.provenance().definitions
    return next((vars(one) for one in listed if one.id == id_), None)


def difference(population: Asking, old: Chosen, new: Chosen, as_at: date) -> Result:
    """From one definition to another: how many people join and leave.

    Those who stay are not counted beside these: with both, a hidden number would be a subtraction away.
    """
    rows = ask_flags(
        population,
        [("old", old.criterion), ("new", new.criterion)],
        "SELECT f.old AS was, f.new AS is_now, COUNT(*) AS people FROM flags AS f GROUP BY 1, 2",
        as_at,
    )
    people = {(int(row["was"]), int(row["is_now"])): int(row["people"]) for row in rows}
    counted = {
        "before": people.get((1, 1), 0) + people.get((1, 0), 0),
        "after": people.get((1, 1), 0) + people.get((0, 1), 0),
        "join": people.get((0, 1), 0),
        "leave": people.get((1, 0), 0),
    }
    answer = tuple((name, cell(number), "people") for name, number in counted.items())
    used = (*old.used, *new.used)
    return Result(
        "cohort/difference", DIFFERENCE_COLUMNS, answer, population.provenance(as_at, asked_with=used)
    )
