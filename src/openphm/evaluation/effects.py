"""Effects: what the service did to one outcome, in the numbers people ask for."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from openphm.evaluation.contributors import Contributors, contributors
from openphm.evaluation.estimate import Estimate
from openphm.evaluation.fitted import Fitted, Others
from openphm.evaluation.natural_change import NaturalChange, natural_change
from openphm.evaluation.numbers_in_words import within
from openphm.evaluation.observed_expected import ObservedExpected
from openphm.evaluation.outcome import Kind, Outcome, Role
from openphm.evaluation.sensitivity import Calibration, smallest_detectable


@dataclass(frozen=True)
class Effect:
    """One outcome among the people offered the service.

    people, person_months  who were counted, and how long they were followed
    observed      the amount they had: a fact
    expected      what they would have had: the weighted controls' rate over the same months
    avoided       expected − observed. The limits are observed ÷ the limits of the ratio − observed: what was
                  observed is known, what would have been is not
    rate_ratio    headline: entropy-balanced, clustered on persons. observed ÷ expected
    adjusted      the same with the outcome regressed on the terms too. Primary outcome only, as the next
    doubly_robust observed against a model's expectation, corrected among the controls. For other outcomes ask
                  `refute("other_estimators", name)`
    calibrated    without the systematic error that the negative controls show; unknown with fewer than five
    change        raw change, what would have happened anyway, the programme's part (natural_change.py)
    top_share     share of `observed` that one person had
    contributors  people behind the figures, for the disclosure rule
    notes         what a reader must know, in plain words
    """

    outcome: str
    title: str
    kind: Kind
    role: Role
    people: int
    person_months: float
    observed: float
    expected: float
    avoided: Estimate
    rate_ratio: Estimate
    adjusted: Estimate
    doubly_robust: ObservedExpected
    calibrated: Estimate
    change: NaturalChange
    smallest_detectable: float
    top_share: float
    contributors: Contributors
    notes: tuple[str, ...]


def effect_of(fitted: Fitted, outcome: Outcome, calibration: Calibration, *, may_estimate: bool) -> Effect:
    """The effect on an outcome; only counts when there are too few people to estimate anything."""
    panel = fitted.panel
    amount = panel.count_after(outcome)[panel.treated]
    observed, months = float(amount.sum()), float(panel.exposure[panel.treated].sum())
    is_asked = may_estimate and outcome.role == "primary"
    others = fitted.other_answers(outcome) if is_asked else Others.none(observed)
    ratio = fitted.ratio(outcome) if may_estimate else Estimate.unknown()
    change = natural_change(panel, outcome, fitted.weights, fitted.clusters)
    if not may_estimate:
        change = _only_raw(change)
    expected = observed / ratio.value if ratio.is_known else float("nan")
    return Effect(
        outcome=outcome.name,
        title=outcome.words,
        kind=outcome.kind,
        role=outcome.role,
        people=panel.n_treated,
        person_months=months,
        observed=observed,
        expected=expected,
        avoided=_avoided(observed, ratio),
        rate_ratio=ratio,
        adjusted=others.adjusted,
        doubly_robust=others.doubly_robust,
        calibrated=Estimate.unknown()
        if outcome.role == "negative_control"
        else calibration.calibrated(ratio),
        change=change,
        smallest_detectable=smallest_detectable(ratio.error) if ratio.is_known else float("nan"),
        top_share=float(amount.max() / observed) if observed else 0.0,
        contributors=contributors(panel, outcome, fitted.weights),
        notes=tuple(_notes(fitted, outcome, observed, may_estimate=may_estimate)),
    )


def _only_raw(change: NaturalChange) -> NaturalChange:
    nothing = Estimate.unknown(is_ratio=False)
    return NaturalChange(
        nothing, nothing, nothing, nothing, change.rate_before, change.rate_after, float("nan")
    )


def _avoided(observed: float, ratio: Estimate) -> Estimate:
    if not ratio.is_known:
        return Estimate.unknown(is_ratio=False)
    value = observed / ratio.value - observed
    lower, upper = observed / ratio.upper - observed, observed / ratio.lower - observed
    return Estimate(value, lower, upper, (value + observed) * ratio.error, False, ratio.confidence)


def _notes(fitted: Fitted, outcome: Outcome, observed: float, *, may_estimate: bool) -> list[str]:
    panel, said = fitted.panel, []
    controls = float(panel.count_after(outcome)[~panel.treated].sum())
    used = within(outcome.words)
    if not may_estimate:
        said.append("Too few people were offered the service to estimate an effect; only counts are shown.")
    if observed == 0 and controls == 0:
        said.append(f"Nobody had any {used} in the follow-up, so there is nothing to compare.")
    elif observed == 0:
        said.append(f"The people offered the service had no {used}; a ratio of nothing has no interval.")
    elif controls == 0:
        said.append(f"No control had any {used}, so what would have happened cannot be said.")
    if isfinite(observed) and not panel.knows_before(outcome, 12):
        said.append("The year before is not known, so the natural change cannot be shown.")
    return said
