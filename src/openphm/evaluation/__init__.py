"""Evaluation: did the service change anything, beside what would have happened anyway?

Arrays in, immutable findings out. The method and its limits: docs/explanation/evaluation-method.md; how we
know that it works: docs/explanation/evaluation-proof.md.
"""

from openphm.evaluation.effects import Effect
from openphm.evaluation.estimate import Estimate
from openphm.evaluation.evaluation import Evaluation
from openphm.evaluation.findings import Findings
from openphm.evaluation.gates import Check, Light, Verdict
from openphm.evaluation.outcome import End, Outcome
from openphm.evaluation.panel import Panel
from openphm.evaluation.refutations import Refutation
from openphm.evaluation.sensitivity import expected_error, smallest_detectable

__all__ = [
    "Check",
    "Effect",
    "End",
    "Estimate",
    "Evaluation",
    "Findings",
    "Light",
    "Outcome",
    "Panel",
    "Refutation",
    "Verdict",
    "expected_error",
    "smallest_detectable",
]
