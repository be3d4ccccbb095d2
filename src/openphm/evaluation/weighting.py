"""Weighting: the controls' weights, how they were found, and how good they are.

Entropy balancing when some set of terms can be balanced, the matched controls otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from openphm.evaluation.balancing import Solution, balance
from openphm.evaluation.matching import Matched
from openphm.evaluation.outcome import Flags, Floats, Ints
from openphm.evaluation.terms import Terms

BALANCED, MATCHED = "entropy balancing", "matching"


@dataclass(frozen=True, eq=False)
class Weighting:
    """rows (rows,): 1 for the treated; the controls' weights add up to the number treated.

    method       `entropy balancing` or `matching`
    given_up     terms that could not be balanced
    worst        largest difference of a balanced term, in standard deviations
    multipliers  where a neighbouring problem may begin
    """

    rows: Floats
    method: str
    given_up: tuple[str, ...] = ()
    worst: float = float("nan")
    multipliers: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of_solution(cls, solution: Solution, treated: Flags) -> Weighting:
        """From entropy balancing."""
        rows = treated.astype(np.float64)
        rows[~treated] = solution.weights * treated.sum()
        return cls(rows, BALANCED, solution.given_up, solution.worst, solution.multipliers)

    @classmethod
    def of_matched(cls, matched: Matched, treated: Flags) -> Weighting:
        """From matched sets; treated people without a match weigh nothing."""
        return cls(matched.weights_of(len(treated)), MATCHED, ("all terms",))

    def share_by_person(self, treated: Flags, clusters: Ints) -> Floats:
        """Each control person's share of all control weight."""
        sums = np.bincount(clusters, weights=np.where(treated, 0.0, self.rows))
        shares: Floats = sums / max(sums.sum(), 1e-300)
        return shares

    def effective_number(self, treated: Flags, clusters: Ints) -> float:
        """Control persons worth their weight: (Σw)² ÷ Σw² (Kish 1965)."""
        shares = self.share_by_person(treated, clusters)
        return float(1 / max((shares**2).sum(), 1e-300))


def weigh(
    terms: Terms, treated: Flags, matched: Matched | None, *, like: Weighting | None = None
) -> Weighting | None:
    """The headline weights; None when the groups cannot be made alike and nobody was matched.

    like  a solution of nearly the same problem, to begin from.
    """
    solution = balance(terms, treated, start=None if like is None else like.multipliers)
    if solution is not None and (solution.multipliers or not terms.names):
        return Weighting.of_solution(solution, treated)
    if matched is not None and len(matched.rows):
        return Weighting.of_matched(matched, treated)
    return None


def weigh_again(
    terms: Terms, treated: Flags, *, like: Weighting, counts: Floats | None = None
) -> Floats | None:
    """Weights of a neighbouring problem (an area left out, a bootstrap draw), begun from a known solution."""
    solution = balance(terms, treated, counts=counts, start=like.multipliers)
    if solution is None or (terms.names and not solution.multipliers):
        return None
    often = np.ones(len(treated)) if counts is None else counts
    rows = np.where(treated, often, 0.0)
    rows[~treated] = solution.weights * often[treated].sum()
    return rows
