"""Describe groups of people by the rows of a profile, all groups in one pass over the build.

Each person registered in scope gets a pattern of bits, one a group. Sums are made by pattern, so that
groups may overlap, and everybody is the sum of all patterns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from openphm.core.periods import Window
from openphm.criteria import Condition, Criterion, Known, parse
from openphm.criteria.trees import text
from openphm.definitions import Definitions
from openphm.definitions.profiles import AGE, Profile, ProfileRow
from openphm.population.asking import Asking
from openphm.population.cohorts.members import REGISTERED, flags_sql
from openphm.population.people import sql_date

STANDARD = "wider_determinants"
"""The profile that every cohort has."""


@dataclass(frozen=True)
class Described:
    """One row of a profile, ready to be asked: with its criterion when it is a share."""

    row: ProfileRow
    criterion: Criterion | None = None


@dataclass(frozen=True)
class Sums:
    """What one row adds up to for one group.

    people    who have a value; for use and cost, everybody in the group
    total     of the values, and squares of their squares
    above     people with more than nothing
    top       the largest value of one person
    """

    people: int = 0
    total: float = 0.0
    squares: float = 0.0
    above: int = 0
    top: float = 0.0

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.people + other.people,
            self.total + other.total,
            self.squares + other.squares,
            self.above + other.above,
            max(self.top, other.top),
        )

    @property
    def mean(self) -> float:
        """Mean over people; nought where there is nobody."""
        return self.total / self.people if self.people else 0.0


@dataclass(frozen=True)
class Group:
    """The sums of one group of people by the id of the row."""

    people: int
    person_years: float
    sums: Mapping[str, Sums]


def rows_of(definitions: Definitions, known: Known, name: str = STANDARD) -> list[Described]:
    """The rows of a profile, and one for each condition where the profile asks for them."""
    profile: Profile = definitions.contents.profiles[name]
    rows = [
        Described(one, parse(one.of, known, f"{profile.id}, {one.id}") if one.kind == "share_of" else None)
        for one in profile.rows
    ]
    if profile.each_condition:
        found = sorted(definitions.all("conditions"), key=lambda one: one.title)
        taken = {one.row.id for one in rows}
        rows += [
            Described(
                ProfileRow(f"{one.name}_share", one.title, profile.each_condition, "share", "share_of", None),
                Condition((one.name,)),
            )
            for one in found
            if f"{one.name}_share" not in taken
        ]
    return rows


def profile_rows(population: Asking) -> tuple[ProfileRow, ...]:
    """The rows by which a cohort is described: id, title, heading and unit of each."""
    return tuple(one.row for one in rows_of(population.definitions, population.known))


def describe(
    population: Asking, rows: Sequence[Described], groups: Sequence[Criterion], as_at: date
) -> dict[int, Group]:
    """Sums by pattern of groups: bit 0 is the first group. Everybody registered is in one pattern."""
    days = Window.twelve_months_to(as_at).days
    found = {}
    for row in population.ask(_sql(population, rows, groups, as_at), as_at):
        people = int(row["people"])
        sums = {}
        for place, one in enumerate(rows):
            whole = (row[f"{part}_{place}"] for part in ("n", "total", "squares", "above", "top"))
            n, total, squares, above, top = (value or 0 for value in whole)
            sums[one.row.id] = Sums(int(n), float(total), float(squares), int(above), float(top))
        found[int(row["pattern"])] = Group(people, float(row["person_days"]) / days, sums)
    return found


def group_of(patterns: Mapping[int, Group], rows: Sequence[Described], wanted: int = 0) -> Group:
    """The sums of everybody with at least these bits; of all when none is wanted."""
    chosen = [group for pattern, group in patterns.items() if pattern & wanted == wanted]
    sums = {one.row.id: sum((group.sums[one.row.id] for group in chosen), start=Sums()) for one in rows}
    return Group(sum(one.people for one in chosen), sum(one.person_years for one in chosen), sums)


def _sql(population: Asking, rows: Sequence[Described], groups: Sequence[Criterion], as_at: date) -> str:
    flags = [(f"group_{place}", criterion) for place, criterion in enumerate(groups)]
    flags += [(f"share_{place}", one.criterion) for place, one in enumerate(rows) if one.criterion]
    pattern = " + ".join(f"f.group_{place} * {1 << place}" for place in range(len(groups)))
    sums = ",\n    ".join(_sums(place, _value(place, one.row)) for place, one in enumerate(rows))
    return f"""{REGISTERED},
flags AS (
{flags_sql(flags)}
),
numbers AS (
{_numbers(rows, as_at)}
),
used AS (
{_used(population, rows, as_at)}
)
SELECT {pattern} AS pattern, COUNT(*) AS people, SUM(r.person_days) AS person_days,
    {sums}
FROM registered AS r
JOIN flags AS f ON f.person_key = r.person_key
LEFT JOIN numbers AS n ON n.person_key = r.person_key
LEFT JOIN used AS u ON u.person_key = r.person_key
GROUP BY 1"""


def _value(place: int, row: ProfileRow) -> str:
    if row.kind == "share_of":
        return f"f.share_{place}"
    if row.kind == "mean_of":
        return "age_at(r.birth_month, r.as_at)" if row.of == AGE else f"n.number_{place}"
    return f"COALESCE(u.used_{place}, 0)"


def _sums(place: int, value: str) -> str:
    real = f"CAST({value} AS DOUBLE)"
    return (
        f"COUNT({value}) AS n_{place}, SUM({real}) AS total_{place}, "
        f"SUM({real} * {real}) AS squares_{place}, "
        f"COUNT(CASE WHEN {value} > 0 THEN 1 END) AS above_{place}, MAX({real}) AS top_{place}"
    )


def _numbers(rows: Sequence[Described], as_at: date) -> str:
    """The attributes that are means, as at the date; one column each."""
    wanted = {place: one.row.of for place, one in enumerate(rows) if one.row.kind == "mean_of"}
    wanted = {place: name for place, name in wanted.items() if name != AGE}
    columns = [
        f", MAX(CASE WHEN attribute_id = {text(name).sql()} THEN value_number END) AS number_{place}"
        for place, name in wanted.items()
    ]
    listed = ", ".join(text(name).sql() for name in wanted.values()) or "''"
    day = sql_date(as_at)
    return f"""    SELECT person_key{"".join(columns)}
    FROM attributes.person_attribute
    WHERE attribute_id IN ({listed}) AND from_date <= {day} AND (to_date IS NULL OR to_date > {day})
    GROUP BY person_key"""


def _used(population: Asking, rows: Sequence[Described], as_at: date) -> str:
    """Activity and pounds of the 12 months from person.month; one column each."""
    held = population.columns("person.month")
    columns = []
    for place, one in enumerate(rows):
        if one.row.kind in ("use_of", "cost_of"):
            columns.append(f", {_added(_month_columns(one.row, held))} AS used_{place}")
    window = Window.twelve_months_to(as_at)
    return f"""    SELECT person_key{"".join(columns)}
    FROM person.month
    WHERE month_end BETWEEN {sql_date(window.start)} AND {sql_date(window.last_day)}
    GROUP BY person_key"""


def _month_columns(row: ProfileRow, held: Mapping[str, str]) -> list[str]:
    if row.of == "all":
        return [name for name in held if name.startswith("cost_") and name.endswith("_gbp")]
    names = [f"n_{one}" if row.kind == "use_of" else f"cost_{one}_gbp" for one in row.of]
    return [name for name in names if name in held]


def _added(columns: Sequence[str]) -> str:
    return " + ".join(f"SUM(COALESCE({column}, 0))" for column in columns) or "0"
