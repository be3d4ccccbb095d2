"""Path: what is expected each year if nothing is done, with every driver of change kept apart.

Units of activity are an array of years × segments × activities, year 0 being the year measured. The drivers
are a chain: each stage adds one to those before it, so that what they add sums to the whole change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openphm.definitions.scenario_ranges import Range
from openphm.definitions.scenarios import Scenario, Stated

Floats = NDArray[np.float64]

Z90 = 1.2815515655446004
"""The standard normal's 90th percentile."""
BASE = "base"
DRIVERS = ("population_growth", "ageing", "segment_movement", "health_status", "growth", "backlog")
PRICE = "price"


@dataclass(frozen=True)
class Path:
    """The unmitigated path.

    stages      for `base` and each driver, units [years+1, segments, activities] with it and those before
    people      [years+1, segments]
    unit_cost   pounds a unit in prices of the base year [segments, activities]
    bed_days    nights a unit [segments, activities]
    hours       staff hours a unit [activities]
    inflation   range of each activity's growth of price a year above general prices
    growth      range of each activity's growth a year that stage `growth` holds the centre of
    dispersion  variance of a yearly count ÷ its mean [activities]; 1 is Poisson
    general     growth of prices in general a year: of programmes, and what present values are freed of
    variants    units ÷ the centre in draws of movement and health [draws, years+1, segments, activities]
    counted     units that the rates were measured from [segments, activities]; None when they were stated
    n_people    how many people the figures rest on; 0 when they were stated
    behind      people behind each activity of the base year, at the least; none when they were stated
    places, place_people, place_shares  networks, their people [G], and their share of the units
                                        [G, years+1, segments, activities]; none when they were stated
    """

    segments: tuple[str, ...]
    activities: tuple[str, ...]
    settings: tuple[str, ...]
    stages: Mapping[str, Floats]
    people: Floats
    unit_cost: Floats
    bed_days: Floats
    hours: Floats
    inflation: tuple[Range, ...]
    growth: tuple[Range, ...]
    population_growth: Range
    dispersion: Floats
    general: float = 0.0
    variants: Floats | None = None
    counted: Floats | None = None
    n_people: int = 0
    behind: tuple[int, ...] = ()
    places: tuple[str, ...] = ()
    place_people: Floats | None = None
    place_shares: Floats | None = None

    @property
    def units(self) -> Floats:
        """Units with every driver."""
        return self.stages[DRIVERS[-1]]

    @property
    def years(self) -> int:
        """Years after the base year."""
        return int(self.people.shape[0]) - 1

    @property
    def general_price(self) -> Floats:
        """Prices in general of each year ÷ those of the base year [years+1]."""
        return np.asarray((1 + self.general) ** np.arange(self.years + 1), dtype=np.float64)

    @property
    def price(self) -> Floats:
        """Price of each year ÷ that of the base year [years+1, activities]."""
        rates = np.array([one.value for one in self.inflation])
        return np.asarray((1 + rates) ** np.arange(self.years + 1)[:, None], dtype=np.float64)

    def added(self) -> dict[str, Floats]:
        """Units that each driver adds to those before it; they sum to the change from the base."""
        names = (BASE, *DRIVERS)
        return {
            name: self.stages[name] - self.stages[before]
            for before, name in zip(names, DRIVERS, strict=False)
        }


def stated_path(scenario: Scenario, stated: Stated) -> Path:
    """The path of a baseline that is written in the scenario: one segment, everybody of it alike."""
    activities = stated.activities
    years = np.arange(scenario.horizon_years + 1)[:, None, None]
    rates = np.array([[[one.rate for one in activities]]])
    growth = np.array([[[one.growth.value for one in activities]]])
    grown = np.asarray((1 + stated.population_growth.value) ** years, dtype=np.float64)
    base = np.broadcast_to(stated.people * rates, (len(years), 1, len(activities)))
    with_people = base * grown
    all_of_it = with_people * (1 + growth) ** years
    stages = {BASE: base, **dict.fromkeys(DRIVERS[:4], with_people), **dict.fromkeys(DRIVERS[4:], all_of_it)}
    names = tuple(one.id for one in activities)
    return Path(
        segments=("all",),
        activities=names,
        settings=names,
        stages=stages,
        people=stated.people * grown[:, :, 0],
        unit_cost=np.array([[one.unit_cost_gbp for one in activities]]),
        bed_days=np.array([[one.bed_days for one in activities]]),
        hours=np.array([one.hours for one in activities]),
        inflation=inflation_of(scenario, names),
        growth=tuple(one.growth for one in activities),
        population_growth=stated.population_growth,
        general=general_inflation(scenario),
        dispersion=np.ones(len(activities)),
    )


def inflation_of(scenario: Scenario, activities: tuple[str, ...]) -> tuple[Range, ...]:
    """The growth of each activity's price: none in real prices; `all` stands for those not named."""
    if scenario.prices == "real":
        return (Range(0.0),) * len(activities)
    general = scenario.inflation.get("all", Range(0.0))
    return tuple(scenario.inflation.get(name, general) for name in activities)


def general_inflation(scenario: Scenario) -> float:
    """The growth of prices in general, `all`; none in real prices."""
    return scenario.inflation.get("all", Range(0.0)).value if scenario.prices == "nominal" else 0.0
