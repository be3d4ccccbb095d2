"""Do cohorts, service specifications and profiles say all that they must, and teach when they do not?"""

from __future__ import annotations

from pathlib import Path

import pytest

from openphm.core.errors import DefinitionError
from openphm.criteria import known_names, parse
from openphm.definitions import Definition, load
from openphm.definitions.cohorts import read_cohort, read_cohort_file
from openphm.population.cohorts import choose
from tests.definitions.writing import write_definition

SHIPPED = load()
COHORTS = SHIPPED.all("cohorts")


@pytest.mark.parametrize("definition", COHORTS, ids=lambda one: one.id)
def test_each_cohort_can_be_asked(definition: Definition) -> None:
    chosen = choose(definition.id, SHIPPED, known_names(SHIPPED))
    assert chosen.id == definition.id
    assert len(chosen.names) == len(chosen.steps) >= 1


@pytest.mark.parametrize("name", ["high_intensity_use", "fuel_poverty_respiratory", "msk_hub"])
def test_each_case_study_names_a_service_that_a_link_worker_can_start_from(name: str) -> None:
    cohort = SHIPPED.contents.cohorts[name]
    service = SHIPPED.contents.interventions[cohort.intervention.removeprefix("interventions/")]
    assert service.cohort == f"cohorts/{name}"
    assert service.first_contact
    assert service.capacity >= 50
    known = known_names(SHIPPED)
    for step in service.next_steps:
        parse(step.when, known)


def test_the_fuel_poverty_service_has_the_outcomes_of_figure_19() -> None:
    outcomes = {one.id: one for one in SHIPPED.contents.interventions["fuel_poverty_respiratory"].outcomes}
    assert len(outcomes) == 18
    assert {one.kind for one in outcomes.values()} == {"experience", "activity", "clinical", "system"}
    assert outcomes["preventer_inhalers"].direction == "up"
    assert outcomes["reliever_inhalers"].direction == "down"


def test_the_profile_has_the_rows_of_figure_18() -> None:
    rows = {row.id for row in SHIPPED.contents.profiles["wider_determinants"].rows}
    assert rows >= {
        "mean_imd_decile", "smoker_share", "social_vulnerability_share", "mental_health_flag_share",
        "waiting_list_share", "heart_disease_share",
    }  # fmt: skip


WRONG = [
    ("cohorts/mine", "names: [one, two]\nall: [{condition: copd}]", "2 names for 1 steps"),
    ("cohorts/mine", "note: nothing else", "there is no criterion"),
    ("cohorts/mine", "criteria: {condition: copd}\nall: [{condition: copd}]", "holds two criteria"),
    ("cohorts/mine", "all: [{condition: coppd}]", "'coppd' is not a known condition"),
    ("interventions/mine", "cohort: cohorts/nowhere", "'cohorts/nowhere' is not a known cohort"),
    ("interventions/mine", "cohort: cohorts/msk_hub", "the last one is not for everyone"),
    ("profiles/mine", "rows: [{id: a, title: A, group: B, unit: share}]", "0 words say what the row shows"),
    (
        "profiles/mine",
        "rows: [{id: a, title: A, group: B, unit: years, mean_of: agee}]",
        "'agee' is not a known attribute",
    ),
]


@pytest.mark.parametrize(("id_", "body", "found"), WRONG, ids=[found for _, _, found in WRONG])
def test_a_wrong_file_teaches(tmp_path: Path, id_: str, body: str, found: str) -> None:
    write_definition(tmp_path, id_, body)
    with pytest.raises(DefinitionError) as caught:
        load(tmp_path)
    assert any(found in problem.found for problem in caught.value.problems)


ASKED = [
    ("all: [{attribute: agee, at_least: 40}]", "There is no attribute 'agee'"),
    ("all: [{condition: coppd}]", "There is no condition 'coppd'"),
    ("all: [{attribute: age, at_least: 400}]", "'at_least' is 400"),
    ("all: []", "'all' is empty"),
    ("all: [{cohort: cohorts/nowhere}]", "There is no cohort"),
    ("a: &a [1]\nb: *a", "alias"),
]


@pytest.mark.parametrize(("text", "found"), ASKED, ids=[found for _, found in ASKED])
def test_a_cohort_file_of_a_user_teaches(tmp_path: Path, text: str, found: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(DefinitionError) as caught:
        choose(file, SHIPPED, known_names(SHIPPED))
    assert caught.value.exit_code == 10
    assert any(found in problem.found for problem in caught.value.problems), str(caught.value)


def test_cohorts_that_ask_for_each_other_are_a_circle(tmp_path: Path) -> None:
    write_definition(tmp_path, "cohorts/one", "all: [{cohort: cohorts/two}]")
    write_definition(tmp_path, "cohorts/two", "all: [{cohort: cohorts/one}]")
    site = load(tmp_path)
    with pytest.raises(DefinitionError, match="defined by itself"):
        choose("one", site, known_names(site))


def test_a_cohort_that_does_not_exist_names_the_nearest() -> None:
    with pytest.raises(DefinitionError, match="did you mean 'cohorts/msk_hub'"):
        choose("msk_hubb", SHIPPED, known_names(SHIPPED))


def test_a_file_that_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="cannot be read"):
        read_cohort_file(tmp_path / "nowhere.yaml")


def test_a_criterion_may_stand_in_the_file_itself() -> None:
    assert read_cohort({"condition": "copd", "ever": True}, "mine").criteria == {
        "condition": "copd", "ever": True,
    }  # fmt: skip
