"""Whoever plans for a cohort learns nothing of the few people in it who used something."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from openphm.access import Scope
from openphm.core.errors import PlanError
from openphm.definitions.scenarios import read_scenario
from openphm.projections import Population, opened, project_in
from tests.golden.test_projections import asked, printed

pytestmark = pytest.mark.slow

COHORT: dict[str, Any] = {"all": [{"condition": "hypertension"}, {"attribute": "age", "at_least": 93}]}
SMALLEST = 8
WINDOW = "e.event_date > DATE '2025-03-31' AND e.event_date <= DATE '2026-03-31'"


@pytest.fixture(scope="module")
def ics(demo_home: Path) -> Iterator[Population]:
    with opened(demo_home / "store", Scope.whole_system()) as people:
        yield people


def written(folder: Path, cohort: dict[str, Any], **effects: float) -> str:
    """A plan as a file: these effects in everybody of a cohort, at £100 a person."""
    one = {"id": "n", "cohort": cohort, "effects": effects, "cost": {"per_person_gbp": 100}}
    body = {
        "horizon_years": 3,
        "baseline": {"from": "build"},
        "interventions": [one],
        "simulation": {"runs": 100},
    }
    file = folder / f"plan_{len(list(folder.iterdir()))}.json"
    file.write_text(json.dumps(body), encoding="utf-8")
    return str(file)


def users(ics: Population, cohort: dict[str, Any]) -> dict[str, int]:
    """Different people of a cohort who used each activity."""
    rows = ics.ask(
        f"""member AS (SELECT person_key FROM ({ics.cohort(cohort).members_sql()}))
SELECT e.point_of_delivery AS name, COUNT(DISTINCT e.person_key) AS n
FROM member JOIN activity.event AS e ON e.person_key = member.person_key
WHERE {WINDOW} GROUP BY 1""",
        ics.as_at,
    )
    return {str(row["name"]): int(row["n"]) for row in rows}


def test_an_effect_on_what_few_of_a_cohort_used_hides_what_it_changes(
    ics: Population, demo_home: Path, tmp_path: Path
) -> None:
    used = users(ics, COHORT)
    few = next(name for name, n in sorted(used.items()) if 0 < n < SMALLEST and name in ics.points)
    many = "gp_appointment"
    assert used[many] > 2 * SMALLEST
    alone = written(tmp_path, COHORT, **{many: -0.2})
    both = written(tmp_path, COHORT, **{many: -0.2, few: -0.2})
    rows, _ = asked(demo_home, "case", alone)
    assert all(row["value"] is not None for row in rows if row["section"].startswith("year"))
    rows, _ = asked(demo_home, "case", both)
    held = {(row["section"], row["item"]): row["value"] for row in rows}
    # What rests on the few, and every total from which it could be had, beside the plan without it.
    for (section, item), value in held.items():
        if section.startswith("year") or section in ("tornado", "equity", "cost with the plan"):
            assert value is None, (section, item)
    seen = "n: {}, expected events in year 1"
    assert held["tracking", seen.format(few.replace("_", " "))] is None
    assert held["tracking", seen.format(many.replace("_", " "))] is not None
    assert held["waterfall", "n"] is None
    assert held["cost if nothing changes", "year 3"] is not None


@pytest.mark.parametrize("by", ["segment", "setting"])
def test_a_group_in_which_few_of_a_cohort_are_is_hidden_and_never_alone(
    ics: Population, demo_home: Path, tmp_path: Path, by: str
) -> None:
    file = written(tmp_path, COHORT, gp_appointment=-0.2, emergency_admission=-0.2)
    cohort = project_in(ics, read_scenario(json.loads(Path(file).read_text("utf-8")))).planned[0].cohort
    rows, _ = asked(demo_home, "run", file, "--by", by)
    plan = {row["code"]: row["mitigated"] for row in rows if row["driver"] == "interventions"}
    hidden = {code for code, value in plan.items() if value is None}
    assert len(hidden) != 1
    assert cohort.behind is not None
    if by == "segment":
        segments = [row["code"] for row in rows if row["year"] == 0 and row["metric"] == "cost_gbp"]
        small = {code for code, n in zip(segments, cohort.behind.people, strict=True) if 0 < n < SMALLEST}
        assert small  # a cohort of the very old is in some segments with a few
        assert small <= hidden
    for row in rows:
        if row["metric"] == "cost_gbp" and row["code"] in hidden:
            assert (row["mitigated"], row["p50"]) == (None, None)


def test_the_size_of_a_cohort_is_not_had_by_trying_numbers(ics: Population) -> None:
    n = len(list(ics.ask(ics.cohort(COHORT).members_sql(), ics.as_at)))
    tens = -(-n // 10) * 10
    assert tens > n
    body = {"horizon_years": 1, "baseline": {"from": "build"}, "simulation": {"runs": 100}}
    one = {"id": "n", "cohort": COHORT, "effects": {"gp_appointment": -0.1}, "cost": {"per_person_gbp": 1}}
    whole = project_in(ics, read_scenario({**body, "interventions": [one]}))
    for wanted in (n, tens):
        tried = project_in(ics, read_scenario({**body, "interventions": [{**one, "people": wanted}]}))
        assert tried.plan.programme[1] == pytest.approx(whole.plan.programme[1])
    with pytest.raises(PlanError, match="the cohort has fewer than"):
        project_in(ics, read_scenario({**body, "interventions": [{**one, "people": tens + 1}]}))


@pytest.mark.parametrize("ask", [("run",), ("case",), ("run", "--by", "segment"), ("compare",)])
def test_two_plans_for_cohorts_that_differ_by_a_few_are_not_both_answered(
    ics: Population, demo_home: Path, tmp_path: Path, ask: tuple[str, ...]
) -> None:
    home = tmp_path / "home"
    (home / "store").mkdir(parents=True)
    (home / "store" / "builds").symlink_to(demo_home / "store" / "builds")
    (home / "store" / "CURRENT").write_bytes((demo_home / "store" / "CURRENT").read_bytes())
    first, later = ask[0], ask[1:]
    plans = [written(tmp_path, one, gp_appointment=-0.2) for one in (COHORT["all"][0], _nearly(ics))]
    before = printed(home, first, plans[0], *later)
    assert "No figure is shown" not in before
    after = printed(home, first, plans[1], *later)
    assert "differs by very few people from one you asked about" in " ".join(after.split())


def _nearly(ics: Population) -> dict[str, Any]:
    """Everybody with hypertension but a few of the very oldest."""
    for age in range(98, 104):
        cut = {"all": [COHORT["all"][0], {"attribute": "age", "at_least": age + 1}]}
        if 0 < len(list(ics.ask(ics.cohort(cut).members_sql(), ics.as_at))) < SMALLEST:
            return {"all": [COHORT["all"][0], {"attribute": "age", "at_most": age}]}
    raise AssertionError("no few of the very oldest in this made-up ICS")
