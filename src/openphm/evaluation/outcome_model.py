"""The outcome model: quasi-Poisson regression with weights and months followed as offset.

    log E[Y] = x·β + log e          Σ w x (Y − μ) = 0

Only the mean is modelled, so counts may be spread more than Poisson and costs may be amounts of money: the
variance comes from the clusters (sandwich), or, where people are few, from leaving out one cluster at a time
(CR3): β₍g₎ − β = −(A − A_g)⁻¹ U_g, V = (G−1)/G Σ d dᵀ.

Sources  Wooldridge JM (1999), Journal of Econometrics 90:77-97 (quasi-Poisson needs the mean only);
         MacKinnon JG, White H (1985), J Econometrics 29:305-325; Bell RM, McCaffrey DF (2002), Survey
         Methodology 28:169-181 (jackknife of clusters).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from openphm.evaluation.outcome import Floats, Ints

MOST_STEPS = 80
RIDGE = 1e-9


@dataclass(frozen=True, eq=False)
class Model:
    """slopes β · mean μ of each row · curve A = Σ w μ x xᵀ · residual w (Y − μ), one a row."""

    slopes: Floats
    mean: Floats
    curve: Floats
    residual: Floats
    design: Floats
    weights: Floats

    def predict(self, design: Floats, months: Floats) -> Floats:
        """Expected amounts of other rows."""
        found: Floats = np.exp(np.clip(design @ self.slopes, -50, 50)) * months
        return found


def quasi_poisson(design: Floats, amount: Floats, months: Floats, weights: Floats) -> Model | None:
    """Fit; None when there are no events or the steps do not settle."""
    total, time = float(weights @ amount), float(weights @ months)
    if total <= 0 or time <= 0:
        return None
    offset = np.log(months)
    slopes = np.zeros(design.shape[1])
    # A first guess: the common rate in the intercept, which is the first column.
    slopes[0] = np.log(total / time)
    loss = _loss(design, amount, offset, weights, slopes)
    settled = False
    for _ in range(MOST_STEPS):
        mean = np.exp(np.clip(design @ slopes + offset, -50, 50))
        slope = design.T @ (weights * (amount - mean))
        curve = _curve(design, weights * mean)
        step = np.linalg.lstsq(curve, slope, rcond=1e-12)[0]
        size = 1.0
        while size > 1e-8:
            new = _loss(design, amount, offset, weights, slopes + size * step)
            if new <= loss + 1e-9 * abs(loss):
                break
            size /= 2
        slopes, loss = slopes + size * step, new
        if abs(slope @ step) < 1e-10 * (1 + abs(loss)):
            settled = True
            break
    if not settled:
        return None
    mean = np.exp(np.clip(design @ slopes + offset, -50, 50))
    return Model(slopes, mean, _curve(design, weights * mean), weights * (amount - mean), design, weights)


def sandwich(model: Model, clusters: Ints) -> Floats:
    """Covariance of the slopes, clustered: A⁻¹ (Σ_g U_g U_gᵀ) A⁻¹ G/(G−1)."""
    sums = _sums(model.design * model.residual[:, np.newaxis], clusters)
    bread = np.linalg.pinv(model.curve, hermitian=True)
    number = len(sums)
    found: Floats = bread @ (sums.T @ sums) @ bread * number / max(number - 1, 1)
    return found


def jackknife(model: Model, clusters: Ints) -> Floats:
    """Covariance of the slopes with each cluster left out in one step (CR3): for small studies.

    A cluster has few rows, so the step is solved among its rows and not among the slopes:
    (A − X_gᵀ W X_g)⁻¹ X_gᵀ s = A⁻¹ X_gᵀ (I − W X_g A⁻¹ X_gᵀ)⁻¹ s.
    """
    bread = np.linalg.pinv(model.curve, hermitian=True)
    scale = model.weights * model.mean
    residual = _left_out_residuals(model, clusters, model.design @ bread, scale)
    moved = _sums(model.design * residual[:, np.newaxis], clusters) @ bread
    found: Floats = moved.T @ moved * ((len(moved) - 1) / len(moved))
    return found


def _left_out_residuals(model: Model, clusters: Ints, breaded: Floats, scale: Floats) -> Floats:
    """(I − W X_g A⁻¹ X_gᵀ)⁻¹ s for the rows of each cluster; clusters of one size are solved together."""
    residual = model.residual.copy()
    order = np.argsort(clusters, kind="stable")
    sizes = np.bincount(clusters)
    starts = np.cumsum(sizes) - sizes
    for size in np.unique(sizes):
        rows = order[starts[sizes == size][:, np.newaxis] + np.arange(size)]
        leverage = scale[rows][:, :, np.newaxis] * (breaded[rows] @ model.design[rows].transpose(0, 2, 1))
        # A cluster that alone decides a slope has leverage 1: kept just solvable, so its error is huge.
        left = np.eye(size) * (1 + 1e-9) - leverage
        residual[rows] = np.linalg.solve(left, model.residual[rows][:, :, np.newaxis])[:, :, 0]
    return residual


def _loss(design: Floats, amount: Floats, offset: Floats, weights: Floats, slopes: Floats) -> float:
    tilt = np.clip(design @ slopes + offset, -50, 50)
    return float(weights @ (np.exp(tilt) - amount * tilt))


def _curve(design: Floats, scale: Floats) -> Floats:
    found: Floats = (design * scale[:, np.newaxis]).T @ design
    found[np.diag_indices_from(found)] += RIDGE * np.trace(found) / len(found)
    return found


def _sums(values: Floats, clusters: Ints) -> Floats:
    """Row sums by cluster, (clusters, columns)."""
    rows = len(clusters)
    chooser = sparse.csr_matrix(
        (np.ones(rows), (clusters, np.arange(rows))), shape=(int(clusters.max()) + 1, rows)
    )
    found: Floats = chooser @ values
    return found
