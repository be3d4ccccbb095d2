"""Projections of the made-up ICS, from its store: baseline, splits, back-test, business case, adding up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from io import StringIO
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import openpyxl
import pytest

from openphm.access import Scope
from openphm.cli.main import run
from openphm.core.errors import PlanError
from openphm.core.records import Enrolment
from openphm.definitions.scenarios import Scenario, read_scenario
from openphm.projections import Population, Projection, measured, opened, project_in, slid, split_result
from openphm.projections.backtest import back_test, score
from openphm.projections.case import equity
from openphm.projections.people import banded
from openphm.recording import Register

pytestmark = pytest.mark.slow

COHORT = {"condition": "hypertension"}
Rows = list[dict[str, Any]]


def plan(**changes: Any) -> Scenario:
    """Fewer attendances of people with hypertension; keys of the intervention may be replaced."""
    one = {
        "id": "n", "cohort": COHORT, "effects": {"ed_attendance": {"change": {"p10": -0.3, "p90": -0.1}}},
        "substitutions": [{"avoided": "ed_attendance", "created": "gp_appointment", "units": 0.5}],
        "cost": {"per_person_gbp": 1},
    }  # fmt: skip
    baseline = {"from": "build", "health_years": {"p10": 0, "value": 0.05, "p90": 0.1}}
    body = {"horizon_years": 5, "baseline": baseline, "simulation": {"runs": 200}}
    return read_scenario({**body, "interventions": [{**one, **changes}]})


@pytest.fixture(scope="module")
def ics(demo_home: Path) -> Iterator[Population]:
    with opened(demo_home / "store", Scope.whole_system()) as people:
        yield people


@pytest.fixture(scope="module")
def worked(ics: Population) -> Projection:
    return project_in(ics, plan())


def printed(home: Path, *words: str, ends: int = 0) -> str:
    """What a command prints, with its exit code checked; messages of a refusal are in it."""
    said = StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        assert run(["project", *words, "--store", str(home / "store"), "--no-progress"]) == ends
    return said.getvalue()


def asked(home: Path, *words: str) -> tuple[Rows, dict[str, Any]]:
    told = json.loads(printed(home, *words, "--format", "json"))
    return [dict(zip(told["columns"], row, strict=True)) for row in told["rows"]], told


def test_the_baseline_holds_every_registered_person_and_every_pound(ics: Population) -> None:
    found = measured(ics, ics.as_at)
    (registered,) = ics.ask("SELECT COUNT(*) AS n FROM people AS p WHERE p.is_registered_as_at", ics.as_at)
    assert found.people.sum() == found.n_people == registered["n"]
    assert found.place_people.sum() == registered["n"]
    assert found.place_cost.sum() == pytest.approx(found.cost.sum())
    assert found.imd_cost.sum() == pytest.approx(found.cost.sum())
    assert (found.nights >= 0).all()
    assert found.nights.sum() > 0


USERS = """
SELECT e.point_of_delivery AS name, p.pcn_code AS place, COUNT(DISTINCT e.person_key) AS n
FROM people AS p JOIN activity.event AS e ON e.person_key = p.person_key
WHERE e.event_date > DATE '2025-03-31' AND e.event_date <= DATE '2026-03-31'
GROUP BY e.point_of_delivery, p.pcn_code"""


def test_what_few_people_used_is_hidden(ics: Population, demo_home: Path) -> None:
    """Few is judged by the people who used it, whoever else is registered."""
    found, users = measured(ics, ics.as_at), {}
    for row in ics.ask(USERS, ics.as_at):
        users[row["name"]] = users.get(row["name"], 0) + row["n"]
    for name, behind in zip(found.activities, found.behind, strict=True):
        assert behind <= users.get(name, 0), name
    few = {name for name, n in users.items() if n < 8}
    assert few  # a made-up ICS of this size has some
    rows, _ = asked(demo_home, "run", "high_intensity_support")
    for row in rows:
        if row["metric"] == "activity" and row["driver"] in few:
            assert [row[one] for one in ("unmitigated", "mitigated", "p10", "p50", "p90")] == [None] * 5, row


def test_long_waits_of_the_list_are_treated_beside_over_the_years(ics: Population) -> None:
    """The same pathways, counted row by row here."""
    rows = ics.ask(
        "SELECT w.* FROM people AS p JOIN standard.waiting_list_pathway AS w ON w.person_key = p.person_key "
        "WHERE p.is_registered_as_at",
        ics.as_at,
    )
    newest = {
        row["provider_code"]: row["week_ending_date"]
        for row in sorted(rows, key=lambda r: r["week_ending_date"])
    }
    long = {"IRTT": set(), "ORTT": set()}
    for row in rows:
        is_new = row["week_ending_date"] == newest[row["provider_code"]]
        is_open = not (row["period_status_code"] or "").startswith("3") and row["period_status_code"] != "98"
        if is_new and is_open and (ics.as_at - row["clock_start_date"]).days > 18 * 7:
            long[row["waiting_list_type"]].add(row["pathway_key"])
    baseline = {"from": "build", "waiting_list": {"years": 4}}
    path = project_in(ics, read_scenario({"horizon_years": 5, "baseline": baseline})).path
    more = path.added()["backlog"].sum(axis=1)
    of = path.activities.index
    assert len(long["ORTT"]) > 100
    assert more[0].sum() == more[5].sum() == 0
    assert more[1, of("outpatient_first")] == pytest.approx(len(long["ORTT"]) / 4)
    assert more[4, [of("day_case"), of("elective_inpatient")]].sum() == pytest.approx(len(long["IRTT"]) / 4)
    assert more[2].sum() == pytest.approx((len(long["ORTT"]) + len(long["IRTT"])) / 4)


def test_practices_hold_what_networks_hold(ics: Population) -> None:
    practices, networks = (measured(ics, ics.as_at, place=one) for one in ("practice", "pcn"))
    assert len(practices.places) > len(networks.places)
    assert practices.place_cost.sum() == pytest.approx(networks.place_cost.sum())


def test_the_path_begins_with_what_was_counted_and_its_segments_sum_to_the_list(
    ics: Population, worked: Projection
) -> None:
    found = measured(ics, ics.as_at)
    assert worked.path.units[0] == pytest.approx(found.units.sum(axis=(1, 2)))
    assert worked.path.people[0] == pytest.approx(banded(found.people).sum(axis=(1, 2)))
    added = sum(worked.unmitigated_change.values())
    assert worked.base_cost + added == pytest.approx(worked.plan.cost)


def test_the_year_that_was_measured_is_certain_and_later_ones_less_and_less(worked: Projection) -> None:
    spread = worked.runs.cost.std(axis=0)
    assert spread[0] == pytest.approx(0, abs=1e-3)
    assert spread[5] > spread[1] > 0


def test_movement_and_health_widen_the_interval(worked: Projection) -> None:
    variants = worked.path.variants
    assert variants is not None
    used = worked.path.units[-1] > 0
    assert np.median(variants[:, -1][:, used], axis=0) == pytest.approx(1.0, abs=0.25)
    assert variants[:, 5][:, used].std(axis=0).mean() > variants[:, 1][:, used].std(axis=0).mean() > 0


@pytest.mark.parametrize("by", ["segment", "setting", "place"])
def test_groups_sum_to_the_whole_and_drivers_to_the_cost(
    worked: Projection, ics: Population, by: str
) -> None:
    rows = list(split_result(worked, by, ics.provenance()))
    cost = [row for row in rows if row["metric"] == "cost_gbp"]
    for year in range(worked.path.years + 1):
        for column, whole in (("unmitigated", worked.plan.cost), ("mitigated", worked.plan.cost_mitigated)):
            parts = sum(float(str(row[column])) for row in cost if row["year"] == year)
            assert parts == pytest.approx(float(whole[year]))
    last = [row for row in rows if row["year"] == worked.path.years and row["metric"] == "change_gbp"]
    for row in cost:
        if row["year"] == worked.path.years:
            own = [one for one in last if one["code"] == row["code"]]
            steps = [
                one[name] for one in own for name in ("unmitigated", "mitigated") if one[name] is not None
            ]
            assert sum(float(str(step)) for step in steps) == pytest.approx(float(str(row["mitigated"])))
            assert float(str(row["p10"])) < float(str(row["p90"]))


def test_a_slider_answers_as_a_new_run_does_and_at_once(ics: Population, worked: Projection) -> None:
    changed = plan(reach=[0.2, 0.5], people=500)
    quick, anew = slid(worked, changed), project_in(ics, changed)
    assert quick.plan.net == pytest.approx(anew.plan.net, abs=0.001)
    begun = process_time()
    assert slid(worked, changed).net_present_value(slid(worked, changed).plan)[-1] is not None
    assert process_time() - begun < 0.2
    assert quick.plan.programme[1] == pytest.approx(500 * 0.2 * quick.path.people[1].sum() / 20_000, rel=0.2)
    with pytest.raises(PlanError, match="cohort of n differ"):
        slid(worked, plan(cohort={"condition": "diabetes"}))


def test_a_thousand_runs_of_ten_years_take_less_than_a_second(ics: Population) -> None:
    definition = ics.definitions.get("scenarios/high_intensity_support")
    ten = project_in(ics, read_scenario(definition.body, definition.label))
    assert (ten.scenario.runs, ten.path.years, len(ten.path.segments)) == (1000, 10, 16)
    assert len(ten.path.activities) >= 20
    begun = process_time()
    assert ten.runs.net.shape == (1000, 11)
    assert process_time() - begun < 1


def test_a_cohort_larger_than_its_people_or_empty_is_refused(ics: Population) -> None:
    for wrong, said in (
        (plan(people=19_999), "the cohort has fewer than 19,999 people"),
        (plan(people=30_000, cohort=None), "the cohort has fewer than 30,000 people"),
        (plan(cohort={"all": [COHORT, {"not": COHORT}]}), "nobody of this baseline is in the cohort"),
        (plan(effects={"ed_atendance": -0.1}), "'ed_atendance' is not an activity of this build"),
    ):
        with pytest.raises(PlanError, match=said) as told:
            project_in(ics, wrong)
        assert told.value.exit_code == 15


def test_a_horizon_beyond_the_published_projection_and_an_unknown_area_are_refused(ics: Population) -> None:
    body = {"horizon_years": 5, "baseline": {"from": "build", "area": "E99999999"}}
    with pytest.raises(PlanError, match="'E99999999' is not one of its areas"):
        project_in(ics, read_scenario(body))


def test_who_benefits_is_where_the_cohort_used_it(worked: Projection) -> None:
    found = equity(worked)
    assert found is not None
    ed = worked.path.activities.index("ed_attendance")
    used = worked.planned[0].cohort.imd_units
    assert used is not None
    assert found / found.sum() == pytest.approx(used[:, ed] / used[:, ed].sum())


def test_the_back_test_says_how_wrong_it_was(ics: Population, demo_home: Path) -> None:
    whole = score(back_test(ics, 2))
    assert 0.65 <= whole.coverage <= 0.95
    assert whole.error < whole.error_of_last_year
    rows, told = asked(demo_home, "backtest")
    assert {row["is_held"] for row in rows if row["actual"] is not None} == {"yes", "no"}
    for origin in {row["origin"] for row in rows}:
        hidden = {row["setting"] for row in rows if row["origin"] == origin and row["actual"] is None}
        shown = {row["setting"] for row in rows if row["origin"] == origin and row["is_held"] is not None}
        assert len(hidden) != 1  # one alone is had from the place's total in the baseline
        assert shown
        assert not hidden & shown
    assert told["notes"][0].startswith(f"All settings: P10 to P90 held {whole.coverage:.0%}")
    with pytest.raises(PlanError, match="ask for fewer with --origins"):
        back_test(ics, 5)


@pytest.mark.parametrize("by", ["segment", "age", "sex", "imd", "activity", "pcn", "practice", "person"])
def test_the_baseline_has_every_view_and_hides_what_is_small(demo_home: Path, by: str) -> None:
    rows, _ = asked(demo_home, "baseline", "--by", by)
    counts = [row["people"] for row in rows] if by == "person" else []
    counts += [row["value"] for row in rows if row.get("unit") == "people"]
    assert rows
    assert not [n for n in counts if n is not None and 0 < n < 8]
    if by in ("segment", "age", "sex", "imd"):
        shares = [row["value"] for row in rows if row["measure"] == "budget_share"]
        assert sum(float(x or 0) for x in shares) == pytest.approx(1, abs=0.01)


def test_scenarios_are_compared_side_by_side(demo_home: Path) -> None:
    rows, _ = asked(demo_home, "compare", "worked_example", "high_intensity_support")
    held = {(row["scenario"], row["metric"]): row["value"] for row in rows}
    assert round(held["scenarios/worked_example", "npv_gbp"]) == 4_802_499
    assert held["scenarios/high_intensity_support", "npv_gbp"] is not None


def test_the_business_case_is_a_page_and_a_workbook(demo_home: Path, tmp_path: Path) -> None:
    for form in ("html", "xlsx"):
        file = tmp_path / f"case.{form}"
        printed(demo_home, "case", "high_intensity_support", "--quiet", "--output", str(file))
    page = (tmp_path / "case.html").read_text(encoding="utf-8")
    assert page.count("<svg") >= 2
    assert "Business case: Support for people who use urgent care very often" in page
    book = openpyxl.load_workbook(tmp_path / "case.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type in ("f", "e")]
    data = [[cell.value for cell in row] for row in book["Data"].iter_rows()]
    sections = list(dict.fromkeys(str(row[0]) for row in data[1:]))
    assert [one for one in sections if not one.startswith(("year", "cost"))] == [
        "waterfall", "tornado", "tracking", "equity"
    ]  # fmt: skip
    seen = next(row for row in data if "smallest detectable" in str(row[1]))
    assert 0 < float(str(seen[2])) < 1


def test_a_stated_scenario_has_no_places(demo_home: Path) -> None:
    said = printed(demo_home, "run", "worked_example", "--by", "place", ends=15)
    assert "a stated baseline has no places" in said
    whole, _ = asked(demo_home, "run", "worked_example", "--by", "setting")
    assert {row["code"] for row in whole} == {"ed_attendance", "emergency_admission", "gp_contact"}


def test_an_evaluation_begins_with_the_plan_that_a_case_writes(
    ics: Population, demo_home: Path, tmp_path: Path
) -> None:
    one = {
        "id": "link_workers", "cohort": "cohorts/high_intensity_use",
        "effects": {"ed_attendance": {"change": {"p10": -0.3, "p90": -0.1}}, "ambulance_incident": -0.1},
        "cost": {"yearly_gbp": 80_000, "optimism_bias": 0.1},
    }  # fmt: skip
    body = {"horizon_years": 2, "baseline": {"from": "build"}, "interventions": [one]}
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(body), encoding="utf-8")
    folder = tmp_path / "plans"
    printed(demo_home, "case", str(file), "--evaluation-plans", str(folder))
    written = folder / "link_workers.yaml"
    assert "programme_gbp: 88000" in written.read_text(encoding="utf-8")
    members = ics.cohort("cohorts/high_intensity_use").members_sql()
    people = ics.ask(
        f"member AS (SELECT person_key FROM ({members})) SELECT who.person_id, p.practice_code "
        "FROM people AS p JOIN member ON member.person_key = p.person_key "
        "JOIN person.person AS who ON who.person_key = p.person_key WHERE p.pcn_code < 'U99008'",
        date(2024, 9, 30),
    )
    offers = [
        Enrolment(row["person_id"], "evaluations/link_workers", row["practice_code"], date(2024, 10, 1), None)
        for row in people
    ]
    with Register.beside(demo_home / "store") as register:
        assert register.enrolments.take(offers) == len(offers) > 8
    said = StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        ends = run(["evaluate", "plan", str(written), "--store", str(demo_home / "store")])
    assert ends == 0, said.getvalue()
    assert "smallest" in said.getvalue().lower()
    assert "is there already" in printed(
        demo_home, "case", str(file), "--evaluation-plans", str(folder), ends=2
    )
