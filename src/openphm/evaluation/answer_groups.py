"""Groups: was the service offered to those who needed it, and did it work for all of them?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from openphm.evaluation.contributors import people_with
from openphm.evaluation.estimate import Estimate
from openphm.evaluation.outcome import Flags, Floats, Ints
from openphm.evaluation.panel import Panel
from openphm.evaluation.rates import as_estimate, log_rate

FEWEST = 10


def _masks(panel: Panel) -> Iterator[tuple[str, Flags]]:
    """The groups that the plan's covariates allow."""
    column = {name: panel.covariates[:, place] for place, name in enumerate(panel.covariate_names)}
    if "female" in column:
        yield "Women", column["female"] == 1
        yield "Men", column["female"] != 1
    if "age_years" in column:
        age = column["age_years"]
        yield "Under 40", age < 40
        yield "40 to 64", (age >= 40) & (age < 65)
        yield "65 and over", age >= 65
    if "imd_decile" in column:
        yield "Most deprived fifth", column["imd_decile"] <= 2
        yield "Other areas", column["imd_decile"] > 2
    if "ethnic_minority" in column:
        yield "Ethnic minority", column["ethnic_minority"] == 1
        yield "White or not recorded", column["ethnic_minority"] != 1


def reach(panel: Panel) -> Iterator[tuple[str, float, float, int]]:
    """(group, share of those offered it, share of all who met the rule, people offered it)."""
    first = np.unique(panel.person, return_index=True)[1]
    for name, mask in _masks(panel):
        offered = int((mask & panel.treated).sum())
        yield name, offered / panel.n_treated, float(mask[first].mean()), offered


def groups(panel: Panel, weights: Floats, clusters: Ints) -> Iterator[tuple[str, int, Estimate]]:
    """(group, people behind it, rate ratio of the primary outcome) of groups with enough people.

    The weights are those of the whole study; within a group the balance is looser, so a difference between
    groups is a question and not an answer.
    """
    amount = panel.count_after(panel.primary)
    for name, mask in _masks(panel):
        people = int((mask & panel.treated).sum())
        if people < FEWEST:
            continue
        inside = np.where(mask, weights, 0.0)
        own = log_rate(amount, panel.exposure, inside * panel.treated)
        other = log_rate(amount, panel.exposure, inside * ~panel.treated)
        ratio = own.minus(other)
        if np.isfinite(ratio.log):
            others = mask & ~panel.treated & (weights > 0)
            behind = [people_with(panel, amount, rows) for rows in (mask & panel.treated, others)]
            yield name, min(behind), as_estimate(ratio, clusters)
