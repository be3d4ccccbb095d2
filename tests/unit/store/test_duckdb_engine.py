"""DuckDB keeps tables sorted, hashed and whole, and a published file cannot be used to reach out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest

from openphm.core.errors import StoreError
from openphm.store import DuckDBEngine, PersonRanges, TableName

EVENTS = """
SELECT CAST(1 + (range * 7919) % 500 AS INTEGER) AS person_key,
       CAST('code ' || (range % 9) AS STRING) AS code,
       CAST(range * 0.37 AS DOUBLE) AS amount
FROM range(20000)
"""
PER_PERSON = """
SELECT CAST(e.person_key AS INTEGER) AS person_key, CAST(e.code AS STRING) AS code,
       CAST(SUM(e.amount) AS DOUBLE) AS amount,
       CAST(ROW_NUMBER() OVER (PARTITION BY e.person_key ORDER BY e.code) AS INTEGER) AS position
FROM activity.event AS e GROUP BY e.person_key, e.code
"""


@pytest.fixture
def engine() -> DuckDBEngine:
    made = DuckDBEngine(threads=2)
    made.create_table("activity.event", EVENTS)
    return made


def test_create_table_with_sort_then_rows_lie_in_order(engine: DuckDBEngine) -> None:
    engine.create_table("work.sorted", "SELECT * FROM activity.event", sort_by=["person_key", "code"])
    rows = engine.query("SELECT person_key, code FROM work.sorted").to_pylist()
    assert rows == sorted(rows, key=lambda row: (row["person_key"], row["code"]))


def test_large_table_keeps_its_order_when_it_is_encoded(engine: DuckDBEngine) -> None:
    many = "SELECT CAST(hash(range) % 1000 AS INTEGER) AS a, 'c' || (range % 7) AS b FROM range(600000)"
    engine.create_table("work.many", many, sort_by=["a"], encode=["b"])
    steps = "SELECT a < lag(a) OVER (ORDER BY rowid) AS is_back FROM work.many"
    assert engine.query(f"SELECT count(*) AS n FROM ({steps}) WHERE is_back").to_pylist() == [{"n": 0}]


def test_create_table_again_then_it_is_replaced(engine: DuckDBEngine) -> None:
    assert engine.create_table("work.one", "SELECT 1 AS a", encode=()) == 1
    assert engine.create_table("work.one", "SELECT range AS a FROM range(3)") == 3


def test_encode_then_enum_is_stored_and_text_is_told(engine: DuckDBEngine) -> None:
    engine.create_table("work.coded", "SELECT * FROM activity.event", encode=["code"])
    kind = engine.query("SELECT typeof(code) AS t FROM work.coded LIMIT 1").to_pylist()[0]["t"]
    assert kind.startswith("ENUM")
    assert engine.columns("work.coded")["code"] == "STRING"
    assert (
        engine.query("SELECT coalesce(code, 'other') AS c FROM work.coded WHERE code = 'no such'").num_rows
        == 0
    )


def test_encode_when_there_are_too_many_values_then_text_stays(engine: DuckDBEngine) -> None:
    engine.create_table("work.many", "SELECT CAST(range AS STRING) AS a FROM range(6000)", encode=["a"])
    assert engine.query("SELECT typeof(a) AS t FROM work.many LIMIT 1").to_pylist() == [{"t": "VARCHAR"}]


@pytest.mark.parametrize("parts", [1, 3, 16, 700])
def test_person_ranges_then_same_checksum_and_order(engine: DuckDBEngine, parts: int) -> None:
    engine.create_table("work.whole", PER_PERSON, sort_by=["person_key", "code"], encode=["code"])
    ranges = PersonRanges.over(500, parts)
    engine.create_table("work.cut", PER_PERSON, sort_by=["person_key", "code"], ranges=ranges)
    assert engine.checksum("work.cut") == engine.checksum("work.whole")
    keys = engine.query("SELECT person_key FROM work.cut").column("person_key").to_pylist()
    assert keys == sorted(keys)


def test_person_ranges_read_no_block_of_other_people() -> None:
    with DuckDBEngine(threads=1) as engine:
        engine.create_table(
            "activity.event",
            "SELECT CAST(range // 10 AS INTEGER) AS person_key FROM range(1000000)",
            sort_by=["person_key"],
        )
        plan = engine.explain("ANALYZE SELECT * FROM activity.event WHERE person_key BETWEEN 5 AND 9")
        assert "Row Groups Scanned: 1 /" in plan


def test_person_ranges_when_the_sort_begins_otherwise_then_refused(engine: DuckDBEngine) -> None:
    with pytest.raises(StoreError, match="sorted by code"):
        engine.create_table("work.cut", PER_PERSON, sort_by=["code"], ranges=PersonRanges.over(500, 2))


def test_person_ranges_when_sorted_by_a_date_first_then_a_date_skips_the_others() -> None:
    rows = (
        "SELECT CAST(p.range + 1 AS INTEGER) AS person_key, "
        "DATE '2026-03-31' - CAST(d.range AS INTEGER) AS as_at "
        "FROM range(400000) AS p CROSS JOIN range(4) AS d"
    )
    with DuckDBEngine(threads=1) as engine:
        engine.create_table("made.row", rows, sort_by=["person_key"])
        before = engine.checksum("made.row")
        n = engine.create_table(
            "person.wide",
            "SELECT person_key, as_at FROM made.row",
            sort_by=["as_at", "person_key"],
            ranges=PersonRanges.over(400_000, 8),
        )
        assert n == 1_600_000
        assert engine.checksum("person.wide") == before
        kept = engine.query("SELECT as_at, person_key FROM person.wide").to_pylist()
        assert kept == sorted(kept, key=lambda row: (row["as_at"], row["person_key"]))
        plan = engine.explain("ANALYZE SELECT * FROM person.wide WHERE as_at = DATE '2026-03-30'")
        assert "Row Groups Scanned: 4 / 16" in plan


def test_after_a_failed_range_then_names_mean_everybody_again(engine: DuckDBEngine) -> None:
    failing = "SELECT CAST(code AS INTEGER) AS person_key FROM activity.event"
    with pytest.raises(StoreError):
        engine.create_table("work.cut", failing, ranges=PersonRanges.over(500, 4))
    assert engine.count_rows("activity.event") == 20000


@pytest.mark.parametrize("bounds", [(), ((1, 5), (5, 9)), ((4, 2),), ((6, 9), (1, 5))])
def test_person_ranges_that_miss_or_repeat_people_are_refused(bounds: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(StoreError):
        PersonRanges(bounds)


def test_checksum_does_not_depend_on_order_threads_or_encoding() -> None:
    sums = set()
    for threads, order in ((1, "ASC"), (2, "DESC")):
        with DuckDBEngine(threads=threads) as engine:
            ordered = f"SELECT * FROM ({EVENTS}) ORDER BY code {order}, amount {order}"
            encode = ["code"] if threads == 2 else []
            engine.create_table("work.one", ordered, encode=encode)
            sums.add(engine.checksum("work.one"))
    assert len(sums) == 1


@pytest.mark.parametrize(
    "other",
    [
        "SELECT * FROM activity.event WHERE amount > 0",
        "SELECT * FROM activity.event UNION ALL SELECT * FROM activity.event",
        "SELECT person_key, code, abs(amount - 1) AS amount FROM activity.event",
        "SELECT person_key, code AS codes, amount FROM activity.event",
        "SELECT person_key, nullif(code, 'code 1') AS code, amount FROM activity.event",
        "SELECT CAST(person_key AS BIGINT) AS person_key, code, amount FROM activity.event",
    ],
)
def test_checksum_changes_with_any_row_name_or_type(engine: DuckDBEngine, other: str) -> None:
    engine.create_table("work.other", other)
    assert engine.checksum("work.other") != engine.checksum("activity.event")


def test_checksum_of_doubles_forgives_the_order_of_addition(engine: DuckDBEngine) -> None:
    engine.create_table("work.a", "SELECT 0.1::DOUBLE + 0.2::DOUBLE + 0.3::DOUBLE AS x, 0.0::DOUBLE AS y")
    engine.create_table("work.b", "SELECT 0.3::DOUBLE + 0.2::DOUBLE + 0.1::DOUBLE AS x, -0.0::DOUBLE AS y")
    assert engine.checksum("work.a") == engine.checksum("work.b")


def test_registered_parquet_is_read_and_leaves_no_path_in_the_file(tmp_path: Path) -> None:
    with DuckDBEngine(tmp_path / "a.duckdb") as engine:
        engine.create_table("activity.event", EVENTS)
        for month in (1, 2):
            engine.copy_to_parquet(
                "SELECT * FROM activity.event", tmp_path / f"{month}.parquet", sort_by=["code"]
            )
        engine.register_parquet("extract.event", [tmp_path / "1.parquet", tmp_path / "2.parquet"])
        assert engine.count_rows("extract.event") == 40000
    assert str(tmp_path).encode() not in (tmp_path / "a.duckdb").read_bytes()
    with DuckDBEngine(tmp_path / "a.duckdb", read_only=True) as engine, pytest.raises(StoreError):
        engine.count_rows("extract.event")


def test_copy_to_parquet_when_it_fails_then_nothing_is_left(tmp_path: Path) -> None:
    with DuckDBEngine() as engine, pytest.raises(StoreError):
        engine.copy_to_parquet(
            "SELECT CAST('x' || range AS INTEGER) AS a FROM range(9)", tmp_path / "a.parquet"
        )
    assert list(tmp_path.iterdir()) == []


def test_load_rows_keeps_values_and_types() -> None:
    rows = pa.table({"a": pa.array([1, None], pa.int32()), "b": ["x", "y"]})
    with DuckDBEngine() as engine:
        assert engine.load_rows("work.rows", rows) == 2
        assert engine.query("SELECT * FROM work.rows").to_pydict() == rows.to_pydict()
        assert engine.columns("work.rows") == {"a": "INTEGER", "b": "STRING"}
        assert engine.tables() == ["work.rows"]


@pytest.mark.parametrize(
    "reach",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "COPY work.one TO 'out.csv'",
        "ATTACH 'other.duckdb'",
        "SET threads = 1",
        "SET enable_external_access = true",
        "CREATE TABLE work.two AS SELECT 1 AS a",
        "INSERT INTO work.one VALUES (2)",
        "INSTALL httpfs",
    ],
)
def test_read_only_is_locked_down(tmp_path: Path, reach: str) -> None:
    with DuckDBEngine(tmp_path / "a.duckdb") as engine:
        engine.create_table("work.one", "SELECT 1 AS a")
    with DuckDBEngine(tmp_path / "a.duckdb", read_only=True) as engine:
        with pytest.raises(StoreError):
            engine.query(reach)
        assert engine.query("SELECT a, financial_year(DATE '2026-03-31') AS y FROM work.one").to_pylist() == [
            {"a": 1, "y": 2025}
        ]


def test_read_only_can_be_opened_twice_in_one_process_and_asked_by_many(tmp_path: Path) -> None:
    with DuckDBEngine(tmp_path / "a.duckdb") as engine:
        engine.create_table("activity.event", EVENTS)
    with (
        DuckDBEngine(tmp_path / "a.duckdb", read_only=True, memory_limit="500MB") as first,
        DuckDBEngine(tmp_path / "a.duckdb", read_only=True) as second,
        ThreadPoolExecutor(8) as pool,
    ):
        select = "SELECT count(*) AS n FROM activity.event WHERE code = 'code 1'"
        answers = list(pool.map(lambda one: one.query(select).to_pylist()[0]["n"], [first, second] * 20))
    assert set(answers) == {2223}


def test_no_message_holds_a_value() -> None:
    with DuckDBEngine() as engine:
        engine.create_table("work.secret", "SELECT 'SECRET' AS a")
        for select in (
            "SELECT CAST(a AS INTEGER) AS b FROM work.secret",
            "SELECT CAST(a AS DATE) FROM work.secret",
        ):
            with pytest.raises(StoreError) as told:
                engine.create_table("work.copy", select)
            assert "SECRET" not in str(told.value)
            assert told.value.__cause__ is None


def test_misspelt_column_is_named(engine: DuckDBEngine) -> None:
    with pytest.raises(StoreError, match="person_kee"):
        engine.query("SELECT person_kee FROM activity.event")


@pytest.mark.parametrize("name", ["event", "a.b.c", "A.b", 'a."b"', "a.b; DROP TABLE c", "a.1b", ""])
def test_table_name_that_is_not_plain_is_refused(name: str) -> None:
    with pytest.raises(StoreError, match="of the form schema"):
        TableName.parse(name)


def test_work_larger_than_memory_spills_and_cleans_up(tmp_path: Path) -> None:
    with DuckDBEngine(tmp_path / "a.duckdb", memory_limit="60MB", threads=1) as engine:
        many = "SELECT CAST(hash(range) % 1000003 AS BIGINT) AS a, range || ' text' AS b FROM range(1500000)"
        assert engine.create_table("work.big", many, sort_by=["a"]) == 1_500_000
    assert [path.name for path in tmp_path.iterdir()] == ["a.duckdb"]


def test_missing_file_is_not_made_when_reading(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such database"):
        DuckDBEngine(tmp_path / "none.duckdb", read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_closed_engine_says_so() -> None:
    engine = DuckDBEngine()
    engine.close()
    engine.close()
    with pytest.raises(StoreError, match="closed"):
        engine.query("SELECT 1")
