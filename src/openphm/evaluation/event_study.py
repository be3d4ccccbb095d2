"""Event study: rates of the treated and of the weighted controls, quarter by quarter around the index date.

The peak before the index date and the fall after it are there in both lines when there is no service at
all; only the gap between the lines after the index date speaks for the service. The gap before it tells
whether the two had the same history.

Honest limits (relative magnitudes): suppose the lines would have drifted apart after the index date, each
quarter by at most M times the largest drift between neighbouring quarters before it. Then the gap of quarter
k is biased by at most k × M × that drift. `breakdown` is the M at which the average effect is no longer told
from none. We use the estimated largest drift, not the whole set of its possible values, so the limits are a
little narrow: the optional library of `areas` has the full procedure.

Source  Rambachan A, Roth J (2023), A more credible approach to parallel trends, RES 90:2555-2591.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openphm.evaluation.contributors import people_with
from openphm.evaluation.estimate import Estimate
from openphm.evaluation.outcome import Floats, Ints, Outcome
from openphm.evaluation.panel import Panel
from openphm.evaluation.rates import LogRate, covariance, log_rate
from openphm.statistics.interval import Interval, around_log, normal_deviate

QUARTERS_BEFORE = 8


@dataclass(frozen=True, eq=False)
class EventStudy:
    """One entry a quarter: -8 … -1 before the index date, 1 … after it.

    treated, control  visits per person-year (£ per person-year for costs)
    treated_people, control_people  people with any in the quarter
    ratio             treated ÷ control with limits
    logs, spread      the logarithms of the ratios and their covariance, for what is built on them
    """

    quarter: Ints
    treated: Floats
    control: Floats
    treated_people: Ints
    control_people: Ints
    ratio: Interval
    logs: Floats
    spread: Floats


def event_study(panel: Panel, outcome: Outcome, weights: Floats, clusters: Ints) -> EventStudy:
    """Quarters that are known wholly; after the index date those that somebody was followed in.

    Empty when the outcome is known only as one amount for the whole time.
    """
    quarters, treated, control, people = [], [], [], []
    others = ~panel.treated & (weights > 0)
    for quarter, amount, months in _quarters(panel, outcome):
        quarters.append(quarter)
        people.append([people_with(panel, amount, rows) for rows in (panel.treated, others)])
        treated.append(log_rate(amount, months, weights * panel.treated))
        control.append(log_rate(amount, months, weights * ~panel.treated))
    gaps = [one.minus(other) for one, other in zip(treated, control, strict=True)]
    spread = covariance([np.nan_to_num(gap.influence) for gap in gaps], clusters)
    logs = np.array([gap.log for gap in gaps])
    errors = np.where(np.isfinite(logs), np.sqrt(np.diag(spread)), np.nan)
    with np.errstate(invalid="ignore"):
        ratio = around_log(np.exp(logs), errors, 0.95)
    counted = np.array(people, dtype=np.int64).reshape(-1, 2)
    return EventStudy(
        np.array(quarters, dtype=np.int64), _yearly(treated), _yearly(control), counted[:, 0], counted[:, 1],
        ratio, logs, spread,
    )  # fmt: skip


def _quarters(panel: Panel, outcome: Outcome) -> list[tuple[int, Floats, Floats]]:
    found = []
    for back in range(QUARTERS_BEFORE, 0, -1):
        if panel.knows_before(outcome, 3 * back):
            amount = panel.count_before(outcome, 3 * back, 3 * back - 2)
            found.append((-back, amount, np.full(len(panel), 3.0)))
    width = 3 // panel.period_months
    for first in range(0, outcome.after.shape[1] - width + 1, width):
        amount = outcome.after[:, first : first + width].sum(axis=1, dtype=np.float64)
        months = np.clip(panel.exposure - first * panel.period_months, 0.0, 3.0)
        if months[panel.treated].sum() > 0:
            found.append((first // width + 1, amount, months))
    return found


def _yearly(rates: list[LogRate]) -> Floats:
    logs = np.array([one.log if np.isfinite(one.log) else -np.inf for one in rates], dtype=np.float64)
    yearly: Floats = 12 * np.exp(logs)
    return yearly


@dataclass(frozen=True)
class ParallelTrends:
    """The average effect over the quarters after, its limits for each M, and the M where they reach none."""

    average: Estimate
    largest_drift: float
    limits: dict[float, tuple[float, float]]
    breakdown: float


def parallel_trends(study: EventStudy, sizes: tuple[float, ...] = (0.5, 1.0, 2.0)) -> ParallelTrends | None:
    """Limits under drift of relative size M; None without two quarters before and one after."""
    before = np.flatnonzero((study.quarter < 0) & np.isfinite(study.logs))
    after = np.flatnonzero((study.quarter > 0) & np.isfinite(study.logs))
    if len(before) < 2 or not len(after):
        return None
    drift = float(np.abs(np.diff(study.logs[before])).max())
    mean = np.zeros(len(study.logs))
    mean[after] = 1 / len(after)
    value = float(study.logs[after].mean())
    error = max(float(mean @ study.spread @ mean), 0.0) ** 0.5
    reach = float(study.quarter[after].mean()) * drift
    spread = normal_deviate(0.95) * error
    limits = {
        size: (float(np.exp(value - size * reach - spread)), float(np.exp(value + size * reach + spread)))
        for size in sizes
    }
    room = max(abs(value) - spread, 0.0)
    breakdown = room / reach if reach > 0 else float("inf" if room else 0)
    return ParallelTrends(Estimate.of_log(value, error), drift, limits, breakdown)
