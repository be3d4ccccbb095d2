"""What a run leaves in the home: counts for the report, and the queue of pairs for somebody to look at.

review.csv shows the two sides of a pair next to each other. Whoever looks writes `same` or `different` in the
column `decision`; the next run takes it in, for good.
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openphm.core import CustodianRefused
from openphm.custodian.linkage.counting import NOT_FOUND
from openphm.custodian.linkage.finding import REGISTER
from openphm.custodian.linkage.linking import Linking
from openphm.custodian.linkage.registry import DIFFERENT, SAME, Registry
from openphm.custodian.private_files import write_private

_SHOWN = ("forename", "surname", "birth_date", "sex", "postcode", "practice")
_COLUMNS = (
    "case", "decision", "record", "probability",
    *(f"source_{name}" for name in _SHOWN), *(f"register_{name}" for name in _SHOWN),
)  # fmt: skip
_DIMENSIONS = ("ethnicity", "deprivation")


@dataclass(frozen=True)
class Report:
    """One line of the report: a record, and a group of its people or all of them.

    precision, recall  estimated from people whose number was hidden (None: none of them)
    """

    record: str
    by: str
    value: str
    rows: int
    rows_without_number: int
    rows_found: int
    held_out: int
    precision: float | None
    recall: float | None

    @property
    def linkage_rate(self) -> float | None:
        """Part of the rows that found their person."""
        return (self.rows - self.rows_without_number + self.rows_found) / self.rows if self.rows else None


def keep_report(path: Path, linking: Linking) -> None:
    """Write the counts of a run."""
    document = {"counts": linking.counts, "cases": len(linking.cases)}
    write_private(path, (json.dumps(document, indent=1) + "\n").encode())


def read_report(path: Path) -> tuple[list[Report], dict[str, dict[str, int]], int]:
    """The lines of the report, people found by record and method, and how many cases wait for review.

    Raises CustodianRefused when nothing was pseudonymised yet.
    """
    if not path.is_file():
        raise CustodianRefused(
            path.name,
            "nothing was linked in this home yet.",
            "The report is about the last delivery that was pseudonymised.",
            "run `openphm custodian pseudonymise RAW OUT --home DIR`",
        )
    document = json.loads(path.read_text("utf-8"))
    counts: list[dict[str, Any]] = document["counts"]
    lines = []
    for record in sorted({one["record"] for one in counts}):
        mine = [one for one in counts if one["record"] == record]
        lines.append(_line(record, "all", "all", mine))
        for by in _DIMENSIONS:
            for value in sorted({one[by] for one in mine}):
                lines.append(_line(record, by, value, [one for one in mine if one[by] == value]))
    methods: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in counts:
        if one["what"] == "linked" and one["method"] != "number":
            methods[one["record"]][one["method"]] += int(one["people"])
    return lines, {record: dict(found) for record, found in methods.items()}, int(document["cases"])


def _line(record: str, by: str, value: str, counts: Sequence[dict[str, Any]]) -> Report:
    linked = [one for one in counts if one["what"] == "linked"]
    held = [one for one in counts if one["what"] == "held out"]
    people, found, right = (sum(int(one[name]) for one in held) for name in ("people", "linked", "right"))
    without = [one for one in linked if one["method"] != "number"]
    return Report(
        record, by, value,
        rows=sum(int(one["rows"]) for one in linked),
        rows_without_number=sum(int(one["rows"]) for one in without),
        rows_found=sum(int(one["rows"]) for one in without if one["method"] != NOT_FOUND),
        held_out=people,
        precision=right / found if found else None,
        recall=right / people if people else None,
    )  # fmt: skip


def write_queue(path: Path, linking: Linking) -> None:
    """Write the pairs to look at with what the two sides say; nobody is in it twice."""
    rows = []
    for case in linking.cases:
        source = linking.shown.get((case.record, case.identity), {})
        key = linking.registry.await_review(case.record, case.identity, case.person_id)
        rows.append((f"{key}.{case.person_id}", case, source))
    register = _register_rows(linking, [case.person_id for case in linking.cases])
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for name, case, source in rows:
        other = register.get(case.person_id, {})
        writer.writerow(
            [name, "", case.record, f"{case.probability:.4f}"]
            + [source.get(one, "") for one in _SHOWN]
            + [other.get(one, "") for one in _SHOWN]
        )
    write_private(path, text.getvalue().encode())


def _register_rows(linking: Linking, people: Iterable[str]) -> dict[str, dict[str, Any]]:
    wanted = sorted(set(people))
    if not wanted:
        return {}
    listed = ", ".join(f"'{one}'" for one in wanted)
    rows = linking.engine.query(
        f"SELECT identity, {', '.join(_SHOWN)} FROM {REGISTER} WHERE identity IN ({listed})"
    )
    return {row["identity"]: row for row in rows.to_pylist()}


def take_reviews(path: Path, registry: Registry) -> int:
    """Take in what was decided in review.csv; answers how many. Raises CustodianRefused."""
    if not path.is_file():
        return 0
    taken = 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            word = (row.get("decision") or "").strip().lower()
            if not word:
                continue
            key, _, person = (row.get("case") or "").partition(".")
            if word not in (SAME, DIFFERENT) or not registry.decide(key, person, word):
                raise CustodianRefused(
                    f"{path.name}, line {number}",
                    "the decision or the case is not known.",
                    f"`decision` is {SAME}, {DIFFERENT} or empty; `case` stays as it was written.",
                    "correct the line",
                )
            taken += 1
    return taken
