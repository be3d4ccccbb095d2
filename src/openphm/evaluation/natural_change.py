"""Natural change: how much of the fall would have happened with no service at all.

People are chosen on their worst day, so most get better by themselves (regression to the mean). Four numbers,
from three rates of one year: before among the treated (b), after among the treated (a), after among the
weighted controls, who were chosen on just as bad a day (c):

    raw change a/b − 1 = (1 + natural c/b − 1) × (1 + programme a/c − 1) − 1
    share of the fall that is not the programme's = (1 − c/b) ÷ (1 − a/b)

The three are measured on the same people, so their errors go together: intervals are by the delta method on
the joint influence function (rates.py). The size depends on the population: it is measured, never quoted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openphm.evaluation.estimate import Estimate
from openphm.evaluation.outcome import Flags, Floats, Ints, Outcome
from openphm.evaluation.panel import Panel
from openphm.evaluation.rates import LogRate, as_estimate, covariance, log_rate


@dataclass(frozen=True)
class NaturalChange:
    """Changes are shares: -0.35 is a fall of 35%. Rates are per person-year.

    Unknown (NaN) when nothing is known of the year before.
    """

    raw: Estimate
    natural: Estimate
    programme: Estimate
    share_natural: Estimate
    rate_before: float
    rate_after: float
    rate_expected: float


def natural_change(panel: Panel, outcome: Outcome, weights: Floats, clusters: Ints) -> NaturalChange:
    """The four numbers of an outcome. weights (rows,): 1 for the treated."""
    treated = _rate(panel, outcome, weights * panel.treated)
    expected = _rate(panel, outcome, weights * ~panel.treated)
    programme = as_estimate(treated.minus(expected), clusters).as_change()
    after, would = 12 * _exp(treated.log), 12 * _exp(expected.log)
    if not panel.knows_before(outcome, 12):
        nothing = Estimate.unknown(is_ratio=False)
        return NaturalChange(nothing, nothing, programme, nothing, float("nan"), after, would)
    year = np.full(len(panel), 12.0)
    before = log_rate(panel.count_before(outcome, 12, 1), year, weights * panel.treated)
    return NaturalChange(
        as_estimate(treated.minus(before), clusters).as_change(),
        as_estimate(expected.minus(before), clusters).as_change(),
        programme,
        _share(before, treated, expected, clusters=clusters),
        12 * _exp(before.log),
        after,
        would,
    )


def _rate(panel: Panel, outcome: Outcome, weights: Floats) -> LogRate:
    return log_rate(panel.count_after(outcome), panel.exposure, weights)


def _share(before: LogRate, after: LogRate, expected: LogRate, *, clusters: Ints) -> Estimate:
    """(1 − c/b) ÷ (1 − a/b): only where both fell; otherwise there is no fall to share."""
    logs = np.array([before.log, after.log, expected.log])
    if not np.isfinite(logs).all():
        return Estimate.unknown(is_ratio=False)
    raw, natural = np.exp(after.log - before.log), np.exp(expected.log - before.log)
    if raw >= 1 or natural >= 1:
        return Estimate.unknown(is_ratio=False)
    value = (1 - natural) / (1 - raw)
    # Slopes of the share along the logarithms of b, a and c.
    slope = np.array(
        [
            (natural * (1 - raw) - (1 - natural) * raw) / (1 - raw) ** 2,
            (1 - natural) * raw / (1 - raw) ** 2,
            -natural / (1 - raw),
        ]
    )
    spread = covariance([before.influence, after.influence, expected.influence], clusters)
    return Estimate.around(float(value), float(np.sqrt(max(slope @ spread @ slope, 0.0))))


def _exp(log: float) -> float:
    return float(np.exp(log)) if np.isfinite(log) else float("nan")


def died_beside(panel: Panel, died: Flags, weights: Floats, clusters: Ints) -> Estimate:
    """Ratio of death rates per month followed, treated to weighted controls.

    Shown beside every result: fewer visits because of deaths is no success.
    """
    flags = died.astype(np.float64)
    treated = log_rate(flags, panel.exposure, weights * panel.treated)
    controls = log_rate(flags, panel.exposure, weights * ~panel.treated)
    return as_estimate(treated.minus(controls), clusters)
