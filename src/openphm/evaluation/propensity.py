"""Propensity: how like the treated a row is, as the log odds of treatment given the terms.

Logistic regression by Newton steps with a small ridge on standardised terms, so that terms which separate the
groups wholly give large but finite scores; separation then shows as treated people outside the range of the
controls, and a gate says so. Where controls are very many, a fixed sample of them is fitted: the slopes are
the same in expectation and the intercept moves by the logarithm of the share (King and Zeng 2001, Political
Analysis 9:137-163).
"""

from __future__ import annotations

import numpy as np

from openphm.evaluation.outcome import Flags, Floats
from openphm.evaluation.terms import Terms

RIDGE = 1e-3
CONTROLS_A_TREATED = 20
SAMPLE_ABOVE = 50_000


def log_odds(terms: Terms, treated: Flags) -> Floats:
    """Log odds of treatment for every row, (rows,)."""
    usable = terms.that_vary(np.ones(len(treated), dtype=bool))
    middle, spread = usable.values.mean(axis=0), usable.values.std(axis=0)
    rows = _sample(treated)
    design = np.column_stack([np.ones(len(rows)), (usable.values[rows] - middle) / spread])
    slopes = _fit(design, treated[rows].astype(np.float64))
    share = (~treated[rows]).sum() / max((~treated).sum(), 1)
    steep = slopes[1:] / spread
    scores: Floats = usable.values @ steep + (slopes[0] - middle @ steep + np.log(share))
    return scores


def outside_support(scores: Floats, treated: Flags) -> float:
    """Share of the treated whose score no control reaches (0 to 1)."""
    controls = scores[~treated]
    beyond = (scores[treated] > controls.max()) | (scores[treated] < controls.min())
    return float(beyond.mean())


def _sample(treated: Flags) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    if len(treated) <= SAMPLE_ABOVE:
        return np.arange(len(treated))
    controls = np.flatnonzero(~treated)
    wanted = max(CONTROLS_A_TREATED * int(treated.sum()), 10_000)
    if wanted < len(controls):
        # The same rows every time: the seed belongs to the method, not to the user.
        controls = np.random.default_rng(1).choice(controls, wanted, replace=False)
    return np.sort(np.concatenate([np.flatnonzero(treated), controls]))


def _fit(design: Floats, flag: Floats) -> Floats:
    found = np.zeros(design.shape[1])
    penalty = np.full(design.shape[1], RIDGE * len(flag) ** 0.5)
    penalty[0] = 0.0
    value = np.inf
    for _ in range(50):
        tilt = design @ found
        chance = 1 / (1 + np.exp(-np.clip(tilt, -500, 500)))
        slope = design.T @ (flag - chance) - penalty * found
        curve = (design * (chance * (1 - chance))[:, np.newaxis]).T @ design + np.diag(penalty + 1e-9)
        step = np.linalg.solve(curve, slope)
        size = 1.0
        while size > 1e-4:
            there = found + size * step
            new = float(np.logaddexp(0, design @ there).sum() - flag @ (design @ there))
            new += 0.5 * float(penalty @ there**2)
            if new <= value:
                break
            size /= 2
        found, value = there, new
        if np.abs(size * step).max() < 1e-7:
            break
    return found
