"""Balancing, matching and propensity: what they promise, and what happens when they cannot keep it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from openphm.evaluation import Evaluation, Light, Outcome, Panel
from openphm.evaluation.balancing import TOLERANCE, balance
from openphm.evaluation.matching import Matched, _reach, match, share_out
from openphm.evaluation.propensity import log_odds, outside_support
from openphm.evaluation.rates import grouped
from openphm.evaluation.terms import COVARIATE_SQUARE, KEPT, MONTH, Terms, terms_of
from openphm.evaluation.weighting import MATCHED, weigh
from tests.support.panels import a_panel


def test_weighted_controls_have_the_means_of_the_treated_in_every_term() -> None:
    panel = a_panel()
    terms = terms_of(panel)
    solution = balance(terms, panel.treated)
    assert solution is not None
    assert not solution.given_up
    mean = solution.weights @ terms.values[~panel.treated]
    assert mean == pytest.approx(terms.values[panel.treated].mean(axis=0), abs=1e-3)
    assert solution.worst <= TOLERANCE
    assert solution.weights.sum() == pytest.approx(1)
    assert (solution.weights > 0).all()


def test_terms_are_given_up_in_order_when_no_weights_can_reach_them() -> None:
    panel = a_panel()
    # No control is as old as the treated are on average, and age is squared too.
    age = np.where(panel.treated, 80.0, panel.covariates[:, 0] * 0.5)
    older = replace(panel, covariates=np.column_stack([age, panel.covariates[:, 1]]))
    fitted = Evaluation().fit(older).fitted
    assert fitted.weighting is not None
    assert "age" in fitted.weighting.given_up
    assert fitted.weighting.given_up.index("age, squared") < fitted.weighting.given_up.index("age")
    assert Evaluation().fit(older).verdict.light is Light.RED


def test_a_prognostic_covariate_is_the_last_to_be_given_up() -> None:
    panel = replace(a_panel(), prognostic=frozenset({"ill"}))
    terms = terms_of(panel)
    rank = dict(zip(terms.names, terms.rank, strict=True))
    assert rank["ill"] == KEPT
    assert rank["age"] > KEPT
    assert rank["age, squared"] == COVARIATE_SQUARE
    assert sum(rank == MONTH for rank in rank.values()) == 2


def test_what_no_control_has_is_given_up_and_red_even_without_any_spread() -> None:
    panel = a_panel()
    flag = panel.treated.astype(float)
    apart = replace(
        panel,
        covariates=np.column_stack([panel.covariates, flag]),
        covariate_names=("age", "ill", "only_treated"),
    )
    findings = Evaluation().fit(apart)
    assert findings.fitted.weighting is not None
    assert findings.fitted.weighting.given_up == ("only_treated",)
    assert findings.balance.worst == ("only_treated", np.inf)
    assert "balance" in [one.name for one in findings.verdict.checks if one.light is Light.RED]


def test_matching_takes_the_place_of_weights_when_nothing_can_be_balanced() -> None:
    panel = a_panel()
    lonely = replace(
        panel,
        covariates=panel.treated[:, np.newaxis] * 1.0,
        covariate_names=("only_treated",),
        outcomes=(Outcome("ed", np.zeros((len(panel), 0)), panel.primary.after, role="primary"),),
        index_month=np.zeros(len(panel), dtype=int),
    )
    matched = Matched(*(np.array(one) for one in ([0, 70], [1.0, 1.0], [0, 0], [], [])))
    weighting = weigh(terms_of(lonely), lonely.treated, matched)
    assert weighting is not None
    assert weighting.method == MATCHED
    assert weighting.rows.sum() == 2
    assert weigh(terms_of(lonely), lonely.treated, None) is None


def test_a_match_is_of_the_same_month_inside_the_caliper_and_used_once_a_month() -> None:
    panel = a_panel(treated=100, controls=400)
    terms = terms_of(panel)
    scores = log_odds(terms, panel.treated)
    matched = match(panel, terms, scores)
    width = 0.2 * np.sqrt((scores[panel.treated].var() + scores[~panel.treated].var()) / 2)
    for number in range(int(matched.sets.max()) + 1):
        rows = matched.rows[matched.sets == number]
        own, others = rows[0], rows[1:]
        assert panel.treated[own]
        assert not panel.treated[others].any()
        assert 1 <= len(others) <= 3
        assert (panel.index_month[others] == panel.index_month[own]).all()
        assert np.abs(scores[others] - scores[own]).max() <= width
        assert matched.weights[matched.sets == number][1:].sum() == pytest.approx(1)
    controls = matched.rows[~panel.treated[matched.rows]]
    assert len(np.unique(controls)) == len(controls)
    assert len(matched.unmatched) + int(matched.sets.max()) + 1 == 100


def test_perfect_separation_gives_finite_scores_and_a_red_light() -> None:
    panel = a_panel(treated=40, controls=200)
    flag = panel.treated.astype(float)
    apart = replace(
        panel,
        covariates=np.column_stack([panel.covariates, flag * 5]),
        covariate_names=("age", "ill", "separates"),
    )
    scores = log_odds(terms_of(apart), apart.treated)
    assert np.isfinite(scores).all()
    assert outside_support(scores, apart.treated) == 1.0
    verdict = Evaluation().fit(apart).verdict
    assert verdict.light is Light.RED
    assert not verdict.may_claim
    assert "no control like them" in verdict.words


def test_a_sample_of_very_many_controls_gives_nearly_the_same_scores() -> None:
    rng = np.random.default_rng(3)
    rows = 80_000
    x = rng.normal(size=(rows, 3))
    treated = rng.random(rows) < 1 / (1 + np.exp(6 - x[:, 0]))
    terms = Terms(("a", "b", "c"), x, np.ones(3, dtype=np.int64))
    scores = log_odds(terms, treated)
    slope = np.polyfit(x[:, 0], scores, 1)
    assert slope[0] == pytest.approx(1.0, abs=0.15)
    assert slope[1] == pytest.approx(-6.0, abs=0.25)


def test_a_panel_without_dates_is_matched_too() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(300, 2))
    treated = np.arange(300) < 50
    panel = Panel.of_rows(treated, x, rng.poisson(3, 300), covariate_names=("a", "b"))
    findings = Evaluation().fit(panel)
    assert findings.effect().rate_ratio.is_known
    assert len(findings.fitted.matched.rows) > 100
    assert findings.balance.worst[1] < 1e-4


def test_clusters_are_numbered_from_zero() -> None:
    assert grouped([7, 3, 7, 900]).tolist() == [1, 0, 1, 2]


def test_controls_are_shared_out_in_rounds_so_that_nobody_goes_without_while_others_have_three() -> None:
    # Two treated people who are as alike as can be, and three controls like them: two and one, not three and
    # none.
    near = [np.array([2, 3, 4]), np.array([2, 3, 4])]
    assert share_out(near, 3, 5) == [[2, 4], [3]]
    assert share_out([*near, np.array([], dtype=np.int64)], 1, 5) == [[2], [3], []]


def test_who_has_no_control_like_them_is_told_from_who_found_none_free() -> None:
    panel = a_panel(treated=100, controls=60)
    terms = terms_of(panel)
    matched = match(panel, terms, log_odds(terms, panel.treated))
    assert set(matched.alone) <= set(matched.unmatched)
    assert len(matched.alone) < len(matched.unmatched)
    checks = {one.name: one for one in Evaluation().fit(panel).verdict.checks}
    # More than 15% without a set: amber, as the headline rests on the weights and not on the sets.
    assert checks["matched"].value > 0.15
    assert checks["matched"].light is Light.AMBER


def test_a_caliper_reaches_to_both_sides_and_holds_its_ends() -> None:
    controls = np.array([-1.0, 0.0, 1.0])
    assert _reach(controls, np.array([0.5, 2.5, -2.0]), 0.5).tolist() == [2, 0, 0]
