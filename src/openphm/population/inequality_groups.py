"""Groups of people and their tables: sums by group and age band, at a cut of age that every group fills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from openphm.core.results import Scalar
from openphm.definitions import Definitions
from openphm.population.asking import Row
from openphm.population.strata import AGE_BANDS, QUINTILES

GROUPS = {"imd_quintile": "Deprivation", "ethnic_group": "Ethnic group", "sex_code": "Sex"}
BANDINGS = (AGE_BANDS, (0, 10, 20, 30, 40, 50, 60, 70, 80), (0, 15, 45, 65, 75))
"""First ages of the bands, finest first. The second and third are the first with neighbours put together."""

STANDARD = "esp_2013_19_bands"
_SEXES = {"1": "male", "2": "female"}


class Group(NamedTuple):
    """A group: its value in the data and its id in the answer."""

    value: Scalar
    id: str


@dataclass(frozen=True)
class Table:
    """Sums and largest contributors by name, as arrays (groups, age bands), with the weights of the bands."""

    sums: Mapping[str, np.ndarray]
    tops: Mapping[str, np.ndarray]
    weights: np.ndarray

    @property
    def whole(self) -> Table:
        """All groups as one."""
        return Table(
            {name: held.sum(axis=0, keepdims=True) for name, held in self.sums.items()},
            {name: held.max(axis=0, keepdims=True) for name, held in self.tops.items()},
            self.weights,
        )


def groups_of(rows: Sequence[Row], kind: str) -> list[Group]:
    """The groups of a kind that have people: fifths from most deprived, others by name."""
    held = {row[kind] for row in rows if row[kind] is not None}
    if kind == "imd_quintile":
        return [Group(one, str(one)) for one in QUINTILES if one in held]
    return [Group(one, _SEXES.get(one, str(one))) for one in sorted(held)]


def standard_weights(definitions: Definitions) -> np.ndarray:
    """The European Standard Population 2013 in the 19 bands."""
    body = definitions.get("reference/european_standard_population_2013").body
    bands = next(one["bands"] for one in body["standard_populations"] if one["name"] == STANDARD)
    weights = {band["age"]: float(band["weight"]) for band in bands}
    return np.array([weights[age] for age in AGE_BANDS])


def table_of(rows: Sequence[Row], kind: str, groups: Sequence[Group], weights: np.ndarray) -> Table:
    """The sums of each group at the finest cut of age in which every group has people."""
    finest = _filled(rows, kind, groups)
    for bands in BANDINGS:
        table = _put_together(finest, bands, weights)
        if (table.sums["person_years"] > 0).all() and (table.sums["n_registered"] > 0).all():
            return table
    return table


def _filled(rows: Sequence[Row], kind: str, groups: Sequence[Group]) -> dict[str, np.ndarray]:
    """Sums by group and 5-year band. People whose age or group is not known are in none."""
    group_at = {group.value: place for place, group in enumerate(groups)}
    band_at = {age: place for place, age in enumerate(AGE_BANDS)}
    keys = ("age_from", *GROUPS)
    names = [name for name in rows[0] if name not in keys] if rows else ["person_years", "n_registered"]
    found = {name: np.zeros((len(groups), len(AGE_BANDS))) for name in names}
    for row in rows:
        if row[kind] is None or row["age_from"] is None:
            continue
        at = group_at[row[kind]], band_at[row["age_from"]]
        for name in names:
            held = found[name]
            held[at] = (
                max(held[at], float(row[name])) if name.endswith("_top") else held[at] + float(row[name])
            )
    return found


def _put_together(finest: Mapping[str, np.ndarray], bands: Sequence[int], weights: np.ndarray) -> Table:
    starts = [AGE_BANDS.index(age) for age in bands]
    sums = {n: np.add.reduceat(held, starts, axis=1) for n, held in finest.items() if not n.endswith("_top")}
    tops = {
        name.removesuffix("_top"): np.maximum.reduceat(held, starts, axis=1)
        for name, held in finest.items()
        if name.endswith("_top")
    }
    return Table(sums, tops, np.add.reduceat(weights, starts))
