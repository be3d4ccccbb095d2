"""Fitted: the groups made alike once, for every outcome and every check that follows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from openphm.evaluation.estimate import Estimate
from openphm.evaluation.matching import Matched, match
from openphm.evaluation.observed_expected import (
    ObservedExpected,
    adjusted_ratio,
    design_of,
    matched_difference_in_differences,
    matched_ratio,
    observed_expected,
)
from openphm.evaluation.outcome import Floats, Ints, Outcome
from openphm.evaluation.panel import Panel
from openphm.evaluation.propensity import log_odds, outside_support
from openphm.evaluation.rates import as_estimate, grouped, log_rate
from openphm.evaluation.terms import Terms, terms_of
from openphm.evaluation.weighting import Weighting, weigh


@dataclass(frozen=True)
class Others:
    """The same question asked in other ways: regression, doubly robust, matched, and matched with changes."""

    adjusted: Estimate
    doubly_robust: ObservedExpected
    matched: Estimate
    differences: Estimate

    @classmethod
    def none(cls, observed: float) -> Others:
        """Not asked."""
        nothing = Estimate.unknown()
        return cls(nothing, ObservedExpected(observed, float("nan"), nothing), nothing, nothing)


@dataclass(frozen=True, eq=False)
class Fitted:
    """A panel with its weights and its matched sets. `weighting` is None when nobody is comparable."""

    panel: Panel
    terms: Terms
    clusters: Ints
    matched: Matched
    weighting: Weighting | None
    outside: float

    @cached_property
    def weights(self) -> Floats:
        """(rows,): 1 for the treated; zeros when nobody is comparable, so that nothing can be estimated."""
        return np.zeros(len(self.panel)) if self.weighting is None else self.weighting.rows

    @cached_property
    def design(self) -> Floats:
        """The standardised terms of the outcome model."""
        return design_of(self.terms)

    def ratio(self, outcome: Outcome) -> Estimate:
        """The headline: rate of the treated ÷ rate of the weighted controls, clustered on persons."""
        return rate_ratio(self.panel, self.panel.count_after(outcome), self.weights, self.clusters)

    def other_answers(self, outcome: Outcome) -> Others:
        """The other estimators on an outcome; worked out once."""
        if outcome.name not in self._others:
            arguments = (self.panel, outcome, self.design, self.weights, self.clusters)
            self._others[outcome.name] = Others(
                adjusted_ratio(*arguments),
                observed_expected(*arguments),
                matched_ratio(self.panel, outcome, self.design, self.matched),
                matched_difference_in_differences(self.panel, outcome, self.matched),
            )
        return self._others[outcome.name]

    @cached_property
    def _others(self) -> dict[str, Others]:
        return {}

    @property
    def unmatched_share(self) -> float:
        """Share of the treated who found no free control for the matched sets."""
        return len(self.matched.unmatched) / self.panel.n_treated

    @property
    def alone_share(self) -> float:
        """Share of the treated with no control of any month within the caliper."""
        return len(self.matched.alone) / self.panel.n_treated


def fit_panel(panel: Panel, *, ratio: int, caliper: float) -> Fitted:
    """Make the groups alike: propensity, matched sets, weights."""
    terms = terms_of(panel)
    scores = log_odds(terms, panel.treated)
    matched = match(panel, terms, scores, ratio=ratio, caliper=caliper)
    return Fitted(
        panel,
        terms,
        grouped(panel.person),
        matched,
        weigh(terms, panel.treated, matched),
        outside_support(scores, panel.treated),
    )


def rate_ratio(
    panel: Panel, amount: Floats, weights: Floats, clusters: Ints, *, months: Floats | None = None
) -> Estimate:
    """Ratio of rates of any amount; months: the follow-up unless given."""
    time = panel.exposure if months is None else months
    treated = log_rate(amount, time, weights * panel.treated)
    return as_estimate(treated.minus(log_rate(amount, time, weights * ~panel.treated)), clusters)
