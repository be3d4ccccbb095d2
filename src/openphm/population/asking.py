"""How questions are asked of one build, for one scope.

`ask` is the only way to tables that hold people, and it puts the scope's people first: a question is
written over `people` and cannot reach anybody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NamedTuple

import pyarrow as pa

from openphm.access import Scope
from openphm.core.errors import StoreError, UsageError
from openphm.core.periods import is_month_end, month_end
from openphm.core.results import Provenance
from openphm.criteria import Criterion, Known, Snapshot, known_names
from openphm.definitions import Definition, Definitions, load
from openphm.population.over_time import people_over_time_sql
from openphm.population.people import people_of_months_sql, people_sql, sql_date
from openphm.store import Build, DuckDBEngine

Row = Mapping[str, Any]
SNAPSHOT = "person.snapshot"

MONTHS_OF_WINDOW = 12
"""The window that the build keeps for its own date."""


class Subsegment(NamedTuple):
    """A subsegment and the segment it belongs to."""

    code: str
    segment_code: str
    name: str
    segment_name: str


class Place(NamedTuple):
    """A practice or a primary care network."""

    kind: str
    code: str
    name: str


class Asking:
    """A build, opened, with the scope that every question about people carries."""

    def __init__(
        self, build: Build, engine: DuckDBEngine, scope: Scope, *, definitions: Definitions | None = None
    ) -> None:
        if build.manifest is None:
            raise StoreError(f"build {build.id}", "has no manifest", remedy="publish another build")
        self.build = build
        self.scope = scope
        self._manifest = build.manifest
        self._engine = engine
        self._definitions = definitions
        self._columns: dict[str, dict[str, str]] = {}

    # -- what it is

    @property
    def as_at(self) -> date:
        """The date of the build."""
        return date.fromisoformat(self._manifest.as_at)

    @cached_property
    def definitions(self) -> Definitions:
        """The definitions that questions are asked with: those given on opening, or the shipped ones.

        What the build itself was made with is in its manifest, and in the provenance of every answer.
        """
        return self._definitions if self._definitions is not None else load()

    @cached_property
    def known(self) -> Known:
        """The names that a criterion may use."""
        return known_names(self.definitions)

    @cached_property
    def snapshot_dates(self) -> frozenset[date]:
        """The dates for which the build keeps one wide row a person; none when it has no such table."""
        if SNAPSHOT not in self.tables():
            return frozenset()
        return frozenset(row["as_at"] for row in self.ask_reference(f"SELECT DISTINCT as_at FROM {SNAPSHOT}"))

    def snapshot_at(self, as_at: date) -> Snapshot | None:
        """How the wide row of a person answers criteria at a date; None at other dates."""
        if as_at not in self.snapshot_dates:
            return None
        return Snapshot.of(self.columns(SNAPSHOT), as_at, self.definitions)

    @cached_property
    def criteria_read(self) -> dict[str, Criterion]:
        """The criteria of measures that were read already, by their place in the definitions."""
        return {}

    @cached_property
    def month_ends(self) -> tuple[date, ...]:
        """The month ends of the build's history, oldest first."""
        rows = self._engine.query("SELECT month_end FROM build.month ORDER BY month_end").to_pylist()
        return tuple(row["month_end"] for row in rows)

    @cached_property
    def subsegments(self) -> tuple[Subsegment, ...]:
        """The subsegments of the build's segmentation, by code."""
        rows = self.ask_reference(
            "SELECT subsegment_code, segment_code, name, segment_name "
            "FROM definitions.segment_rule ORDER BY subsegment_code"
        )
        return tuple(Subsegment(*row.values()) for row in rows)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """The practices and networks of the build, whoever may see their people."""
        rows = self.ask_reference(
            "SELECT practice_code, name, pcn_code, pcn_name FROM reference.practice ORDER BY practice_code"
        )
        practices = [Place("practice", row["practice_code"], row["name"]) for row in rows]
        networks = {Place("pcn", row["pcn_code"], row["pcn_name"]) for row in rows if row["pcn_code"]}
        return (*practices, *sorted(networks))

    @cached_property
    def points(self) -> dict[str, str]:
        """The points of delivery that this build counts and prices, with the cost category of each."""
        columns = self.columns("person.month")
        rows = self.ask_reference(
            "SELECT point_of_delivery, cost_category FROM definitions.point_of_delivery ORDER BY 1"
        )
        found = {str(row["point_of_delivery"]): str(row["cost_category"]) for row in rows}
        return {id_: category for id_, category in found.items() if f"cost_{id_}_gbp" in columns}

    def place_named(self, code: str) -> Place | None:
        """The practice, network or small area of this code; None when the build has none."""
        wanted = code.strip().upper()
        for place in self.places:
            if place.code == wanted:
                return place
        rows = self.ask_reference("SELECT lsoa21_code FROM reference.lsoa21")
        return Place("lsoa21", wanted, wanted) if {"lsoa21_code": wanted} in rows else None

    def provenance(self, as_at: date | None = None, *, asked_with: Iterable[Definition] = ()) -> Provenance:
        """What an answer of this build rests on.

        asked_with: definitions that the question itself used. One that differs from what the build was
        made with is listed beside it.
        """
        used: list[Mapping[str, str]] = [dict(one) for one in self._manifest.definitions]
        used += [one.used() for one in asked_with if one.used() not in used]
        return Provenance.with_definitions(self.build.id, as_at or self.as_at, used=used, openphm=_version())

    # -- asking

    def ask(self, select: str, as_at: date) -> list[Row]:
        """Run a SELECT (with its CTEs before it) over `people`: those of the scope, and no others."""
        return self._rooted(people_sql(self.scope, as_at, is_build_date=as_at == self.as_at), select)

    def ask_months(self, select: str, month_ends: Sequence[date]) -> list[Row]:
        """The same over several month ends: `people` has one row for each person registered at each."""
        return self._rooted(people_of_months_sql(self.scope, month_ends), select)

    def ask_over_time(
        self, select: str, dates: Sequence[date], months: int, *, with_days: bool = True
    ) -> list[Row]:
        """The same as at each date, over everybody registered on any day of the months to it.

        `people` has own_date beside as_at: the last registered day of those who died or left.
        """
        is_stored = list(dates) == [self.as_at] and months == MONTHS_OF_WINDOW
        root = people_over_time_sql(self.scope, dates, months, with_days=with_days, is_stored=is_stored)
        return self._rooted(root, select, how="AS MATERIALIZED")

    def ask_wide(self, select: str, as_at: date, source: str, where: str = "TRUE") -> list[Row]:
        """Run a SELECT over `people` as rows of the snapshot's form: those of the scope at the date.

        where: a further condition over the columns of `p`.
        """
        limits = self.scope.predicate(practice="p.practice_code", pcn="p.pcn_code", lsoa="p.lsoa21_code")
        root = f"{source}\nWHERE p.as_at = {sql_date(as_at)} AND {limits} AND {where}"
        joined = "," if _begins_with_cte(select) else ""
        return list(self._engine.rows(f"WITH people AS ({root}\n){joined}\n{select}"))

    def keep_over_time(self, name: str, select: str, as_at: date) -> None:
        """Keep in memory, for this scope alone, what a SELECT over the people of 12 months gives."""
        root = people_over_time_sql(
            self.scope, (as_at,), MONTHS_OF_WINDOW, with_days=True, is_stored=as_at == self.as_at
        )
        joined = "," if _begins_with_cte(select) else ""
        self._engine.keep(name, f"WITH people AS MATERIALIZED ({root}\n){joined}\n{select}")

    def keep_months(self, name: str, select: str, month_ends: Sequence[date]) -> None:
        """Keep in memory, for this scope alone, what a SELECT over the people of several month ends gives."""
        root = people_of_months_sql(self.scope, month_ends)
        joined = "," if _begins_with_cte(select) else ""
        self._engine.keep(name, f"WITH people AS ({root}\n){joined}\n{select}")

    def keep_more(self, name: str, select: str) -> None:
        """Keep in memory what a SELECT gives that begins at a table kept for this scope before."""
        self._engine.keep(name, select)

    def ask_kept(self, select: str) -> pa.Table:
        """Run a SELECT that begins at a table kept for this scope: its columns, for arrays."""
        return self._engine.query(select)

    def ask_snapshot(self, select: str, as_at: date, columns: Sequence[str]) -> list[Row]:
        """Run a SELECT over `people`: those of the scope registered at a stored date, with wide columns."""
        limits = self.scope.predicate(practice="p.practice_code", pcn="p.pcn_code", lsoa="p.lsoa21_code")
        named = ", ".join(f"p.{name}" for name in columns)
        root = f"SELECT {named} FROM {SNAPSHOT} AS p WHERE p.as_at = DATE '{as_at}' AND {limits}"
        return self._rooted(root, select)

    def _rooted(self, root: str, select: str, *, how: str = "AS") -> list[Row]:
        """how: `AS MATERIALIZED` where a question reads its people many times: they are found once."""
        joined = "," if _begins_with_cte(select) else ""
        return list(self._engine.rows(f"WITH people {how} ({root}\n){joined}\n{select}"))

    def ask_reference(self, select: str) -> list[Row]:
        """Run a SELECT over tables that hold no people: definitions, reference, quality, lineage."""
        rows: list[Row] = self._engine.query(select).to_pylist()
        return rows

    def tables(self) -> list[str]:
        """The tables of the build, by name."""
        return self._engine.tables()

    def columns(self, table: str) -> dict[str, str]:
        """The columns of a table and their types. A build never changes, so they are looked up once."""
        if table not in self._columns:
            self._columns[table] = self._engine.columns(table)
        return self._columns[table]

    def checked_date(self, as_at: date | None) -> date:
        """The date asked for, when the build can answer as at it. Raises UsageError otherwise."""
        if as_at is None or as_at == self.as_at:
            return self.as_at
        possible = self.month_ends[11:]
        if as_at in possible:
            return as_at
        allowed = f"This build answers month ends from {possible[0]} to {possible[-1]}." if possible else ""
        remedy = "" if is_month_end(as_at) else f"the end of that month is {month_end(as_at)}"
        raise UsageError("--as-at", f"{as_at} cannot be answered.", allowed, remedy)

    # -- life

    def close(self) -> None:
        """Let go of the build."""
        self._engine.close()


def _begins_with_cte(select: str) -> bool:
    return not select.lstrip().upper().startswith("SELECT")


@cache
def _version() -> str:
    try:
        return version("openphm")
    except PackageNotFoundError:
        return "unknown"
