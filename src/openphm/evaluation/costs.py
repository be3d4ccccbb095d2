"""Costs: the difference in cost per person-year, and what was saved.

Mean cost is what a budget pays, so the mean is compared: no logarithm, no two-part model. With few people the
distribution of the mean is still skewed; then the limits come from the bootstrap-t, which draws persons
again, weighs the controls anew in every draw, and uses the distribution of the studentised difference.

Source  Davison AC, Hinkley DV (1997), Bootstrap methods and their application, Cambridge, 5.2 (bootstrap-t).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openphm.evaluation.estimate import CONFIDENCE, Estimate
from openphm.evaluation.outcome import Floats, Ints, Outcome
from openphm.evaluation.panel import Panel
from openphm.evaluation.terms import Terms
from openphm.evaluation.weighting import BALANCED, Weighting, weigh_again

BOOTSTRAP_BELOW = 200
DRAWS = 999
FEWEST_DRAWS = 0.8


@dataclass(frozen=True)
class CostDifference:
    """Per treated person-year (treated − expected: negative is a saving), and the total saved in follow-up.

    method  `clustered` or `bootstrap-t`
    """

    per_person_year: Estimate
    saved: Estimate
    method: str
    draws: int = 0


def cost_difference(
    panel: Panel,
    outcome: Outcome,
    weighting: Weighting,
    *,
    terms: Terms,
    clusters: Ints,
    draws: int = DRAWS,
    seed: int = 1,
) -> CostDifference:
    """Bootstrap-t under 200 treated people when the controls were balanced; clustered errors otherwise."""
    value, error = _difference(panel, outcome, weighting.rows, clusters)
    plain = Estimate.around(12 * value, 12 * error)
    months = float(panel.exposure[panel.treated].sum())
    found, method, done = plain, "clustered", 0
    if panel.n_treated < BOOTSTRAP_BELOW and weighting.method == BALANCED and draws:
        studentised = _draws(
            panel, outcome, weighting, terms=terms, clusters=clusters, value=value, draws=draws, seed=seed
        )
        if len(studentised) >= FEWEST_DRAWS * draws:
            tail = (1 - CONFIDENCE) / 2
            low, high = np.quantile(studentised, [tail, 1 - tail])
            found = Estimate(
                12 * value, 12 * (value - high * error), 12 * (value - low * error), 12 * error, False
            )
            method, done = "bootstrap-t", len(studentised)
    scale = -months / 12
    saved = Estimate(
        found.value * scale, found.upper * scale, found.lower * scale, found.error * -scale, False
    )
    return CostDifference(found, saved, method, done)


def _difference(
    panel: Panel, outcome: Outcome, weights: Floats, clusters: Ints, often: Floats | None = None
) -> tuple[float, float]:
    """Difference of the monthly rates and its clustered error. often: how many times each row was drawn."""
    amount, months = panel.count_after(outcome), panel.exposure
    own, other = np.where(panel.treated, weights, 0.0), np.where(panel.treated, 0.0, weights)
    first, second = own @ amount / (own @ months), other @ amount / (other @ months)
    influence = own * (amount - first * months) / (own @ months)
    influence -= other * (amount - second * months) / (other @ months)
    sums: Floats = np.bincount(clusters, weights=influence).astype(np.float64)
    if often is not None:
        # A person drawn k times is k persons, each with 1/k of the sum.
        times = np.zeros(len(sums))
        times[clusters] = often
        sums = sums / np.sqrt(np.maximum(times, 1.0))
    return float(first - second), float(np.sqrt(sums @ sums))


def _draws(
    panel: Panel, outcome: Outcome, weighting: Weighting, *,
    terms: Terms, clusters: Ints, value: float, draws: int, seed: int,
) -> Floats:  # fmt: skip
    """(difference in the draw − difference) ÷ error in the draw, for the draws that could be balanced."""
    rng = np.random.default_rng(seed)
    number = int(clusters.max()) + 1
    is_treated = np.zeros(number, dtype=bool)
    is_treated[clusters[panel.treated]] = True
    groups = [np.flatnonzero(is_treated), np.flatnonzero(~is_treated)]
    kept = terms.keep(np.isin(terms.names, list(weighting.multipliers)))
    found = []
    for _ in range(draws):
        times: Floats = np.zeros(number)
        for group in groups:
            drawn = rng.integers(0, len(group), len(group))
            times[group] = np.bincount(drawn, minlength=len(group))
        often = times[clusters]
        rows = weigh_again(kept, panel.treated, like=weighting, counts=often)
        if rows is None:
            continue
        again, error = _difference(panel, outcome, rows, clusters, often)
        if error > 0:
            found.append((again - value) / error)
    return np.array(found)
