"""Refutations: attempts to show that the answer is wrong. One that succeeds is worth more than ten that fail.

held_out_year      balance without the year before the last, then compare that year: there was no service
placebo_date       pretend that the service began 12 months earlier
negative_controls  outcomes that the service cannot change
leave_one_area_out the answer without each area in turn
other_estimators   the doubly robust, regression, matched and difference-in-differences answers
top_users          the rates of the highest 1% of users of each group, one or more, cut to the next highest
parallel_trends    how unlike the groups' drift may be before the answer goes
e_value            how strong a hidden cause would have to be
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from openphm.evaluation.check_titles import TITLES
from openphm.evaluation.estimate import Estimate
from openphm.evaluation.event_study import event_study, parallel_trends
from openphm.evaluation.fitted import Fitted, rate_ratio
from openphm.evaluation.gates import HELD_OUT_LOG, NEGATIVE_CONTROLS, TOLD, Gate, Light, worst
from openphm.evaluation.leaving_out import weights_without
from openphm.evaluation.outcome import Outcome
from openphm.evaluation.rates import grouped
from openphm.evaluation.sensitivity import Calibration, e_value, fit_calibration
from openphm.evaluation.terms import terms_of
from openphm.evaluation.weighting import weigh
from openphm.statistics import weighted_percentile

FEWEST_ROWS = 30
TOP_SHARE = 0.01
MOST_TIMES = 100.0
NO_CLAIM = "It looks at an effect, and none is claimed here."


@dataclass(frozen=True)
class Refutation:
    """What an attempt found. `estimates` by label; `numbers` for what is not an estimate.

    without_claim  the sentence without the effect, for where no claim may be made
    """

    name: str
    light: Light
    words: str
    estimates: dict[str, Estimate] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)
    without_claim: str = ""


def held_out_year(fitted: Fitted, outcome: Outcome) -> Refutation:
    """The year before the last, when the weights have not seen it. A ratio of 1 is the hope."""
    name, panel = "held_out_year", fitted.panel
    if not panel.knows_before(outcome, 24):
        return _not_run(name, "months 13 to 24 before the index date are not known")
    terms = fitted.terms.keep(~np.isin(fitted.terms.names, ["year_before", "year_before, squared"]))
    weighting = weigh(terms, panel.treated, fitted.matched, like=fitted.weighting)
    if weighting is None:
        return _not_run(name, "no controls are comparable")
    year = np.full(len(panel), 12.0)
    amount = panel.count_before(outcome, 24, 13)
    found = rate_ratio(panel, amount, weighting.rows, fitted.clusters, months=year)
    return _placebo(name, found, "in a year that the weights had not seen, and before any service,")


def placebo_date(fitted: Fitted, outcome: Outcome) -> Refutation:
    """The service a year too early: rows that met the rule then too, balanced on what was known then."""
    name, panel = "placebo_date", fitted.panel
    if panel.was_eligible is None or not panel.knows_before(outcome, 24):
        return _not_run(name, "who met the rule 12 months earlier is not known")
    there = panel.was_eligible
    if panel.treated[there].sum() < FEWEST_ROWS or (~panel.treated[there]).sum() < FEWEST_ROWS:
        return _not_run(name, "too few people met the rule 12 months earlier too")
    earlier = panel.where(there)
    weighting = weigh(terms_of(earlier, until=12), earlier.treated, None)
    if weighting is None:
        return _not_run(name, "the groups of 12 months earlier cannot be made alike")
    amount = earlier.count_before(earlier.outcome(outcome.name), 12, 1)
    year = np.full(len(earlier), 12.0)
    found = rate_ratio(earlier, amount, weighting.rows, grouped(earlier.person), months=year)
    return _placebo(name, found, "with a start 12 months too early")


def calibration(fitted: Fitted) -> Calibration:
    """The headline estimator on every negative control, and the systematic error they show."""
    controls = [one for one in fitted.panel.outcomes if one.role == "negative_control"]
    return fit_calibration({one.name: fitted.ratio(one) for one in controls})


def negative_controls(fitted: Fitted, outcome: Outcome) -> Refutation:
    """Something the service cannot change should not have changed."""
    name, found = "negative_controls", calibration(fitted)
    if not found.number:
        return _not_run(
            name, "the plan names no negative control that happened, so hidden differences stay unseen"
        )
    light = NEGATIVE_CONTROLS.light(abs(found.mean), found.error)
    said = (
        f"{found.number} outcomes that the service cannot change differ by {_percent(found.mean)} on average"
        f"{_by_chance(found.mean, found.error)}.{_too_imprecise(NEGATIVE_CONTROLS, found.mean, found.error)}"
    )
    if not found.can_calibrate:
        light, said = worst(light, Light.AMBER), said + " Five or more are needed to correct for it."
    estimates = {**found.estimates, "mean": found.mean_ratio}
    estimates["calibrated"] = found.calibrated(fitted.ratio(outcome))
    return Refutation(name, light, said, estimates, {"mean": found.mean, "spread": found.spread})


def leave_one_area_out(fitted: Fitted, outcome: Outcome) -> Refutation:
    """The answer without each area in turn: it should not hang on one."""
    name, panel = "leave_one_area_out", fitted.panel
    if panel.area is None or len(np.unique(panel.area)) < 3 or fitted.weighting is None:
        return _not_run(name, "fewer than three areas are named")
    amount, whole = panel.count_after(outcome), fitted.ratio(outcome)
    found = {}
    for area, weights in weights_without(fitted.terms, panel.treated, panel.area, like=fitted.weighting):
        label = panel.area_names[area] if panel.area_names else f"area {area}"
        found[label] = rate_ratio(panel, amount, weights, fitted.clusters)
    known = {label: one for label, one in found.items() if one.is_known}
    if not known or not whole.is_known:
        return _not_run(name, "nothing can be estimated without an area")
    furthest = max(known, key=lambda label: abs(known[label].log - whole.log))
    moved = abs(known[furthest].log - whole.log) > whole.error
    turned = [label for label, one in known.items() if one.excludes_none != whole.excludes_none]
    there = known[furthest].value
    said = f"Leaving out one area at a time moves the ratio of {whole.value:.2f} to {there:.2f} at most."
    if turned:
        said += f" Without {turned[0]} the conclusion would be another."
    light = Light.AMBER if moved or turned else Light.GREEN
    quiet = f"Leaving out one area at a time moves the answer by {_moved(moved)}."
    return Refutation(name, light, said, found, without_claim=quiet)


def other_estimators(fitted: Fitted, outcome: Outcome) -> Refutation:
    """Other ways to the same answer. More than a standard error apart, and we say so."""
    whole = fitted.ratio(outcome)
    others = fitted.other_answers(outcome)
    found = {
        "adjusted": others.adjusted,
        "doubly robust": others.doubly_robust.ratio,
        "matched": others.matched,
        "matched difference-in-differences": others.differences,
    }
    apart = [
        label
        for label, one in found.items()
        if one.is_known and whole.is_known and abs(one.log - whole.log) > whole.error
    ]
    if not whole.is_known:
        return _not_run("other_estimators", "nothing can be estimated")
    said = f"Other estimators agree with the ratio of {whole.value:.2f}."
    if apart:
        named = ", ".join(f"{label} {found[label].value:.2f}" for label in apart)
        said = f"Other estimators differ from the ratio of {whole.value:.2f} by more than its error: {named}."
    light = Light.AMBER if apart else Light.GREEN
    quiet = "Other estimators differ by more than the error." if apart else "Other estimators agree."
    return Refutation("other_estimators", light, said, found, without_claim=quiet)


def top_users(fitted: Fitted, outcome: Outcome) -> Refutation:
    """The answer with the amounts of the highest users cut: it should not hang on a few people."""
    panel, whole = fitted.panel, fitted.ratio(outcome)
    if not whole.is_known:
        return _not_run("top_users", "nothing can be estimated")
    rate = panel.count_after(outcome) / panel.exposure
    # Each group by its own percentile: one for both would cut the controls more where the service works.
    # One of 60 people is more than 1%, and is cut too: half a person more, so that rounding decides nothing.
    people = max(1, int(panel.treated.sum()))
    share = max(0.0, 1 - (np.ceil(TOP_SHARE * people) + 0.5) / people)
    highest = np.empty_like(rate)
    for group in (panel.treated, ~panel.treated):
        highest[group] = weighted_percentile(rate[group], share, weights=fitted.weights[group])
    cut = rate_ratio(panel, np.minimum(rate, highest) * panel.exposure, fitted.weights, fitted.clusters)
    if not cut.is_known:
        return _not_run("top_users", "nothing can be estimated")
    moved = abs(cut.log - whole.log) > whole.error
    cut_back = "With the highest 1% of users of each group cut back"
    said = f"{cut_back} the ratio is {cut.value:.2f} (was {whole.value:.2f})."
    light = Light.AMBER if moved else Light.GREEN
    quiet = f"{cut_back} the answer moves by {_moved(moved)}."
    return Refutation("top_users", light, said, {"cut": cut}, without_claim=quiet)


def drift(fitted: Fitted, outcome: Outcome) -> Refutation:
    """How unlike the groups' drift may be before the answer goes (Rambachan and Roth)."""
    study = event_study(fitted.panel, outcome, fitted.weights, fitted.clusters)
    found = parallel_trends(study)
    if found is None or not found.average.is_known:
        return _not_run("parallel_trends", "two quarters before the index date are needed")
    said = (
        "The answer stands while the groups drift apart after the index date, each quarter, "
        f"by {_times(found.breakdown)} the largest drift seen before it."
    )
    if not found.average.excludes_none:
        said = (
            "The average over the quarters is not told from no effect, so no drift is needed to explain it."
        )
    numbers = {"largest drift": found.largest_drift, "breakdown": found.breakdown}
    for size, (low, high) in found.limits.items():
        numbers |= {f"lower at {size:g}": low, f"upper at {size:g}": high}
    return Refutation(
        "parallel_trends", Light.GREEN, said, {"average": found.average}, numbers, without_claim=NO_CLAIM
    )


def hidden_cause(fitted: Fitted, outcome: Outcome) -> Refutation:
    """The E-value: no light, for there is no limit to hold it to."""
    found = e_value(fitted.ratio(outcome))
    said = (
        f"A hidden cause would have to be tied {found.estimate:.1f}-fold to both offer and outcome to "
        f"explain the estimate, {found.limit:.1f}-fold to move its interval to no effect."
    )
    numbers = {"estimate": found.estimate, "limit": found.limit}
    return Refutation("e_value", Light.GREEN, said, {}, numbers, without_claim=NO_CLAIM)


REFUTATIONS: dict[str, Callable[[Fitted, Outcome], Refutation]] = {
    "held_out_year": held_out_year,
    "placebo_date": placebo_date,
    "negative_controls": negative_controls,
    "leave_one_area_out": leave_one_area_out,
    "other_estimators": other_estimators,
    "top_users": top_users,
    "parallel_trends": drift,
    "e_value": hidden_cause,
}


def _placebo(name: str, found: Estimate, where: str) -> Refutation:
    if not found.is_known:
        return _not_run(name, "there were no events to compare")
    light = HELD_OUT_LOG.light(abs(found.log), found.error)
    if found.excludes_none:
        light = worst(light, Light.AMBER)
    said = f"The groups differ by {_percent(found.log)} {where} where there was nothing to find"
    said += f"{_by_chance(found.log, found.error)}.{_too_imprecise(HELD_OUT_LOG, found.log, found.error)}"
    return Refutation(name, light, said, {"ratio": found})


def _not_run(name: str, why: str) -> Refutation:
    return Refutation(name, Light.AMBER, f"“{TITLES[name]}” was not run: {why}.")


def _moved(moved: bool) -> str:
    return "more than its error" if moved else "no more than its error"


def _by_chance(log: float, error: float) -> str:
    return "" if abs(log) > TOLD * error else ", which chance explains"


def _too_imprecise(gate: Gate, log: float, error: float) -> str:
    if not gate.is_imprecise(abs(log), error):
        return ""
    return f" The check is too imprecise to rule out a difference of {_percent(2 * gate.red).lstrip('+')}."


def _times(breakdown: float) -> str:
    """A multiple of next to nothing says no more than that it is large.

    >>> _times(1.26), _times(3_056_789.3)
    ('no more than 1.3 times', 'even 100 times')
    """
    if breakdown > MOST_TIMES:
        return f"even {MOST_TIMES:.0f} times"
    return f"no more than {breakdown:.1f} times"


def _percent(log: float) -> str:
    """A difference of two rates, from its logarithm.

    >>> _percent(0.1), _percent(-0.0001)
    ('+10.5%', 'less than 0.05%')
    """
    found = 100 * (np.exp(log) - 1)
    return "less than 0.05%" if abs(found) < 0.05 else f"{found:+.1f}%"
