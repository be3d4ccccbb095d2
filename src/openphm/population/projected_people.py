"""Projected people: the published sub-national projection of a build, by year, age and sex."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from openphm.core.errors import PlanError
from openphm.population.asking import Asking, Row

Floats = NDArray[np.float64]
AGES = 91
SEXES = ("males", "females")
TABLE = "reference.population_projection"


def published_projection(population: Asking, as_at: date, years: int, area: str = "") -> Floats | None:
    """People [years+1, 91, 2] from the year of the date, or from the first published; None without one.

    area: the code of one area; when not given there must be one only. Raises PlanError where ages, sexes,
    years or the area are missing.
    """
    rows = population.ask_reference(
        f"SELECT area_code, sex, age_group, year, people FROM {TABLE} WHERE LOWER(component) = 'population'"
    )
    return people_of_rows(rows, as_at, years, area)


def people_of_rows(rows: Sequence[Row], as_at: date, years: int, area: str) -> Floats | None:
    """The same from the rows of the table: area_code, sex, age_group, year, people."""
    if not rows:
        return None
    areas = sorted({str(row["area_code"]) for row in rows})
    chosen = area or areas[0]
    if chosen not in areas or (not area and len(areas) > 1):
        raise _refused(
            f"'{chosen}' is not one of its areas" if area else f"it holds {len(areas)} areas, none named",
            f"Areas: {', '.join(areas[:20])}.", "write `area:` with one of these",
        )  # fmt: skip
    held = [row for row in rows if row["area_code"] == chosen]
    known = sorted({int(row["year"]) for row in held})
    first = max(as_at.year, known[0])
    wanted = list(range(first, first + years + 1))
    if wanted[-1] > known[-1]:
        raise _refused(
            f"it ends in {known[-1]}, the horizon in {wanted[-1]}",
            f"A horizon of up to {max(known[-1] - first, 0)} years.",
            "shorten horizon_years, deliver a longer projection, or write `population: list`",
        )
    found = np.full((len(wanted), AGES, len(SEXES)), np.nan)
    for row in held:
        age = _age(str(row["age_group"]))
        if age is not None and row["sex"] in SEXES and first <= int(row["year"]) <= wanted[-1]:
            found[int(row["year"]) - first, age, SEXES.index(row["sex"])] = row["people"]
    missing = [age for age in range(AGES) if np.isnan(found[:, age]).any()]
    if missing:
        raise _refused(
            f"{len(missing)} ages are missing for a sex or a year, the first of them {missing[0]}",
            "Every single year of age from 0 to 89, and 90 and over, for males and females.",
            "deliver the file of single years of age",
        )
    return found


def _age(written: str) -> int | None:
    """The age of a group as published: 13, 90+, '90 and over'; None for totals and bands."""
    digits = "".join(c for c in written if c.isdigit())
    is_open = "+" in written or "over" in written.lower()
    if not digits or (not written.isdigit() and not is_open):
        return None
    age = int(digits)
    return age if age < AGES and (age < AGES - 1 or is_open or written.isdigit()) else None


def _refused(found: str, allowed: str, remedy: str) -> PlanError:
    return PlanError("the population projection of the build", f"{found}.", allowed, remedy)
