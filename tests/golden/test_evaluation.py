"""The planted service of the demo, from the delivery's own list of people to the answer of its study."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from tests.golden.conftest import openphm

PLAN = "demo_high_intensity"


def rows_of(said: str) -> list[dict[str, Any]]:
    answer = json.loads(said)
    return [dict(zip(answer["columns"], row, strict=True)) for row in answer["rows"]]


def test_at_20_000_people_the_study_says_too_few_and_what_could_be_detected(demo_home: Path) -> None:
    store = ("--store", str(demo_home / "store"))
    with (demo_home / "raw" / "enrolments" / f"{PLAN}.csv").open(encoding="utf-8") as file:
        offered = len(list(csv.DictReader(file)))
    planned = openphm("evaluate", "plan", PLAN, *store, "--format", "json", "--disclosure", "none")
    steps = {row["step"]: row["value"] for row in rows_of(planned)}
    # The custodian may set a row aside whose number is wrong; nobody is offered the service twice.
    assert 0.8 * offered <= steps["offered the service"] <= offered
    assert 5 <= steps["met the rule on the day before"] < 30
    assert -0.9 < steps["smallest detectable change"] < -0.3
    said = openphm("evaluate", "run", PLAN, *store, "--lock", "--disclosure", "none")
    assert "Too few to say" in said and "Smallest detectable effect: a fall of" in said
    rows = rows_of(openphm("evaluate", "run", PLAN, *store, "--format", "json", "--disclosure", "none"))
    assert {row["light"] for row in rows} == {"red"}
    assert all(row["expected"] is None and row["rate_ratio"] is None for row in rows)
    assert rows[0]["outcome"] == "ed_attendances" and rows[0]["observed"] > 0
    [kept] = rows_of(openphm("evaluate", "list", *store, "--format", "json"))
    assert (kept["plan"], kept["decision"]) == (f"evaluations/{PLAN}", "too early to say")
