"""Pages of the case studies: what a team reads, and nothing of one person in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from openphm.access import Purpose, Scope
from openphm.core.errors import AccessRefused
from openphm.definitions import load
from openphm.population import Population, open_in_scope
from openphm.release import DisclosureRule, secondary_use
from openphm.reports import REPORTS
from openphm.reports.cohort_page import worklist_page
from tests.support.builder import a_person
from tests.support.store import a_store

RULE = DisclosureRule.from_definition("disclosure/default", load().get("disclosure/default").body)
OFTEN = a_person().attending_ed(8).with_attribute("mental_health_flag")
PEOPLE = [
    *[OFTEN] * 40, *[OFTEN.registered_at("Y00003")] * 21, *[a_person().attending_ed(6)] * 3,
    *[a_person().aged(30)] * 200,
]  # fmt: skip
NAMES = ("high-intensity-use", "fuel-poverty", "msk-hub")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_store(tmp_path_factory.mktemp("pages") / "store", PEOPLE)


@pytest.fixture
def town(store: Path) -> Iterator[Population]:
    with open_in_scope(store, Scope.whole_system().aggregate_only()) as population:
        yield population


@pytest.mark.parametrize("name", NAMES)
def test_each_case_study_has_every_part_of_its_page(town: Population, name: str) -> None:
    page = REPORTS[name](town)
    parts = {row[0] for row in page.result.rows}
    assert parts >= {"change", "profile", "trend", "pathway", "first_contact", "outcomes"}
    assert page.next_step
    assert page.result.question == f"report/{page.result.question.removeprefix('report/')}"
    assert page.headline(list(secondary_use(page.result, RULE).records()))


def test_the_headline_is_made_from_what_may_be_shown(town: Population) -> None:
    page = REPORTS["high-intensity-use"](town)
    said = page.headline(list(secondary_use(page.result, RULE).records()))
    assert said.startswith("60 people are in the cohort")
    assert "2 networks have a median of 30 people (20 to 40)." in said


def test_practices_are_shown_when_asked(town: Population) -> None:
    subjects = {row[1] for row in REPORTS["high-intensity-use"](town, by="practice").result.rows}
    assert {"Y00001", "Y00003"} <= subjects
    assert "Y00001" not in {row[1] for row in REPORTS["high-intensity-use"](town).result.rows}


def test_no_count_of_one_to_seven_leaves(town: Population) -> None:
    page = REPORTS["high-intensity-use"](town, by="practice")
    shown = [
        record["value"]
        for record in secondary_use(page.result, RULE).records()
        if record["unit"] == "people" and record["measure"] != "published"
    ]
    assert not [value for value in shown if isinstance(value, int) and 0 < value < 8]


def test_the_worklist_is_for_direct_care_alone(store: Path, town: Population) -> None:
    with pytest.raises(AccessRefused):
        worklist_page(town, "cohorts/high_intensity_use")
    with open_in_scope(store, Scope.whole_system(Purpose.DIRECT_CARE)) as practice:
        page = worklist_page(practice, "cohorts/high_intensity_use")
        records = list(page.result)
        assert page.result.grain == "person"
        assert len(records) == 61
        assert page.headline(records).endswith("New people come first.")
