"""The numbers of an answer hang together, and say so when they cannot be had."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from openphm.evaluation import Evaluation, Light, Outcome
from openphm.evaluation.estimate import Estimate
from openphm.evaluation.fitted import rate_ratio
from openphm.evaluation.outcome_model import jackknife, quasi_poisson, sandwich
from openphm.evaluation.rates import clustered_error, grouped, log_rate, two_way_error
from tests.support.panels import a_panel, with_after


def test_observed_expected_and_ratio_are_one_answer() -> None:
    effect = Evaluation().fit(a_panel(rate_ratio=0.6)).effect()
    assert effect.expected == pytest.approx(effect.observed / effect.rate_ratio.value)
    assert effect.avoided.value == pytest.approx(effect.expected - effect.observed)
    assert (effect.avoided.lower > 0) == (effect.rate_ratio.upper < 1)
    assert effect.rate_ratio.upper < 1
    assert effect.doubly_robust.ratio.value == pytest.approx(effect.rate_ratio.value, abs=0.05)
    assert effect.adjusted.value == pytest.approx(effect.rate_ratio.value, abs=0.05)


def test_the_raw_change_is_the_natural_change_times_the_programme() -> None:
    change = Evaluation().fit(a_panel(rate_ratio=0.6)).effect().change
    assert 1 + change.raw.value == pytest.approx((1 + change.natural.value) * (1 + change.programme.value))
    assert change.rate_after / change.rate_expected == pytest.approx(1 + change.programme.value)
    assert change.raw.lower < change.raw.value < change.raw.upper


def test_the_share_of_the_fall_that_is_natural_needs_a_fall() -> None:
    panel = a_panel(rate_ratio=1.6)
    assert not Evaluation().fit(panel).effect().change.share_natural.is_known


def test_the_closed_form_is_the_quasi_poisson_regression() -> None:
    panel = a_panel(rate_ratio=0.8)
    weights = np.where(panel.treated, 1.0, 0.5 + np.arange(len(panel)) % 3)
    amount, clusters = panel.count_after(panel.primary), grouped(panel.person)
    ours = rate_ratio(panel, amount, weights, clusters)
    design = np.column_stack([np.ones(len(panel)), panel.treated])
    model = quasi_poisson(design, amount, panel.exposure, weights)
    assert model is not None
    assert ours.log == pytest.approx(model.slopes[1], abs=1e-7)
    assert ours.error == pytest.approx(np.sqrt(sandwich(model, clusters)[1, 1]), rel=1e-6)


def test_the_jackknife_is_the_regression_without_each_cluster() -> None:
    panel = a_panel(treated=20, controls=60)
    clusters = np.arange(len(panel)) // 2
    design = np.column_stack([np.ones(len(panel)), panel.treated, panel.covariates[:, 1]])
    amount, ones = panel.count_after(panel.primary), np.ones(len(panel))
    model = quasi_poisson(design, amount, panel.exposure, ones)
    assert model is not None
    moved = []
    for cluster in range(clusters.max() + 1):
        out = clusters == cluster
        curve = (design[~out] * model.mean[~out, np.newaxis]).T @ design[~out]
        moved.append(
            np.linalg.solve(curve, (design[out] * (amount - model.mean)[out, np.newaxis]).sum(axis=0))
        )
    number = len(moved)
    by_hand = np.array(moved).T @ np.array(moved) * (number - 1) / number
    assert jackknife(model, clusters) == pytest.approx(by_hand, rel=1e-5)


def test_clusters_of_one_row_each_are_no_clusters() -> None:
    influence = np.array([0.3, -0.1, -0.2])
    alone = clustered_error(influence, np.arange(3))
    assert alone == pytest.approx(np.sqrt((influence**2).sum() * 3 / 2))
    assert two_way_error(influence, np.arange(3), np.arange(3)) == pytest.approx(alone)


def test_a_rate_without_events_has_no_logarithm() -> None:
    assert np.isnan(log_rate([0, 0], [1, 1], [1, 1]).log)
    assert quasi_poisson(np.ones((2, 1)), np.zeros(2), np.ones(2), np.ones(2)) is None


def test_under_thirty_treated_only_counts_are_given() -> None:
    findings = Evaluation().fit(a_panel(treated=29))
    effect = findings.effect()
    assert findings.is_counts_only
    assert effect.observed > 0
    assert not effect.rate_ratio.is_known
    assert not effect.avoided.is_known
    assert not effect.change.raw.is_known
    assert findings.verdict.light is Light.RED
    assert "Fewer than 30 people" in findings.verdict.words
    assert "29" not in findings.verdict.words
    assert [one.name for one in findings.verdict.checks] == ["people"]


@pytest.mark.parametrize("who", ["treated", "controls", "everybody"])
def test_an_outcome_without_events_is_said_and_never_a_number(who: str) -> None:
    panel = a_panel()
    none = {"treated": panel.treated, "controls": ~panel.treated, "everybody": np.ones(len(panel), bool)}[who]
    effect = (
        findings := Evaluation().fit(with_after(panel, panel.primary.after * ~none[:, np.newaxis]))
    ).effect()
    assert not effect.rate_ratio.is_known
    assert not effect.adjusted.is_known
    assert effect.notes
    assert findings.verdict.light is Light.RED
    assert all(one.words for one in findings.refutations)


def test_one_person_with_hundreds_of_visits_is_an_amber_note() -> None:
    panel = a_panel()
    after = panel.primary.after.copy()
    row = int(np.flatnonzero(panel.treated & (panel.exposure == 12))[0])
    after[row] = 30
    findings = Evaluation().fit(with_after(panel, after))
    check = next(one for one in findings.verdict.checks if one.name == "one_person")
    assert check.light is Light.AMBER
    assert findings.effect().top_share > 0.3
    cut = findings.refute("top_users")
    assert cut.estimates["cut"].value < findings.effect().rate_ratio.value


def test_costs_are_compared_as_means_and_a_saving_is_the_other_side() -> None:
    panel = a_panel(treated=60, controls=300)
    rng = np.random.default_rng(2)
    money = panel.primary.after * rng.lognormal(5, 1, panel.primary.after.shape)
    cost = Outcome("cost", panel.primary.before * 200.0, money, kind="cost")
    findings = Evaluation().fit(replace(panel, outcomes=(panel.primary, cost)))
    plain = findings.cost("cost", draws=0)
    booted = findings.cost("cost", draws=60)
    assert plain.method == "clustered"
    assert booted.method == "bootstrap-t"
    assert booted.draws >= 48
    assert booted.per_person_year.value == pytest.approx(plain.per_person_year.value)
    years = panel.exposure[panel.treated].sum() / 12
    assert booted.saved.value == pytest.approx(-booted.per_person_year.value * years)
    assert booted.saved.lower == pytest.approx(-booted.per_person_year.upper * years)
    width = booted.per_person_year.upper - booted.per_person_year.lower
    assert 0.5 < width / (plain.per_person_year.upper - plain.per_person_year.lower) < 2.5
    # The same seed gives the same draws.
    assert findings.cost("cost", draws=60) == booted


def test_deaths_and_losses_stand_beside() -> None:
    panel = a_panel(treated=100)
    ended = panel.ended_by.copy()
    ended[:10] = 1
    ended[100:160] = 1
    findings = Evaluation().fit(replace(panel, ended_by=ended))
    assert findings.deaths.is_known
    assert 0 <= findings.lost[0] <= 0.2
    unknown = Evaluation().fit(replace(panel, ended_by=None))
    assert not unknown.deaths.is_known
    assert next(one for one in unknown.verdict.checks if one.name == "follow_up").light is Light.AMBER


def test_an_estimate_knows_its_own_no_effect() -> None:
    ratio = Estimate.of_log(np.log(0.8), 0.05)
    assert ratio.excludes_none
    assert ratio.as_change().value == pytest.approx(-0.2)
    assert ratio.as_change().excludes_none
    assert not Estimate.around(0.1, 0.2).excludes_none
    assert not Estimate.unknown().is_known
