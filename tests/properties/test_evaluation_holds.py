"""What holds for any panel: order, units and names do not matter; the parts make the whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openphm.evaluation import Estimate, Evaluation, smallest_detectable
from openphm.evaluation.sensitivity import e_value, fit_calibration
from tests.support.panels import a_panel, with_after

SLOW = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
RATIOS = st.floats(0.3, 2.0)


@SLOW
@given(seed=st.integers(0, 10_000), ratio=RATIOS)
def test_the_parts_of_an_effect_make_the_whole(seed: int, ratio: float) -> None:
    panel = a_panel(seed=seed, rate_ratio=ratio, treated=50, controls=400)
    findings = Evaluation().fit(panel)
    effect = findings.effect()
    assert effect.observed == pytest.approx(panel.count_after(panel.primary)[panel.treated].sum())
    assert effect.expected - effect.observed == pytest.approx(effect.avoided.value)
    assert effect.rate_ratio.lower < effect.rate_ratio.value < effect.rate_ratio.upper
    assert findings.balance.worst[1] < 1e-3 or findings.fitted.weighting.given_up
    controls = findings.fitted.weights[~panel.treated]
    assert controls.sum() == pytest.approx(panel.n_treated)
    assert (controls >= 0).all()


@SLOW
@given(seed=st.integers(0, 10_000))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    panel = a_panel(seed=seed, treated=50, controls=300)
    order = np.random.default_rng(seed).permutation(len(panel))
    one, other = (Evaluation().fit(each).effect() for each in (panel, panel.where(order)))
    assert one.rate_ratio.value == pytest.approx(other.rate_ratio.value, rel=1e-6)
    assert one.rate_ratio.error == pytest.approx(other.rate_ratio.error, rel=1e-5)
    assert one.adjusted.value == pytest.approx(other.adjusted.value, rel=1e-5)


@SLOW
@given(seed=st.integers(0, 10_000), scale=st.floats(0.01, 1000))
def test_the_unit_of_a_covariate_does_not_matter(seed: int, scale: float) -> None:
    panel = a_panel(seed=seed, treated=50, controls=300)
    scaled = replace(panel, covariates=panel.covariates * np.array([scale, 1.0]) + np.array([scale, 0.0]))
    one, other = (Evaluation().fit(each).effect().rate_ratio for each in (panel, scaled))
    assert one.value == pytest.approx(other.value, rel=1e-4)


@SLOW
@given(seed=st.integers(0, 10_000), times=st.integers(2, 5))
def test_more_of_everything_is_the_same_ratio(seed: int, times: int) -> None:
    panel = a_panel(seed=seed, treated=50, controls=300)
    more = with_after(panel, panel.primary.after * times)
    one, other = (Evaluation().fit(each).effect() for each in (panel, more))
    assert other.rate_ratio.value == pytest.approx(one.rate_ratio.value, rel=1e-9)
    assert other.avoided.value == pytest.approx(times * one.avoided.value, rel=1e-9)


@given(ratio=st.floats(0.05, 20), error=st.floats(0.01, 1))
def test_an_e_value_is_at_least_one_and_the_limit_needs_less(ratio: float, error: float) -> None:
    found = e_value(Estimate.of_log(np.log(ratio), error))
    assert 1 <= found.limit <= found.estimate + 1e-9
    other = e_value(Estimate.of_log(-np.log(ratio), error))
    assert found.estimate == pytest.approx(other.estimate)


@given(
    logs=st.lists(st.floats(-1, 1), min_size=5, max_size=12),
    errors=st.lists(st.floats(0.02, 0.5), min_size=12, max_size=12),
    log=st.floats(-1, 1),
)
def test_calibration_never_makes_an_interval_narrower(
    logs: list[float], errors: list[float], log: float
) -> None:
    shown = {str(i): Estimate.of_log(one, errors[i]) for i, one in enumerate(logs)}
    found = fit_calibration(shown)
    plain = Estimate.of_log(log, 0.1)
    calibrated = found.calibrated(plain)
    assert calibrated.error >= plain.error
    assert min(logs) - 1e-9 <= found.mean <= max(logs) + 1e-9
    assert calibrated.log == pytest.approx(log - found.mean)


@given(error=st.floats(0.01, 1), more=st.floats(1.01, 5))
def test_what_is_less_sure_detects_only_larger_effects(error: float, more: float) -> None:
    assert -1 < smallest_detectable(error * more) < smallest_detectable(error) < 0
