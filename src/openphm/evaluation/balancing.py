"""Entropy balancing: weights that make the controls like the treated, as near to equal as that allows.

The weights minimise Σ w log w subject to Σ w x = mean of x among the treated, for every term x. The dual is

    min over λ of  log Σ_c exp(λ·(x_c − x̄_T)) + ½ ridge |λ|²        w_c ∝ exp(λ·x_c)

a smooth convex function of as many unknowns as there are terms, solved by Newton steps with backtracking on
standardised terms. A tiny ridge keeps the matrix regular. When no weights reach the means within `TOLERANCE`
standard deviations, terms are given up in a fixed order (terms.py), and what was given up is said.

Source  Hainmueller J (2012), Entropy balancing for causal effects, Political Analysis 20:25-46;
        the ridge: Kallus N (2020), JMLR 21(62).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from openphm.evaluation.outcome import Flags, Floats
from openphm.evaluation.terms import Terms

TOLERANCE = 1e-4
RIDGE = 1e-6
ENOUGH = TOLERANCE / 1000
MOST_STEPS = 60
FAR = 60.0


@dataclass(frozen=True, eq=False)
class Solution:
    """weights (rows,) that sum to 1 · worst imbalance in standard deviations · λ by term name."""

    weights: Floats
    worst: float
    multipliers: dict[str, float]
    given_up: tuple[str, ...] = ()

    @property
    def is_balanced(self) -> bool:
        """Whether every term that was kept is balanced."""
        return self.worst <= TOLERANCE


def balance(
    terms: Terms,
    treated: Flags,
    *,
    counts: Floats | None = None,
    start: Mapping[str, float] | None = None,
) -> Solution | None:
    """Weights of the controls, in the order of their rows; None when not even the last terms can be balanced.

    counts  (rows,) how often each row counts: for a bootstrap draw. Everybody once when not given.
    start   multipliers to begin from, by term name: a solution on almost the same rows saves most steps.
    """
    usable = terms.that_vary(~treated)
    often = np.ones(len(treated)) if counts is None else counts
    given_up = _out_of_reach(terms, usable, treated)
    while True:
        solution = _solve(usable, treated, often, start or {})
        if solution.is_balanced:
            return replace(solution, given_up=given_up)
        if not usable.names:
            return None
        last = usable.rank == usable.rank.max()
        given_up += tuple(name for name, gone in zip(usable.names, last, strict=True) if gone)
        usable, start = usable.keep(~last), None


def _out_of_reach(terms: Terms, usable: Terms, treated: Flags) -> tuple[str, ...]:
    """Terms that are the same for every control, and are not so for the treated: no weights can mend that."""
    constant = terms.keep(~np.isin(terms.names, usable.names))
    apart = constant.values[treated].mean(axis=0) - constant.values[~treated].mean(axis=0)
    reach = np.abs(apart) > 1e-9 * (1 + np.abs(constant.values).max(axis=0, initial=0.0))
    return tuple(name for name, out in zip(constant.names, reach, strict=True) if out)


def _solve(terms: Terms, treated: Flags, often: Floats, start: Mapping[str, float]) -> Solution:
    controls, base = terms.values[~treated], np.full((~treated).sum(), -np.inf)
    np.log(often[~treated], out=base, where=often[~treated] > 0)
    middle = often[treated] @ terms.values[treated] / often[treated].sum()
    scaled = controls - middle
    scaled /= controls.std(axis=0)
    found = np.array([start.get(name, 0.0) for name in terms.names])
    value, weights = _dual(scaled, base, found)
    for _ in range(MOST_STEPS):
        slope = weights @ scaled + RIDGE * found
        if np.abs(slope).max(initial=0.0) < ENOUGH or np.abs(found).max(initial=0.0) > FAR:
            break
        step = _newton_step(scaled, weights, slope)
        moved = _backtrack(scaled, base, found, step=step, least=slope @ step, value=value)
        if moved is None:
            break
        found, value, weights = moved
    worst = float(np.abs(weights @ scaled).max(initial=0.0))
    return Solution(weights, worst, dict(zip(terms.names, found.tolist(), strict=True)))


def _dual(scaled: Floats, base: Floats, multipliers: Floats) -> tuple[float, Floats]:
    """The dual at some multipliers, and the weights there. base: logarithm of how often each row counts."""
    tilt = scaled @ multipliers + base
    top = tilt.max()
    raised = np.exp(tilt - top)
    total = raised.sum()
    value = float(top + np.log(total) + 0.5 * RIDGE * multipliers @ multipliers)
    return value, raised / total


def _newton_step(scaled: Floats, weights: Floats, slope: Floats) -> Floats:
    mean: Floats = weights @ scaled
    weighted: Floats = scaled * weights[:, np.newaxis]
    curve: Floats = weighted.T @ scaled - np.outer(mean, mean) + RIDGE * np.eye(len(slope))
    return np.asarray(np.linalg.lstsq(curve, slope, rcond=1e-12)[0], dtype=np.float64)


def _backtrack(
    scaled: Floats, base: Floats, at: Floats, *, step: Floats, least: float, value: float
) -> tuple[Floats, float, Floats] | None:
    """The first of the full step, half, a quarter … that goes down enough; None when none does."""
    size = 1.0
    while size > 1e-6:
        there = at - size * step
        new, weights = _dual(scaled, base, there)
        if new <= value - 1e-4 * size * least + 1e-14 * abs(value):
            return there, new, weights
        size /= 2
    return None
