"""Every report on the made-up ICS: something to read, nothing small, and parts that make the whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.golden.conftest import openphm

pytestmark = pytest.mark.slow

REPORTS = ("condition-impact", "life-stage-cost", "inequalities", "areas", "movement", "journeys")
SMALL = range(1, 8)


def answer(home: Path, name: str, *words: str) -> list[dict[str, object]]:
    told = json.loads(openphm("report", name, "--store", home / "store", "--format", "json", *words))
    return [dict(zip(told["columns"], row, strict=True)) for row in told["rows"]]


@pytest.mark.parametrize("name", REPORTS)
def test_no_count_of_one_to_seven_is_shown(demo_home: Path, name: str) -> None:
    rows = answer(demo_home, name)
    counts = [row["value"] for row in rows if row["unit"] == "people"]
    assert not [count for count in counts if count in SMALL or (count is not None and count % 5)]  # type: ignore[operator]
    assert any(row["value"] is not None for row in rows)


def test_everything_adds_up_in_full(demo_home: Path) -> None:
    moves = answer(demo_home, "movement", "--by", "subsegment", "--disclosure", "none")
    held = {(row["from_code"], row["to_code"]): row["value"] for row in moves}
    inside = [n for (was, is_now), n in held.items() if "all" not in (was, is_now)]
    assert sum(inside) == held["all", "all"]  # type: ignore[arg-type]
    stages = answer(demo_home, "life-stage-cost", "--disclosure", "none")
    total = [row for row in stages if row["measure"] == "cost_total_gbp"]
    parts = sum(float(str(row["value"])) for row in total if row["life_stage"] != "all")
    assert parts == pytest.approx(next(float(str(r["value"])) for r in total if r["life_stage"] == "all"))
    segments = answer(demo_home, "segments", "--disclosure", "none")
    of_all = {row["measure"]: row["value"] for row in segments if row["subsegment_code"] == "all"}
    assert of_all["cost_total_gbp"] == pytest.approx(parts)
    journeys = answer(demo_home, "journeys", "--disclosure", "none")
    for part in ("order", "last_gp_contact"):
        counted = {row["subject"]: row["value"] for row in journeys if row["part"] == part}
        assert sum(n for subject, n in counted.items() if subject != "all") == counted["all"]  # type: ignore[misc]
