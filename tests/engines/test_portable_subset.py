"""Does every function and clause that the lint allows give the same on DuckDB and on Spark?

A word may be added to store/portable.py only together with a case here.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from openphm.store import DuckDBEngine, Engine, SparkEngine
from openphm.store.lint_words import check_words
from openphm.store.portable import FUNCTIONS, PRELUDE
from tests.engines.harness import row_differences, same_value

D = Decimal

EXPRESSIONS = [
    ("CAST(ABS(-3) AS INTEGER)", 3),
    ("CAST(FLOOR(-1.5) AS INTEGER)", -2),
    ("CAST(CEIL(-1.5) AS INTEGER)", -1),
    ("CAST(FLOOR(CAST(2.999999 AS DOUBLE)) AS INTEGER)", 2),
    ("CAST(ROUND(CAST(2.5 AS DOUBLE)) AS INTEGER)", 3),
    ("CAST(ROUND(CAST(-2.5 AS DOUBLE)) AS INTEGER)", -3),
    ("CAST(ROUND(CAST(12.345 AS DECIMAL(9,3)), 2) AS DECIMAL(9,2))", D("12.35")),
    ("CAST(CAST(2.345 AS DECIMAL(9,3)) AS DECIMAL(9,2))", D("2.35")),
    ("CAST(CAST(-2.345 AS DECIMAL(9,3)) AS DECIMAL(9,2))", D("-2.35")),
    ("CAST(CAST(12.34 AS DECIMAL(12,2)) * CAST(1.0825 AS DECIMAL(6,4)) AS DECIMAL(12,2))", D("13.36")),
    ("CAST(CAST(100 AS DECIMAL(12,2)) / NULLIF(3, 0) AS DECIMAL(12,2))", D("33.33")),
    ("CAST(7 / 2 AS DOUBLE)", 3.5),
    ("CAST(7 / NULLIF(0, 0) AS DOUBLE)", None),
    ("CAST(-7 % 3 AS INTEGER)", -1),
    ("CAST(SQRT(2) AS DOUBLE)", 2**0.5),
    ("CAST(EXP(1) AS DOUBLE)", 2.718281828459045),
    ("CAST(LN(10) AS DOUBLE)", 2.302585092994046),
    ("CAST(POWER(2, 10) AS DOUBLE)", 1024.0),
    ("CAST(SIGN(-4.2) AS INTEGER)", -1),
    ("CAST(COALESCE(NULL, 5) AS INTEGER)", 5),
    ("CAST(NULLIF(5, 5) AS INTEGER)", None),
    ("CAST(GREATEST(1, NULL, 3) AS INTEGER)", 3),
    ("CAST(LEAST(DATE '2024-01-01', NULL, DATE '2023-01-01') AS DATE)", date(2023, 1, 1)),
    ("UPPER('aé1')", "AÉ1"),
    ("LOWER('AÉ1')", "aé1"),
    ("TRIM('  a b ')", "a b"),
    ("LTRIM('  a ')", "a "),
    ("RTRIM(' a  ')", " a"),
    ("CAST(LENGTH('naïve') AS INTEGER)", 5),
    ("SUBSTRING('E1165', 1, 3)", "E11"),
    ("SUBSTRING('E1', 2, 9)", "1"),
    ("LEFT('E1165', 3)", "E11"),
    ("RIGHT('E1165', 2)", "65"),
    ("REPLACE('E11.6', '.', '')", "E116"),
    ("LPAD('7', 3, '0')", "007"),
    ("RPAD('7', 3, 'X')", "7XX"),
    ("CAST(POSITION('1' IN 'E11') AS INTEGER)", 2),
    ("CAST(POSITION('9' IN 'E11') AS INTEGER)", 0),
    ("'a' || 'b' || CAST(3 AS STRING)", "ab3"),
    ("'a' || CAST(NULL AS STRING)", None),
    ("CAST(DATE '2024-02-29' AS STRING)", "2024-02-29"),
    ("CAST('2024-02-29' AS DATE)", date(2024, 2, 29)),
    ("TRY_CAST('29/02/2024' AS DATE)", None),
    ("TRY_CAST('abc' AS INTEGER)", None),
    ("TRY_CAST('12.5' AS DECIMAL(9,2))", D("12.50")),
    ("CAST(TRUE AS INTEGER)", 1),
    ("CAST(TRUE AS STRING)", "true"),
    ("CAST(YEAR(DATE '2024-05-06') AS INTEGER)", 2024),
    ("CAST(MONTH(DATE '2024-05-06') AS INTEGER)", 5),
    ("CAST(DAY(DATE '2024-05-06') AS INTEGER)", 6),
    ("CAST(QUARTER(DATE '2024-05-06') AS INTEGER)", 2),
    ("CAST(EXTRACT(MONTH FROM DATE '2024-05-06') AS INTEGER)", 5),
    ("MAKE_DATE(2024, 2, 29)", date(2024, 2, 29)),
    ("CAST(days_between(DATE '1900-01-01', DATE '2026-11-22') % 7 AS INTEGER)", 6),
    ("'E119' LIKE 'E11%'", True),
    ("'x' IN ('x', NULL)", True),
    ("'y' IN ('x', NULL)", None),
    ("5 BETWEEN 1 AND 5", True),
    ("CAST(NULL AS INTEGER) IS NOT DISTINCT FROM NULL", True),
    ("1 IS DISTINCT FROM NULL", True),
    ("'B' < 'a'", True),
    ("'é' > 'z'", True),
    ("CASE WHEN CAST(NULL AS BOOLEAN) THEN 'a' WHEN 1 = 1 THEN 'b' END", "b"),
    ("CAST(9223372036854775807 AS BIGINT)", 2**63 - 1),
    ("CAST(1 AS TINYINT)", 1),
    ("CAST(1 AS SMALLINT)", 1),
]

ROWS = """(VALUES
    (1, 'a', DATE '2024-01-01', CAST(10.10 AS DECIMAL(9,2))), (1, 'b', DATE '2024-01-20', NULL),
    (1, 'a', DATE '2024-03-01', CAST(0.05 AS DECIMAL(9,2))),
    (2, NULL, DATE '2024-01-05', CAST(7.00 AS DECIMAL(9,2))),
    (2, 'c', NULL, CAST(-1.00 AS DECIMAL(9,2))), (3, 'a', DATE '2024-02-01', NULL)
) AS r (g, c, d, v)"""

SELECTS = {
    "aggregates": """SELECT g, CAST(COUNT(*) AS BIGINT) AS n, CAST(COUNT(v) AS BIGINT) AS nv,
        CAST(COUNT(DISTINCT c) AS BIGINT) AS nc, CAST(SUM(v) AS DECIMAL(12,2)) AS s,
        CAST(MIN(d) AS DATE) AS lo, CAST(MAX(c) AS STRING) AS hi,
        CAST(AVG(CAST(v AS DOUBLE)) AS DOUBLE) AS mean,
        CAST(BOOL_OR(v > 5) AS BOOLEAN) AS some, CAST(BOOL_AND(v > 5) AS BOOLEAN) AS every,
        CAST(STDDEV_SAMP(CAST(v AS DOUBLE)) AS DOUBLE) AS sd,
        CAST(VAR_SAMP(CAST(v AS DOUBLE)) AS DOUBLE) AS var,
        CAST(PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY CAST(v AS DOUBLE)) AS DOUBLE) AS mid,
        CAST(COUNT(*) FILTER (WHERE c = 'a') AS BIGINT) AS na,
        CAST(SUM(CASE WHEN c = 'a' THEN 1 ELSE 0 END) AS BIGINT) AS sa FROM {rows} GROUP BY g""",
    "aggregate of nothing": """SELECT CAST(SUM(v) AS DECIMAL(12,2)) AS s, CAST(COUNT(*) AS BIGINT) AS n
        FROM {rows} WHERE g = 9""",
    "windows": """SELECT g, d, v,
        CAST(ROW_NUMBER() OVER (PARTITION BY g ORDER BY d, c) AS INTEGER) AS rn,
        CAST(RANK() OVER (ORDER BY g) AS INTEGER) AS rk,
        CAST(DENSE_RANK() OVER (ORDER BY g) AS INTEGER) AS dr,
        CAST(PERCENT_RANK() OVER (ORDER BY g) AS DOUBLE) AS pr,
        CAST(CUME_DIST() OVER (ORDER BY g) AS DOUBLE) AS cd,
        CAST(NTILE(2) OVER (ORDER BY g, d, c) AS INTEGER) AS nt,
        CAST(LAG(d) OVER (PARTITION BY g ORDER BY d, c) AS DATE) AS before,
        CAST(LEAD(d, 1) OVER (PARTITION BY g ORDER BY d, c) AS DATE) AS after,
        CAST(FIRST_VALUE(c) OVER (PARTITION BY g ORDER BY d DESC, c) AS STRING) AS newest,
        CAST(LAST_VALUE(c) OVER (PARTITION BY g ORDER BY d, c
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS STRING) AS last,
        CAST(SUM(v) OVER (PARTITION BY g ORDER BY d, c ROWS UNBOUNDED PRECEDING) AS DECIMAL(12,2)) AS running,
        CAST(COUNT(*) OVER (PARTITION BY g ORDER BY d
            RANGE BETWEEN INTERVAL '30' DAY PRECEDING AND CURRENT ROW) AS BIGINT) AS within_30
        FROM {rows}""",
    "null comes first, and last when descending": """SELECT g, c, d,
        CAST(ROW_NUMBER() OVER (ORDER BY d, g, c) AS INTEGER) AS up,
        CAST(ROW_NUMBER() OVER (ORDER BY d DESC, g, c) AS INTEGER) AS down,
        CAST(ROW_NUMBER() OVER (ORDER BY c DESC NULLS FIRST, g, d) AS INTEGER) AS nulls FROM {rows}""",
    "grouping sets": """SELECT g, c, CAST(COUNT(*) AS BIGINT) AS n, CAST(GROUPING(c) AS INTEGER) AS every_c
        FROM {rows} GROUP BY GROUPING SETS ((g, c), (g), ())""",
    "having": "SELECT g FROM {rows} GROUP BY g HAVING COUNT(*) > 1",
    "union and union all": """SELECT g, c FROM {rows} UNION SELECT g, c FROM {rows}
        UNION ALL SELECT 9, 'z'""",
    "intersect and except": """SELECT g FROM {rows} INTERSECT SELECT 1 UNION ALL
        (SELECT g FROM {rows} EXCEPT SELECT 1)""",
    "joins": """SELECT l.g, l.c, m.d FROM {rows} LEFT JOIN (SELECT g, d FROM {rows2}) AS m
        ON m.g = l.g AND m.d > l.d FULL JOIN (SELECT 5 AS h) AS f ON f.h = l.g
        CROSS JOIN (SELECT 1 AS one) AS x""",
    "join using": "SELECT g, l.c, m.n FROM {rows} JOIN (SELECT 1 AS g, 2 AS n) AS m USING (g) WHERE l.g > 0",
    "exists and not exists": """SELECT l.g, l.c FROM {rows}
        WHERE EXISTS (SELECT 1 FROM {rows2} WHERE m.g = l.g AND m.c = 'b')
        OR NOT EXISTS (SELECT 1 FROM {rows2} WHERE m.g = l.g AND m.d IS NOT NULL)""",
    "scalar sub-query": "SELECT l.g, (SELECT MAX(m.d) FROM {rows2} WHERE m.g = l.g) AS x FROM {rows}",
    "in a sub-query, and not in one with null": """SELECT g, c FROM {rows} WHERE c IN (SELECT c FROM {rows2})
        OR g NOT IN (SELECT CASE WHEN g = 1 THEN NULL ELSE g END FROM {rows2})""",
    "a CTE used twice": """WITH a AS (SELECT g, c FROM {rows}), b AS (SELECT g FROM a WHERE c = 'a')
        SELECT a.g, a.c FROM a JOIN b ON a.g = b.g""",
    "distinct": "SELECT DISTINCT g, c FROM {rows}",
}  # fmt: skip


def _select(text: str) -> str:
    first = ROWS.replace("AS r", "AS l") if "l." in text else ROWS
    return text.replace("{rows2}", ROWS.replace("AS r", "AS m")).replace("{rows}", first)


def _wrong(engine: Engine) -> list[str]:
    listed = ", ".join(f"{expression} AS c{i}" for i, (expression, _) in enumerate(EXPRESSIONS))
    found = list(engine.query(f"SELECT {listed}").to_pylist()[0].values())
    pairs = zip(EXPRESSIONS, found, strict=True)
    return [f"{text}: {got!r}, not {due!r}" for (text, due), got in pairs if not same_value(got, due)]


def test_expressions_on_duckdb_answer_as_written(duckdb_engine: DuckDBEngine) -> None:
    assert _wrong(duckdb_engine) == []


@pytest.mark.spark
def test_expressions_on_spark_answer_as_written(spark_engine: SparkEngine) -> None:
    assert _wrong(spark_engine) == []


@pytest.mark.spark
def test_clauses_answer_the_same_on_both(duckdb_engine: DuckDBEngine, spark_engine: SparkEngine) -> None:
    wrong = {
        name: differences
        for name, text in SELECTS.items()
        if (
            differences := row_differences(
                duckdb_engine.query(_select(text)), spark_engine.query(_select(text))
            )
        )
    }
    assert wrong == {}


def test_every_allowed_function_has_a_case() -> None:
    cases = " ".join([text for text, _ in EXPRESSIONS] + list(SELECTS.values())).lower()
    used = set(re.findall(r"([a-z_]+)\(", cases))
    assert FUNCTIONS - PRELUDE - used == set()


def test_cases_keep_to_the_subset_themselves() -> None:
    import sqlglot

    texts = [f"SELECT {text} AS answer" for text, _ in EXPRESSIONS] + [
        _select(text) for text in SELECTS.values()
    ]
    assert [problem for text in texts for problem in check_words(sqlglot.tokenize(text), "case")] == []
