"""The methods of Fingertips in another program: PHStatsMethods of the Department of Health and Social Care.

Random inputs, to 1e-9. Where the two differ by design, the test says so. It is a tool of the tests only (its
licence is the GPL): nothing of it is in OpenPHM.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import PHStatsMethods as ph  # noqa: N813 the package names itself so
import pytest
from scipy.stats import norm

from openphm.statistics import (
    Moments,
    byar,
    directly_standardised_rate,
    exact_poisson,
    expected_events,
    indirectly_standardised_rate,
    indirectly_standardised_ratio,
    mean,
    poisson_interval,
    proportion_funnel,
    ratio_funnel,
    wilson,
)

LEVELS = (0.95, 0.998)
ESP_19 = [
    5000, 5500, 5500, 5500, 6000, 6000, 6500, 7000, 7000, 7000, 7000, 6500, 6000, 5500, 5000, 4000, 2500,
    1500, 1000,
]  # fmt: skip


@pytest.fixture
def draws() -> np.random.Generator:
    return np.random.default_rng(2013)


def _close(ours: object, theirs: object) -> None:
    np.testing.assert_allclose(np.asarray(ours, float), np.asarray(theirs, float), rtol=1e-9, atol=1e-9)


def _limits(frame: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    return frame["lower_95_ci"], frame["upper_95_ci"]


@pytest.mark.parametrize("confidence", LEVELS)
def test_wilson(confidence: float, draws: np.random.Generator) -> None:
    n = draws.integers(1, 100_000, 300)
    x = draws.binomial(n, draws.uniform(0, 1, 300))
    found = wilson(x, n, confidence=confidence)
    pairs = list(zip(x.tolist(), n.tolist(), strict=True))
    _close(found.lower, [max(ph.wilson_lower(a, b, confidence), 0) for a, b in pairs])
    _close(found.upper, [min(ph.wilson_upper(a, b, confidence), 1) for a, b in pairs])


@pytest.mark.parametrize("confidence", LEVELS)
def test_counts(confidence: float, draws: np.random.Generator) -> None:
    # Theirs refuses a count of 0; ours gives 0 to 3.689.
    x = np.concatenate([np.arange(1, 40), draws.integers(40, 1_000_000, 200)]).astype(float)
    found = poisson_interval(x, confidence=confidence)
    _close(found.lower, [ph.byars_lower(one, confidence) for one in x])
    _close(found.upper, [ph.byars_upper(one, confidence) for one in x])
    _close(exact_poisson(x, confidence=confidence).upper, [ph.exact_upper(one, confidence) for one in x])
    large = x >= 10
    _close(byar(x[large], confidence=confidence).lower, found.lower[large])


def _groups(groups: int, draws: np.random.Generator) -> pd.DataFrame:
    bands = len(ESP_19)
    people = draws.integers(200, 20_000, (groups, bands))
    frame = pd.DataFrame(
        {
            "area": np.repeat([f"area {one:03}" for one in range(groups)], bands),
            "people": people.ravel(),
            "events": draws.poisson(people * draws.uniform(0.0001, 0.01, (groups, 1))).ravel(),
            "standard": np.tile(ESP_19, groups),
        }
    )
    frame["standard_events"] = np.tile(draws.integers(50, 5_000, bands), groups)
    return frame


def _square(frame: pd.DataFrame, column: str) -> np.ndarray:
    return frame[column].to_numpy().reshape(-1, len(ESP_19))


def test_directly_standardised_rates(draws: np.random.Generator) -> None:
    frame = _groups(60, draws)
    frame.loc[frame.area == "area 000", "events"] = 0
    theirs = ph.ph_dsr(
        frame, "events", "people", "standard", ["area"], euro_standard_pops=False, metadata=False
    )
    found = directly_standardised_rate(_square(frame, "events"), _square(frame, "people"), ESP_19)
    assert np.isnan(found.value[0])
    assert np.isnan(theirs["Value"][0])
    _close(found.value[1:], theirs["Value"][1:])
    lower, upper = _limits(theirs)
    _close(found.lower[1:], lower[1:])
    _close(found.upper[1:], upper[1:])


def test_indirectly_standardised_ratios_and_rates(draws: np.random.Generator) -> None:
    frame = _groups(40, draws)
    names = ("events", "people", "standard_events", "standard")
    expected = expected_events(
        _square(frame, "people"), _square(frame, "standard_events")[0], np.array(ESP_19, float)
    )
    observed = _square(frame, "events").sum(axis=1)

    ratios = ph.ph_ISRatio(frame, *names, group_cols=["area"], metadata=False)
    found = indirectly_standardised_ratio(observed, expected)
    for ours, theirs in zip(
        (found.value, found.lower, found.upper), (ratios["Value"], *_limits(ratios)), strict=True
    ):
        _close(ours, theirs)

    rates = ph.ph_ISRate(frame, *names, group_cols=["area"], metadata=False)
    crude = _square(frame, "standard_events")[0].sum() / sum(ESP_19)
    found = indirectly_standardised_rate(observed, expected, crude)
    for ours, theirs in zip(
        (found.value, found.lower, found.upper), (rates["Value"], *_limits(rates)), strict=True
    ):
        _close(ours, theirs)


def test_means(draws: np.random.Generator) -> None:
    frame = pd.DataFrame({"area": np.repeat(["a", "b"], 50), "cost": draws.gamma(0.5, 900, 100)})
    theirs = ph.ph_mean(frame, "cost", ["area"], metadata=False)
    found = mean(Moments.of_values(frame["cost"].to_numpy().reshape(2, 50)))
    _close(found.value, theirs["Value"])
    lower, upper = _limits(theirs)
    _close(found.lower, lower)
    _close(found.upper, upper)


def test_proportion_funnel_limits(draws: np.random.Generator) -> None:
    n = draws.integers(100, 5_000, 40)
    frame = pd.DataFrame({"x": draws.binomial(n, 0.3), "n": n})
    theirs = ph.calculate_funnel_limits(
        frame, "x", "proportion", 100, denom_col="n", years_of_data=1, metadata=False
    )
    found = proportion_funnel(theirs["Population"].to_numpy(), frame["x"].sum() / n.sum())
    _close(100 * found.inner_lower, theirs["lower_2s_limit"])
    _close(100 * found.inner_upper, theirs["upper_2s_limit"])
    _close(100 * found.outer_lower, theirs["lower_3s_limit"])
    _close(100 * found.outer_upper, theirs["upper_3s_limit"])


def test_proportion_funnel_significance(draws: np.random.Generator) -> None:
    n = draws.integers(100, 20_000, 400)
    frame = pd.DataFrame({"x": draws.binomial(n, np.clip(draws.normal(0.3, 0.03, 400), 0, 1)), "n": n})
    theirs = ph.assign_funnel_significance(frame.copy(), "x", "proportion", denom_col="n")["significance"]
    words = {
        "Low (0.001)": -2,
        "Low (0.025)": -1,
        "Not significant": 0,
        "High (0.025)": 1,
        "High (0.001)": 2,
    }
    found = proportion_funnel(n, frame["x"].sum() / n.sum()).position(frame["x"] / n)
    assert found.tolist() == theirs.map(words).tolist()
    assert set(found.tolist()) == {-2, -1, 0, 1, 2}


def test_ratio_funnel_limits(draws: np.random.Generator) -> None:
    # Theirs halves a step until it is below 1e-7 and stops there; ours is the exact inverse. So to 1e-5,
    # not 1e-9: `test_other_implementations` holds ours to the inverse of the exact interval at 1e-9.
    frame = pd.DataFrame({"o": draws.poisson(150, 20), "e": draws.uniform(100, 250, 20)})
    theirs = ph.calculate_funnel_limits(
        frame, "o", "ratio", 1, denom_col="e", ratio_type="isr", years_of_data=1, metadata=False
    )
    for column, name in (
        ("lower_2s", "inner_lower"),
        ("upper_2s", "inner_upper"),
        ("lower_3s", "outer_lower"),
        ("upper_3s", "outer_upper"),
    ):
        expected = theirs[f"{column}_exp_events"].to_numpy()
        np.testing.assert_allclose(
            getattr(ratio_funnel(expected), name) * expected, theirs["Observed_events"], rtol=1e-5
        )


def test_ratio_funnel_significance_differs_only_where_byar_and_the_exact_limit_do(
    draws: np.random.Generator,
) -> None:
    # By design: theirs asks whether 1 is inside Byar's interval of the place, ours whether the place is
    # outside the limits that are drawn (exact), so that a point outside the drawn line is always the one
    # that is called outside.
    e = draws.uniform(20, 400, 500)
    o = draws.poisson(e * draws.gamma(40, 1 / 40, 500))
    theirs = ph.assign_funnel_significance(pd.DataFrame({"o": o, "e": e}), "o", "ratio", denom_col="e")
    words = {
        "Low (0.001)": -2,
        "Low (0.025)": -1,
        "Not significant": 0,
        "High (0.025)": 1,
        "High (0.001)": 2,
    }
    found = ratio_funnel(e).position(o / e)
    differs = found != theirs["significance"].map(words).to_numpy()
    near = np.zeros(500, dtype=bool)
    for confidence in LEVELS:
        approximate, exact = byar(o, confidence=confidence), exact_poisson(o, confidence=confidence)
        near |= (np.minimum(approximate.lower, exact.lower) <= e) & (
            e <= np.maximum(approximate.lower, exact.lower)
        )
        near |= (np.minimum(approximate.upper, exact.upper) <= e) & (
            e <= np.maximum(approximate.upper, exact.upper)
        )
    assert not (differs & ~near).any()
    assert differs.mean() < 0.02


def test_the_normal_deviate_is_that_of_the_interval_not_1_96() -> None:
    found = wilson(50, 100)
    with_z = float(norm.ppf(0.975))
    assert float(found.lower) == pytest.approx(
        (100 + with_z**2 - with_z * np.sqrt(with_z**2 + 100)) / (2 * (100 + with_z**2)), abs=1e-12
    )
