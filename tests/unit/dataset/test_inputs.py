"""A delivery as SQL sees it: every specified record, whole, whatever came."""

from __future__ import annotations

from pathlib import Path

from openphm.dataset.inputs import columns_of, hide_delivery, show_delivery
from openphm.dataset.runner import sql_files
from openphm.definitions import load
from openphm.extracts import open_delivery
from openphm.store import DuckDBEngine
from tests.engines.cases.made_delivery import MadeDelivery, day


def delivered(folder: Path) -> DuckDBEngine:
    definitions = load()
    made = MadeDelivery(definitions)
    made.add("nhs111_call", "p1", call_key="k1", provider_code="RX9", call_date=day("2026-01-01"))
    engine = DuckDBEngine(memory_limit="500MB", threads=1)
    show_delivery(engine, open_delivery(made.write(folder / "extracts")), definitions.extracts)
    return engine


def test_a_record_that_did_not_come_is_an_empty_table_with_all_columns(tmp_path: Path) -> None:
    spec = load().extracts["sus_apc_spell"]
    with delivered(tmp_path) as engine:
        assert engine.count_rows("extract.sus_apc_spell") == 0
        assert engine.columns("extract.sus_apc_spell") == dict(columns_of(spec))
        assert engine.count_rows("extract.nhs111_call") == 1


def test_identity_columns_are_what_the_custodian_put_in_their_place() -> None:
    columns = dict(columns_of(load().extracts["gp_patient"]))
    assert {"nhs_number", "birth_date", "postcode", "uprn", "address", "forename"} & set(columns) == set()
    assert {"person_id", "birth_month", "lsoa21_code", "household_id", "household_size"} <= set(columns)


def test_nothing_points_outside_the_build_when_the_delivery_is_hidden(tmp_path: Path) -> None:
    with delivered(tmp_path) as engine:
        hide_delivery(engine, load().extracts)
        found = engine.query(
            "SELECT COUNT(*) AS n FROM information_schema.tables "
            "WHERE table_schema IN ('extract', 'delivery')"
        )
        assert found.column("n")[0].as_py() == 0


def test_every_record_of_the_specifications_has_its_standard_table() -> None:
    files = sql_files()
    foreign = ("reference", "synthea")
    missing = [
        name
        for name, spec in load().extracts.items()
        if spec.dataset not in foreign and f"standard.{name}" not in files
    ]
    assert missing == []


def test_a_standard_table_has_no_column_that_its_record_lacks() -> None:
    ours = {"person_key", "row_id", "event_date", "has_appointment"}
    specs = load().extracts
    for name, file in sql_files().items():
        record = name.removeprefix("standard.")
        if record in specs and name.startswith("standard."):
            columns = {column.name for column in file.header.columns}
            assert columns - ours <= set(dict(columns_of(specs[record]))), name
