"""Describe groups of people by the rows of a profile, all groups in one pass over the build.

Each person registered in scope gets a pattern of bits, one a group. Sums are made by pattern, so that
groups may overlap, and everybody is the sum of all patterns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from openphm.core.periods import Window
from openphm.criteria import Condition, Criterion, Known, Snapshot, compile_flags, parse
from openphm.criteria.trees import text
from openphm.definitions import Definitions
from openphm.definitions.profiles import AGE, ALL, Profile, ProfileRow
from openphm.population.asking import Asking, Row
from openphm.population.cohorts.members import REGISTERED, flags_sql
from openphm.population.people import sql_date, window_sql

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
    for row in _asked(population, rows, groups, as_at):
        sums = {one.row.id: _read(row, place, one) for place, one in enumerate(rows)}
        found[int(row["pattern"])] = Group(int(row["people"]), float(row["person_days"] or 0) / days, sums)
    return found


def group_of(patterns: Mapping[int, Group], rows: Sequence[Described], wanted: int = 0) -> Group:
    """The sums of everybody with at least these bits; of all when none is wanted."""
    chosen = [group for pattern, group in patterns.items() if pattern & wanted == wanted]
    sums = {one.row.id: sum((group.sums[one.row.id] for group in chosen), start=Sums()) for one in rows}
    return Group(sum(one.people for one in chosen), sum(one.person_years for one in chosen), sums)


def _asked(
    population: Asking, rows: Sequence[Described], groups: Sequence[Criterion], as_at: date
) -> list[Row]:
    """The sums by pattern: from the wide row of each person where it is stored, otherwise in general."""
    flags = [(f"group_{place}", criterion) for place, criterion in enumerate(groups)]
    flags += [(f"share_{place}", one.criterion) for place, one in enumerate(rows) if one.criterion]
    snapshot = population.snapshot_at(as_at)
    wide = _wide_values(rows, snapshot) if snapshot else None
    if snapshot is None or wide is None:
        held = population.columns("person.month")
        select = f"{REGISTERED},\n{_general(rows, held, as_at)},\nflags AS (\n{flags_sql(flags)}\n)\n"
        return population.ask(select + _summed(rows, len(groups)), as_at)
    columns = dict.fromkeys(snapshot.spine_columns(criterion for _, criterion in flags))
    columns.update(dict.fromkeys(name for names in wide.values() for name in names))
    values = [f"{' + '.join(f'p.{name}' for name in names)} AS value_{n}" for n, names in wide.items()]
    window = "segments.window" if as_at == population.as_at else f"(\n{window_sql(as_at)}\n)"
    select = (
        f"amounts AS (SELECT {', '.join(['p.person_key', 'w.person_days', *values])} FROM people AS p "
        f"LEFT JOIN {window} AS w ON w.person_key = p.person_key),\n"
        f"flags AS (\n{compile_flags(flags, 'people', snapshot=snapshot)}\n)\n"
    )
    return population.ask_snapshot(select + _summed(rows, len(groups)), as_at, list(columns))


def _summed(rows: Sequence[Described], groups: int) -> str:
    """The last SELECT: over `flags` (groups and shares) and `amounts` (person_days and other values)."""
    pattern = " + ".join(f"f.group_{place} * {1 << place}" for place in range(groups))
    sums = ",\n    ".join(_sums(place, one) for place, one in enumerate(rows))
    return f"""SELECT {pattern} AS pattern, COUNT(*) AS people, SUM(a.person_days) AS person_days,
    {sums}
FROM flags AS f
JOIN amounts AS a ON a.person_key = f.person_key
GROUP BY 1"""


def _sums(place: int, one: Described) -> str:
    if one.criterion:
        return f"SUM(f.share_{place}) AS above_{place}"
    real = f"CAST(a.value_{place} AS DOUBLE)"
    return (
        f"COUNT(a.value_{place}) AS n_{place}, SUM({real}) AS total_{place}, "
        f"SUM({real} * {real}) AS squares_{place}, "
        f"COUNT(CASE WHEN a.value_{place} > 0 THEN 1 END) AS above_{place}, MAX({real}) AS top_{place}"
    )


def _read(row: Row, place: int, one: Described) -> Sums:
    """The sums of one row. Of a share, every value is 0 or 1, so one number says all."""
    above = int(row[f"above_{place}"] or 0)
    if one.criterion:
        return Sums(int(row["people"]), above, above, above, 1.0 if above else 0.0)
    n, total, squares, top = (row[f"{part}_{place}"] or 0 for part in ("n", "total", "squares", "top"))
    return Sums(int(n), float(total), float(squares), above, float(top))


def _wide_values(rows: Sequence[Described], snapshot: Snapshot) -> dict[int, list[str]] | None:
    """The columns of the wide row that add up to each amount; None when one is not there."""
    found = {}
    for place, one in enumerate(rows):
        if one.criterion:
            continue
        if one.row.kind == "mean_of":
            names = ["age_years" if one.row.of == AGE else str(one.row.of)]
        else:
            names = _month_columns(one.row, snapshot.columns)
        if not names or any(name not in snapshot.columns for name in names):
            return None
        found[place] = names
    return found


def _general(rows: Sequence[Described], held: Mapping[str, str], as_at: date) -> str:
    """CTEs that end in `amounts`: ages, attributes that are numbers, and use and pounds of 12 months."""
    values = []
    for place, one in enumerate(rows):
        if one.row.kind == "mean_of":
            value = "age_at(r.birth_month, r.as_at)" if one.row.of == AGE else f"n.number_{place}"
            values.append(f"{value} AS value_{place}")
        elif not one.criterion:
            values.append(f"COALESCE(u.used_{place}, 0) AS value_{place}")
    return f"""numbers AS (
{_numbers(rows, as_at)}
),
used AS (
{_used(rows, held, as_at)}
),
amounts AS (
    SELECT {", ".join(["r.person_key", "r.person_days", *values])}
    FROM registered AS r
    LEFT JOIN numbers AS n ON n.person_key = r.person_key
    LEFT JOIN used AS u ON u.person_key = r.person_key
)"""


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


def _used(rows: Sequence[Described], held: Mapping[str, str], as_at: date) -> str:
    """Activity and pounds of the 12 months from person.month; one column each."""
    columns = [
        f", {_added(_month_columns(one.row, held))} AS used_{place}"
        for place, one in enumerate(rows)
        if one.row.kind in ("use_of", "cost_of")
    ]
    window = Window.twelve_months_to(as_at)
    return f"""    SELECT person_key{"".join(columns)}
    FROM person.month
    WHERE month_end BETWEEN {sql_date(window.start)} AND {sql_date(window.last_day)}
    GROUP BY person_key"""


def _month_columns(row: ProfileRow, held: Mapping[str, str]) -> list[str]:
    if row.of == ALL:
        if "cost_total_gbp" in held:
            return ["cost_total_gbp"]
        return [name for name in held if name.startswith("cost_") and name.endswith("_gbp")]
    names = [f"n_{one}" if row.kind == "use_of" else f"cost_{one}_gbp" for one in row.of]
    return [name for name in names if name in held]


def _added(columns: Sequence[str]) -> str:
    return " + ".join(f"SUM(COALESCE({column}, 0))" for column in columns) or "0"
