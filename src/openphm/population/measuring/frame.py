"""The general form: everything measures need of each person, as at any month ends, in one statement.

Written over `people` (population.over_time). Each kind of thing is read once, for all measures: criteria by
criteria.compile_flags, use from person.month, numbers from the attributes, events from their sources.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from openphm.criteria import Criterion, compile_flags
from openphm.population.measuring.event_sources import SOURCES
from openphm.population.measuring.groups import JOINS, Group
from openphm.population.measuring.needed import AGE, Event, Needed
from openphm.population.over_time import month_before_sql
from openphm.population.people import sql_date

_SPINE = "person_key, own_date AS as_at, birth_month, sex_code, ethnicity_code, practice_code, lsoa21_code"


class Frame:
    """One row a person and date, with every column that the measures name."""

    def __init__(
        self, needed: Needed, groups: Sequence[Group], *, dates: Sequence[date], attribution: str
    ) -> None:
        self._needed, self._groups, self._dates = needed, groups, dates
        self._at_start = attribution == "start" and any(g.name in ("segment", "subsegment") for g in groups)
        for group in groups:
            if group.number:
                needed.numbers.setdefault(group.number, f"n_{group.number}")

    def sql(self) -> str:
        """The CTEs before `frame`, and `frame` itself."""
        needed = self._needed
        parts: list[tuple[str, str]] = []
        joins: list[str] = []
        if needed.at_start or self._at_start:
            parts.append(("started", self._started()))
            joins.append("LEFT JOIN started AS st ON st.person_key = p.person_key AND st.as_at = p.as_at")
        self._flags(parts, joins)
        self._numbers(parts, joins)
        self._use(parts, joins)
        self._events(parts, joins)
        listed = ",\n".join(f"{name} AS MATERIALIZED (\n{body}\n)" for name, body in parts)
        begun = f"{listed},\n" if listed else ""
        return f"{begun}placed AS (\n{self._placed(joins)}\n),\nframe AS (\n{self._grouped()}\n)"

    # -- the parts

    def _started(self) -> str:
        """People who were registered when the window began, with their subsegment then."""
        before = month_before_sql("p.as_at", self._needed.months)
        return f"""
SELECT p.person_key, p.as_at, h.as_at AS own_date, h.subsegment_code, h.practice_code,
    p.birth_month, p.sex_code, p.ethnicity_code, p.lsoa21_code
FROM people AS p
JOIN segments.history AS h
    ON h.person_key = p.person_key AND h.month_end = {before} AND h.is_registered_at_month_end"""

    def _flags(self, parts: list[tuple[str, str]], joins: list[str]) -> None:
        self._flagged(parts, joins, self._needed.criteria, "people", "spine")
        self._flagged(parts, joins, self._needed.at_start, "started", "start_spine")

    @staticmethod
    def _flagged(
        parts: list[tuple[str, str]],
        joins: list[str],
        criteria: dict[Criterion, str],
        source: str,
        spine: str,
    ) -> None:
        if not criteria:
            return
        parts.append((spine, f"SELECT DISTINCT {_SPINE} FROM {source}"))
        flags = [(name, criterion) for criterion, name in criteria.items()]
        parts.append((f"{spine}_flags", compile_flags(flags, spine)))
        alias, owner = ("f", "p") if source == "people" else ("z", "st")
        joins.append(
            f"LEFT JOIN {spine}_flags AS {alias} ON {alias}.person_key = p.person_key "
            f"AND {alias}.as_at = {owner}.own_date"
        )

    def _numbers(self, parts: list[tuple[str, str]], joins: list[str]) -> None:
        names = [name for name in self._needed.numbers if name != AGE]
        if not names:
            return
        listed = ", ".join(f"'{name}'" for name in names)
        pivot = ", ".join(
            f"MAX(CASE WHEN t.attribute_id = '{name}' THEN t.value_number END) AS n_{name}" for name in names
        )
        parts.append(
            (
                "numbers",
                f"""
SELECT p.person_key, p.as_at, {pivot}
FROM people AS p
JOIN attributes.person_attribute AS t
    ON t.person_key = p.person_key AND t.from_date <= p.own_date
    AND (t.to_date IS NULL OR t.to_date > p.own_date)
WHERE t.attribute_id IN ({listed})
GROUP BY p.person_key, p.as_at""",
            )
        )
        joins.append("LEFT JOIN numbers AS n ON n.person_key = p.person_key AND n.as_at = p.as_at")

    def _use(self, parts: list[tuple[str, str]], joins: list[str]) -> None:
        if not self._needed.uses:
            return
        sums = ", ".join(
            f"SUM({' + '.join(f'COALESCE(m.{c}, 0)' for c in use.columns) or '0'}) AS {name}"
            for use, name in self._needed.uses.items()
        )
        if len(self._dates) == 1:
            day = sql_date(self._dates[0])
            before = month_before_sql(day, self._needed.months)
            parts.append(
                (
                    "used",
                    f"SELECT m.person_key, {day} AS as_at, {sums}\nFROM person.month AS m\n"
                    f"WHERE m.month_end > {before} AND m.month_end <= {day}\nGROUP BY m.person_key",
                )
            )
        else:
            before = month_before_sql("p.as_at", self._needed.months)
            parts.append(
                (
                    "used",
                    f"SELECT p.person_key, p.as_at, {sums}\nFROM people AS p\nJOIN person.month AS m "
                    f"ON m.person_key = p.person_key AND m.month_end > {before} AND m.month_end <= p.as_at\n"
                    "GROUP BY p.person_key, p.as_at",
                )
            )
        joins.append("LEFT JOIN used AS u ON u.person_key = p.person_key AND u.as_at = p.as_at")

    def _events(self, parts: list[tuple[str, str]], joins: list[str]) -> None:
        """One reading of each event source, for all that is counted in it over the same months."""
        ways: dict[tuple[str, int], list[tuple[Event, str]]] = {}
        for event, name in self._needed.events.items():
            ways.setdefault((event.source, event.months), []).append((event, name))
        for number, ((source, months), counted) in enumerate(ways.items(), start=1):
            alias = f"ev{number}"
            sums = ", ".join(
                f"COUNT(CASE WHEN {event.tests} THEN 1 END) AS {name}"
                if event.total is None
                else f"SUM(CASE WHEN {event.tests} THEN e.{event.total} END) AS {name}"
                for event, name in counted
            )
            before = month_before_sql("p.as_at", months)
            parts.append(
                (
                    alias,
                    f"SELECT p.person_key, p.as_at, {sums}\nFROM people AS p\n"
                    f"JOIN ({SOURCES[source]}\n) AS e ON e.person_key = p.person_key "
                    f"AND e.event_date > {before} AND e.event_date <= p.as_at\n"
                    "GROUP BY p.person_key, p.as_at",
                )
            )
            joins.append(
                f"LEFT JOIN {alias} ON {alias}.person_key = p.person_key AND {alias}.as_at = p.as_at"
            )

    def _placed(self, joins: Sequence[str]) -> str:
        """People with all of it beside them."""
        attributed = (
            "COALESCE(st.subsegment_code, p.subsegment_code)" if self._at_start else "p.subsegment_code"
        )
        needed = self._needed
        names = [
            *(f"{one} = 1 AS {one}" for one in (*needed.criteria.values(), *needed.at_start.values())),
            *needed.uses.values(),
            *needed.events.values(),
            *(name for one, name in needed.numbers.items() if one != AGE),
        ]  # fmt: skip
        if AGE in needed.numbers:
            names.append("age_at(p.birth_month, p.own_date) AS n_age")
        columns = "".join(f", {name}" for name in names)
        return f"SELECT p.*, {attributed} AS attributed_code{columns}\nFROM people AS p\n" + "\n".join(joins)

    def _grouped(self) -> str:
        """The same with the columns it is grouped by."""
        columns = "".join(f", {group.general} AS by_{group.name}" for group in self._groups)
        joined = "\n".join(JOINS[one] for one in dict.fromkeys(g.joins for g in self._groups if g.joins))
        return f"SELECT p.*{columns}\nFROM placed AS p\n{joined}"
