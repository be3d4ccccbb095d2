"""Compiled criteria run as written on Spark, and say the same there as in plain Python."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from openphm.criteria import Criterion, Everyone, compile_flags, compile_rules
from openphm.criteria.implies import implies
from openphm.store import SparkEngine
from tests.support import made_up
from tests.support.builder import Person
from tests.support.plain_criteria import first_rule, matches
from tests.support.tables import fill

pytestmark = [pytest.mark.spark, pytest.mark.slow]


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkEngine]:
    with SparkEngine(tmp_path_factory.mktemp("spark"), memory="1g", threads=1) as engine:
        yield engine


def test_the_same_text_says_the_same_on_spark(spark: SparkEngine) -> None:
    @settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(
        st.lists(made_up.people, min_size=8, max_size=12),
        st.lists(made_up.criteria, min_size=12, max_size=20),
    )
    def agree(people: list[Person], criteria: list[Criterion]) -> None:
        fill(spark, people, made_up.DATES)
        named = [(f"c{n}", criterion) for n, criterion in enumerate(criteria)]
        rows = spark.query(compile_flags(named)).to_pylist()
        assert len(rows) == len(people) * len(made_up.DATES)
        for row in rows:
            person = people[row["person_key"] - 1]
            for name, criterion in named:
                assert bool(row[name]) == matches(criterion, person, row["as_at"]), str(criterion)
        rules = _waterfall(criteria)
        for row in spark.query(compile_rules(rules, carry=["month_end"])).to_pylist():
            person = people[row["person_key"] - 1]
            assert (row["subsegment_code"], row["rule_position"]) == first_rule(rules, person, row["as_at"])

    agree()


def _waterfall(criteria: list[Criterion]) -> list[tuple[str, Criterion]]:
    kept: list[Criterion] = []
    for criterion in criteria:
        if not implies(Everyone(), criterion) and not any(implies(criterion, one) for one in kept):
            kept.append(criterion)
    return [(f"r{n}", criterion) for n, criterion in enumerate([*kept, Everyone()])]
