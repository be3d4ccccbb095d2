"""On a whole made-up build: the stored forms say what criteria and the matrix say.

`person.snapshot` is a faster form of asking criteria at a year end, `segments.window` of the 12 months, and
`quality.attribution` of the pounds of the matrix.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from openphm.access import Scope
from openphm.cli.main import run
from openphm.criteria import (
    Activity,
    Attribute,
    Condition,
    Criterion,
    Known,
    Segment,
    Snapshot,
    compile_flags,
    known_names,
)
from openphm.definitions import load
from openphm.population import Population, open_in_scope
from openphm.population.people import window_sql
from openphm.store import Builds, DuckDBEngine

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("ics") / "demo"
    assert (
        run(["demo", "--people", "400", "--years", "2", "--home", str(home), "--no-serve", "--no-progress"])
        == 0
    )
    return home / "store"


@pytest.fixture(scope="module")
def engine(store: Path) -> Iterator[DuckDBEngine]:
    with Builds(store).open_current(memory_limit="1GB", threads=1) as opened:
        yield opened


@pytest.fixture(scope="module")
def population(store: Path) -> Iterator[Population]:
    with open_in_scope(store, Scope.whole_system(), memory_limit="1GB", threads=1) as opened:
        yield opened


def flags_of(engine: DuckDBEngine) -> list[tuple[str, Criterion]]:
    """Every condition and every yes-or-no attribute that the snapshot has a column for."""
    columns = engine.columns("person.snapshot")
    known = known_names(load())
    flags = [
        name for name, kind in sorted(known.attributes.items()) if kind.kind == "flag" and name in columns
    ]
    conditions = [name for name in sorted(known.conditions) if f"has_{name}" in columns]
    assert len(conditions) >= 40
    return [
        *((f"has_{name}", Condition((name,))) for name in conditions),
        *((name, Attribute(name)) for name in flags),
    ]


def test_the_snapshot_says_what_criteria_say_at_every_year_end(engine: DuckDBEngine) -> None:
    flags = flags_of(engine)
    days = engine.query("SELECT DISTINCT as_at FROM person.snapshot ORDER BY as_at").column(0).to_pylist()
    assert len(days) >= 2
    for day in days:
        spine = (
            "SELECT person_key, as_at FROM segments.history "
            f"WHERE month_end = DATE '{day}' AND is_registered_at_month_end"
        )
        differences = ", ".join(
            f"COUNT(CASE WHEN f.{n} <> CASE WHEN s.{n} THEN 1 ELSE 0 END THEN 1 END) AS {n}" for n, _ in flags
        )
        row = engine.query(
            f"WITH spine AS ({spine}), flags AS ({compile_flags(flags, 'spine')}) "
            f"SELECT COUNT(*) AS people, {differences} FROM flags AS f "
            "JOIN person.snapshot AS s ON s.person_key = f.person_key AND s.as_at = f.as_at"
        ).to_pylist()[0]
        assert row.pop("people") > 300
        assert {name: n for name, n in row.items() if n} == {}


def leaves_of(known: Known, columns: dict[str, str]) -> list[Criterion]:
    """One or more questions about everything that has a column in the snapshot."""
    pods = [name for name in sorted(known.activities) if f"n_{name}" in columns]
    found: list[Criterion] = [Condition((name,)) for name in sorted(known.conditions)]
    for name, kind in sorted(known.attributes.items()):
        if kind.kind == "number" and name in columns:
            found += [Attribute(name), Attribute(name, at_least=3), Attribute(name, below=5)]
        elif name in columns:
            found += [Attribute(name, any_of=(value,)) for value in kind.values] + [Attribute(name)]
    for pod in pods:
        found += [Activity((pod,), 12), Activity((pod,), 12, count_at_least=2)]
        found += [Activity((pod,), 12, count_at_most=0), Activity((pod,), 12, cost_at_least_gbp=250)]
    found += [Activity(tuple(pods), 12, count_at_least=20), Activity(tuple(pods), 12, cost_at_most_gbp=999)]
    found += [Segment((code,)) for code in sorted(known.segments)]
    found += [Attribute("age", at_least=65), Attribute("age", below=18), Attribute("sex", any_of=("1",))]
    found += [Attribute("ethnic_group", any_of=(one,)) for one in ("White", "Asian", "Black")]
    return [
        one for one in found if not (isinstance(one, Attribute) and one.is_on_spine and not one.is_tested)
    ]


def differences(engine: DuckDBEngine, leaves: list[Criterion], snapshot: Snapshot) -> dict[str, int]:
    """For each leaf of which the fast form and the general one differ: for how many people."""
    named = [(f"c{n}", criterion) for n, criterion in enumerate(leaves)]
    asked = (
        "SELECT n.*, p.birth_month FROM person.snapshot AS n "
        "JOIN person.person AS p ON p.person_key = n.person_key "
        f"WHERE n.as_at = DATE '{snapshot.as_at}' AND n.person_key <= 1000"
    )
    compared = ", ".join(f"COUNT(CASE WHEN f.{n} <> g.{n} THEN 1 END) AS {n}" for n, _ in named)
    row = engine.query(
        f"WITH asked AS ({asked}), fast AS ({compile_flags(named, 'asked', snapshot=snapshot)}), "
        f"general AS ({compile_flags(named, 'asked')}) SELECT COUNT(*) AS people, {compared} "
        "FROM fast AS f JOIN general AS g ON g.person_key = f.person_key"
    ).to_pylist()[0]
    assert row.pop("people") > 300
    return {str(leaves[int(name[1:])]): n for name, n in row.items() if n}


def test_the_fast_form_says_what_the_general_one_says_at_every_year_end(engine: DuckDBEngine) -> None:
    definitions = load()
    columns = engine.columns("person.snapshot")
    leaves = leaves_of(known_names(definitions), columns)
    days = engine.query("SELECT DISTINCT as_at FROM person.snapshot ORDER BY as_at").column(0).to_pylist()
    assert len(leaves) > 200
    for day in days:
        snapshot = Snapshot.of(columns, day, definitions)
        for n in range(0, len(leaves), 40):
            assert differences(engine, leaves[n : n + 40], snapshot) == {}, day
        answered = sum(snapshot.test(leaf) is not None for leaf in leaves)
        assert answered > 0.9 * len(leaves)


def test_the_stored_window_is_the_computed_one(engine: DuckDBEngine, population: Population) -> None:
    columns = "person_key, practice_code, subsegment_code, person_days, is_registered_as_at"
    computed = engine.query(f"SELECT {columns} FROM ({window_sql(population.as_at)}) ORDER BY person_key")
    stored = engine.query(f"SELECT {columns} FROM segments.window ORDER BY person_key")
    assert computed.to_pylist() == stored.to_pylist()


def test_pounds_of_the_matrix_are_those_of_the_build(engine: DuckDBEngine, population: Population) -> None:
    stored = engine.query("SELECT subsegment_code, cost_gbp FROM quality.attribution").to_pylist()
    expected = {row["subsegment_code"]: row["cost_gbp"] for row in stored if row["cost_gbp"]}
    found = {
        code: value
        for code, measure, value, _ in population.segments().values()
        if measure == "cost_total_gbp" and code != "all" and value
    }
    assert found == expected
    assert dict(population.attribution().values())["difference"] == Decimal(0)


def test_everybody_registered_is_in_exactly_one_subsegment_at_every_month_end(engine: DuckDBEngine) -> None:
    twice = "SELECT COUNT(*) - COUNT(DISTINCT (person_key, month_end)) AS n FROM segments.history"
    assert engine.query(twice).to_pylist() == [{"n": 0}]
    left_out = engine.query(
        "SELECT COUNT(*) AS n FROM build.month AS m "
        "JOIN person.registration AS r ON r.start_date <= m.month_end "
        "AND (r.end_date IS NULL OR r.end_date > m.month_end) LEFT JOIN segments.history AS h "
        "ON h.person_key = r.person_key AND h.month_end = m.month_end WHERE h.person_key IS NULL"
    )
    assert left_out.to_pylist() == [{"n": 0}]


def test_any_month_end_can_be_asked(population: Population) -> None:
    for day in (date(2025, 6, 30), population.as_at):
        found = {row[:2]: row[2] for row in population.segments(day).values()}
        parts = [
            value for (code, measure), value in found.items() if measure == "population" and code != "all"
        ]
        assert sum(parts) == found["all", "population"] > 300  # type: ignore[operator]
