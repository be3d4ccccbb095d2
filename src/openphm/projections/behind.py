"""Behind: how many people stand behind a figure of a projection, for release to hide what rests on few.

The size of a cohort is not enough: what one of its people used tells of that person. So each figure
of a plan carries the smallest of the effective numbers (Kish) of people behind the activities it changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from openphm.population.baseline import CohortUnits, Measured, effective_people
from openphm.projections.path import Floats


@dataclass(frozen=True)
class Behind:
    """People behind what a cohort used, at the least, by activity [P], segment [S, P], quintile [5, P].

    people   of the cohort in each segment [S]
    """

    activities: Floats
    segments: Floats
    quintiles: Floats
    people: Floats

    @classmethod
    def of_cohort(cls, cohort: CohortUnits, codes: Sequence[str]) -> Behind:
        """Behind what a cohort's people used. codes: the segments in the order of the path."""
        nothing = np.zeros(cohort.imd_units.shape[1])
        units, squares = (
            np.stack([held.get(code, nothing) for code in codes]) for held in (cohort.units, cohort.squares)
        )
        people = np.array([cohort.people.get(code, 0.0) for code in codes])
        return cls._of(units, squares, people, effective_people(cohort.imd_units, cohort.imd_squares))

    @classmethod
    def of_everybody(cls, measured: Measured) -> Behind:
        """Behind what everybody used."""
        units, people = measured.units.sum(axis=(1, 2)), measured.people.sum(axis=(1, 2))
        by_quintile = effective_people(measured.imd_units.sum(axis=1), measured.imd_squares)
        return cls._of(units, measured.segment_squares, people, by_quintile)

    @classmethod
    def _of(cls, units: Floats, squares: Floats, people: Floats, quintiles: Floats) -> Behind:
        whole = effective_people(units.sum(axis=0), squares.sum(axis=0))
        return cls(whole, effective_people(units, squares), quintiles, people)


def fewest(most: int, *counts: Floats | Iterable[float]) -> int:
    """The smallest of some numbers of people, at most `most`; what nobody used hides nothing."""
    held = [int(n) for some in counts for n in np.ravel(np.asarray(some)) if n > 0]
    return min([most, *held])


def together(people: Sequence[int]) -> tuple[int, ...]:
    """For parts of a whole that is known, the people to state so that no hidden part is had by taking away.

    In order of size, a part states at most the sum of all smaller ones, n[i] = min(b[i], b[1] + … + b[i-1]).
    So at any threshold two parts are hidden or none, and those hidden together hold the threshold unless all
    are. Parts of nobody stay: they add nothing.
    """
    stated = list(people)
    before = 0
    for place in sorted((n for n, count in enumerate(people) if count > 0), key=lambda n: people[n]):
        stated[place] = min(people[place], before) if before else people[place]
        before += people[place]
    return tuple(stated)
