"""Whatever the protocol promises holds on both engines, and the harness finds what differs."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from openphm.core.errors import StoreError
from openphm.store import DuckDBEngine, Engine, SparkEngine, SqlFile
from openphm.store.bring_home import bring_home
from openphm.store.header import parse_header
from tests.engines.harness import assert_same_on_both, row_differences

EVENTS = pa.table(
    {
        "person_key": pa.array([2, 1, 1, 3], pa.int32()),
        "event_date": pa.array([date(2024, 2, 29), date(2023, 1, 1), None, date(1915, 6, 15)]),
        "seen_at": pa.array(
            [datetime(2024, 2, 29, 13, 5, 9), None, datetime(1969, 7, 20), datetime(2026, 3, 29, 1, 30)]
        ),
        "code": ["E119", "E119", None, "naïve"],
        "amount": pa.array(
            [Decimal("10.10"), Decimal("-0.05"), None, Decimal("99999999.99")], pa.decimal128(12, 2)
        ),
        "value": [0.1, -0.0, None, 1e300],
        "n": pa.array([2**62, -1, None, 0], pa.int64()),
        "is_new": [True, False, None, True],
    }
)

TEXT = """-- purpose: what each person had
-- reads: activity.event
-- writes: work.person_total
-- grain: one row per person
-- key: person_key
-- sort: person_key
-- encode: code
-- ranges: person_key
-- columns:
--   person_key  INTEGER        the person
--   amount      DECIMAL(12,2)  all amounts
--   code        STRING         the greatest code
--   last_date   DATE           the last day
--   share       DOUBLE         of something
SELECT
    CAST(e.person_key AS INTEGER) AS person_key,
    CAST(SUM(e.amount) AS DECIMAL(12,2)) AS amount,
    CAST(MAX(e.code) AS STRING) AS code,
    CAST(MAX(e.event_date) AS DATE) AS last_date,
    CAST(safe_divide(COUNT(e.code), COUNT(*)) AS DOUBLE) AS share
FROM activity.event AS e
GROUP BY e.person_key
"""


def sql_file(text: str = TEXT) -> SqlFile:
    header, problems = parse_header(text, "work.sql")
    assert header is not None, problems
    return SqlFile(Path("work.sql"), header, text)


@pytest.fixture(params=["duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.getfixturevalue(f"{request.param}_engine")


def test_loaded_rows_come_back_with_their_types(engine: Engine) -> None:
    assert engine.load_rows("activity.event", EVENTS) == 4
    kinds = ["INTEGER", "DATE", "TIMESTAMP", "STRING", "DECIMAL(12,2)", "DOUBLE", "BIGINT", "BOOLEAN"]
    assert list(engine.columns("activity.event").values()) == kinds
    names = ", ".join(EVENTS.column_names)
    assert row_differences(engine.query(f"SELECT {names} FROM activity.event"), EVENTS) == []


def test_table_is_replaced_counted_listed_and_dropped(engine: Engine) -> None:
    engine.load_rows("activity.event", EVENTS)
    for rows in (4, 3):
        made = engine.create_table(
            "work.copy",
            f"SELECT e.person_key, e.code FROM activity.event AS e WHERE e.person_key < {rows};",
            sort_by=["person_key"],
        )
        assert made == engine.count_rows("work.copy")
    assert engine.query("SELECT person_key FROM work.copy").column(0).to_pylist() == [1, 1, 2]
    assert engine.tables() == ["activity.event", "work.copy"]
    engine.drop("work.copy")
    engine.drop("work.copy")
    assert engine.tables() == ["activity.event"]


def test_view_shows_what_its_table_holds_now(engine: Engine) -> None:
    engine.load_rows("activity.event", EVENTS)
    code_and_year = "SELECT e.code, financial_year(e.event_date) AS y FROM activity.event AS e"
    engine.create_view("work.seen", f"{code_and_year} WHERE e.code IS NOT NULL")
    engine.create_view("work.years", "SELECT s.y FROM work.seen AS s WHERE s.y > 2000")
    assert engine.count_rows("work.seen") == 3
    assert engine.columns("work.seen") == {"code": "STRING", "y": "INTEGER"}
    assert sorted(engine.query("SELECT y FROM work.years").column(0).to_pylist()) == [2022, 2023]
    assert engine.tables() == ["activity.event"]


def test_parquet_is_written_whole_and_read_as_a_table(engine: Engine, tmp_path: Path) -> None:
    engine.load_rows("activity.event", EVENTS)
    for name in ("a", "b"):
        path = tmp_path / f"{name}.parquet"
        assert engine.copy_to_parquet("SELECT * FROM activity.event", path, sort_by=["person_key"]) == 4
    engine.register_parquet("extract.event", [tmp_path / "a.parquet", tmp_path / "b.parquet"])
    assert engine.count_rows("extract.event") == 8
    assert engine.columns("extract.event") == engine.columns("activity.event")
    assert engine.tables() == ["activity.event"]
    assert sorted(path.name for path in tmp_path.glob("*.parquet*")) == ["a.parquet", "b.parquet"]


def test_plan_can_be_read(engine: Engine) -> None:
    engine.load_rows("activity.event", EVENTS)
    assert "event" in engine.explain("SELECT e.code FROM activity.event AS e")


def test_no_message_or_log_holds_a_value(engine: Engine, capfd: pytest.CaptureFixture[str]) -> None:
    engine.load_rows("work.secret", pa.table({"a": ["SECRET"]}))
    for select in (
        "SELECT CAST(a AS INTEGER) AS b FROM work.secret",
        "SELECT CAST(a AS DATE) AS b FROM work.secret",
    ):
        with pytest.raises(StoreError) as told:
            engine.create_table("work.copy", select)
        assert "SECRET" not in str(told.value)
        assert told.value.__cause__ is None
    shown = capfd.readouterr()
    assert "SECRET" not in shown.out + shown.err


def test_misspelt_name_is_told(engine: Engine) -> None:
    engine.load_rows("activity.event", EVENTS)
    with pytest.raises(StoreError, match="person_kee"):
        engine.query("SELECT e.person_kee FROM activity.event AS e")
    with pytest.raises(StoreError):
        engine.query("SELECT 1 FROM activity.no_such")


@pytest.mark.spark
def test_both_engines_make_the_same_table_with_the_same_checksum(
    duckdb_engine: DuckDBEngine, spark_engine: SparkEngine
) -> None:
    assert_same_on_both(duckdb_engine, spark_engine, [sql_file()], {"activity.event": EVENTS})
    for name in ("activity.event", "work.person_total"):
        assert duckdb_engine.checksum(name) == spark_engine.checksum(name)


@pytest.mark.spark
def test_harness_finds_a_difference(duckdb_engine: DuckDBEngine, spark_engine: SparkEngine) -> None:
    rounded = sql_file(
        TEXT.replace("-- ranges: person_key\n", "").replace("INTEGER        the", "BIGINT  the")
    )
    with pytest.raises(AssertionError, match="the header declares"):
        assert_same_on_both(duckdb_engine, spark_engine, [rounded], {"activity.event": EVENTS})
    # the very cast that the lint forbids: DuckDB rounds, Spark cuts off
    cast = "CAST(CAST(2.7 AS DOUBLE) AS INTEGER)"
    differing = sql_file(TEXT.replace("SUM(e.amount)", cast))
    with pytest.raises(AssertionError, match="amount is"):
        assert_same_on_both(duckdb_engine, spark_engine, [differing], {"activity.event": EVENTS})


@pytest.mark.spark
def test_tables_of_spark_come_home_sorted_and_whole(
    duckdb_engine: DuckDBEngine, spark_engine: SparkEngine
) -> None:
    spark_engine.load_rows("activity.event", EVENTS)
    spark_engine.create_table("work.copy", f"SELECT {', '.join(EVENTS.column_names)} FROM activity.event")
    file = sql_file()
    spark_engine.create_table("work.person_total", file.select)
    rows = bring_home(spark_engine, duckdb_engine, [file])
    assert rows == {"activity.event": 4, "work.copy": 4, "work.person_total": 3}
    assert duckdb_engine.tables() == sorted(rows)
    for name in rows:
        assert duckdb_engine.columns(name) == spark_engine.columns(name)
    left, right = (duckdb_engine.query(f"SELECT * FROM {name}") for name in ("activity.event", "work.copy"))
    assert row_differences(left, right) == []
    assert duckdb_engine.query("SELECT person_key FROM work.person_total").column(0).to_pylist() == [1, 2, 3]


@pytest.mark.spark
def test_spark_tables_stay_in_their_folder(spark_session: object, tmp_path: Path) -> None:
    with SparkEngine(tmp_path / "kept", session=spark_session) as engine:
        engine.load_rows("activity.event", EVENTS)
        engine.create_table("work.copy", "SELECT e.code FROM activity.event AS e")
        sums = {name: engine.checksum(name) for name in engine.tables()}
    with SparkEngine(tmp_path / "kept", session=spark_session) as again:
        assert {name: again.checksum(name) for name in again.tables()} == sums
        assert again.count_rows("work.copy") == 4


@pytest.mark.spark
def test_spark_leaves_a_database_of_somebody_else_alone(
    spark_engine: SparkEngine, tmp_path: Path, spark_session: object
) -> None:
    spark_engine.load_rows("activity.event", EVENTS)
    with (
        SparkEngine(tmp_path / "other", session=spark_session) as other,
        pytest.raises(StoreError, match="not made by"),
    ):
        other.load_rows("activity.event", EVENTS)
    assert spark_engine.count_rows("activity.event") == 4
