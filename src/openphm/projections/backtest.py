"""Back-test: project from the data up to a year, compare with the year that came.

For place g and point of delivery p, with E the pounds that its people would cost at the rates of everybody,
the pounds expected next year are E' θ, where θ is what the place costs beside E, drawn towards 1 as far as
chance explains it (Poisson-gamma: Marshall 1991, empirical Bayes estimators of relative risk):

    θ = (O + k) / (E + k),   k = φ / τ²,   τ² = max(0, (Σ (O - E)² - φ Σ E) / Σ E²)

φ is Σ £² / Σ £ over people. The variance of the error, φ E' θ (1 + E' / (E + k)), is multiplied by how wide
the errors of the year before were, which only needs data up to the origin; so is growth of a setting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import numpy as np
from scipy import stats

from openphm.core.errors import PlanError
from openphm.core.periods import Month
from openphm.core.results import Cell, Provenance, Result, Scalar
from openphm.population import Population
from openphm.population.baseline import Measured, measured
from openphm.population.transitions import Movements, movements
from openphm.projections.behind import fewest, together
from openphm.projections.from_build import units_per_person
from openphm.projections.path import Z90, Floats
from openphm.projections.people import Rates, banded, moved_people

COLUMNS = (
    "origin", "setting", "place", "actual", "projected", "p10", "p90", "same_as_last_year", "is_held", "unit",
)  # fmt: skip
ALL = "all"
Line = tuple[Cell | Scalar, ...]
SMALLEST_SCALE = 0.25


@dataclass(frozen=True)
class Year:
    """Place × setting in pounds: what came, what was projected, its standard error, the year before.

    quantile  standard errors from the middle to the 10th and 90th percentile
    behind   people whom the pounds rest on, at the least, in the year that came and the year before
    """

    origin: date
    settings: tuple[str, ...]
    places: tuple[str, ...]
    people: Floats
    actual: Floats
    projected: Floats
    error: Floats
    before: Floats
    behind: Floats
    quantile: Floats | float = Z90

    @property
    def low(self) -> Floats:
        """The 10th percentile."""
        return np.maximum(self.projected - self.quantile * self.error, 0)

    @property
    def high(self) -> Floats:
        """The 90th percentile."""
        return self.projected + self.quantile * self.error

    @property
    def held(self) -> Floats:
        """True where the interval held what came."""
        return np.asarray((self.actual >= self.low) & (self.actual <= self.high))


@dataclass(frozen=True)
class Score:
    """How wrong it was: coverage of P10 to P90, half its width ÷ the value, and mean absolute errors."""

    coverage: float
    half_width: float
    error: float
    error_of_last_year: float


def back_test(population: Population, origins: int = 2) -> list[Year]:
    """A projection from each of the last origins. Raises PlanError where the history is too short."""
    last = Month.containing(population.as_at)
    dates = [last.plus(-12 * back).end for back in range(origins + 1, -1, -1)]
    possible = set(population.month_ends[11:]) | {population.as_at}
    if missing := [day for day in dates if day not in possible]:
        raise PlanError(
            "back-test",
            f"{origins} origins need the year to {missing[0]}, which this build does not hold in full.",
            "Each origin needs a year to project from, the year that came, and one before for its errors.",
            "ask for fewer with --origins",
        )
    held = [measured(population, day) for day in dates]
    moves = [movements(population, day) for day in dates[1:-1]]
    found = []
    # The year before the first origin: what moved in it is known at that origin. Without it, its growth would
    # hold that of people, and be counted twice.
    earlier = [_projected(held[0], held[1], moves[0])]
    for number in range(1, len(held) - 1):
        raw = _projected(held[number], held[number + 1], moves[number - 1])
        found.append(_calibrated(raw, earlier))
        earlier.append(raw)
    return found


def score(years: Sequence[Year], setting: str = ALL) -> Score:
    """Over all places and origins of a setting, or of all."""
    parts = []
    for year in years:
        chosen = [n for n, name in enumerate(year.settings) if setting in (ALL, name)]
        wide = year.quantile * year.error
        parts.append(
            [x[:, chosen].ravel() for x in (year.actual, year.projected, wide, year.before, year.held)]
        )
    actual, projected, wide, before, held = (np.concatenate(one) for one in zip(*parts, strict=True))
    known = projected > 0
    return Score(
        float(held[known].mean()),
        float(np.median(wide[known] / projected[known])),
        float(np.abs(actual - projected).mean()),
        float(np.abs(actual - before).mean()),
    )


def _projected(base: Measured, came: Measured, counted: Movements) -> Year:
    """The year after `base`, before its spread and growth are learnt from the year before."""
    places = tuple(code for code in base.places if code in came.places)
    settings = tuple(dict.fromkeys(base.settings))
    rows = [base.places.index(code) for code in places]
    rho = units_per_person(base) * _unit_cost(base)[:, None, None]
    now = np.einsum("gsbx,sbxp->gp", base.place_people[rows], rho)
    factor = _growth_of_people(base, counted)
    ahead = np.einsum("gsbx,sbx,sbxp->gp", base.place_people[rows], factor, rho, optimize=True)
    observed = base.place_cost[rows]
    whole = base.cost.sum(axis=(0, 1, 2))
    phi = np.divide(base.cost_squares, whole, out=np.ones(len(whole)), where=whole > 0)
    excess = ((observed - now) ** 2).sum(axis=0) - phi * now.sum(axis=0)
    spread = np.maximum(excess, 0) / np.maximum((now**2).sum(axis=0), 1e-9)
    k = phi / np.maximum(spread, 1e-6)
    theta = (observed + k) / (now + k)
    expected = ahead * theta
    variance = phi * expected * (1 + ahead / (now + k))
    came_rows = [came.places.index(code) for code in places]
    gather = np.array([[float(one == setting) for setting in settings] for one in base.settings])
    return Year(
        base.as_at,
        settings,
        places,
        base.place_people[rows].sum(axis=(1, 2, 3)),
        came.place_cost[came_rows] @ gather,
        expected @ gather,
        np.sqrt(variance @ gather),
        observed @ gather,
        np.minimum(_behind(base, rows, settings), _behind(came, came_rows, settings)),
    )


def _behind(one: Measured, rows: Sequence[int], settings: Sequence[str]) -> Floats:
    """People whom a place's pounds of a setting rest on, at the least: those of its largest activity.

    Pounds ÷ (Σ £² ÷ Σ £): Kish's effective number, with the clustering of pounds in people of the whole.
    """
    whole = one.cost.sum(axis=(0, 1, 2))
    phi = np.divide(one.cost_squares, whole, out=np.ones(len(whole)), where=whole > 0)
    each = one.place_cost[rows] / phi
    mine = [np.array([name == setting for name in one.settings]) for setting in settings]
    return np.stack([each[:, columns].max(axis=1) for columns in mine], axis=1)


def _unit_cost(base: Measured) -> Floats:
    units, cost = base.units.sum(axis=(1, 2)), base.cost.sum(axis=(1, 2))
    return np.asarray(np.divide(cost, units, out=np.zeros_like(cost), where=units > 0), dtype=np.float64)


def _growth_of_people(base: Measured, counted: Movements) -> Floats:
    """People a year on ÷ people now [S, 19, 2], moving as in a year of the list."""
    people = banded(base.people)
    ahead = banded(moved_people(base.people, Rates.of(counted), 1, None).people[1])
    return np.asarray(np.divide(ahead, people, out=np.ones_like(people), where=people > 0), dtype=np.float64)


def _calibrated(raw: Year, earlier: Sequence[Year]) -> Year:
    """With spread and growth of each setting learnt from the years before, the last of them nearest.

    Growth beyond that of people is expected again. How far it may change is learnt from how far it changed
    from year to year before; see `_drift`.
    """
    last = earlier[-1]
    growth = _beyond_people(last)
    left = last.actual - last.projected * growth
    squared = np.divide(left**2, last.error**2, out=np.ones_like(left), where=last.error > 0)
    scale = np.maximum(squared.mean(axis=0), SMALLEST_SCALE)
    projected = raw.projected * growth
    own, drift = (raw.error * growth) ** 2 * scale, projected**2 * _drift(earlier)
    quantile = _quantile(own, drift, len(earlier) - 1)
    return replace(raw, projected=projected, error=np.sqrt(own + drift), quantile=quantile)


def _quantile(own: Floats, drift: Floats, seen: int) -> Floats:
    """Student's t at 90% for a sum of two variances that were learnt from few data (Satterthwaite 1946).

    own: learnt from every place of a setting; drift: half from one growth, half from that of every setting,
    and from the changes that were seen.
    """
    places, settings = own.shape
    of_growth = 4 / (1 + 1 / settings)
    of_drift = (1 + seen) ** 2 / (1 / of_growth + seen)
    whole = np.maximum(own + drift, 1e-9)
    freedom = whole**2 / np.maximum(own**2 / places + drift**2 / of_drift, 1e-9)
    return np.asarray(stats.t.ppf(0.9, np.maximum(freedom, 1.0)), dtype=np.float64)


def _beyond_people(year: Year) -> Floats:
    """How much more each setting cost than its people would have at the rates of the year before."""
    expected = year.projected.sum(axis=0)
    growth = np.divide(year.actual.sum(axis=0), expected, out=np.ones_like(expected), where=expected > 0)
    return np.asarray(growth, dtype=np.float64)


def _drift(earlier: Sequence[Year]) -> Floats:
    """Variance of the change of each setting's growth from one year to the next, as a share squared.

    Half of the growth stands for one change that was seen, half of its variance from the median of all
    settings, for one year's growth may be nought by chance. Each change that was seen counts as much.
    """
    grown = [_beyond_people(year) for year in earlier]
    beyond = (grown[-1] - 1) ** 2
    seen = [(after / before - 1) ** 2 for before, after in pairwise(grown)]
    return np.asarray(np.mean([(beyond + np.median(beyond)) / 2 / 4, *seen], axis=0), dtype=np.float64)


def backtest_result(years: Sequence[Year], provenance: Provenance) -> Result:
    """Every place, setting and origin, with the score in the notes."""
    lines: list[Line] = []
    for year in years:
        stated = _stated(year)
        for g, place in enumerate(year.places):
            for n, setting in enumerate(year.settings):
                people = stated[n]
                figures = (year.actual, year.projected, year.low, year.high, year.before)
                cells = [Cell(float(one[g, n]), n_people=people) for one in figures]
                held = Cell("yes" if year.held[g, n] else "no", n_people=people)
                lines.append((year.origin, setting, place, *cells, held, "gbp"))
    whole = score(years)
    notes = [_said("All settings", whole)]
    notes += [_said(name, score(years, name)) for name in years[0].settings]
    return Result("project/backtest", COLUMNS, tuple(lines), provenance, tuple(notes))


def _stated(year: Year) -> tuple[int, ...]:
    """People to state for each setting: those of its smallest place.

    Pounds of a place, and of a setting, stand whole in `project baseline`. So a setting is hidden in all
    places or in none, and never one alone.
    """
    least = np.where(year.actual + year.before > 0, np.maximum(year.behind, 1), 0)
    return together([fewest(int(year.people.min()), one) if one.any() else 0 for one in least.T])


def _said(name: str, one: Score) -> str:
    words = name.replace("_", " ").capitalize()
    return (
        f"{words}: P10 to P90 held {one.coverage:.0%}; half its width is {one.half_width:.1%} of the value; "
        f"mean error £{one.error:,.0f}, against £{one.error_of_last_year:,.0f} of 'same as last year'."
    )
