"""Bad input of a study: each a teaching error or an amber note, never a silent number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from openphm.access import Scope
from openphm.core.errors import PlanError
from openphm.core.periods import Month
from openphm.definitions import load
from openphm.evaluation import Light
from openphm.evaluation.answer import Answer
from openphm.evaluation.plan import Plan
from openphm.evaluation.study import Study
from openphm.evaluation.study_offers import offers_in_file
from openphm.population import Population, open_in_scope
from openphm.population.panel_amounts import Amount
from openphm.population.panel_coverage import gaps
from openphm.population.risk_set import Offer
from tests.support.builder import Person
from tests.support.service import (
    LEFT,
    N_TREATED,
    NETWORK,
    OFFERED,
    service_offers,
    service_people,
    service_plan,
)
from tests.support.store import a_store, person_id


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bad_input")


@pytest.fixture(scope="module")
def ics(folder: Path) -> Iterator[Population]:
    with open_in_scope(a_store(folder / "store", service_people()), Scope.whole_system()) as population:
        yield population


@pytest.fixture(scope="module")
def odd(folder: Path) -> Iterator[Population]:
    """All people offered the service have diabetes and no control has; one of them attended 300 times."""
    people: list[Person] = service_people()
    people[:N_TREATED] = [one.with_condition("diabetes") for one in people[:N_TREATED]]
    days = [OFFERED + timedelta(days=n) for n in range(300)]
    people[0] = people[0].using("ed_attendance", *days, cost="200")
    with open_in_scope(a_store(folder / "odd", people), Scope.whole_system()) as population:
        yield population


def a_study(ics: Population, offers: Sequence[Offer] = (), **changes: Any) -> Study:
    points = {"ed_attendance": "acute_unplanned", "outpatient_first": "acute_planned"}
    plan = Plan.of(service_plan(**changes), ics.definitions, ics.known, points)
    return Study(plan, ics, tuple(offers) or service_offers())


def run(study: Study) -> Answer:
    return study.run(study.plan.lock(study.offers, build="b", by="tester"))


def light_of(answer: Answer, name: str) -> Light:
    return max(one.light for one in answer.verdict.checks if one.name == name)


def moved_to(day: date) -> list[Offer]:
    first, *others = service_offers()
    return [replace(first, offered_on=day), *others]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2022, 6, 1), "1 of 42 index dates are before"),
        (date(2026, 5, 1), "1 of 42 index dates are after"),
    ],
)
def test_an_index_date_before_the_look_back_or_after_the_data_is_refused(
    ics: Population, day: date, said: str
) -> None:
    for asked in (a_study(ics, moved_to(day)).planning, lambda: run(a_study(ics, moved_to(day)))):
        with pytest.raises(PlanError, match=said) as caught:
            asked()
        assert "To mend" in str(caught.value) and caught.value.exit_code == 15


def test_a_cohort_file_with_unknown_duplicate_and_moved_people_is_told_in_numbers(
    ics: Population, tmp_path: Path
) -> None:
    offers = service_offers()
    unknown = [Offer(f"p-nobody-{n}", OFFERED) for n in range(4)]
    twice = [replace(one, offered_on=date(2025, 6, 1)) for one in offers[:3]]
    lines = [f"{one.person_id},{one.offered_on}" for one in (*offers, *unknown, *twice)]
    path = tmp_path / "offers.csv"
    path.write_text("\n".join(["person_id,offered_date", *lines]) + "\n", "utf-8")
    answer = run(a_study(ics, offers_in_file(path)))
    said = " ".join(one.words for one in answer.verdict.checks if one.name == "people")
    assert "not in this build" in said and "repeat an earlier one" in said
    assert light_of(answer, "people") is Light.AMBER  # four of 46 are more than one in twenty
    assert answer.findings.panel.n_treated == N_TREATED + 1
    assert not any(one.person_id in said for one in offers)


def test_somebody_who_left_before_the_offer_is_counted_and_left_out(ics: Population) -> None:
    gone = Offer(person_id(LEFT), date(2025, 12, 1))  # left on 1 October
    study = a_study(ics, [*service_offers(), gone])
    funnel = study.planning().funnel
    assert funnel.known - funnel.registered == 1


def test_without_an_eligible_control_nothing_is_answered(ics: Population) -> None:
    study = a_study(ics, control_geography=[NETWORK])
    with pytest.raises(PlanError, match="no eligible control") as caught:
        run(study)
    assert "widen the control geography" in str(caught.value)


def test_a_place_that_the_build_does_not_hold_is_refused(ics: Population) -> None:
    with pytest.raises(PlanError, match="no place 'Z99999'"):
        a_study(ics, control_geography=["Z99999"]).planning()


def test_an_outcome_without_events_is_said_and_has_no_number(ics: Population) -> None:
    never = {"id": "outpatients", "title": "Outpatients", "activity": ["outpatient_first"]}
    answer = run(a_study(ics, outcomes=[*service_plan()["outcomes"], never]))
    row = next(row for row in answer.table().values() if row[0] == "outpatients")
    assert row[1] == 0 and row[2:11] == (None,) * 9
    assert any("Nobody had any outpatients" in note for note in answer.notes)


def test_a_primary_outcome_without_events_is_red(ics: Population) -> None:
    never = {"id": "outpatients", "role": "primary", "activity": ["outpatient_first"]}
    answer = run(a_study(ics, outcomes=[never], costs=None))
    assert light_of(answer, "events") is Light.RED
    assert not answer.may_claim


def test_people_who_can_be_told_apart_perfectly_are_not_compared(odd: Population) -> None:
    apart = [{"of": "age_years"}, {"id": "diabetes", "criteria": {"condition": "diabetes"}}]
    answer = run(a_study(odd, covariates=apart))
    assert answer.light is Light.RED
    assert light_of(answer, "balance") is Light.RED
    for row in answer.table().values():
        assert row[1] is not None and row[2:9] == (None,) * 7 and row[10:] == (None, "red")
    assert answer.money is None and str(answer.decision.choice) == "too early to say"


def test_one_person_with_hundreds_of_visits_is_an_amber_note(odd: Population) -> None:
    answer = run(a_study(odd))
    assert light_of(answer, "one_person") is Light.AMBER
    effect = answer.findings.effect("ed")
    assert effect.top_share > 0.5
    # More than half of everything is one person's: the disclosure rule hears of it with every such figure.
    cell = answer.table().rows[0][1]
    assert getattr(cell, "largest_share", 0) == effect.top_share


def test_a_feed_that_begins_in_mid_study_is_no_outcome(ics: Population) -> None:
    late = Amount("late", "events", ("attendance",), feeds=("sus_op",))
    whole = Amount("whole", "activity", ("ed_attendance",))
    [gap] = gaps(ics, [late, whole], Month(2024, 4), Month(2026, 3))
    assert (gap.amount, gap.begins) == ("late", date(2026, 2, 28))


def test_every_measure_can_be_an_outcome_but_those_that_the_plan_page_names_with_the_reason(
    ics: Population,
) -> None:
    refused = {}
    for id_, measure in ics.definitions.contents.measures.items():
        outcomes = [*service_plan()["outcomes"], {"id": "held", "title": "Held", "measure": id_}]
        try:
            Plan.of(service_plan(outcomes=outcomes), ics.definitions, ics.known, {})
        except PlanError as error:
            refused[id_] = str(error)
            assert measure.is_recorded == ("its data are in no extract" in refused[id_])
    kept = {id_ for id_ in refused if not ics.definitions.contents.measures[id_].is_recorded}
    page = (Path(__file__).parents[3] / "docs/reference/evaluation-plan.md").read_text("utf-8")
    [said] = [part for part in page.split("\n\n") if part.startswith("Of the measures that come")]
    assert set(re.findall(r"`(\w+)`", said)) == kept
    assert len(kept) == 4


LATE = """id: measures/late
version: "1"
status: active
title: Something that came late
source: made for a test
licence: made for a test
owner: nobody
date_reviewed: 2026-01-01
date_next_review: 2027-01-01
unit: per_1000
direction: down
kind: rate
per: 1000
interval: byar
numerator: {events: attendance}
denominator: {person_years: true}
feeds: [sus_op]
"""


@pytest.mark.parametrize("role", ["primary", "secondary"])
def test_a_study_refuses_a_late_primary_outcome_and_leaves_out_a_late_other_one(
    ics: Population, tmp_path: Path, role: str
) -> None:
    (tmp_path / "measures").mkdir()
    (tmp_path / "measures" / "late.yaml").write_text(LATE, "utf-8")
    late = {"id": "late", "title": "Late feed", "measure": "late", "role": role}
    ed, cost = service_plan()["outcomes"]
    body = service_plan(
        outcomes=[{**ed, "role": "secondary" if role == "primary" else "primary"}, cost, late]
    )
    plan = Plan.of(body, load(tmp_path), ics.known, {"ed_attendance": "acute_unplanned"})
    study = Study(plan, ics, service_offers())
    if role == "primary":
        with pytest.raises(PlanError, match="its feed begins in 2026-02"):
            run(study)
        return
    answer = run(study)
    assert light_of(answer, "coverage") is Light.AMBER
    assert "late" not in [row[0] for row in answer.table().values()]
    assert any("Late feed is left out" in note for note in answer.notes)


def test_an_outcome_that_the_build_holds_no_table_for_is_left_out_and_named(ics: Population) -> None:
    outcomes = [
        *service_plan()["outcomes"],
        {"id": "falls", "title": "Falls", "measure": "falls_admissions_65"},
    ]
    answer = run(a_study(ics, outcomes=outcomes))
    assert any("Falls is left out: this build does not hold it." in note for note in answer.notes)
    assert "falls" not in [row[0] for row in answer.table().values()]
