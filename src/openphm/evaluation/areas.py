"""Areas: a service for a whole PCN or place, where no list of people says who was offered it.

Two designs on a table of areas by periods (rates, never counts), through the library `diff-diff`
(`pip install openphm[areas]`): synthetic difference-in-differences when all treated areas start together, and
the group-time averages of Callaway and Sant'Anna when they start one after another. We bring the arrays, and
take the numbers; the statistics are the library's. Its data loaders are never called: they use the network.

Sources  Arkhangelsky D et al (2021), Synthetic difference-in-differences, American Economic Review
         111:4088-4118; Callaway B, Sant'Anna PHC (2021), Journal of Econometrics 225:200-230.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from openphm.core.errors import PlanError
from openphm.evaluation.estimate import Estimate
from openphm.evaluation.outcome import Flags, Floats, Ints

FEWEST_PERIODS = 3


@dataclass(frozen=True, eq=False)
class AreaEffect:
    """The average change of the rate in treated areas over the periods after the start.

    weights  of the untreated areas in the synthetic control, by position; empty for the staggered design
    by_time  periods since the start (0 is the first) to the change then; empty for the synthetic design
    """

    effect: Estimate
    weights: dict[int, float]
    by_time: dict[int, Estimate]


def synthetic_difference(
    rates: ArrayLike, treated: Sequence[bool], first: int, *, draws: int = 200, seed: int = 1
) -> AreaEffect:
    """Synthetic difference-in-differences. rates (areas, periods); treated areas start in period `first`.

    The error is from placebo areas. Raises PlanError without enough areas or periods, or without the library.
    """
    table, flags = _checked(rates, np.asarray(treated, dtype=bool), first, needed=2)
    if (~flags).sum() <= flags.sum():
        raise PlanError(
            "areas",
            f"{int(flags.sum())} treated and {int((~flags).sum())} untreated areas",
            "Placebo errors need more untreated areas than treated ones.",
            "bring more areas without the service",
        )
    library = _library()
    data = _long(table, {"treated": np.repeat(flags, table.shape[1]).astype(int)})
    with warnings.catch_warnings():
        # What the library says of its own future is for its makers.
        warnings.simplefilter("ignore", FutureWarning)
        found = library.SyntheticDiD(n_bootstrap=draws, seed=seed).fit(
            data,
            outcome="rate",
            treatment="treated",
            unit="area",
            time="period",
            post_periods=list(range(first, table.shape[1])),
        )
    weights = {int(area): float(weight) for area, weight in found.unit_weights.items()}
    return AreaEffect(Estimate.around(float(found.att), float(found.se)), weights, {})


def staggered(rates: ArrayLike, starts: Sequence[int]) -> AreaEffect:
    """Callaway and Sant'Anna, never treated areas as controls, doubly robust.

    rates (areas, periods) · starts (areas,) first period with the service, -1 for never.
    """
    first = np.asarray(starts, dtype=np.int64)
    if not (first < 0).any() or (first < 0).all():
        raise PlanError(
            "areas",
            f"{int((first >= 0).sum())} of {len(first)} areas start",
            "Some areas start, and one or more never do.",
        )
    table, _ = _checked(rates, first >= 0, int(first[first >= 0].min()), needed=1)
    # The library counts periods from 1 and writes 0 for never.
    data = _long(table, {"start": np.repeat(np.where(first < 0, 0, first + 1), table.shape[1])})
    data["period"] += 1
    found = (
        _library()
        .CallawaySantAnna(control_group="never_treated")
        .fit(data, outcome="rate", unit="area", time="period", first_treat="start")
    )
    events = found.aggregate("event_study")
    by_time = {
        int(time): Estimate.around(float(change), float(error))
        for time, change, error in zip(events.event_time, events.att, events.se, strict=True)
        if np.isfinite(error)
    }
    return AreaEffect(Estimate.around(float(found.overall_att), float(found.overall_se)), {}, by_time)


def _checked(rates: ArrayLike, treated: Flags, first: int, *, needed: int) -> tuple[Floats, Flags]:
    table = np.asarray(rates, dtype=np.float64)
    if table.ndim != 2 or table.shape[0] != len(treated):
        raise PlanError("areas", f"rates of shape {table.shape}, {len(treated)} areas", "areas by periods")
    if not np.isfinite(table).all():
        raise PlanError(
            "areas",
            "a rate is missing",
            "A gap in a feed is not a zero.",
            "leave out the area, or the periods that the feed does not cover",
        )
    if not treated.any() or treated.all():
        raise PlanError("areas", "all areas or none are treated", "some of each")
    if not needed <= first < table.shape[1] or table.shape[1] < FEWEST_PERIODS:
        raise PlanError(
            "areas",
            f"the service starts in period {first} of {table.shape[1]}",
            f"{needed} or more periods before the first start, and one or more from it on.",
            "bring earlier or later periods",
        )
    return table, treated


def _long(table: Floats, extra: dict[str, Ints]) -> Any:
    areas, periods = table.shape
    columns = {
        "area": np.repeat(np.arange(areas), periods),
        "period": np.tile(np.arange(periods), areas),
        "rate": table.ravel(),
    }
    return import_module("pandas").DataFrame({**columns, **extra})


def _library() -> Any:
    try:
        return import_module("diff_diff")
    except ModuleNotFoundError:
        raise PlanError(
            "areas",
            "the library 'diff-diff' is not installed",
            "Evaluations of whole areas use it; evaluations of people do not.",
            "pip install openphm[areas]",
        ) from None
