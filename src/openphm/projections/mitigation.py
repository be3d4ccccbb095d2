"""Mitigation: what interventions take away from the path, each unit at most once.

In a cell of U units, intervention m with cover k (the cohort's share of the units), reach r, ramp a and
change e (negative when activity is avoided) leaves the share 1 + k·r·a·e; several leave the product,

    mitigated = U · Π (1 + k·r·a·e)

so two interventions that each avoid all of a unit avoid it once. What substitution creates is added after.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from openphm.definitions.scenario_interventions import Intervention
from openphm.definitions.scenario_ranges import Range
from openphm.projections.behind import Behind, fewest
from openphm.projections.path import Floats, Path


@dataclass(frozen=True)
class Cover:
    """The share that a cohort has of people [segments] and of units [segments, activities].

    n_people   how many people of a build it rests on; 0 when it was stated
    imd_units  units of the cohort by deprivation quintile [5, activities]; None when it was stated
    behind     how many people are behind what the cohort used; None when it was stated
    """

    people: Floats
    units: Floats
    n_people: int = 0
    imd_units: Floats | None = None
    behind: Behind | None = None

    def of_people(self, wanted: int | None) -> Cover:
        """So many of its people, who use what its people use; all of them when None or when it was stated."""
        if wanted is None or self.n_people == 0:
            return self
        share = min(wanted / self.n_people, 1.0)
        return replace(self, people=self.people * share, units=self.units * share)

    @classmethod
    def of_share(cls, path: Path, share: float) -> Cover:
        """The same share everywhere."""
        shape = (len(path.segments), len(path.activities))
        return cls(np.full(shape[0], share), np.full(shape, share))


@dataclass(frozen=True)
class Planned:
    """An intervention, its whole cohort, and its effects as ranges in the order of the path's activities."""

    intervention: Intervention
    cohort: Cover
    changes: tuple[Range, ...]

    @cached_property
    def cover(self) -> Cover:
        """The cover of the people planned for: the cohort, or so many of it."""
        return self.cohort.of_people(self.intervention.people)

    @cached_property
    def touched(self) -> tuple[int, ...]:
        """The activities that it changes itself, by their place."""
        return tuple(place for place, one in enumerate(self.changes) if one.low or one.value or one.high)

    @cached_property
    def n_people(self) -> int:
        """People behind what it changes, at the least."""
        return self.people_behind(self.touched)

    def people_behind(self, activities: Sequence[int]) -> int:
        """Of the cohort, or of those in it who used the least used of some activities."""
        held = self.cohort.behind
        return fewest(self.cohort.n_people, () if held is None else held.activities[list(activities)])

    def sources(self, wanted: Collection[str], names: Sequence[str]) -> list[int]:
        """The changed activities that decide what it does to those wanted: their own and what they replace.

        names: the activities of the path
        """
        replaced = {one.avoided for one in self.intervention.substitutions if one.created in wanted}
        return [place for place in self.touched if names[place] in wanted or names[place] in replaced]

    def centre(self) -> Floats:
        """The planned changes [activities]."""
        return np.array([one.value for one in self.changes])

    def weights(self, years: int, *, full: bool = False) -> Floats:
        """k·r·a [years+1, segments, activities], nought in year 0; full: as if the ramp were at its end."""
        found = np.zeros((years + 1, *self.cover.units.shape))
        for year in range(1, years + 1):
            reach, ramp = self.intervention.share_in(year)
            found[year] = self.cover.units * reach * (1.0 if full else ramp)
        return found

    def people(self, path: Path) -> Floats:
        """People reached in each year [years+1], nought in year 0."""
        in_cohort = path.people @ self.cover.people
        reach = [0.0, *(self.intervention.share_in(year)[0] for year in range(1, path.years + 1))]
        return np.asarray(in_cohort * np.array(reach), dtype=np.float64)


def left(planned: Sequence[Planned], weights: Sequence[Floats], changes: Sequence[Floats]) -> Floats:
    """Π (1 + weight · change): the share of units that is left [..., years+1, segments, activities].

    changes: of each intervention, [activities] or [runs, 1, 1, activities].
    """
    product: Floats = np.ones(1)
    for _, weight, change in zip(planned, weights, changes, strict=True):
        product = product * (1 + weight * change)
    return product


def created(
    planned: Sequence[Planned],
    avoided: Floats,
    path: Path,
    weights: Sequence[Floats],
    changes: Sequence[Floats],
) -> Floats:
    """Units that substitution makes of what is avoided [..., segments, activities], shared as each avoids.

    weights, changes: of each intervention, as for `left`; its share is that of what it would avoid by itself.
    """
    made = np.zeros_like(avoided)
    for number, one in enumerate(planned):
        for rule in one.intervention.substitutions:
            source, target = path.activities.index(rule.avoided), path.activities.index(rule.created)
            own = [
                np.maximum(-weight[..., source] * change[..., source], 0)
                for weight, change in zip(weights, changes, strict=True)
            ]
            whole = sum(own[1:], start=own[0])
            share = np.divide(own[number], whole, out=np.zeros_like(whole), where=whole > 0)
            made[..., target] += rule.units * avoided[..., source] * share
    return made


def programme_cost(one: Planned, path: Path, hour_gbp: float | Floats | None = None) -> Floats:
    """Pounds a year [..., years+1] with optimism bias, set-up in year 1, grown with prices; nought in year 0.

    hour_gbp: the price of an hour, or one for each run [runs, 1].
    """
    cost = one.intervention.cost
    hour = cost.hour_gbp.value if hour_gbp is None else hour_gbp
    runs = np.ones(path.years + 1)
    runs[0] = 0.0
    begins = np.zeros(path.years + 1)
    begins[1] = 1.0
    yearly = (
        cost.yearly_gbp * runs + cost.hours_per_year * hour * runs + cost.per_person_gbp * one.people(path)
    )
    real = (yearly + cost.set_up_gbp * begins) * (1 + cost.optimism_bias)
    return np.asarray(real * path.general_price, dtype=np.float64)
