"""The leak gate, told to believe nothing: files with what must never leave are refused by column."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from openphm.core import CustodianRefused
from openphm.custodian import Home
from openphm.custodian.leak_gate import refuse_leaks
from openphm.definitions import load
from openphm.store import DuckDBEngine
from tests.faults.deliveries import Raw, a_gp_event, a_patient, a_spell, nhs_number

MANY = 40


def look(folder: Path, column: str, values: Sequence[str]) -> int:
    (folder / "gp_event").mkdir(parents=True)
    pq.write_table(pa.table({column: list(values)}), folder / "gp_event" / "gp_event.parquet")
    with DuckDBEngine(threads=1) as engine:
        engine.load_rows("zone_i.numbers", pa.table({"digits": [nhs_number(place) for place in range(MANY)]}))
        return refuse_leaks(engine, folder, load().extracts, "zone_i.numbers")


LEAKS = {
    "numbers of the delivery": [nhs_number(3), "A10"],
    "spaced": [f"{nhs_number(3)[:3]} {nhs_number(3)[3:6]} {nhs_number(3)[6:]}"],
    "numbers of others": [nhs_number(place) for place in range(100, 140)],
    "postcodes": [f"ZZ{place} 1AA" for place in range(1, 10)],
    "days": [f"1950-01-{day:02d}" for day in range(10, 20)],
    "addresses": [f"a{place}@example.org" for place in range(9)],
}


@pytest.mark.parametrize("kind", sorted(LEAKS))
@pytest.mark.parametrize("column", ["practice_code", "nobody_named_this"])
def test_a_column_that_holds_identity_is_refused(tmp_path: Path, kind: str, column: str) -> None:
    with pytest.raises(CustodianRefused) as refused:
        look(tmp_path, column, LEAKS[kind])
    assert column in str(refused.value) and not any(value in str(refused.value) for value in LEAKS[kind])


@pytest.mark.parametrize("column", ["person_id", "event_key"])
def test_an_id_that_is_not_keyed_is_refused(tmp_path: Path, column: str) -> None:
    with pytest.raises(CustodianRefused, match="no keyed ids"):
        look(tmp_path, column, ["EV000001"])


def test_codes_pass(tmp_path: Path) -> None:
    assert look(tmp_path, "practice_code", [f"X{place:05d}" for place in range(200)]) == 1


def test_every_text_column_of_a_delivery_is_looked_at(tmp_path: Path) -> None:
    raw = Raw(tmp_path / "raw", Home.make(tmp_path / "home", environment={}), tmp_path / "out")
    raw.write("gp_patient", [a_patient(place) for place in range(MANY)])
    raw.write("gp_event", [a_gp_event(place) for place in range(MANY)])
    raw.write("sus_apc_spell", [a_spell(place) for place in range(MANY)])
    assert raw.pseudonymise().error is None
    texts = sum(
        str(one.type) == "string"
        for path in (raw.out / "extracts").rglob("*.parquet")
        for one in pq.read_schema(path)
    )
    with DuckDBEngine(threads=1) as engine:
        engine.load_rows("zone_i.numbers", pa.table({"digits": pa.array([], pa.string())}))
        assert refuse_leaks(engine, raw.out / "extracts", load().extracts, "zone_i.numbers") == texts > 20
