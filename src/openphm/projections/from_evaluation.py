"""From an evaluation: an effect that was found, with its uncertainty, as a range of a scenario.

An evaluation gives a rate ratio RR with a 95% interval. The change is RR - 1; the standard error of ln RR
is (ln upper - ln lower) / 3.92, so P10 and P90 are exp(ln RR ∓ 1.2816 se) - 1.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from math import exp, log
from pathlib import Path

from openphm.core.errors import PlanError, Problem, nearest
from openphm.definitions.scenario_interventions import Effect
from openphm.definitions.scenario_ranges import Range
from openphm.definitions.scenarios import Scenario
from openphm.projections.path import Z90

Found = Mapping[str, tuple[float, float, float]]


def range_of(rate_ratio: float, lower: float, upper: float) -> Range:
    """The change of a rate ratio with a 95% interval, no more than twice as much."""
    error = (log(upper) - log(lower)) / (2 * 1.959963984540054)
    low, high = (exp(log(rate_ratio) + z * Z90 * error) - 1 for z in (-1, 1))
    return Range(min(rate_ratio - 1, 1.0), min(low, 1.0), min(high, 1.0))


def with_evaluations(scenario: Scenario, folder: Path) -> Scenario:
    """The scenario with every effect that names an evaluation's file filled in. Raises PlanError."""
    problems: list[Problem] = []
    interventions = tuple(
        replace(
            one, effects=tuple(_filled(effect, folder, scenario.label, problems) for effect in one.effects)
        )
        for one in scenario.interventions
    )
    if problems:
        raise PlanError.of(problems)
    return replace(scenario, interventions=interventions)


def _filled(effect: Effect, folder: Path, label: str, problems: list[Problem]) -> Effect:
    if not effect.file:
        return effect
    where = f"{label}, effects.{effect.activity}.evaluation"
    try:
        found = read_findings(folder / effect.file)
    except (OSError, ValueError, KeyError, TypeError):
        problems.append(
            Problem(
                where,
                f"'{effect.file}' is not the result of an evaluation.",
                "The JSON of `openphm evaluate run`, with outcome, rate_ratio, lower and upper.",
                "openphm evaluate run PLAN --format json --output FILE",
            )
        )
        return effect
    if effect.outcome not in found:
        close = nearest(effect.outcome, found)
        problems.append(
            Problem(
                where, f"it has no outcome '{effect.outcome}'.", f"Outcomes: {', '.join(found)}.",
                f"write '{close}' if that is what you mean" if close else "name one of these",
            )
        )  # fmt: skip
        return effect
    return replace(effect, change=range_of(*found[effect.outcome]))


def read_findings(path: Path) -> Found:
    """Rate ratio and its interval of each outcome, from the JSON answer of an evaluation."""
    answer = json.loads(path.read_text(encoding="utf-8"))
    names = answer["columns"]
    rows = [dict(zip(names, row, strict=False)) for row in answer["rows"]]
    return {
        str(row["outcome"]): (float(row["rate_ratio"]), float(row["lower"]), float(row["upper"]))
        for row in rows
        if row["rate_ratio"] is not None and row["lower"] and row["upper"]
    }
