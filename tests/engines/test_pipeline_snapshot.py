"""person.snapshot is a faster form of a question that criteria answer at any month end: both agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa
import pytest

from openphm.criteria import Activity, Attribute, Condition, Criterion, compile_flags
from openphm.dataset import make_tables
from openphm.definitions import load
from openphm.extracts import open_delivery
from openphm.store import DuckDBEngine
from tests.engines.cases.dozen import AS_AT, the_dozen

YEAR_ENDS = """SELECT s.person_key, s.as_at, s.birth_month FROM segments.spine AS s
JOIN build.month AS m ON m.month_end = s.month_end AND m.is_year_end
WHERE s.is_registered_at_month_end"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBEngine]:
    definitions = load()
    made = the_dozen(definitions).write(tmp_path_factory.mktemp("dozen") / "extracts")
    with DuckDBEngine(memory_limit="1GB", threads=2) as engine:
        make_tables(engine, open_delivery(made), definitions, as_at=AS_AT)
        engine.create_table("segments.year_end", YEAR_ENDS)
        yield engine


def by_person(rows: pa.Table) -> dict[tuple[object, object], dict[str, object]]:
    return {(row.pop("person_key"), row.pop("as_at")): row for row in rows.to_pylist()}


def disagreements(engine: DuckDBEngine, asked: Mapping[str, tuple[str, Criterion]]) -> list[str]:
    """Where the snapshot's expression and the criterion of the same name differ, for anybody on any date."""
    compiled = compile_flags([(name, test) for name, (_, test) in asked.items()], "segments.year_end")
    from_rules = by_person(engine.query(compiled))
    columns = ", ".join(f"{expression} AS {name}" for name, (expression, _) in asked.items())
    stored = by_person(engine.query(f"SELECT person_key, as_at, {columns} FROM person.snapshot"))
    assert from_rules.keys() == stored.keys()
    return [
        f"{name} of {key}"
        for key, row in stored.items()
        for name, value in row.items()
        if bool(value) != bool(from_rules[key][name])
    ]


def test_conditions_agree(built: DuckDBEngine) -> None:
    ids = [one["condition_id"] for one in load().tables()["condition"]]
    assert not disagreements(built, {f"has_{id_}": (f"has_{id_}", Condition((id_,))) for id_ in ids})


def test_flags_agree(built: DuckDBEngine) -> None:
    flags = [one for one in load().tables()["attribute"] if one["is_stored"] and one["kind"] == "flag"]
    assert len(flags) > 15
    asked = {one["attribute_id"]: (one["attribute_id"], Attribute(one["attribute_id"])) for one in flags}
    assert not disagreements(built, asked)


def test_values_agree(built: DuckDBEngine) -> None:
    asked = {
        "frail": ("frailty IN ('moderate', 'severe')", Attribute("frailty", any_of=("moderate", "severe"))),
        "many": ("multimorbidity_count >= 1", Attribute("multimorbidity_count", at_least=1)),
        "smoker": ("smoking = 'current'", Attribute("smoking", any_of=("current",))),
        "old": ("age_years >= 65", Attribute("age", at_least=65)),
    }
    assert not disagreements(built, asked)


def test_counts_agree(built: DuckDBEngine) -> None:
    pods = [pod["point_of_delivery"] for pod in load().tables()["point_of_delivery"]]
    asked: dict[str, tuple[str, Criterion]] = {
        f"twice_{pod}": (f"n_{pod} >= 2", Activity((pod,), 12, count_at_least=2)) for pod in pods
    }
    asked |= {
        f"paid_{pod}": (f"cost_{pod}_gbp >= 100", Activity((pod,), 12, cost_at_least_gbp=100)) for pod in pods
    }
    assert not disagreements(built, asked)
