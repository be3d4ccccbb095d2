"""Observed against expected: the doubly robust check.

A model fitted among the weighted controls says what each treated person would have had (m); what the model
misses among the weighted controls is added:

    O = Σ_T Y      E = Σ_T m + Σ_C w (Y − m)      ratio R = O/E
    ψ = [Z (Y − R m) − (1 − Z) R w (Y − m)] ÷ E        error of log R = √Σ_person(Σ ψ)² ÷ R

Right when either the weights or the model are right. Beside it, the regression of the outcome on treatment
and terms over all weighted rows (quasi-Poisson), which answers the same question.

Sources  Robins JM, Rotnitzky A, Zhao LP (1994), JASA 89:846-866;
         Zhao Q, Percival D (2017), Journal of Causal Inference 5(1) (entropy balancing is doubly robust).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openphm.evaluation.estimate import Estimate
from openphm.evaluation.matching import Matched
from openphm.evaluation.outcome import Flags, Floats, Ints, Outcome
from openphm.evaluation.outcome_model import Model, jackknife, quasi_poisson, sandwich
from openphm.evaluation.panel import Panel
from openphm.evaluation.rates import clustered_error, grouped
from openphm.evaluation.terms import KEPT, LINEAR, QUARTER, SECONDARY, Terms

SMALL = 500
MANY = 50_000
ROWS_A_TERM = 10


@dataclass(frozen=True)
class ObservedExpected:
    """Amounts among the treated, what the model expected of them, and the ratio."""

    observed: float
    expected: float
    ratio: Estimate


def design_of(terms: Terms) -> Floats:
    """Standardised terms without those that are the same for everybody: (rows, terms).

    On many rows without squares and months: the weights have balanced these, and each costs time.
    """
    linear = np.isin(terms.rank, [KEPT, LINEAR, SECONDARY, QUARTER])
    used = terms.keep(linear) if len(terms.values) > MANY else terms
    values = used.that_vary(np.ones(len(used.values), dtype=bool)).values
    scaled: Floats = (values - values.mean(axis=0)) / values.std(axis=0)
    return scaled


def observed_expected(
    panel: Panel, outcome: Outcome, design: Floats, weights: Floats, clusters: Ints
) -> ObservedExpected:
    """The doubly robust ratio. design: `design_of` the terms."""
    amount, treated = panel.count_after(outcome), panel.treated
    observed = float(amount[treated].sum())
    columns = np.column_stack([np.ones(len(panel)), design])
    model = quasi_poisson(columns[~treated], amount[~treated], panel.exposure[~treated], weights[~treated])
    if model is None or observed == 0:
        return ObservedExpected(observed, float("nan"), Estimate.unknown())
    would = model.predict(columns, panel.exposure)
    missed = np.where(treated, 0.0, weights * (amount - would))
    expected = float(would[treated].sum() + missed.sum())
    if not np.isfinite(expected) or expected <= 0:
        return ObservedExpected(observed, float("nan"), Estimate.unknown())
    ratio = observed / expected
    influence = (np.where(treated, amount - ratio * would, 0.0) - ratio * missed) / expected
    error = clustered_error(influence, clusters) / ratio
    return ObservedExpected(observed, expected, Estimate.of_log(float(np.log(ratio)), error))


def adjusted_ratio(
    panel: Panel, outcome: Outcome, design: Floats, weights: Floats, clusters: Ints
) -> Estimate:
    """Rate ratio of treatment from the weighted regression; errors by CR3 under `SMALL` treated people."""
    columns = np.column_stack([np.ones(len(panel)), panel.treated, design])
    amount = panel.count_after(outcome)
    if not _both_have_some(amount, panel.treated, weights):
        return Estimate.unknown()
    model = quasi_poisson(columns, amount, panel.exposure, weights)
    if model is None:
        return Estimate.unknown()
    spread = jackknife(model, clusters) if panel.n_treated < SMALL else sandwich(model, clusters)
    return _slope(model, spread)


def matched_ratio(panel: Panel, outcome: Outcome, design: Floats, matched: Matched) -> Estimate:
    """Rate ratio on the matched sets, two-way clustered on set and person.

    Adjusted for the terms when the sets have at least `ROWS_A_TERM` rows for each.
    """
    rows = matched.rows
    if not len(rows):
        return Estimate.unknown()
    columns = np.column_stack([np.ones(len(rows)), panel.treated[rows]])
    if len(rows) >= ROWS_A_TERM * design.shape[1]:
        columns = np.column_stack([columns, design[rows]])
    amount = panel.count_after(outcome)[rows]
    if not _both_have_some(amount, panel.treated[rows], matched.weights):
        return Estimate.unknown()
    model = quasi_poisson(columns, amount, panel.exposure[rows], matched.weights)
    if model is None:
        return Estimate.unknown()
    persons = grouped(panel.person[rows])
    return _slope(model, _two_way(model, matched.sets, persons))


def matched_difference_in_differences(panel: Panel, outcome: Outcome, matched: Matched) -> Estimate:
    """Ratio of rate ratios on the matched sets: after to before, treated to controls (last year before)."""
    if not len(matched.rows) or not panel.knows_before(outcome, 12):
        return Estimate.unknown()
    rows = np.tile(matched.rows, 2)
    after = np.repeat([0.0, 1.0], len(matched.rows))
    treated = panel.treated[rows].astype(np.float64)
    months = np.concatenate([np.full(len(matched.rows), 12.0), panel.exposure[matched.rows]])
    before_ = panel.count_before(outcome, 12, 1)[matched.rows]
    amount = np.concatenate([before_, panel.count_after(outcome)[matched.rows]])
    columns = np.column_stack([np.ones(len(rows)), treated * after, treated, after])
    weights = np.tile(matched.weights, 2)
    model = quasi_poisson(columns, amount, months, weights)
    if model is None or min(amount[(treated == z) & (after == a)].sum() for z in (0, 1) for a in (0, 1)) == 0:
        return Estimate.unknown()
    sets, persons = np.tile(matched.sets, 2), grouped(panel.person[rows])
    return _slope(model, _two_way(model, sets, persons))


def _both_have_some(amount: Floats, treated: Flags, weights: Floats) -> bool:
    """Whether the outcome happened in both groups: a ratio with nothing on one side has no interval."""
    return bool(weights[treated] @ amount[treated] > 0 and weights[~treated] @ amount[~treated] > 0)


def _two_way(model: Model, sets: Ints, persons: Ints) -> Floats:
    """Covariance clustered on set and on person (Cameron, Gelbach, Miller 2011)."""
    both = grouped(sets * (int(persons.max()) + 1) + persons)
    return sandwich(model, sets) + sandwich(model, persons) - sandwich(model, both)


def _slope(model: Model, spread: Floats) -> Estimate:
    """The second slope, that of treatment, as a ratio."""
    variance = float(spread[1, 1])
    if not np.isfinite(variance) or variance <= 0:
        return Estimate.unknown()
    return Estimate.of_log(float(model.slopes[1]), float(np.sqrt(variance)))
