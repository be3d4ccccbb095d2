"""Evaluation: the settings in one place, and the verb that turns a panel into findings.

findings = Evaluation().fit(panel)
findings.effect("ed_attendances").rate_ratio
findings.refute("placebo_date").words
findings.verdict.light
"""

from __future__ import annotations

from dataclasses import dataclass

from openphm.core.errors import PlanError, Problem
from openphm.evaluation.findings import Findings
from openphm.evaluation.fitted import fit_panel
from openphm.evaluation.gates import FEWEST_TREATED
from openphm.evaluation.matching import CALIPER, RATIO
from openphm.evaluation.panel import Panel


@dataclass(frozen=True)
class Evaluation:
    """How panels are evaluated.

    ratio    controls shown for each treated person (1 to 10)
    caliper  width of the match, in standard deviations of the log odds of treatment
    fewest   treated people below which only counts are given
    """

    ratio: int = RATIO
    caliper: float = CALIPER
    fewest: int = FEWEST_TREATED

    def fit(self, panel: Panel) -> Findings:
        """Make the groups alike. Raises PlanError for settings that make no sense."""
        problems = []
        if not 1 <= self.ratio <= 10:
            problems.append(Problem("ratio", f"{self.ratio}", "1 to 10 controls for each treated person"))
        if not 0 < self.caliper <= 1:
            problems.append(Problem("caliper", f"{self.caliper}", "above 0, up to 1 standard deviation"))
        if self.fewest < 1:
            problems.append(Problem("fewest", f"{self.fewest}", "1 or more"))
        if problems:
            raise PlanError.of(problems)
        return Findings(fit_panel(panel, ratio=self.ratio, caliper=self.caliper), self.fewest)
