"""The SQL lint: what is allowed passes, what is not is told with the way to mend it."""

from __future__ import annotations

from pathlib import Path

import pytest

from openphm.store import lint
from openphm.store.lint import lint_text

HEADER = """-- purpose: an example
-- reads: standard.gp_event, build.parameters
-- writes: work.example
-- grain: one row per person
-- key: person_key
-- columns:
--   person_key  INTEGER  the person in this build
--   answer      {kind}   the answer
"""


def file_with(answer: str, kind: str = "STRING", tail: str = "", cast: str = "") -> str:
    """A whole file in which one expression is of interest."""
    return (
        HEADER.format(kind=kind)
        + f"""
SELECT
    CAST(e.person_key AS INTEGER) AS person_key,
    CAST({answer} AS {cast or kind}) AS answer
FROM standard.gp_event AS e
CROSS JOIN build.parameters AS p
{tail}
"""
    )


def told(text: str) -> str:
    """All that the lint says about a file, as one text."""
    return "\n".join(line for problem in lint_text(text, "example.sql") for line in problem.lines())


ALLOWED = [
    "e.code",
    "COALESCE(e.code, 'none') || ' ' || UPPER(e.code)",
    "CASE WHEN e.code LIKE 'E11%' THEN 'a' WHEN e.code IN ('x', 'y') THEN 'b' ELSE NULL END",
    "SUBSTRING(e.code, 1, 3)",
    "LPAD(LEFT(e.code, 2), 4, '0')",
    "safe_divide(e.value, e.n)",
    "e.value / NULLIF(e.n, 0)",
    "e.value / 100",
    "e.n % 12",
    "days_between(e.event_date, p.as_at)",
    "age_at(e.birth_month, month_end(p.as_at))",
    "EXTRACT(YEAR FROM e.event_date)",
    "POSITION('x' IN e.code)",
    "TRY_CAST(e.value_text AS DECIMAL(12,2))",
    "COUNT(*) FILTER (WHERE e.code = 'x')",
    "COUNT(DISTINCT e.code)",
    "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY e.value)",
    "ROW_NUMBER() OVER (PARTITION BY e.person_key ORDER BY e.event_date, e.code)",
    "SUM(e.n) OVER (ORDER BY e.event_date RANGE BETWEEN INTERVAL '30' DAY PRECEDING AND CURRENT ROW)",
    "e.code IS NOT DISTINCT FROM p.code",
    "DATE '2026-03-31'",
    "NOT EXISTS (SELECT 1 FROM standard.gp_event AS x WHERE x.person_key = e.person_key)",
]

FORBIDDEN = [
    ("date_diff('day', e.a, e.b)", "days_between(a, b)"),
    ("DATEDIFF(e.a, e.b)", "days_between(a, b)"),
    ("months_between(e.a, e.b)", "months_from(a, b)"),
    ("dayofweek(e.a)", "0 is Monday"),
    ("date_trunc('month', e.a)", "month_start(d)"),
    ("concat(e.a, e.b)", "a || b"),
    ("now()", "build.parameters"),
    ("CURRENT_DATE", "build.parameters"),
    ("any_value(e.code)", "ROW_NUMBER"),
    ("max_by(e.code, e.a)", "ROW_NUMBER"),
    ("median(e.value)", "PERCENTILE_CONT"),
    ("string_agg(e.code, ',')", "one row per value"),
    ("regexp_matches(e.code, 'a')", "not a function of the portable subset"),
    ("uper(e.code)", "write UPPER"),
    ("ceiling(e.value)", "CEIL(x)"),
    ("e.value / e.n", "safe_divide(a, b)"),
    ("e.value / (e.n)", "safe_divide(a, b)"),
    ("e.value / 0", "divisor that may be 0"),
    ("e.n % e.m", "NULLIF(b, 0)"),
    ("e.a + INTERVAL '1' MONTH", "add_months(d, n)"),
    ('e."code"', "double quotes"),
    ("'a\\b'", "backslash"),
    ("e.code::INTEGER", "CAST(x AS TYPE)"),
    ("CAST(e.code AS VARCHAR)", "write STRING"),
    ("CAST(e.n AS INT)", "write INTEGER"),
    ("CAST(e.n AS FLOAT)", "write DOUBLE"),
    ("CAST(e.a AS TIMESTAMP WITH TIME ZONE)", "is not portable"),
    ("?", "placeholder"),
    ("$as_at", "placeholder"),
    (":as_at", "placeholder"),
    ("{as_at}", "placeholder"),
    ("e.code ILIKE 'a%'", "LOWER(x) LIKE"),
    ("e.list[1]", "one row per value"),
    ("ROW_NUMBER() OVER (PARTITION BY e.person_key)", "has no ORDER BY"),
    ("(SELECT x.code FROM standard.gp_event AS x LIMIT 1)", "LIMIT"),
    ("(SELECT t.a FROM (SELECT * FROM standard.gp_event) AS t)", "SELECT *"),
    ("(SELECT x.* FROM standard.gp_event AS x)", "SELECT *"),
    ("e.code == 'a'", "write ="),
]

CASTS_OF_FRACTIONS = [
    "e.a / 2",
    "AVG(e.n)",
    "safe_divide(e.a, e.b) * 100",
    "CAST(e.a AS DECIMAL(9,2))",
    "CASE WHEN e.n > 1 THEN 1.5 ELSE 2 END",
    "COALESCE(SUM(e.n * 0.1), 0)",
    "SQRT(e.n)",
    "(SELECT MAX(t.m) FROM (SELECT AVG(x.n) AS m FROM standard.gp_event AS x) AS t)",
]


@pytest.mark.parametrize("answer", ALLOWED)
def test_portable_expression_passes(answer: str) -> None:
    assert told(file_with(answer)) == ""


@pytest.mark.parametrize(("answer", "remedy"), FORBIDDEN)
def test_expression_outside_the_subset_is_told_with_a_remedy(answer: str, remedy: str) -> None:
    assert remedy in told(file_with(answer))


@pytest.mark.parametrize("answer", CASTS_OF_FRACTIONS)
@pytest.mark.parametrize("kind", ["INTEGER", "BIGINT"])
def test_cast_of_a_fraction_to_a_whole_number_is_told(answer: str, kind: str) -> None:
    assert f"CAST of a fraction to {kind}" in told(file_with(answer, kind))


@pytest.mark.parametrize("answer", CASTS_OF_FRACTIONS)
@pytest.mark.parametrize("function", ["FLOOR", "CEIL", "ROUND"])
def test_cast_of_a_floored_fraction_passes(answer: str, function: str) -> None:
    assert told(file_with(f"{function}({answer})", "INTEGER")) == ""


def test_fraction_is_followed_through_a_cte_and_into_known_tables() -> None:
    text = (
        HEADER.format(kind="INTEGER").replace("build.parameters", "work.rate")
        + """
WITH mean AS (SELECT e.person_key, AVG(e.n) AS m FROM standard.gp_event AS e GROUP BY e.person_key),
again AS (SELECT person_key, m AS n FROM mean)
SELECT CAST(a.person_key AS INTEGER) AS person_key, CAST({} AS INTEGER) AS answer
FROM again AS a JOIN work.rate AS r ON r.person_key = a.person_key
"""
    )
    known = {"work.rate": {"person_key": "INTEGER", "rate": "DOUBLE", "n": "INTEGER"}}
    said = {x: str(lint_text(text.format(x), "a.sql", known)) for x in ("a.n", "r.rate", "r.n")}
    assert [("CAST of a fraction" in said[x]) for x in said] == [True, True, False]


@pytest.mark.parametrize(
    ("tail", "found"),
    [
        ("ORDER BY person_key", "header's sort"),
        ("LIMIT 3", "LIMIT is not in the portable subset"),
        ("QUALIFY ROW_NUMBER() OVER (ORDER BY e.code) = 1", "QUALIFY"),
        ("LEFT SEMI JOIN standard.gp_event AS x ON x.code = e.code", "EXISTS or NOT EXISTS"),
        ("ASOF JOIN standard.gp_event AS x ON x.event_date >= e.event_date", "newest first"),
        ("NATURAL JOIN standard.gp_event AS x", "NATURAL JOIN"),
        (", standard.gp_event AS x", "a join without ON or USING"),
        ("JOIN gp_event AS x ON x.code = e.code", "neither a CTE of this file nor schema.table"),
        (
            "JOIN main.standard.gp_event AS x ON x.code = e.code",
            "neither a CTE of this file nor schema.table",
        ),
        ("JOIN standard.gp_encounter AS x ON x.code = e.code", "the header does not say so"),
        ("GROUP BY ALL", "GROUP BY ALL"),
        ("; SELECT 1", "the file has 2 statements"),
        ("WHERE (e.a", "the SQL cannot be read"),
    ],
)
def test_clause_outside_the_subset_is_told(tail: str, found: str) -> None:
    assert found in told(file_with("e.code", tail=tail))


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("CAST(e.code AS STRING) AS answer", "e.code AS answer", "answer has no CAST around it"),
        ("CAST(e.code AS STRING) AS answer", "TRY_CAST(e.code AS STRING) AS answer", "has no CAST around it"),
        ("CAST(e.code AS STRING) AS answer", "CAST(e.code AS STRING)", "is not named with AS"),
        ("AS answer", "AS reply", "promises column answer"),
        (
            "CAST(e.code AS STRING) AS answer",
            "CAST(e.code AS DATE) AS answer",
            "cast to DATE, and the header says STRING",
        ),
        ("SELECT\n", "SELECT CAST(1 AS INTEGER) AS more,\n", "the header does not name it"),
        ("FROM standard.gp_event AS e", "FROM build.parameters AS e", "and the SELECT does not"),
        (
            "\nSELECT",
            "\nSELECT CAST(1 AS INTEGER) AS person_key UNION ALL SELECT",
            "the final SELECT is a UNION",
        ),
        ("\nSELECT", "\nINSERT INTO work.example SELECT", "the statement is no SELECT"),
    ],
)
def test_final_select_that_breaks_the_header_is_told(old: str, new: str, found: str) -> None:
    text = file_with("e.code")
    assert old in text
    assert found in told(text.replace(old, new, 1) if old != "\nSELECT" else text.replace(old, new))


def test_columns_in_another_order_are_told() -> None:
    one, two = "CAST(e.person_key AS INTEGER) AS person_key,\n    ", "CAST(e.code AS STRING) AS answer"
    assert "in another order" in told(file_with("e.code").replace(one + two, f"{two},\n    {one[:-6]}"))


def test_place_of_a_problem_is_its_line() -> None:
    assert [p.where for p in lint_text(file_with("now()"), "example.sql")] == ["example.sql, line 12"]


def test_two_files_that_write_one_table_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.sql").write_text(file_with("e.code"))
    assert lint.main([str(tmp_path)]) == 1
    assert "which a.sql writes too" in capsys.readouterr().out


def test_command_answers_0_for_good_files_and_2_without_a_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.sql").write_text(file_with("e.code"))
    assert lint.main([str(tmp_path)]) == 0
    assert lint.main([]) == 2
    assert lint.main([str(tmp_path / "none.sql")]) == 2
    assert "1 files, 0 problems" in capsys.readouterr().out


def test_example_of_the_manual_passes(project_root: Path) -> None:
    manual = (project_root / "docs/explanation/portable_sql.md").read_text("utf-8")
    assert told(manual.split("```sql\n")[1].split("```")[0]) == ""
