"""One replicate of a scenario, many of them, and the table of how each estimator fared."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from openphm.core.errors import PlanError
from openphm.evaluation import Estimate, Evaluation, Findings, Panel
from openphm.evaluation.person_months import risk_set
from tests.bench.evaluation.lives import live, negative_controls
from tests.bench.evaluation.rivals import fixed_date, naive
from tests.bench.evaluation.scenarios import SCENARIOS, Scenario

FIRST_SEED = 1000
HEADLINE = "entropy balancing (headline)"
DOUBLY_ROBUST = "doubly robust: regression, CR3"
CALIBRATED = "headline, calibrated"
NAIVE = "before and after, no control"
FIXED_DATE = "fixed date, same rule next door, change"
FIXED_DATE_AFTER = "fixed date, same rule next door, after only"


@dataclass(frozen=True)
class Replicate:
    """Each estimator's answer to one draw of lives, and what the groups were like."""

    seed: int
    estimates: dict[str, Estimate]
    treated: int
    controls: int
    given_up: int
    systematic: float


@dataclass(frozen=True)
class Row:
    """How an estimator fared: bias in points of effect, coverage and rejection of "no effect" as shares."""

    estimator: str
    effect: float
    bias: float
    coverage: float
    rejected: float
    spread: float
    error: float
    number: int


def panel_of(scenario: Scenario, seed: int) -> tuple[Panel, object]:
    """The panel of a draw, with its negative controls, and the lives."""
    lives = live(scenario.world, seed)
    people = lives.people
    negative = negative_controls(lives, seed)
    people = replace(
        people,
        counts={**people.counts, **negative},
        roles=dict.fromkeys(negative, "negative_control"),
    )
    return risk_set(people, scenario.rule).panel, lives


def replicate(name: str, seed: int) -> Replicate | None:
    """Draw, evaluate, and compare with what others do. None when nobody was offered the service."""
    scenario = SCENARIOS[name]
    try:
        panel, lives = panel_of(scenario, seed)
    except PlanError:
        return None
    # Counts only under 30 people is a rule of the answer, not of the estimators: the proof looks at both.
    findings = Evaluation(fewest=1).fit(panel)
    return Replicate(
        seed,
        {
            **ours(findings),
            NAIVE: naive(panel),
            FIXED_DATE: fixed_date(lives, panel, scenario.follow_up, changes=True),
            FIXED_DATE_AFTER: fixed_date(lives, panel, scenario.follow_up, changes=False),
        },
        panel.n_treated,
        len(np.unique(panel.person[~panel.treated])),
        0 if findings.fitted.weighting is None else len(findings.fitted.weighting.given_up),
        findings.calibration.mean,
    )


def ours(findings: Findings) -> dict[str, Estimate]:
    """The estimators of the engine on the primary outcome."""
    effect, calibration = findings.effect(), findings.calibration
    others = findings.fitted.other_answers(findings.panel.primary)
    return {
        HEADLINE: effect.rate_ratio,
        DOUBLY_ROBUST: effect.adjusted,
        "doubly robust: observed/expected": effect.doubly_robust.ratio,
        "matched 3:1, regression, two-way": others.matched,
        "matched 3:1, difference-in-differences": others.differences,
        CALIBRATED: effect.calibrated,
        "doubly robust, calibrated": calibration.calibrated(effect.adjusted),
    }


def run(name: str, seeds: int, *, processes: int = 1) -> tuple[list[Replicate], float]:
    """The replicates of a scenario, and the seconds they took."""
    began = time.perf_counter()
    numbers = range(FIRST_SEED, FIRST_SEED + seeds)
    if processes == 1:
        found: Iterable[Replicate | None] = map(partial(replicate, name), numbers)
        kept = [one for one in found if one is not None]
    else:
        os.environ["OPENBLAS_NUM_THREADS"] = "1"
        with ProcessPoolExecutor(processes) as pool:
            kept = [
                one for one in pool.map(partial(replicate, name), numbers, chunksize=5) if one is not None
            ]
    return kept, time.perf_counter() - began


def table(replicates: list[Replicate], truth: float) -> list[Row]:
    """One row an estimator, in their order."""
    return [
        _row(name, [one.estimates[name] for one in replicates], truth) for name in replicates[0].estimates
    ]


def _row(name: str, found: list[Estimate], truth: float) -> Row:
    known = [one for one in found if one.is_known and one.value > 0]
    if not known:
        return Row(name, *[math.nan] * 6, number=0)
    value = np.array([one.value for one in known])
    effect = 100 * (value.mean() - 1)
    return Row(
        estimator=name,
        effect=float(effect),
        bias=float(effect - 100 * (truth - 1)),
        coverage=float(np.mean([one.lower <= truth <= one.upper for one in known])),
        rejected=float(np.mean([one.excludes_none for one in known])),
        spread=float(np.log(value).std()),
        error=float(np.mean([one.error for one in known])),
        number=len(known),
    )
