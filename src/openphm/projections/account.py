"""Account: units before and after as pounds, bed days, beds, staff hours; the same for one path or for many.

Every array has the years 0, 1 ... on its last axis; runs of a simulation stand before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from openphm.projections.mitigation import Planned, created, left, programme_cost
from openphm.projections.path import Floats, Path

DAYS = 365.25


@dataclass(frozen=True)
class Account:
    """What a scenario comes to in each year.

    units, units_mitigated    [..., years+1, activities]
    cost, cost_mitigated      pounds of activity, without the programme
    saving                    pounds of activity avoided, less those that substitution and increases create
    programme                 pounds of the programmes
    """

    units: Floats
    units_mitigated: Floats
    cost: Floats
    cost_mitigated: Floats
    bed_days: Floats
    bed_days_mitigated: Floats
    hours: Floats
    hours_mitigated: Floats
    programme: Floats

    @property
    def saving(self) -> Floats:
        """What activity costs less, before the programme is paid."""
        return self.cost - self.cost_mitigated

    @property
    def net(self) -> Floats:
        """What is left of the saving after the programme."""
        return self.saving - self.programme


def accounted(
    path: Path, before: Floats, after: Floats, programme: Floats, price: Floats | None = None
) -> Account:
    """The account of units before and after [..., years+1, segments, activities].

    price: of each year ÷ the base year [..., years+1, activities]; the path's own when not given.
    """
    prices = path.price if price is None else price

    def pounds(units: Floats) -> Floats:
        return np.asarray(np.einsum("...ysp,sp,...yp->...y", units, path.unit_cost, prices), dtype=np.float64)

    def nights(units: Floats) -> Floats:
        return np.asarray(np.einsum("...ysp,sp->...y", units, path.bed_days), dtype=np.float64)

    return Account(
        before.sum(axis=-2),
        after.sum(axis=-2),
        pounds(before),
        pounds(after),
        nights(before),
        nights(after),
        before.sum(axis=-2) @ path.hours,
        after.sum(axis=-2) @ path.hours,
        programme,
    )


def planned_account(
    path: Path, planned: Sequence[Planned], *, full: bool = False, times: float = 1.0
) -> Account:
    """The account of the central figures.

    full: as if every ramp were at its end; times: every effect multiplied by so much.
    """
    before = path.units
    after = mitigated_units(path, planned, full=full, times=times)
    return accounted(path, before, after, total_programme(path, planned))


def total_programme(path: Path, planned: Sequence[Planned]) -> Floats:
    """Pounds of all programmes in each year."""
    return np.asarray(
        sum((programme_cost(one, path) for one in planned), start=np.zeros(path.years + 1)), dtype=np.float64
    )


def mitigated_units(
    path: Path, planned: Sequence[Planned], *, full: bool = False, times: float = 1.0
) -> Floats:
    """Units after the interventions, with what substitution creates."""
    weights = [one.weights(path.years, full=full) for one in planned]
    changes = [one.centre() * times for one in planned]
    after = path.units * left(planned, weights, changes)
    avoided = np.maximum(path.units - after, 0)
    return np.asarray(after + created(planned, avoided, path, weights, changes), dtype=np.float64)
