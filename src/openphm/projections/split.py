"""Split: a projection by segment, setting or place, each year, with its drivers.

A split is the share that each group has of every cell [groups, years+1, segments, activities]; the shares of
a cell sum to 1, so that groups sum to the whole. An intervention is taken to fall on a cell's places as the
activity of the cell does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from openphm.core.errors import PlanError, UsageError
from openphm.core.results import Cell, Provenance, Result, Scalar
from openphm.projections.account import mitigated_units
from openphm.projections.answers import ALL, notes_of
from openphm.projections.behind import fewest, together
from openphm.projections.mitigation import Planned
from openphm.projections.path import BASE, DRIVERS, PRICE, Floats, Path
from openphm.projections.projection import Projection
from openphm.projections.simulate import simulated_cells

WAYS = ("segment", "setting", "place")
COLUMNS = (
    "year", "by", "code", "metric", "driver", "unmitigated", "mitigated", "p10", "p50", "p90", "unit",
)  # fmt: skip
METRICS = (
    ("cost_gbp", "gbp"),
    ("activity", "events"),
    ("bed_days", "bed_days"),
    ("workforce_hours", "hours"),
)
INTERVENTIONS = "interventions"
Line = tuple[Cell | Scalar, ...]


@dataclass(frozen=True)
class Split:
    """Groups, the people they rest on (0: stated), and their share of every cell."""

    by: str
    codes: tuple[str, ...]
    people: tuple[int, ...]
    shares: Floats

    def summed(self, cells: Floats) -> Floats:
        """Cells [..., years+1, segments, activities] by group [..., years+1, groups]."""
        flat = np.moveaxis(cells.reshape(*cells.shape[:-2], -1), -2, 0)
        shares = self.shares.reshape(*self.shares.shape[:2], -1)
        years = [one @ shares[:, year].T for year, one in enumerate(flat)]
        return np.stack(years, axis=-2)


def split_of(path: Path, by: str) -> Split:
    """The split of a path. by: one of WAYS. Raises UsageError; PlanError where the path has no places."""
    if by not in WAYS:
        raise UsageError("--by", f"'{by[:60]}' is not a way to split.", f"Allowed: {', '.join(WAYS)}.")
    shape = path.units.shape
    if by == "place":
        if path.place_shares is None or path.place_people is None:
            raise PlanError("--by place", "a stated baseline has no places.", remedy="use `from: build`")
        return Split(by, path.places, tuple(int(n) for n in path.place_people), path.place_shares)
    codes = path.segments if by == "segment" else tuple(dict.fromkeys(path.settings))
    shares = np.zeros((len(codes), *shape))
    for n, code in enumerate(codes):
        if by == "segment":
            shares[n, :, n, :] = 1
        else:
            shares[n, :, :, [one == code for one in path.settings]] = 1
    people = [int(n) for n in path.people[0]] if by == "segment" else [_behind(path, one) for one in codes]
    return Split(by, codes, together(people) if path.n_people else (0,) * len(codes), shares)


def _behind(path: Path, setting: str) -> int:
    """People behind a setting, at the least: those of its most used activity."""
    held = zip(path.settings, path.behind, strict=True) if path.behind else ()
    return max((n for one, n in held if one == setting), default=path.n_people)


def _people_of_plan(projection: Projection, split: Split) -> tuple[int, ...]:
    """People behind what the plan makes of each group, at the least; those of a group left alone."""
    path = projection.path
    if not path.n_people or split.by == "place":
        return tuple(min(n, projection.n_people) for n in split.people)
    reached = []
    for g, code in enumerate(split.codes):
        here = [name for name, one in zip(path.activities, path.settings, strict=True) if one == code]
        chosen = (g, path.activities) if split.by == "segment" else (None, here)
        counts = [n for one in projection.planned if (n := _cohort_behind(one, path.activities, *chosen))]
        reached.append(min([split.people[g], *counts]) if counts else 0)
    return tuple(own or n for own, n in zip(together(reached), split.people, strict=True))


def _cohort_behind(one: Planned, names: Sequence[str], segment: int | None, wanted: Collection[str]) -> int:
    """People behind what is changed in a segment, or in some activities; 0 where nothing is."""
    sources, held = one.sources(wanted, names), one.cohort.behind
    if held is None or not sources:
        return 0
    if segment is None:
        return one.people_behind(sources)
    return fewest(int(held.people[segment]), held.segments[segment, sources])


def _weights(path: Path) -> tuple[Floats | float, ...]:
    """What a unit of each cell counts as, in the order of METRICS; pounds without the growth of prices."""
    return path.unit_cost, 1.0, path.bed_days, np.broadcast_to(path.hours, path.unit_cost.shape)


def split_result(projection: Projection, by: str, provenance: Provenance) -> Result:
    """Cost, activity, bed days and staff hours of each group and year, and what drives its cost."""
    path = projection.path
    split = split_of(path, by)
    prices = path.price[:, None, :]
    before, after = path.units, mitigated_units(path, projection.planned)
    runs = _runs(projection, split)
    drivers = _drivers(projection, split, after)
    people = tuple(zip(split.people, _people_of_plan(projection, split), strict=True))
    lines: list[Line] = []
    for n, (metric, unit) in enumerate(METRICS):
        each = _weights(path)[n] * (prices if n == 0 else 1.0)
        was, now = split.summed(before * each), split.summed(after * each)
        for year in range(path.years + 1):
            for g, code in enumerate(split.codes):
                figures = (was[year, g], now[year, g], *np.quantile(runs[n][:, year, g], [0.1, 0.5, 0.9]))
                cells = _cells(people[g], figures)
                lines.append((year, by, code, metric, ALL, *cells, unit))
    lines += _driver_lines(projection, split, drivers, people)
    notes = (
        *notes_of(projection),
        f"Each {by} sums to the whole. Drivers of cost add up from the base to the cost with the plan.",
        *(
            ("A place's people change as those of their segment, age and sex do everywhere; "
             "interventions fall on places as activity does.",)
            if by == "place" else ()
        ),
    )  # fmt: skip
    return Result(f"project/run/{projection.scenario.id}/{by}", COLUMNS, tuple(lines), provenance, notes)


def _cells(people: tuple[int, int], figures: tuple[float, ...]) -> list[Cell | Scalar]:
    """Unmitigated, then mitigated and its percentiles, which rest on what the cohort used."""
    if not people[0]:
        return [float(one) for one in figures]
    counts = [people[0]] + [people[1]] * (len(figures) - 1)
    return [Cell(float(one), n_people=n) for one, n in zip(figures, counts, strict=True)]


def _runs(projection: Projection, split: Split) -> list[Floats]:
    """The simulated metrics of each group with the plan [runs, years+1, groups]."""
    path, rng = projection.path, np.random.default_rng(projection.scenario.seed)
    found: list[list[Floats]] = [[] for _ in METRICS]
    for part in simulated_cells(path, projection.planned, projection.scenario):
        for n, each in enumerate(_weights(path)):
            price = part.price[:, :, None, :] if n == 0 else 1.0
            whole = split.summed(part.after * each * price)
            found[n].append(
                whole + _own_chance(split, part.after * (each * price) ** 2, path.dispersion, rng)
            )
    return [np.concatenate(parts) for parts in found]


def _own_chance(split: Split, squares: Floats, phi: Floats, rng: np.random.Generator) -> Floats | float:
    """How far a group may lie from its share of the cells, as chance and not as a share of everybody's.

    Of a cell of n units, clustered by φ, a group with share w has a variance of φ n w (1 - w); it is doubled,
    for the share itself was measured from the units of one year. A group that holds whole cells has none.
    """
    apart = split.shares * (1 - split.shares)
    if not apart.any():
        return 0.0
    variance = 2 * replace(split, shares=apart).summed(squares * phi)
    variance[:, 0] = 0.0
    return np.sqrt(np.maximum(variance, 0)) * rng.standard_normal(variance.shape)


def _drivers(projection: Projection, split: Split, after: Floats) -> dict[str, Floats]:
    """Pounds of the base and of what each driver adds [years+1, groups]; they sum to the cost with the plan.

    What a place gains because its people grow in number more than others is part of the first driver.
    """
    path = projection.path
    base = Split(split.by, split.codes, split.people, np.repeat(split.shares[:, :1], path.years + 1, axis=1))
    levels = {BASE: base.summed(path.stages[BASE] * path.unit_cost)}
    levels |= {name: split.summed(path.stages[name] * path.unit_cost) for name in DRIVERS}
    prices = path.price[:, None, :]
    levels[PRICE] = split.summed(path.units * path.unit_cost * prices)
    levels[INTERVENTIONS] = split.summed(after * path.unit_cost * prices)
    names = list(levels)
    return {
        name: levels[name] - (levels[names[n - 1]] if n else 0.0) for n, name in enumerate(names)
    }  # fmt: skip


def _driver_lines(
    projection: Projection,
    split: Split,
    drivers: dict[str, Floats],
    behind: Sequence[tuple[int, int]],
) -> Iterator[Line]:
    for year in range(1, projection.path.years + 1):
        for g, code in enumerate(split.codes):
            for name, pounds in drivers.items():
                if name == INTERVENTIONS and not projection.planned:
                    continue
                people = behind[g][name == INTERVENTIONS]
                value = float(pounds[year, g])
                cell = Cell(value, n_people=people) if split.people[g] else value
                place = (cell, None) if name != INTERVENTIONS else (None, cell)
                yield (year, split.by, code, "change_gbp", name, *place, None, None, None, "gbp")
