"""Contributors: how many people are behind each figure, for the disclosure rule.

A cohort may have 80 people and an outcome only three of them: then it is the three that a figure is about.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openphm.evaluation.outcome import Flags, Floats, Outcome
from openphm.evaluation.panel import Panel


@dataclass(frozen=True)
class Contributors:
    """People with any of an outcome: of the cohort and of the weighted controls, a year before and after."""

    cohort_before: int
    cohort_after: int
    control_before: int
    control_after: int

    @property
    def raw(self) -> int:
        """Behind a change of the cohort."""
        return min(self.cohort_before, self.cohort_after)

    @property
    def claim(self) -> int:
        """Behind a comparison of the follow-up."""
        return min(self.cohort_after, self.control_after)

    @property
    def natural(self) -> int:
        """Behind what would have happened anyway: the cohort before, the controls after."""
        return min(self.cohort_before, self.control_after)

    @property
    def all(self) -> int:
        """Behind a comparison of changes."""
        return min(self.raw, self.control_before, self.control_after)


def contributors(panel: Panel, outcome: Outcome, weights: Floats) -> Contributors:
    """Of the two groups. weights (rows,): of the whole panel."""
    before, after = panel.count_before(outcome, 12, 1), panel.count_after(outcome)
    own, other = panel.treated, ~panel.treated & (weights > 0)
    return Contributors(
        people_with(panel, before, own), people_with(panel, after, own),
        people_with(panel, before, other), people_with(panel, after, other),
    )  # fmt: skip


def people_with(panel: Panel, amount: Floats, rows: Flags) -> int:
    """Different people with any of an amount, among some rows."""
    return len(np.unique(panel.person[rows & (amount > 0)]))
