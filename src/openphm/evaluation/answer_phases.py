"""Before and after: contacts for each patient and year, of the cohort and of the weighted controls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from openphm.evaluation.contributors import people_with
from openphm.evaluation.estimate import Estimate
from openphm.evaluation.outcome import Floats, Ints, Outcome
from openphm.evaluation.panel import Panel
from openphm.evaluation.rates import clustered_error

YEAR = 12.0


@dataclass(frozen=True)
class Change:
    """Per person-year. difference = (cohort after − before) − (controls after − before), with its interval
    (person-clustered, by the influence of each row on the four rates)."""

    cohort_before: float
    cohort_after: float
    control_before: float
    control_after: float
    difference: Estimate


def change_table(panel: Panel, outcome: Outcome, weights: Floats, clusters: Ints) -> Change:
    """The four rates and the difference in change. Without weights only the cohort's are known."""
    year = np.full(len(panel), YEAR)
    before, after = panel.count_before(outcome, 12, 1), panel.count_after(outcome)
    own = panel.treated.astype(np.float64)
    other = np.where(panel.treated, 0.0, weights)
    knows = panel.knows_before(outcome, 12)
    first, first_psi = _rate(before, year, own if knows else own * 0)
    second, second_psi = _rate(after, panel.exposure, own)
    third, third_psi = _rate(before, year, other if knows else other * 0)
    fourth, fourth_psi = _rate(after, panel.exposure, other)
    value = (second - first) - (fourth - third)
    influence = second_psi - first_psi - fourth_psi + third_psi
    known = bool(np.isfinite(value))
    found = (
        Estimate.around(value, clustered_error(influence, clusters))
        if known
        else Estimate.unknown(is_ratio=False)
    )
    return Change(first, second, third, fourth, found)


def _rate(amount: Floats, months: Floats, weights: Floats) -> tuple[float, Floats]:
    """A rate per person-year and the influence of each row on it."""
    time = float(weights @ months)
    if time <= 0:
        return float("nan"), np.zeros(len(weights))
    rate = float(weights @ amount) / time
    return YEAR * rate, YEAR * weights * (amount - rate * months) / time


def phases(panel: Panel, outcome: Outcome, weights: Floats) -> Iterator[tuple[str, str, float, int]]:
    """(phase, group, rate per person-year, people with any): two years before, the follow-up in halves."""
    own = panel.treated.astype(np.float64)
    other = np.where(panel.treated, 0.0, weights)
    end = outcome.after.shape[1] * panel.period_months
    half = outcome.after.shape[1] // 2 * panel.period_months
    spans = [
        ("Before: months 24 to 13", -24, -12),
        ("Before: months 12 to 1", -12, 0),
        (f"During: months 1 to {half}", 0, half),
        (f"After: months {half + 1} to {end}", half, end),
    ]
    for name, start, stop in spans:
        if start == stop or (start < 0 and not panel.knows_before(outcome, -start)):
            continue
        amount, months = _span(panel, outcome, start, stop)
        for group, weight in (("cohort", own), ("control", other)):
            yield name, group, _rate(amount, months, weight)[0], people_with(panel, amount, weight > 0)


def _span(panel: Panel, outcome: Outcome, start: int, stop: int) -> tuple[Floats, Floats]:
    if start < 0:
        return panel.count_before(outcome, -start, -stop + 1), np.full(len(panel), float(stop - start))
    step = panel.period_months
    amount = outcome.after[:, start // step : stop // step].sum(axis=1, dtype=np.float64)
    return amount, np.clip(panel.exposure - start, 0.0, float(stop - start))
