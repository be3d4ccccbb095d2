"""Views of the baseline: segment budgets, expected cost for each person, places against what is expected.

The actuarial view: what a person of this segment, age, sex and deprivation is expected to cost in a year, and
what the budget of a segment is (Figure 9). What a place is expected to cost is that of
its people at everybody's rates.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from openphm.core.errors import UsageError
from openphm.core.results import Cell, Provenance, Result, Scalar
from openphm.population.baseline import PLACES, Measured
from openphm.population.person_costs import PersonCosts
from openphm.population.transitions import GROUPS
from openphm.projections.behind import together
from openphm.projections.from_build import units_per_person
from openphm.projections.path import Floats
from openphm.projections.people import banded
from openphm.statistics import ratio_funnel

BY = ("segment", "age", "sex", "imd", "activity", "pcn", "practice")
COLUMNS = ("by", "code", "measure", "value", "unit")
PERSON = "person"
PERSON_COLUMNS = ("segment", "age", "sex", "imd_quintile", "people", "expected_cost_per_person_gbp")
PERSON_PRIOR = 50.0
_AGES = (
    *(f"{first}-{after - 1}" for first, after in pairwise(GROUPS)), f"{GROUPS[-1]}+",
)  # fmt: skip
Line = tuple[Cell | Scalar, ...]


def baseline_result(measured: Measured, by: str, provenance: Provenance) -> Result:
    """The baseline split one way. by: one of BY. Raises UsageError otherwise."""
    if by not in BY:
        raise UsageError(
            "--by", f"'{by[:60]}' is not a way to split a baseline.", f"Allowed: {', '.join(BY)}."
        )
    if by in PLACES:
        lines = _places(measured, by)
    else:
        makers = {"activity": _activities, "imd": _deprivation}
        lines = makers[by](measured) if by in makers else _groups(measured, by)
    return Result(
        f"project/baseline/{by}",
        COLUMNS,
        tuple(lines),
        provenance,
        (
            "Cost and activity of the 12 months to the date, for each person registered on it.",
            *(
                ("A budget is what the people of a segment are expected to cost at present rates.",)
                if by == "segment"
                else ()
            ),
            *(
                ("Expected: the place's people at the rates of everybody of their segment, age and sex.",)
                if by in PLACES
                else ()
            ),
        ),
    )


def _rows(by: str, code: str, people: float, cost: float, whole: float) -> Iterator[Line]:
    n = int(people)
    yield by, code, "people", Cell(n, n_people=n), "people"
    yield by, code, "cost_total_gbp", Cell(cost, n_people=n), "gbp"
    yield by, code, "cost_per_person", Cell(cost / people if people else None, n_people=n), "gbp_per_person"
    yield by, code, "budget_share", Cell(cost / whole if whole else None, n_people=n), "share"


def _groups(measured: Measured, by: str) -> Iterator[Line]:
    """By segment, five-year band of age, or sex."""
    cost, people = measured.cost.sum(axis=3), banded(measured.people)
    axes = {"segment": (1, 2), "age": (0, 2), "sex": (0, 1)}[by]
    names = {
        "segment": measured.segments,
        "age": (*(f"{5 * n}-{5 * n + 4}" for n in range(18)), "90+"),
        "sex": ("male", "female"),
    }[by]
    for name, n, pounds in zip(names, people.sum(axis=axes), cost.sum(axis=axes), strict=True):
        yield from _rows(by, name, float(n), float(pounds), float(cost.sum()))


def _deprivation(measured: Measured) -> Iterator[Line]:
    """By national deprivation quintile, 1 most deprived."""
    pounds = measured.imd_cost.sum(axis=(1, 2))
    for n, (people, value) in enumerate(zip(measured.imd_people.sum(axis=1), pounds, strict=True), start=1):
        yield from _rows("imd", str(n), float(people), float(value), float(pounds.sum()))


def _activities(measured: Measured) -> Iterator[Line]:
    """By point of delivery: units, pounds, pounds a unit, how units cluster in people."""
    units, cost = measured.units.sum(axis=(0, 1, 2)), measured.cost.sum(axis=(0, 1, 2))
    behind = together(measured.behind)
    for p, name in enumerate(measured.activities):
        if units[p] == 0:
            continue
        n, rate = behind[p], 1000 * float(units[p]) / measured.n_people
        yield "activity", name, "units", Cell(float(units[p]), n_people=n), "events"
        yield "activity", name, "units_per_1000", Cell(rate, n_people=n), "per_1000"
        yield "activity", name, "cost_total_gbp", Cell(float(cost[p]), n_people=n), "gbp"
        yield "activity", name, "unit_cost_gbp", Cell(float(cost[p] / units[p]), n_people=n), "gbp"
        clustering = float(measured.squares[p] / units[p])
        yield "activity", name, "dispersion", Cell(clustering, n_people=n), "ratio"


def expected_of_places(measured: Measured) -> tuple[Floats, Floats, Floats]:
    """Pounds observed and expected of each place, and the dispersion of pounds [G], [G], scalar array."""
    units, cost = measured.units.sum(axis=(1, 2)), measured.cost.sum(axis=(1, 2))
    each = np.divide(cost, units, out=np.zeros_like(cost), where=units > 0)
    rho = units_per_person(measured) * each[:, None, None]
    expected = np.einsum("gsbx,sbxp->gp", measured.place_people, rho)
    whole = cost.sum(axis=0)
    phi = np.divide(measured.cost_squares, whole, out=np.ones_like(whole), where=whole > 0)
    observed = measured.place_cost
    scale = observed.sum() / expected.sum()
    return (
        observed.sum(axis=1),
        expected.sum(axis=1) * scale,
        (expected * phi).sum(axis=1) / expected.sum(axis=1),
    )


def _places(measured: Measured, by: str) -> Iterator[Line]:
    """Observed ÷ expected pounds of each place with funnel limits; pounds ÷ φ count as events."""
    observed, expected, phi = expected_of_places(measured)
    funnel = ratio_funnel(expected / phi)
    for g, code in enumerate(measured.places):
        n = int(measured.place_people[g].sum())
        yield by, code, "people", Cell(n, n_people=n), "people"
        for name, value, unit in (
            ("observed_gbp", observed[g], "gbp"),
            ("expected_gbp", expected[g], "gbp"),
            ("observed_to_expected", observed[g] / expected[g], "ratio"),
            ("lower_998", funnel.outer_lower[g], "ratio"),
            ("upper_998", funnel.outer_upper[g], "ratio"),
        ):
            yield by, code, name, Cell(float(value), n_people=n), unit


def person_result(costs: Sequence[PersonCosts], provenance: Provenance) -> Result:
    """Expected pounds of a person by segment, age, sex and deprivation.

    A group of n people that cost £ in the year is drawn towards its segment and age group, whose people cost
    m on average: (£ + κ m) / (n + κ) with κ people, so that a few people say little.
    """
    wider: dict[tuple[str, int], tuple[int, float]] = {}
    for one in costs:
        people, pounds = wider.get((one.segment, one.age_group), (0, 0.0))
        wider[one.segment, one.age_group] = (people + one.people, pounds + one.cost)
    lines: list[Line] = []
    for one in costs:
        if one.people == 0:
            continue
        people, pounds = wider[one.segment, one.age_group]
        expected = (one.cost + PERSON_PRIOR * pounds / people) / (one.people + PERSON_PRIOR)
        place = (one.segment, _AGES[one.age_group], ("male", "female")[one.sex])
        quintile = str(one.quintile) if one.quintile else "not known"
        lines.append(
            (*place, quintile, Cell(one.people, n_people=one.people), Cell(expected, n_people=one.people))
        )
    return Result(
        "project/baseline/person",
        PERSON_COLUMNS,
        tuple(lines),
        provenance,
        (
            "Cost of the 12 months to the date, for each person registered on it.",
            "Deprivation quintile 1 is most deprived.",
            f"A group is drawn towards its segment and age group by {PERSON_PRIOR:g} people.",
        ),
    )
