"""Evaluation: did the service change anything, beside what would have happened anyway?

Arrays in, immutable findings out. The method and its limits: docs/explanation/evaluation-method.md; how we
know that it works: docs/explanation/evaluation-proof.md.
"""

from openphm.evaluation.outcome import End, Outcome
from openphm.evaluation.panel import Panel

__all__ = ["End", "Outcome", "Panel"]
