"""Does every function of the prelude give the same on DuckDB and on Spark, and what it says?

Text table in, answer out. `null` is SQL null; an answer of None means null.
"""

from __future__ import annotations

from datetime import date

import pytest

from openphm.store import DuckDBEngine, SparkEngine
from openphm.store.portable import PRELUDE
from tests.engines.harness import row_differences, same_value

ANSWERS = [
    ("days_between(DATE '2024-02-28', DATE '2024-03-01')", 2),
    ("days_between(DATE '2023-02-28', DATE '2023-03-01')", 1),
    ("days_between(DATE '2024-03-01', DATE '2024-02-28')", -2),
    ("days_between(DATE '2024-01-01', DATE '2024-01-01')", 0),
    ("days_between(DATE '1899-12-31', DATE '2026-03-31')", 46111),
    ("days_between(CAST(NULL AS DATE), DATE '2024-01-01')", None),
    ("days_between(DATE '2024-01-01', NULL)", None),
    ("add_days(DATE '2024-02-28', 1)", date(2024, 2, 29)),
    ("add_days(DATE '2024-03-01', -1)", date(2024, 2, 29)),
    ("add_days(DATE '2023-12-31', CAST(1 AS BIGINT))", date(2024, 1, 1)),
    ("add_days(CAST(NULL AS DATE), 1)", None),
    ("add_days(DATE '2024-01-01', NULL)", None),
    ("add_months(DATE '2024-01-31', 1)", date(2024, 2, 29)),
    ("add_months(DATE '2023-01-31', 1)", date(2023, 2, 28)),
    ("add_months(DATE '2024-02-29', 12)", date(2025, 2, 28)),
    ("add_months(DATE '2025-02-28', -12)", date(2024, 2, 28)),
    ("add_months(DATE '2024-03-31', -1)", date(2024, 2, 29)),
    ("add_months(DATE '2026-03-31', -36)", date(2023, 3, 31)),
    ("add_months(DATE '2024-02-29', CAST(1 AS BIGINT))", date(2024, 3, 29)),
    ("add_months(CAST(NULL AS DATE), 1)", None),
    ("month_start(DATE '2024-02-29')", date(2024, 2, 1)),
    ("month_start(DATE '2024-02-01')", date(2024, 2, 1)),
    ("month_start(CAST(NULL AS DATE))", None),
    ("month_end(DATE '2024-02-01')", date(2024, 2, 29)),
    ("month_end(DATE '2023-02-01')", date(2023, 2, 28)),
    ("month_end(DATE '2100-02-01')", date(2100, 2, 28)),
    ("month_end(DATE '2023-12-31')", date(2023, 12, 31)),
    ("month_end(CAST(NULL AS DATE))", None),
    ("months_from(DATE '2024-01-31', DATE '2024-02-01')", 1),
    ("months_from(DATE '2024-02-29', DATE '2024-02-01')", 0),
    ("months_from(DATE '2024-02-01', DATE '2023-12-31')", -2),
    ("months_from(DATE '2020-04-01', DATE '2026-03-31')", 71),
    ("months_from(CAST(NULL AS DATE), DATE '2024-01-01')", None),
    ("age_at(DATE '1952-03-15', DATE '2026-03-14')", 73),
    ("age_at(DATE '1952-03-15', DATE '2026-03-15')", 74),
    ("age_at(DATE '2000-02-29', DATE '2023-02-28')", 22),
    ("age_at(DATE '2000-02-29', DATE '2023-03-01')", 23),
    ("age_at(DATE '2000-02-29', DATE '2024-02-29')", 24),
    ("age_at(DATE '2026-03-15', DATE '2026-03-15')", 0),
    ("age_at(DATE '2026-03-15', DATE '2026-03-14')", -1),
    ("age_at(DATE '1915-01-15', DATE '2026-03-31')", 111),
    ("age_at(CAST(NULL AS DATE), DATE '2026-03-31')", None),
    ("age_at(DATE '2000-01-01', CAST(NULL AS DATE))", None),
    ("financial_year(DATE '2026-03-31')", 2025),
    ("financial_year(DATE '2026-04-01')", 2026),
    ("financial_year(DATE '2025-12-31')", 2025),
    ("financial_year(CAST(NULL AS DATE))", None),
    ("safe_divide(1, 2)", 0.5),
    ("safe_divide(-7, 2)", -3.5),
    ("safe_divide(1, 0)", None),
    ("safe_divide(0, 0)", None),
    ("safe_divide(CAST(10.00 AS DECIMAL(12,2)), CAST(3 AS BIGINT))", 10 / 3),
    ("safe_divide(NULL, 2)", None),
    ("safe_divide(1.5, NULL)", None),
]

ROWS = """(VALUES
    (1, DATE '2000-02-29', DATE '2024-03-01'), (1, DATE '1950-07-15', DATE '2024-03-02'),
    (2, DATE '2024-02-29', DATE '2024-03-01'), (2, CAST(NULL AS DATE), DATE '2024-04-30')
) AS r (g, a, b)"""

IN_PLACES = {
    "in an aggregate": f"SELECT g, CAST(SUM(days_between(a, b)) AS BIGINT) AS x FROM {ROWS} GROUP BY g",
    "in a window": f"SELECT g, MAX(age_at(a, b)) OVER (PARTITION BY g ORDER BY b) AS x FROM {ROWS}",
    "in a window's order": f"SELECT a, ROW_NUMBER() OVER (ORDER BY days_between(a, b), b) AS x FROM {ROWS}",
    "in GROUP BY": f"SELECT financial_year(b) AS y, COUNT(*) AS x FROM {ROWS} GROUP BY financial_year(b)",
    "in WHERE": f"SELECT b FROM {ROWS} WHERE age_at(a, b) >= 20",
    "in HAVING": f"SELECT g FROM {ROWS} GROUP BY g HAVING MAX(months_from(a, b)) > 100",
    "in CASE": f"SELECT b, CASE WHEN age_at(a, b) > 50 THEN 'old' ELSE 'young' END AS x FROM {ROWS}",
    "in JOIN ... ON": f"""SELECT l.b, m.g FROM {ROWS.replace("AS r", "AS l")}
        LEFT JOIN {ROWS.replace("AS r", "AS m")} ON l.g = m.g AND month_end(l.a) = month_end(m.a)""",
    "in EXISTS": f"""SELECT l.b FROM {ROWS.replace("AS r", "AS l")} WHERE EXISTS (
        SELECT 1 FROM {ROWS.replace("AS r", "AS m")} WHERE m.g = l.g AND days_between(m.b, l.b) = 1)""",
    "inside each other": f"SELECT b, add_months(month_start(add_days(b, 30)), -1) AS x FROM {ROWS}",
}


def _all_answers(engine: DuckDBEngine | SparkEngine) -> list[object]:
    listed = ", ".join(f"{expression} AS c{i}" for i, (expression, _) in enumerate(ANSWERS))
    return list(engine.query(f"SELECT {listed}").to_pylist()[0].values())


def _wrong(found: list[object]) -> list[str]:
    pairs = zip(ANSWERS, found, strict=True)
    return [f"{text}: {got!r}, not {due!r}" for (text, due), got in pairs if not same_value(got, due)]


def test_prelude_on_duckdb_answers_as_written(duckdb_engine: DuckDBEngine) -> None:
    assert _wrong(_all_answers(duckdb_engine)) == []


@pytest.mark.spark
def test_prelude_on_spark_answers_as_written(spark_engine: SparkEngine) -> None:
    assert _wrong(_all_answers(spark_engine)) == []


def test_every_prelude_function_has_an_ordinary_case_and_a_null_case() -> None:
    for function in PRELUDE:
        answers = [answer for text, answer in ANSWERS if text.startswith(function + "(")]
        assert None in answers, f"no null case for {function}"
        assert any(answer is not None for answer in answers), f"no ordinary case for {function}"


@pytest.mark.spark
def test_prelude_used_anywhere_in_a_select_gives_the_same(
    duckdb_engine: DuckDBEngine, spark_engine: SparkEngine
) -> None:
    for place, select in IN_PLACES.items():
        wrong = row_differences(duckdb_engine.query(select), spark_engine.query(select))
        assert wrong == [], place
