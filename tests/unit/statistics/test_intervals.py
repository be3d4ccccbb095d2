"""Intervals at the edges: nothing, everything, arrays, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from openphm.statistics import byar, exact_poisson, poisson_interval, rate, wilson


def test_nothing_to_divide_by_gives_nan() -> None:
    found = wilson([0, 1], [0, 4])
    assert np.isnan([found.value[0], found.lower[0], found.upper[0]]).all()
    assert found.value[1] == 0.25
    assert np.isnan(rate(3, 0).value)


def test_shares_stay_within_nought_and_one() -> None:
    found = wilson([0, 5], [5, 5])
    assert found.lower[0] == 0
    assert found.upper[1] == 1


def test_small_counts_use_exact_limits_and_larger_ones_byar() -> None:
    found = poisson_interval([0, 9, 10])
    assert found.lower[0] == 0
    assert found.upper[1] == exact_poisson(9).upper
    assert found.upper[2] == byar(10).upper


def test_a_rate_scales_the_limits_of_its_count() -> None:
    found = rate([20], [50], multiplier=1_000)
    assert found.value[0] == pytest.approx(400)
    assert found.lower[0] == pytest.approx(float(byar(20).lower) * 20)


@pytest.mark.parametrize(
    "call",
    [
        lambda: wilson(-1, 4),
        lambda: wilson(5, 4),
        lambda: byar(-1),
        lambda: rate(1, -1),
        lambda: wilson(1, 4, confidence=95),
        lambda: exact_poisson(1, confidence=1),
    ],
)
def test_what_cannot_be_is_refused(call: object) -> None:
    with pytest.raises(ValueError, match=r"below zero|above its denominator|confidence"):
        call()  # type: ignore[operator]
