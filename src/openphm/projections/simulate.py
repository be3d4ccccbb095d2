"""Simulate: how far the years may differ from the plan, and how likely a saving is.

Cells are counts. The sum of Poisson counts is Poisson, and a Poisson count of which each unit is kept with
probability q falls into two independent Poisson counts, kept and avoided. So drawing cells of segment ×
activity × year is the same as drawing every person's events, and far quicker.

Parameters are drawn once a run. Each is normal with the given 10th and 90th percentile, mean (P10 + P90) / 2
and standard deviation (P90 - P10) / 2.563; those of one kind share a Gaussian copula with one correlation.
Rates that were measured carry the chance of their own count (gamma), and counts that cluster in people carry
their dispersion φ as φ · Poisson(λ / φ).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from openphm.definitions.scenario_ranges import Range
from openphm.definitions.scenarios import Scenario
from openphm.projections.account import Account, accounted
from openphm.projections.mitigation import Planned, created, left, programme_cost
from openphm.projections.path import Z90, Floats, Path

MOST_CELLS = 4_000_000
"""Cells drawn at a time, so that memory stays small."""


@dataclass(frozen=True)
class Drawn:
    """One value of every parameter for each run [runs, ...]."""

    growth: Floats
    population: Floats
    inflation: Floats
    changes: tuple[Floats, ...]
    hours: tuple[Floats, ...]
    rates: Floats
    variant: NDArray[np.intp]

    def part(self, chosen: slice) -> Drawn:
        """Some of the runs."""
        return Drawn(
            self.growth[chosen], self.population[chosen], self.inflation[chosen],
            tuple(one[chosen] for one in self.changes), tuple(one[chosen] for one in self.hours),
            self.rates[chosen], self.variant[chosen],
        )  # fmt: skip


@dataclass(frozen=True)
class Cells:
    """Some runs: units [runs, years+1, segments, activities], pounds of programmes, price of each year."""

    before: Floats
    after: Floats
    programme: Floats
    price: Floats


def draw(path: Path, planned: Sequence[Planned], scenario: Scenario, rng: np.random.Generator) -> Drawn:
    """The parameters of every run."""
    runs, rho = scenario.runs, scenario.correlation
    effects = [one for plan in planned for one in plan.changes]
    changes = np.clip(_correlated(effects, runs, rho, rng), -1, 1)
    width = len(path.activities)
    return Drawn(
        growth=_correlated(path.growth, runs, rho, rng),
        population=_correlated([path.population_growth], runs, rho, rng)[:, 0],
        inflation=_correlated(path.inflation, runs, rho, rng),
        changes=tuple(changes[:, n * width : (n + 1) * width] for n in range(len(planned))),
        hours=tuple(_correlated([one.intervention.cost.hour_gbp], runs, rho, rng)[:, 0] for one in planned),
        rates=_rates(path, runs, rng),
        variant=rng.integers(0, 1 if path.variants is None else len(path.variants), runs),
    )


def _correlated(ranges: Sequence[Range], runs: int, rho: float, rng: np.random.Generator) -> Floats:
    """Normal draws [runs, parameters]; any two of them correlate by rho."""
    low = np.array([one.low for one in ranges])
    high = np.array([one.high for one in ranges])
    shared = rng.standard_normal((runs, 1))
    own = rng.standard_normal((runs, len(ranges)))
    z = np.sqrt(rho) * shared + np.sqrt(1 - rho) * own
    return np.asarray((low + high) / 2 + z * (high - low) / (2 * Z90), dtype=np.float64)


def _rates(path: Path, runs: int, rng: np.random.Generator) -> Floats:
    """Measured rate ÷ true rate for each run, segment and activity: gamma with the counts' own chance."""
    shape = (runs, len(path.segments), len(path.activities))
    if path.counted is None:
        return np.ones(shape)
    size = path.counted / path.dispersion
    drawn = rng.gamma(np.maximum(size, 0.5), 1.0, shape) / np.maximum(size, 0.5)
    return np.asarray(np.where(size > 0, drawn, 1.0), dtype=np.float64)


def simulate(path: Path, planned: Sequence[Planned], scenario: Scenario) -> Account:
    """The account of every run: arrays with runs on the first axis."""
    parts = [
        accounted(path, one.before, one.after, one.programme, one.price)
        for one in simulated_cells(path, planned, scenario)
    ]
    joined = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Account)
    }
    return Account(**joined)


def simulated_cells(path: Path, planned: Sequence[Planned], scenario: Scenario) -> Iterator[Cells]:
    """The cells of every run, some runs at a time. The same scenario gives the same runs."""
    rng = np.random.default_rng(scenario.seed)
    drawn = draw(path, planned, scenario, rng)
    step = max(MOST_CELLS // max(path.units.size, 1), 1)
    for start in range(0, scenario.runs, step):
        yield _simulated(path, planned, drawn.part(slice(start, start + step)), rng)


def _simulated(path: Path, planned: Sequence[Planned], drawn: Drawn, rng: np.random.Generator) -> Cells:
    expected = path.units * _multiplier(path, drawn) * drawn.rates[:, None]
    if path.variants is not None:
        expected *= path.variants[drawn.variant]
    before, after = _counts(path, planned, drawn, expected, rng)
    # Year 0 was measured: no run may differ from it.
    before[:, 0] = after[:, 0] = path.units[0]
    programme = sum(
        (programme_cost(one, path, hour[:, None]) for one, hour in zip(planned, drawn.hours, strict=True)),
        start=np.zeros((len(drawn.growth), path.years + 1)),
    )
    price = (1 + drawn.inflation[:, None, :]) ** np.arange(path.years + 1)[:, None]
    return Cells(before, after, np.asarray(programme, dtype=np.float64), price)


def _counts(
    path: Path, planned: Sequence[Planned], drawn: Drawn, expected: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Counts before and after [runs, years+1, segments, activities]; what is kept is the same in both."""
    share, weights, changes = _share_left(path, planned, drawn)
    phi = path.dispersion
    touched = [n for n in range(len(path.activities)) if any(np.any(one[:, n]) for one in drawn.changes)]
    before = phi * rng.poisson(expected / phi)
    after = before.copy()
    avoided = np.zeros_like(before)
    if touched:
        kept_share = np.minimum(share[..., touched], 1)
        lam = expected[..., touched] / phi[touched]
        stays = phi[touched] * rng.poisson(lam * kept_share)
        avoided[..., touched] = phi[touched] * rng.poisson(lam * (1 - kept_share))
        more = phi[touched] * rng.poisson(lam * np.maximum(share[..., touched] - 1, 0))
        before[..., touched] = stays + avoided[..., touched]
        after[..., touched] = stays + more
    if any(one.intervention.substitutions for one in planned):
        after += created(planned, avoided, path, weights, changes)
    return before, after


def _share_left(
    path: Path, planned: Sequence[Planned], drawn: Drawn
) -> tuple[Floats, list[Floats], list[Floats]]:
    weights = [one.weights(path.years) for one in planned]
    changes = [one[:, None, None, :] for one in drawn.changes]
    shape = (len(drawn.growth), *path.units.shape)
    return np.broadcast_to(left(planned, weights, changes), shape), weights, changes


def _multiplier(path: Path, drawn: Drawn) -> Floats:
    """How much more or less than the centre each run grows [runs, years+1, 1, activities]."""
    years = np.arange(path.years + 1)[None, :, None, None]
    centre = 1 + np.array([one.value for one in path.growth])
    activity = (1 + drawn.growth)[:, None, None, :] / centre
    people = ((1 + drawn.population) / (1 + path.population_growth.value))[:, None, None, None]
    return np.asarray((activity * people) ** years, dtype=np.float64)
