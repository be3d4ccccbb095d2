"""Matching: up to three visible controls for each treated person, from the risk set of the same month.

Exact on the index month and on the band of last year's count; within a caliper of 0.2 standard deviations of
the log odds of treatment; inside it the nearest by distance on the score and on the trajectory. Greedy, in
rounds of one control each, treated people with the highest score first; a control stands in at most one set a
month, and may stand again in another month. Each control of a set counts 1/k. Who found no match is counted
and shown.

Sources  Li YP, Propert KJ, Rosenbaum PR (2001), Balanced risk set matching, JASA 96:870-882;
         Austin PC (2011), Pharmaceutical Statistics 10:150-161 (caliper 0.2);
         Stuart EA (2010), Statistical Science 25:1-21.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from openphm.evaluation.outcome import Flags, Floats, Ints
from openphm.evaluation.panel import Panel
from openphm.evaluation.terms import KEPT, LINEAR, QUARTER, Terms

CALIPER = 0.2
RATIO = 3
SCORE_WEIGHT = 1.5


@dataclass(frozen=True, eq=False)
class Matched:
    """rows, weights, sets: one entry for each use of a row.

    unmatched  treated rows without a set: nobody like them in their month and band, or all taken
    alone      treated rows with no control of any month within the caliper
    """

    rows: Ints
    weights: Floats
    sets: Ints
    unmatched: Ints
    alone: Ints

    def weights_of(self, count: int) -> Floats:
        """A weight for each of `count` rows of the panel, added up over its sets; 0 for rows not used."""
        return np.bincount(self.rows, weights=self.weights, minlength=count).astype(np.float64)


def match(
    panel: Panel, terms: Terms, scores: Floats, *, ratio: int = RATIO, caliper: float = CALIPER
) -> Matched:
    """Match each treated row. scores: log odds of treatment, (rows,)."""
    width = caliper * float(np.sqrt((scores[panel.treated].var() + scores[~panel.treated].var()) / 2))
    treated = np.flatnonzero(panel.treated)
    order = treated[np.argsort(-scores[treated], kind="stable")]
    near = _near(panel, terms, scores, order, width)
    chosen = share_out(near, ratio, len(panel))
    matched = [(row, np.array(taken)) for row, taken in zip(order, chosen, strict=True) if taken]
    return Matched(
        _joined([np.concatenate([[row], taken]) for row, taken in matched], np.int64),
        _joined([np.concatenate([[1.0], np.full(len(t), 1 / len(t))]) for _, t in matched], np.float64),
        _joined([np.full(1 + len(taken), number) for number, (_, taken) in enumerate(matched)], np.int64),
        np.array([row for row, taken in zip(order, chosen, strict=True) if not taken], dtype=np.int64),
        order[_reach(np.sort(scores[~panel.treated]), scores[order], width) == 0].astype(np.int64),
    )


def _reach(controls: Floats, scores: Floats, width: float) -> Ints:
    """How many controls lie within the caliper of each score. controls: sorted."""
    low, high = (np.searchsorted(controls, scores + side * width, where) for side, where in _SIDES)
    return np.asarray(high - low, dtype=np.int64)


_SIDES: tuple[tuple[int, Literal["left", "right"]], ...] = ((-1, "left"), (1, "right"))


def _near(panel: Panel, terms: Terms, scores: Floats, order: Ints, width: float) -> list[Ints]:
    """For each treated row the controls of its month and band within the caliper, the nearest first."""
    places = _distances(terms, scores, panel.treated)
    pools, bands = _pools(panel, scores), _bands(panel)
    found = []
    for row in order:
        pool, sorted_scores = pools.get((int(panel.index_month[row]), int(bands[row])), _NOBODY)
        low, high = np.searchsorted(sorted_scores, [scores[row] - width, scores[row] + width])
        near = pool[low:high]
        apart = ((places[near] - places[row]) ** 2).sum(axis=1)
        found.append(near[np.argsort(apart, kind="stable")])
    return found


def share_out(near: Sequence[Ints], ratio: int, rows: int) -> list[list[int]]:
    """Round by round, everybody takes their nearest free control, so that few go without."""
    free = np.ones(rows, dtype=bool)
    chosen: list[list[int]] = [[] for _ in near]
    for _ in range(ratio):
        for mine, candidates in zip(chosen, near, strict=True):
            open_ = free[candidates]
            if open_.any():
                taken = int(candidates[open_.argmax()])
                free[taken] = False
                mine.append(taken)
    return chosen


_NOBODY = (np.zeros(0, dtype=np.int64), np.zeros(0))


def _joined(parts: Sequence[NDArray[Any]], kind: type) -> NDArray[Any]:
    return np.concatenate(parts).astype(kind) if parts else np.zeros(0, dtype=kind)


def _pools(panel: Panel, scores: Floats) -> dict[tuple[int, int], tuple[Ints, Floats]]:
    """Controls of each index month and band, sorted by score."""
    bands = _bands(panel)
    controls = np.flatnonzero(~panel.treated)
    order = np.lexsort((scores[controls], bands[controls], panel.index_month[controls]))
    controls = controls[order]
    keys = np.stack([panel.index_month[controls], bands[controls]])
    cuts = np.flatnonzero((np.diff(keys, axis=1) != 0).any(axis=0)) + 1
    found = {}
    for part in np.split(controls, cuts):
        if len(part):
            found[(int(panel.index_month[part[0]]), int(bands[part[0]]))] = (part, scores[part])
    return found


def _bands(panel: Panel) -> Ints:
    """The band of last year's count: cut at the quarters of the treated. One band when it is unknown."""
    if not panel.knows_before(panel.primary, 12):
        return np.zeros(len(panel), dtype=np.int64)
    count = panel.count_before(panel.primary, 12, 1)
    cuts = np.unique(np.quantile(count[panel.treated], [0.25, 0.5, 0.75]))
    return np.searchsorted(cuts, count, side="right").astype(np.int64)


def _distances(terms: Terms, scores: Floats, treated: Flags) -> Floats:
    """Where each row stands: score, trajectory and what is known to matter, in standard deviations."""
    trajectory = np.isin(terms.names, ["last_year", "year_before", "quarter_1", "quarter_2"])
    use = trajectory | (terms.rank == KEPT)
    if not use.any():
        use = (terms.rank == LINEAR) | (terms.rank == QUARTER)
    near = terms.keep(use).that_vary(np.ones(len(treated), dtype=bool)).values
    spread = np.where(near.std(axis=0) > 0, near.std(axis=0), 1.0)
    score = SCORE_WEIGHT * scores / (scores.std() or 1.0)
    return np.column_stack([score, near / spread])
