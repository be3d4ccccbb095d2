"""Checks find what is planted, and keep still where there is nothing."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from openphm.evaluation import Estimate, Evaluation, Light, Panel
from openphm.evaluation.event_study import event_study, parallel_trends
from openphm.evaluation.gates import BALANCE, Check, Gate, Verdict
from openphm.evaluation.refutations import REFUTATIONS
from openphm.evaluation.report_checks import WITHOUT_A_CLAIM
from openphm.evaluation.sensitivity import (
    e_value,
    expected_error,
    expected_error_of,
    fit_calibration,
    probability,
    smallest_detectable,
)
from tests.support.panels import a_panel


def test_every_check_runs_on_a_good_panel_and_says_something() -> None:
    findings = Evaluation().fit(a_panel(treated=120, controls=1500, negative_controls=6))
    assert [one.name for one in findings.refutations] == list(REFUTATIONS)
    for one in findings.refutations:
        assert one.words.endswith(".")
        assert "was not run" not in one.words
    assert findings.verdict.light is not Light.RED
    assert findings.verdict.may_claim
    assert findings.effect().calibrated.is_known


def test_once_a_check_is_red_no_sentence_tells_the_effect() -> None:
    findings = Evaluation().fit(a_panel(treated=120, controls=1500, negative_controls=6))
    for one in findings.refutations:
        assert one.name in WITHOUT_A_CLAIM or one.without_claim
        assert not re.search(r"\d\.\d", one.without_claim)
    ratio = f"{findings.effect().rate_ratio.value:.2f}"
    checks = findings.verdict.checks
    assert any(ratio in one.words for one in checks)
    stopped = Verdict.of([*checks, Check("held_out_year", Light.RED, "It differs.")])
    assert [one.name for one in stopped.checks[1:]] == [one.name for one in checks]
    assert not any(ratio in one.words for one in stopped.checks)


def test_what_cannot_be_run_says_why_and_is_amber() -> None:
    panel = a_panel()
    short = replace(
        panel,
        outcomes=(replace(panel.primary, before=panel.primary.before[:, -3:]),),
        area=None, area_names=(), was_eligible=None, ended_by=None,
    )  # fmt: skip
    findings = Evaluation().fit(short)
    for name in (
        "held_out_year",
        "placebo_date",
        "negative_controls",
        "leave_one_area_out",
        "parallel_trends",
    ):
        found = findings.refute(name)
        assert found.light is Light.AMBER
        assert "was not run" in found.words
    assert not findings.effect().change.raw.is_known


def test_a_difference_before_any_service_is_found_in_the_held_out_year() -> None:
    panel = a_panel(treated=150, controls=1500)
    before = panel.primary.before.copy()
    before[panel.treated, :12] *= 2
    worse = replace(panel, outcomes=(replace(panel.primary, before=before),))
    assert Evaluation().fit(worse).refute("held_out_year").light is Light.RED
    assert Evaluation().fit(panel).refute("held_out_year").light is not Light.RED


def test_an_area_that_makes_the_answer_is_named() -> None:
    panel = a_panel(treated=200, controls=1500)
    after = panel.primary.after.copy()
    after[panel.treated & (panel.area == 2)] *= 6
    one_area = replace(panel, outcomes=(replace(panel.primary, after=after),))
    found = Evaluation().fit(one_area).refute("leave_one_area_out")
    assert found.light is Light.AMBER
    whole = Evaluation().fit(one_area).effect().rate_ratio.value
    assert found.estimates["C"].value < whole - 0.3
    assert set(found.estimates) == {"A", "B", "C", "D"}


def test_calibration_takes_away_what_the_negative_controls_show() -> None:
    shown = {f"n{i}": Estimate.of_log(0.10 + 0.01 * (i - 2.5), 0.05) for i in range(6)}
    found = fit_calibration(shown)
    assert found.mean == pytest.approx(0.10, abs=0.01)
    assert found.spread == pytest.approx(0.0, abs=0.01)
    assert found.error == pytest.approx(0.05 / np.sqrt(6), rel=0.05)
    calibrated = found.calibrated(Estimate.of_log(0.10, 0.05))
    assert calibrated.log == pytest.approx(0.0, abs=0.01)
    assert calibrated.error > 0.05


def test_four_negative_controls_are_shown_and_correct_nothing() -> None:
    found = fit_calibration({f"n{i}": Estimate.of_log(0.1, 0.05) for i in range(4)})
    assert not found.can_calibrate
    assert not found.calibrated(Estimate.of_log(0.1, 0.05)).is_known


def test_negative_controls_that_scatter_widen_the_interval() -> None:
    scattered = fit_calibration({f"n{i}": Estimate.of_log((-1) ** i * 0.3, 0.05) for i in range(6)})
    assert scattered.spread == pytest.approx(0.3, abs=0.02)
    assert scattered.calibrated(Estimate.of_log(0.0, 0.05)).error > 0.3


def test_negative_controls_without_events_are_left_out() -> None:
    found = fit_calibration({"a": Estimate.unknown(), "b": Estimate.of_log(0.1, 0.1)})
    assert found.number == 1
    assert fit_calibration({"a": Estimate.unknown()}).number == 0


def test_the_event_study_has_two_years_before_and_a_year_after() -> None:
    panel = a_panel(treated=300, controls=2000, rate_ratio=0.5)
    fitted = Evaluation().fit(panel).fitted
    study = event_study(panel, panel.primary, fitted.weights, fitted.clusters)
    assert study.quarter.tolist() == [-8, -7, -6, -5, -4, -3, -2, -1, 1, 2, 3, 4]
    assert np.abs(study.ratio.value[:8] - 1).max() < 0.25
    assert study.ratio.upper[8:].max() < 0.85
    trends = parallel_trends(study)
    assert trends is not None
    assert trends.breakdown > 0.5
    assert trends.limits[2.0][1] > trends.limits[0.5][1]
    assert trends.average.excludes_none


def test_quarters_give_the_same_study_as_months() -> None:
    panel = a_panel(treated=100)
    whole = panel.primary
    quarters = replace(
        panel,
        period_months=3,
        outcomes=(
            replace(
                whole,
                before=whole.before.reshape(len(panel), 8, 3).sum(axis=2),
                after=whole.after.reshape(len(panel), 4, 3).sum(axis=2),
            ),
        ),
    )
    weights, clusters = np.ones(len(panel)), np.arange(len(panel))
    one, other = (event_study(p, p.primary, weights, clusters) for p in (panel, quarters))
    assert one.treated == pytest.approx(other.treated)
    assert one.ratio.lower == pytest.approx(other.ratio.lower)


def test_the_smallest_effect_is_known_before_the_study() -> None:
    error = expected_error(100, 5.0, 50.0)
    assert error == pytest.approx(np.sqrt(2 / 100 + 2 / 300))
    assert smallest_detectable(error) == pytest.approx(np.exp(-(1.959964 + 0.841621) * error) - 1, abs=1e-6)
    assert expected_error_of(50, [1, 2, 3, 4]) == pytest.approx(expected_error(50, 2.5, 5 / 3))
    assert np.isnan(expected_error(0, 1, 1))


def test_a_gate_is_inclusive_of_its_limit_and_amber_when_unknown() -> None:
    assert BALANCE.light(0.05) is Light.GREEN
    assert BALANCE.light(0.051) is Light.AMBER
    assert BALANCE.light(0.11) is Light.RED
    assert Gate(1, 2).light(float("nan")) is Light.AMBER
    assert Verdict.of([]).light is Light.GREEN
    assert "every check was passed" in Verdict.of([]).words


def test_beyond_the_red_limit_is_amber_while_chance_explains_it_and_red_beyond_twice_the_limit() -> None:
    gate = Gate(0.03, 0.10)
    assert gate.light(0.15, 0.05) is Light.RED
    assert gate.light(0.15, 0.10) is Light.AMBER
    assert gate.light(0.21, 0.90) is Light.RED
    assert gate.light(0.15) is Light.RED
    assert gate.light(0.15, float("nan")) is Light.RED
    # A check that has no amber limit of its own is never green beyond its red one.
    assert Gate(float("inf"), 0.20).light(0.30, 0.20) is Light.AMBER


def test_a_check_is_green_only_when_it_could_have_failed() -> None:
    gate = Gate(0.03, 0.10)
    assert gate.light(0.02, 0.09) is Light.GREEN
    assert gate.light(0.02, 0.10) is Light.AMBER
    assert gate.light(0.0, 0.90) is Light.AMBER
    # A limit that chance does not move, and one that is never red, have nothing to be too imprecise for.
    assert gate.light(0.0) is Light.GREEN
    assert Gate(0.05, float("inf")).light(0.0, 9.0) is Light.GREEN


def test_a_held_out_year_too_imprecise_to_find_anything_is_not_passed() -> None:
    panel = a_panel(treated=60, controls=400)
    # A visit of each tenth person only: far too few to see whether the groups differed.
    before = panel.primary.before.copy()
    before[:, :12] = 0
    before[::10, 0] = 1
    found = Evaluation().fit(replace(panel, outcomes=(replace(panel.primary, before=before),)))
    year = found.refute("held_out_year")
    gap, error = year.estimates["ratio"].log, year.estimates["ratio"].error
    assert abs(gap) < min(0.40, 1.96 * error)
    assert year.light is Light.AMBER
    assert "too imprecise to rule out a difference of 49.2%" in year.words


def test_a_strong_effect_alone_does_not_move_the_check_of_the_top_users() -> None:
    panel = a_panel(treated=400, controls=3000, rate_ratio=0.3)
    strong = Evaluation().fit(panel).refute("top_users")
    assert strong.light is Light.GREEN
    # One visit in a hundred people carries the whole excess: now it should move.
    after = panel.primary.after.copy()
    after[np.flatnonzero(panel.treated)[:4]] += 40
    few = Evaluation().fit(replace(panel, outcomes=(replace(panel.primary, after=after),)))
    assert few.refute("top_users").light is Light.AMBER


def test_e_value_of_an_interval_that_reaches_none_is_one() -> None:
    assert e_value(Estimate(0.9, 0.7, 1.1, 0.1)).limit == 1.0
    assert e_value(Estimate(1.5, 0.9, 2.0, 0.1)).limit == 1.0
    assert e_value(Estimate(1.5, 1.2, 2.0, 0.1)).limit == pytest.approx(1.2 + np.sqrt(0.24))
    assert probability(Estimate.of_log(1.959964, 1.0)) == pytest.approx(0.05, abs=1e-6)


def test_an_amount_for_the_whole_time_has_no_quarters_and_stops_nothing() -> None:
    rng = np.random.default_rng(1)
    treated = np.arange(300) < 60
    panel = Panel.of_rows(treated, rng.normal(size=(300, 2)), rng.poisson(3, 300))
    findings = Evaluation().fit(panel)
    assert len(findings.event_study().quarter) == 0
    assert findings.verdict.checks
    assert "was not run" in findings.refute("parallel_trends").words
