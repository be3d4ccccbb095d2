"""Cohorts asked in every way: described, compared, explained, over time, and never outside the scope."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from openphm.access import Purpose, Scope
from openphm.core.errors import AccessRefused, DefinitionError, UsageError
from openphm.core.results import Cell, Result
from openphm.criteria import Activity, Attribute, Condition, Place
from openphm.definitions import load
from openphm.population import Population, open_in_scope
from tests.support.builder import AS_AT, Person, a_person
from tests.support.store import a_store, person_id

CARE = Scope.whole_system(Purpose.DIRECT_CARE)
HIGH = "high_intensity_use"
LAST_MONTH = AS_AT - timedelta(days=10)


def often(recent: int, old: int) -> Person:
    """So many attendances in March 2026, and in April 2025: in the window of February but of March too."""
    march = [LAST_MONTH + timedelta(days=n) for n in range(recent)]
    april = [date(2025, 4, 2) + timedelta(days=n) for n in range(old)]
    return a_person().using("ed_attendance", *march, *april, cost="280")


NEW = often(3, 4).with_attribute("homeless")
CONTINUING = often(1, 8).living_in("E01000002")
LEFT = a_person().using("ed_attendance", *(date(2025, 3, 2) + timedelta(days=n) for n in range(8)))
MOVED = often(0, 9).registered_at("Y00001", end=date(2026, 3, 15))
DIED = often(0, 9).who_died(date(2026, 3, 20))
NEAR = often(2, 4)
ELSEWHERE = often(0, 7).registered_at("Y00003")
PEOPLE = [
    *[NEW] * 2, *[CONTINUING] * 9, *[LEFT] * 3, MOVED, DIED, *[NEAR] * 5, *[ELSEWHERE] * 4,
    *[a_person().aged(30).male()] * 30,
]  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_store(tmp_path_factory.mktemp("cohorts") / "store", PEOPLE)


@pytest.fixture
def town(store: Path) -> Iterator[Population]:
    with open_in_scope(store, CARE) as population:
        yield population


def counted(result: Result, measure: str = "people") -> object:
    return next(row[2] for row in result.values() if row[1] == measure)


def test_a_count_says_how_many_of_how_many(town: Population) -> None:
    result = town.cohort(HIGH).count()
    assert [row[2] for row in result.values()] == [15, 53, 15 / 53]
    assert all(isinstance(row[2], Cell) for row in result.rows)


def test_a_cohort_can_be_an_id_a_file_plain_data_or_a_criterion(town: Population, tmp_path: Path) -> None:
    criterion = Activity(("ed_attendance",), 12, count_at_least=7) & ~Attribute("end_of_life")
    file = tmp_path / "mine.yaml"
    file.write_text(str(criterion), "utf-8")
    for what in ("cohorts/high_intensity_use", HIGH, criterion.plain(), criterion, file, str(file)):
        assert counted(town.cohort(what).count()) == 15


def test_the_sql_of_members_finds_the_same_people(town: Population) -> None:
    rows = town.ask(f"m AS ({town.cohort(HIGH).members_sql()})\nSELECT COUNT(*) AS n FROM m", town.as_at)
    assert rows[0]["n"] == 15


def test_removing_a_step_alone_gives_back_those_whom_only_it_keeps_out(town: Population) -> None:
    cohort = town.cohort(Attribute("age", at_least=41) & Activity(("ed_attendance",), 12, count_at_least=7))
    steps = cohort.attrition().values()
    assert [row[2] for row in steps] == [53, 23, 15]
    assert [row[3] for row in steps] == [None, 0, 8]


def test_new_continuing_and_left_people_stand_by_place(town: Population) -> None:
    changes = {(row[1], row[3]): row[4] for row in town.cohort(HIGH).changes().values()}
    assert {s: changes["all", s] for s in ("people", "new", "continuing", "left")} == {
        "people": 15, "new": 2, "continuing": 13, "left": 5,
    }  # fmt: skip
    assert changes["Y00003", "people"] == 4
    assert changes["Y00001", "left"] == 5


def test_reasons_say_which_step_made_the_difference(town: Population) -> None:
    step = "Attended an emergency department 7 or more times in 12 months"
    assert set(town.cohort(HIGH).reasons().values()) == {
        ("new", step, 2),
        ("left", step, 3),
        ("left", "Died", 1),
        ("left", "No longer registered here", 1),
    }


def test_the_trend_has_the_count_of_each_month_end(town: Population) -> None:
    trend = town.cohort(HIGH).trend(3)
    counts = {row[1]: row[2] for row in trend.values()}
    assert list(counts) == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
    assert counts[AS_AT] == 15
    for day, people in counts.items():
        assert people == counted(town.cohort(HIGH).count(day))  # type: ignore[arg-type]


def test_a_profile_stands_next_to_everybody_registered(town: Population) -> None:
    profile = {(row[0], row[1]): row for row in town.cohort(HIGH).profile().rows}
    members, everybody = "cohorts/high_intensity_use", "registered"
    assert profile[members, "people"][2].value == 15
    assert profile[everybody, "people"][2].value == 53
    assert profile[members, "male_share"][2].value == 0
    assert profile[everybody, "male_share"][2].value == 30 / 53
    assert profile[members, "homeless_share"][2].value == pytest.approx(2 / 15)
    attendances = 2 * 7 + 9 * 9 + 4 * 7
    assert profile[members, "ed_attendances_pppy"][2].value == pytest.approx(attendances / 15)
    assert profile[members, "cost_pppy"][2].value == pytest.approx(280 * attendances / 15)
    assert profile["standardised_mean_difference", "male_share"][2].value < -1


def test_a_share_of_a_profile_carries_the_people_behind_it(town: Population) -> None:
    rows = {(row[0], row[1]): row[2] for row in town.cohort(HIGH).profile().rows}
    cell = rows["cohorts/high_intensity_use", "homeless_share"]
    assert (cell.numerator, cell.denominator, cell.n_people) == (2, 15, 2)
    assert rows["standardised_mean_difference", "homeless_share"].n_people == 2


def test_the_fuel_poverty_profile_shows_what_was_published(town: Population) -> None:
    rows = town.cohort("fuel_poverty_respiratory").profile().values()
    published = {row[1]: row[2] for row in rows if row[0] == "published"}
    assert published == {
        "people": 171.0, "mean_imd_decile": 3.4, "smoker_share": 0.30, "social_vulnerability_share": 0.19,
        "mental_health_flag_share": 0.55, "waiting_list_share": 0.30, "heart_disease_share": 0.34,
    }  # fmt: skip


def test_two_cohorts_are_compared_with_those_in_both(town: Population) -> None:
    result = town.cohort(HIGH).compare(Attribute("sex", any_of=("1",)))
    rows = {(row[0], row[1]): row[2] for row in result.values()}
    assert rows["cohort", "people"] == 30
    assert rows["cohort", "people_in_both"] == 0
    assert rows["cohort", "male_share"] == 1


def test_one_person_is_explained_with_evidence_and_distance(town: Population) -> None:
    near = person_id(1 + PEOPLE.index(NEAR))
    result = town.cohort(HIGH).explain(near)
    first, second = result
    assert result.grain == "person"
    assert result.notes == ("Not in the cohort: 1 of 2 steps missed.",)
    assert (first["is_met"], first["short_by"], first["date"]) == (False, 1, LAST_MONTH + timedelta(days=1))
    assert "6 ×" in str(first["found"])
    assert (second["is_met"], second["wanted"], second["holds"]) == (True, False, False)


def test_near_misses_count_who_misses_one_step_by_how_much(town: Population) -> None:
    rows = town.cohort(HIGH).near_misses().values()
    step = "Attended an emergency department 7 or more times in 12 months"
    assert (1, step, 1.0, 5) in rows
    assert rows[0] == (0, "In the cohort", None, 15)


@pytest.mark.parametrize("ask", ["people", "worklist"])
def test_people_are_shown_for_direct_care_alone(store: Path, ask: str) -> None:
    for scope in (Scope.whole_system(Purpose.PLANNING), CARE.aggregate_only()):
        with open_in_scope(store, scope) as population, pytest.raises(AccessRefused):
            getattr(population.cohort(HIGH), ask)()
        with open_in_scope(store, scope) as population, pytest.raises(AccessRefused):
            population.cohort(HIGH).explain(person_id(1))


def test_the_worklist_says_why_what_changed_and_what_to_do(town: Population) -> None:
    rows = list(town.cohort(HIGH).worklist())
    assert [row["status"] for row in rows] == ["new"] * 2 + ["continuing"] * 13 + ["left"] * 5
    first = rows[0]
    assert first["person_id"] in {person_id(1), person_id(2)}
    assert "7 × Emergency department attendance" in str(first["why"])
    assert "last 23 March 2026" in str(first["why"])
    assert first["flags"] == "Homeless"
    assert "4 a month ago" in str(first["changed"])
    assert first["next_step"] == "housing and homelessness team with the link worker in the same week"
    assert all(row["next_step"] for row in rows)


def test_nobody_is_told_to_contact_somebody_who_died(town: Population) -> None:
    died = person_id(1 + PEOPLE.index(DIED))
    row = next(row for row in town.cohort(HIGH).worklist() if row["person_id"] == died)
    assert row["changed"] == "Died"
    assert "no call goes out" in str(row["next_step"])


def test_a_scope_cannot_be_left_by_any_question(store: Path) -> None:
    with open_in_scope(store, CARE.narrowed(practices=["Y00003"])) as practice:
        cohort = practice.cohort(HIGH)
        assert counted(cohort.count()) == 4
        assert cohort.attrition().values()[0][2] == 4
        assert len(cohort.people()) == len(cohort.worklist()) == 4
        assert [row[2] for row in cohort.trend(1).values()] == [4]
        assert {row[1] for row in cohort.changes().values()} == {"all", "U10002", "Y00003"}
        with pytest.raises(UsageError, match="nobody registered in your scope"):
            cohort.explain(person_id(1))
        joined = practice.cohort(Attribute("age", at_least=0) | Condition(("copd",)))
        assert counted(joined.count()) == 4


def test_a_person_id_is_never_part_of_a_query(town: Population) -> None:
    for text in ("x' OR '1'='1", "p" * 500, ""):
        with pytest.raises(UsageError):
            town.cohort(HIGH).explain(text)


def test_a_place_outside_the_scope_is_one_teaching_error(store: Path) -> None:
    with open_in_scope(store, CARE.narrowed(practices=["Y00003"])) as practice:
        with pytest.raises(DefinitionError, match="not a place whose people you may ask about"):
            practice.cohort(Place("registered_practice", ("Y00001",)))
        assert counted(practice.cohort(Place("registered_practice", ("Y00003",))).count()) == 4


@pytest.mark.parametrize("day", [date(2019, 1, 31), date(2030, 1, 31), date(2026, 3, 15)])
def test_a_date_outside_the_build_is_one_teaching_error(town: Population, day: date) -> None:
    with pytest.raises(DefinitionError, match="cannot be answered") as caught:
        town.cohort(HIGH).count(day)
    assert caught.value.exit_code == 10
    assert "month ends from" in caught.value.allowed


def test_a_definition_that_changes_says_who_joins_and_leaves(town: Population) -> None:
    wider = Activity(("ed_attendance",), 12, count_at_least=6)
    counts = dict(row[:2] for row in town.cohort(HIGH).difference(wider).values())
    assert counts == {"before": 15, "after": 20, "join": 5, "leave": 0}


def test_a_frozen_definition_holds_no_people_and_counts_the_same_again(
    town: Population, tmp_path: Path
) -> None:
    frozen = town.cohort(HIGH).freeze()
    assert frozen["frozen"]["count"] == 15
    assert person_id(1) not in str(frozen)
    file = tmp_path / "frozen.yaml"
    file.write_text(yaml.safe_dump(frozen, sort_keys=False), "utf-8")
    assert counted(town.cohort(file).count()) == 15
    frozen["criteria"]["all"][0]["count_at_least"] = 6
    file.write_text(yaml.safe_dump(frozen), "utf-8")
    with pytest.raises(DefinitionError, match="not the one that was frozen"):
        town.cohort(file)


def test_versions_say_which_definition_is_in_use(store: Path, tmp_path: Path) -> None:
    overlay = tmp_path / "cohorts"
    overlay.mkdir()
    (overlay / "mine.yaml").write_text(OVERLAY, "utf-8")
    with open_in_scope(store, CARE, definitions=load(tmp_path)) as site:
        rows = site.cohort(HIGH).versions().values()
        assert [(row[1], row[4]) for row in rows] == [("local", True), ("2026.1", False)]
        assert counted(site.cohort(HIGH).count()) == 20
        used = {one.version for one in site.cohort(HIGH).count().provenance.definitions
                if one.id == "cohorts/high_intensity_use"}  # fmt: skip
        assert "local" in used


OVERLAY = """
id: cohorts/high_intensity_use
version: local
status: active
title: Six attendances
source: a test
licence: Open Government Licence v3.0
owner: a test
date_reviewed: 2026-11-22
date_next_review: 2027-11-22
all:
  - {activity: ed_attendance, count_at_least: 6, within_months: 12}
"""
