"""States: people who move between a few states and death, year by year, with published rates.

    people_t = people_(t-1) · T + births_t b + migration_t m - deaths_t d

T is the matrix of moves among those who live (rows sum to 1); b, m and d say where births, net migration and
deaths fall (each sums to 1). The form of the Bristol Dynamic Population Model.

Source  BNSSG ICB Modelling and Analytics (2022), Dynamic Population Model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from openphm.core.errors import PlanError
from openphm.projections.path import Floats


@dataclass(frozen=True)
class Flow:
    """People who come or go: so many each year [Y], by state [S]."""

    people: Floats
    shares: Floats

    def of_year(self, year: int) -> Floats:
        """By state in a year, the first being 0."""
        return np.asarray(self.people[year] * self.shares, dtype=np.float64)


@dataclass(frozen=True)
class States:
    """People alive [Y+1, S] and dead since the start [Y+1]."""

    people: Floats
    dead: Floats

    def totals(self, each: ArrayLike) -> Floats:
        """Cost or activity of each year from that of a person in each state [S]."""
        return np.asarray(self.people @ np.asarray(each, dtype=np.float64), dtype=np.float64)


def project_states(
    initial: ArrayLike, moves: ArrayLike, births: Flow, migration: Flow, deaths: Flow
) -> States:
    """The states of every year. Raises PlanError where a row does not sum to 1 or a state empties."""
    people, matrix = np.asarray(initial, dtype=np.float64), np.asarray(moves, dtype=np.float64)
    wrong = [n for n, row in enumerate(matrix) if abs(row.sum() - 1) > 1e-6 or (row < 0).any()]
    if wrong:
        raise PlanError(
            f"transition matrix, row {wrong[0] + 1}",
            f"its shares sum to {matrix[wrong[0]].sum():.6f}.",
            "Shares of 0 or more that sum to 1.",
            "death is a flow of its own: leave its column out and scale the rest",
        )
    path, dead = [people], [0.0]
    for year in range(len(births.people)):
        went = deaths.of_year(year)
        people = people @ matrix + births.of_year(year) + migration.of_year(year) - went
        if (people < 0).any():
            raise PlanError("deaths", f"more die from a state in year {year + 1} than are in it.")
        path.append(people)
        dead.append(dead[-1] + float(went.sum()))
    return States(np.stack(path), np.array(dead))
