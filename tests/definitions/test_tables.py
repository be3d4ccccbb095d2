"""Do the definitions tables have the columns they declare, the same on every run?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from openphm.definitions import check_definitions, list_definitions, load, show_definition
from openphm.definitions.tables import COLUMNS

TABLES = load().tables()
PYTHON = {"VARCHAR": str, "INTEGER": int, "DOUBLE": float, "BOOLEAN": bool, "DECIMAL(12,2)": Decimal}


@pytest.mark.parametrize("table", COLUMNS)
def test_each_row_has_the_declared_columns_and_types(table: str) -> None:
    assert TABLES[table], "a table without rows"
    for row in TABLES[table]:
        assert list(row) == [column.name for column in COLUMNS[table]]
        for column in COLUMNS[table]:
            value = row[column.name]
            assert value is None or type(value) is PYTHON[column.type], (table, column.name, value)


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("condition", ("condition_id",)),
        ("condition_code", ("condition_id", "code_system", "code")),
        ("attribute", ("attribute_id",)),
        ("attribute_code", ("attribute_id", "code_system", "code")),
        ("attribute_parameter", ("attribute_id", "parameter", "position")),
        ("efi_deficit", ("deficit_id", "kind", "code_system", "code")),
        ("point_of_delivery", ("point_of_delivery",)),
        ("unit_cost", ("point_of_delivery", "currency", "cost_basis")),
        ("price_order", ("point_of_delivery", "position")),
        ("deflator", ("price_year",)),
        ("segment_rule", ("position",)),
        ("segment_rule", ("subsegment_code",)),
        ("code_map", ("map_id", "code", "second_code")),
        ("ethnic_category", ("ethnicity_code",)),
    ],
)
def test_each_table_has_its_key_once(table: str, key: tuple[str, ...]) -> None:
    keys = [tuple(row[name] for name in key) for row in TABLES[table]]
    assert len(keys) == len(set(keys))


def test_the_rows_are_the_same_on_every_run() -> None:
    from openphm.definitions.load import _load

    assert _load(None).tables() == TABLES


def test_a_code_that_is_never_evidence_is_not_evidence_as_well() -> None:
    roles: dict[tuple[str, str, str], set[str]] = {}
    for row in TABLES["condition_code"]:
        key = (row["condition_id"], row["code_system"], row["code"])
        roles.setdefault(key, set()).add(row["role"])
    assert all(len(found) == 1 for found in roles.values())


def test_the_hospital_code_of_palliative_care_holds_for_twelve_months() -> None:
    rows = [row for row in TABLES["condition_code"] if row["condition_id"] == "palliative"]
    assert {row["lookback_months"] for row in rows if row["code"] == "Z515"} == {12}
    assert {row["lookback_months"] for row in rows if row["code_system"] == "snomed"} == {None}


def test_a_list_of_definitions_and_the_text_of_one_can_be_shown() -> None:
    rows = list_definitions(load(), "segments")
    assert [row["id"] for row in rows] == ["segments/life_course"]
    assert len(list_definitions(load())) == len(list(load()))
    assert show_definition(load(), "segments/life_course").startswith("id: segments/life_course\n")


def test_check_warns_of_drafts_and_of_reviews_that_are_due() -> None:
    now = check_definitions(load(), date(2026, 12, 1))
    assert {one.kind for one in now} == {"draft", "short"}
    assert any("load AST_COD" in one.remedy for one in now)
    later = check_definitions(load(), date(2027, 11, 23))
    assert sum(one.kind == "review" for one in later) == len(list(load()))
    assert set(now[0].row()) == {"id", "kind", "found", "remedy"}
