"""Groups: the columns by which a measure may be divided, and where each comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from openphm.core.errors import UsageError, nearest

ATTRIBUTION = ("segment", "subsegment")
SEXES = {"1": "male", "2": "female"}
AGE_BANDS = (0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90)
"""First ages of the bands of `age_band`: the 19 of the European Standard Population."""


@dataclass(frozen=True)
class Group:
    """One grouping: its SQL over the tables as at any date, over the snapshot, and what it joins.

    general, wide   expressions; wide is "" where the snapshot cannot answer
    joins           "category", "area" or "rule": the reference table that the general form joins
    number          an attribute that must be at hand
    """

    name: str
    general: str
    wide: str
    joins: str = ""
    number: str = ""


def _age_band(age: str) -> str:
    cases = " ".join(
        f"WHEN {age} >= {low} THEN '{_band_name(low)}'" for low in sorted(AGE_BANDS, reverse=True)
    )
    return f"CASE {cases} END"


def _band_name(low: int) -> str:
    above = [one for one in AGE_BANDS if one > low]
    return f"{low:02d}-{above[0] - 1:02d}" if above else f"{low}+"


BAND_NAMES = tuple(_band_name(low) for low in AGE_BANDS)

_SEX = "CASE {0} " + " ".join(f"WHEN '{code}' THEN '{name}'" for code, name in SEXES.items()) + " END"
_DECILE = "imd_decile"
_WHOLE = "CAST({0} AS INTEGER)"
_QUINTILE = "CAST(CEIL({0} / 2) AS INTEGER)"

GROUPS: Mapping[str, Group] = {
    one.name: one
    for one in (
        Group("practice", "p.practice_code", "p.practice_code"),
        Group("pcn", "p.pcn_code", "p.pcn_code"),
        Group("ltla", "area.ltla_code", "p.ltla_code", joins="area"),
        Group("lsoa21", "p.lsoa21_code", "p.lsoa21_code"),
        Group("segment", "rule.segment_code", "p.segment_code", joins="rule"),
        Group("subsegment", "p.attributed_code", "p.subsegment_code"),
        Group("imd_decile", _WHOLE.format("n_imd_decile"), _WHOLE.format("p.imd_decile"), number=_DECILE),
        Group(
            "imd_quintile", _QUINTILE.format("n_imd_decile"), _QUINTILE.format("p.imd_decile"), number=_DECILE
        ),
        Group("ethnic_group", "category.ethnic_group", "p.ethnic_group", joins="category"),
        Group("age_band", _age_band("age_at(p.birth_month, p.own_date)"), _age_band("p.age_years")),
        Group("sex", _SEX.format("p.sex_code"), _SEX.format("p.sex_code")),
        Group("month", "p.as_at", "p.as_at"),
    )
}  # fmt: skip

LIFE_TABLE_AGES = (0, 1, *range(5, 95, 5))
LIFE_TABLE = Group(
    "life_table_band",
    "CASE "
    + " ".join(
        f"WHEN age_at(p.birth_month, p.own_date) >= {age} THEN {place}"
        for place, age in reversed(list(enumerate(LIFE_TABLE_AGES)))
    )
    + " END",
    "",
)
"""The twenty age bands of a life table, by number: under 1, 1 to 4, 5 to 9 ... 90 and over."""

JOINS = {
    "area": "LEFT JOIN reference.lsoa21 AS area ON area.lsoa21_code = p.lsoa21_code",
    "rule": "LEFT JOIN definitions.segment_rule AS rule ON rule.subsegment_code = p.attributed_code",
    "category": (
        "LEFT JOIN definitions.ethnic_category AS category "
        "ON category.ethnicity_code = p.ethnicity_code AND category.is_recorded"
    ),
}


def groups_named(names: str | Iterable[str]) -> tuple[Group, ...]:
    """The groups of these names. Raises UsageError with the nearest known name."""
    asked: Sequence[str] = [names] if isinstance(names, str) else list(names)
    for name in asked:
        if name not in GROUPS:
            near = nearest(name, GROUPS)
            raise UsageError(
                "by", f"'{name}' is no grouping.", f"Allowed: {', '.join(GROUPS)}.",
                f"write '{near}' if that is what you mean" if near else "",
            )  # fmt: skip
    return tuple(GROUPS[name] for name in dict.fromkeys(asked))
