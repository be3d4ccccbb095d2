"""What a panel refuses, all at once and without a value of a person."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from openphm.core.errors import PlanError
from openphm.evaluation import Evaluation, Outcome, Panel
from tests.support.panels import a_panel


def test_every_problem_of_the_contents_is_told_at_once() -> None:
    with pytest.raises(PlanError) as error:
        Panel.of_rows([0, 0, 0], [[1.0], [2.0], [np.nan]], [1, 2, -3])
    places = [one.where for one in error.value.problems]
    assert places == ["panel.treated", "panel.covariates.x1", "panel.outcomes.outcome.after"]
    assert error.value.exit_code == 15


def test_no_eligible_control_says_what_a_control_is() -> None:
    with pytest.raises(PlanError, match="met the same rule in the same month") as error:
        Panel.of_rows([1, 1], [[1], [2]], [1, 2])
    assert "control geography" in error.value.remedy


def test_an_index_month_without_controls_is_refused() -> None:
    panel = a_panel()
    month = panel.index_month.copy()
    month[0] = 99
    with pytest.raises(PlanError, match="1 of 4 index months have treated people and no eligible control"):
        replace(panel, index_month=month)


def test_a_person_cannot_be_a_control_after_their_own_offer() -> None:
    panel = a_panel()
    person, month = panel.person.copy(), panel.index_month.copy()
    person[-1], month[-1], month[0] = person[0], 2, 1
    with pytest.raises(PlanError, match="had been offered the service by then"):
        replace(panel, person=person, index_month=month)
    # Before it, they can.
    month[-1] = 0
    assert replace(panel, person=person, index_month=month).n_treated == 60


def test_a_person_is_offered_once_and_stands_once_in_a_month() -> None:
    panel = a_panel()
    person, month = panel.person.copy(), panel.index_month.copy()
    person[1], month[1] = person[0], month[0]
    with pytest.raises(PlanError) as error:
        replace(panel, person=person, index_month=month)
    found = " ".join(one.found for one in error.value.problems)
    assert "offered the service in two rows" in found
    assert "1 rows repeat a person in an index month" in found


def test_shapes_are_told_before_contents() -> None:
    panel = a_panel()
    with pytest.raises(PlanError) as error:
        replace(panel, exposure=panel.exposure[:5], covariate_names=("age",), prognostic=frozenset({"agee"}))
    assert [one.where for one in error.value.problems] == [
        "panel.exposure", "panel.covariates", "panel.prognostic",
    ]  # fmt: skip
    assert "'age'" in error.value.problems[-1].remedy


def test_one_outcome_decides() -> None:
    panel = a_panel()
    second = replace(panel.primary, name="admissions")
    with pytest.raises(PlanError, match="2 outcomes are primary"):
        replace(panel, outcomes=(panel.primary, second))


def test_follow_up_is_above_zero_and_ends_as_planned() -> None:
    panel = a_panel()
    with pytest.raises(PlanError, match="were not followed at all"):
        replace(panel, exposure=np.zeros(len(panel)))
    with pytest.raises(PlanError, match="12 were planned"):
        replace(panel, exposure=panel.exposure + 6)


def test_months_before_are_counted_backwards_from_the_index_date() -> None:
    before = np.arange(24)[np.newaxis].repeat(3, axis=0)
    panel = replace(
        Panel.of_rows([1, 0, 0], [[1], [2], [3]], [1, 1, 1]),
        outcomes=(Outcome("ed", before, np.ones((3, 12)), role="primary"),),
    )
    assert panel.count_before(panel.primary, 12, 1)[0] == sum(range(12, 24))
    assert panel.count_before(panel.primary, 24, 13)[0] == sum(range(12))
    assert panel.count_before(panel.primary, 1, 1)[0] == 23
    quarters = replace(panel, period_months=3)
    assert quarters.count_before(quarters.primary, 6, 1)[0] == 22 + 23
    assert quarters.count_before(quarters.primary, 12, 10)[0] == 20


def test_unknown_outcomes_and_checks_are_refused_with_the_known_ones() -> None:
    findings = Evaluation().fit(a_panel())
    with pytest.raises(PlanError, match="did you mean 'ed_attendances'"):
        findings.effect("ed_attendance")
    with pytest.raises(PlanError, match="placebo_date"):
        findings.refute("placebo_dat")


def test_settings_that_make_no_sense_are_refused_together() -> None:
    with pytest.raises(PlanError) as error:
        Evaluation(ratio=0, caliper=2.0, fewest=0).fit(a_panel())
    assert len(error.value.problems) == 3
