"""Baseline: what people used and cost in a year, as arrays for projections.

Counted set-based in the build, once over the people of the scope; only sums leave it. Everything is of the 12
months to a date, and of people by their segment, age and sex on that date, or on the last registered day.
Age 90 stands for 90 and over; people whose sex is not stated are counted with males, whose age is not known
with age 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from openphm.core.periods import Window
from openphm.population.asking import Asking, Row
from openphm.population.people import sql_date

Floats = NDArray[np.float64]
AGES, BANDS, SEXES, QUINTILES = 91, 19, 2, 5
PLACES = {"pcn": "p.pcn_code", "practice": "p.practice_code"}
_AGE = "COALESCE(LEAST(age_at(p.birth_month, p.as_at), 90), 0)"
_SEX = "CASE WHEN p.sex_code = '2' THEN 1 ELSE 0 END"


@dataclass(frozen=True)
class Measured:
    """What was measured. S segments, P points of delivery, G places.

    people         registered on the date, by single year of age [S, 91, 2]
    units, cost    of the 12 months [S, 19, 2, P]
    squares, cost_squares  Σ n² and Σ £² over people [P]: with Σ n and Σ £, how these cluster in people
    nights         of stays that began in the 12 months and have ended [P]
    place_people   registered [G, S, 19, 2]
    place_units, place_cost  [G, P]
    imd_units, imd_cost  [5, S, P], quintile 1 most deprived; those without one are left out
    segment_squares, imd_squares  Σ n² over people by segment [S, P], by quintile [5, P]
    """

    as_at: date
    segments: tuple[str, ...]
    activities: tuple[str, ...]
    settings: tuple[str, ...]
    places: tuple[str, ...]
    people: Floats
    units: Floats
    cost: Floats
    squares: Floats
    cost_squares: Floats
    nights: Floats
    place_people: Floats
    place_units: Floats
    place_cost: Floats
    imd_units: Floats
    imd_cost: Floats
    imd_people: Floats
    segment_squares: Floats
    imd_squares: Floats
    n_people: int

    @property
    def behind(self) -> tuple[int, ...]:
        """People behind each point of delivery, at the least [P]."""
        least = effective_people(self.units.sum(axis=(0, 1, 2)), self.squares)
        return tuple(int(n) for n in np.minimum(least, self.n_people))


def effective_people(units: Floats, squares: Floats) -> Floats:
    """People behind so many units, at the least: (Σ n)² ÷ Σ n², whole; 0 without units.

    Kish's effective number (Survey Sampling, 1965): never above the people who used it, and 1 where one
    person made all of it, so that release can hide what rests on few people or on one.
    """
    least = np.divide(units**2, squares, out=np.zeros(units.shape), where=squares > 0)
    return np.asarray(np.floor(least + 1e-9), dtype=np.float64)


def measured(population: Asking, as_at: date, *, place: str = "pcn") -> Measured:
    """The baseline of the 12 months to a date.

    place: what a place is, one of PLACES.
    """
    points = _points(population)
    names = tuple(points)
    codes = tuple(one.code for one in population.subsegments)
    rows = population.ask(_used_sql(names, as_at, PLACES[place]), as_at)
    places = tuple(sorted({str(row["place"]) for row in rows if row["place"]}))
    arrays = _filled(rows, codes, names, places)
    people, place_people = _people(population, as_at, codes, places, PLACES[place])
    return Measured(
        as_at=as_at,
        segments=codes,
        activities=names,
        settings=tuple(points.values()),
        places=places,
        people=people,
        nights=_nights(population, as_at, names),
        place_people=place_people,
        n_people=int(people.sum()),
        **arrays,
    )


def _points(population: Asking) -> dict[str, str]:
    """The points of delivery with a price, and the setting of each."""
    rows = population.ask_reference(
        "SELECT point_of_delivery, setting, cost_category FROM definitions.point_of_delivery ORDER BY 1"
    )
    held = population.points
    found = {str(row["point_of_delivery"]): row for row in rows if row["cost_category"] != "none"}
    return {name: str(row["setting"]) for name, row in found.items() if name in held}


def _used_sql(names: Sequence[str], as_at: date, place: str) -> str:
    """People with what they used, added up by segment, age and sex; by place; by segment and deprivation."""
    window = Window.twelve_months_to(as_at)
    used = ", ".join(
        f"SUM(m.n_{name}) AS n_{name}, SUM(CAST(m.cost_{name}_gbp AS DOUBLE)) AS c_{name}" for name in names
    )
    sums = ", ".join(
        f"SUM(u.n_{name}) AS n_{name}, SUM(u.c_{name}) AS c_{name}, "
        f"SUM(CAST(u.n_{name} AS DOUBLE) * u.n_{name}) AS s_{name}, SUM(u.c_{name} * u.c_{name}) AS q_{name}"
        for name in names
    )
    return f"""
used AS (
    SELECT m.person_key, {used}
    FROM person.month AS m
    WHERE m.month_end BETWEEN {sql_date(window.start)} AND {sql_date(as_at)}
    GROUP BY m.person_key
),
placed AS (
    SELECT
        p.person_key, p.is_registered_as_at, p.subsegment_code AS segment,
        {_AGE} AS age, {_SEX} AS sex, {place} AS place,
        CAST(FLOOR((area.imd2025_decile + 1) / 2) AS INTEGER) AS quintile
    FROM people AS p
    LEFT JOIN reference.lsoa21 AS area ON area.lsoa21_code = p.lsoa21_code
)
SELECT
    p.segment, CAST(FLOOR(p.age / 5) AS INTEGER) AS band, p.sex, p.place, p.quintile,
    COUNT(*) FILTER (WHERE p.is_registered_as_at) AS registered,
    GROUPING(p.place) AS no_place, GROUPING(p.sex) AS no_sex, {sums}
FROM placed AS p
LEFT JOIN used AS u ON u.person_key = p.person_key
GROUP BY GROUPING SETS (
    (p.segment, CAST(FLOOR(p.age / 5) AS INTEGER), p.sex), (p.place), (p.segment, p.quintile)
)"""


def _filled(
    rows: Sequence[Row], codes: Sequence[str], names: Sequence[str], places: Sequence[str]
) -> dict[str, Floats]:
    """The rows of the three groupings as arrays."""
    s, p, g = len(codes), len(names), len(places)
    found = {
        "units": np.zeros((s, BANDS, SEXES, p)),
        "cost": np.zeros((s, BANDS, SEXES, p)),
        "squares": np.zeros(p),
        "cost_squares": np.zeros(p),
        "place_units": np.zeros((g, p)),
        "place_cost": np.zeros((g, p)),
        "imd_units": np.zeros((QUINTILES, s, p)),
        "imd_cost": np.zeros((QUINTILES, s, p)),
        "imd_people": np.zeros((QUINTILES, s)),
        "segment_squares": np.zeros((s, p)),
        "imd_squares": np.zeros((QUINTILES, p)),
    }
    for row in rows:
        units, cost, squares = (_of(row, prefix, names) for prefix in ("n", "c", "s"))
        if not row["no_sex"]:
            at = (codes.index(row["segment"]), int(row["band"]), int(row["sex"]))
            found["units"][at], found["cost"][at] = units, cost
            found["squares"] += squares
            found["segment_squares"][at[0]] += squares
            found["cost_squares"] += _of(row, "q", names)
        elif not row["no_place"]:
            if row["place"]:
                at_place = places.index(str(row["place"]))
                found["place_units"][at_place], found["place_cost"][at_place] = units, cost
        elif row["quintile"]:
            at_imd = (int(row["quintile"]) - 1, codes.index(row["segment"]))
            found["imd_units"][at_imd], found["imd_cost"][at_imd] = units, cost
            found["imd_people"][at_imd] = row["registered"]
            found["imd_squares"][at_imd[0]] += squares
    return found


def _of(row: Row, prefix: str, names: Sequence[str]) -> Floats:
    return np.array([float(row[f"{prefix}_{name}"] or 0) for name in names])


def _people(
    population: Asking, as_at: date, codes: Sequence[str], places: Sequence[str], place: str
) -> tuple[Floats, Floats]:
    """Registered people by segment, single year of age and sex; by place, segment, band and sex."""
    rows = population.ask(
        f"SELECT p.subsegment_code AS segment, {_AGE} AS age, {_SEX} AS sex, {place} AS place, "
        "COUNT(*) AS people FROM people AS p WHERE p.is_registered_as_at GROUP BY 1, 2, 3, 4",
        as_at,
    )
    people = np.zeros((len(codes), AGES, SEXES))
    by_place = np.zeros((len(places), len(codes), BANDS, SEXES))
    at_segment = {code: number for number, code in enumerate(codes)}
    at_place = {code: number for number, code in enumerate(places)}
    for row in rows:
        segment, age, sex, count = at_segment[row["segment"]], int(row["age"]), int(row["sex"]), row["people"]
        people[segment, age, sex] += count
        if row["place"] in at_place:
            by_place[at_place[row["place"]], segment, age // 5, sex] += count
    return people, by_place


def _nights(population: Asking, as_at: date, names: Sequence[str]) -> Floats:
    """Nights of the 12 months by point of delivery."""
    window = Window.twelve_months_to(as_at)
    rows = population.ask(
        f"""
SELECT e.point_of_delivery AS point, SUM(e.bed_days) AS nights
FROM people AS p
JOIN activity.event AS e ON e.person_key = p.person_key
WHERE e.is_start AND e.bed_days > 0 AND e.event_date BETWEEN {sql_date(window.start)} AND {sql_date(as_at)}
GROUP BY e.point_of_delivery""",
        as_at,
    )
    nights = {str(row["point"]): float(row["nights"]) for row in rows}
    return np.array([nights.get(name, 0.0) for name in names])


@dataclass(frozen=True)
class CohortUnits:
    """People and units of a cohort by segment, and its units by deprivation quintile [5, P].

    squares, imd_squares  Σ n² over people of the same: with Σ n, how many people are behind
    """

    people: Mapping[str, float]
    units: Mapping[str, Floats]
    squares: Mapping[str, Floats]
    imd_units: Floats
    imd_squares: Floats


def cohort_units(population: Asking, members: str, as_at: date, names: Sequence[str]) -> CohortUnits:
    """What a cohort's members used in the 12 months.

    members: SELECT of person_key over `people`.
    """
    window = Window.twelve_months_to(as_at)
    used = ", ".join(f"SUM(m.n_{name}) AS n_{name}" for name in names)
    sums = ", ".join(
        f"SUM(u.n_{name}) AS n_{name}, SUM(CAST(u.n_{name} AS DOUBLE) * u.n_{name}) AS s_{name}"
        for name in names
    )
    rows = population.ask(
        f"""
member AS (SELECT DISTINCT person_key FROM (
{members}
)),
held AS (
    SELECT
        p.person_key, p.subsegment_code AS segment,
        COALESCE(CAST(FLOOR((area.imd2025_decile + 1) / 2) AS INTEGER), 0) AS quintile
    FROM people AS p
    JOIN member ON member.person_key = p.person_key
    LEFT JOIN reference.lsoa21 AS area ON area.lsoa21_code = p.lsoa21_code
),
used AS (
    SELECT m.person_key, {used}
    FROM person.month AS m
    JOIN member ON member.person_key = m.person_key
    WHERE m.month_end BETWEEN {sql_date(window.start)} AND {sql_date(as_at)}
    GROUP BY m.person_key
)
SELECT h.segment, h.quintile, COUNT(*) AS people, {sums}
FROM held AS h
LEFT JOIN used AS u ON u.person_key = h.person_key
GROUP BY h.segment, h.quintile""",
        as_at,
    )
    people: dict[str, float] = {}
    units: dict[str, Floats] = {}
    squares: dict[str, Floats] = {}
    by_quintile, of_quintile = np.zeros((2, QUINTILES, len(names)))
    for row in rows:
        code, n, n2 = str(row["segment"]), _of(row, "n", names), _of(row, "s", names)
        people[code] = people.get(code, 0.0) + float(row["people"])
        units[code] = units.get(code, np.zeros(len(names))) + n
        squares[code] = squares.get(code, np.zeros(len(names))) + n2
        if row["quintile"]:
            by_quintile[int(row["quintile"]) - 1] += n
            of_quintile[int(row["quintile"]) - 1] += n2
    return CohortUnits(people, units, squares, by_quintile, of_quintile)
