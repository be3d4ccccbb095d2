"""What is loaded depends neither on the files rows lie in, nor on their order, nor on that of the columns."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openphm.custodian import Home
from openphm.extracts import Reading
from tests.faults.deliveries import SPECS, Raw, Row, a_gp_event, a_spell

ROWS: list[Row] = [
    *(a_spell(place) for place in range(6)),
    a_spell(1),
    a_spell(2, tariff_gbp="9.99"),
    a_spell(3, admission_date="2025-02-30"),
    a_spell(7, provider_code="XA2"),
    a_spell(7, provider_code="XA2", received_date="2025-06-10", tariff_gbp="7"),
    a_spell(8, nhs_number="not a number"),
]
LATER = "2025-06-10"


def content(raw: Raw) -> tuple[list[str], dict[str, int]]:
    outcome = raw.pseudonymise()
    assert outcome.error is None, str(outcome.error)
    outcome.assert_adds_up()
    rows = [
        {name: value for name, value in row.items() if name not in ("file_id", "row_number")}
        for row in outcome.rows("sus_apc_spell")
    ]
    return sorted(map(str, rows)), outcome.reasons()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home.make(tmp_path_factory.mktemp("zone-i") / "home", environment={})


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.permutations(range(len(ROWS))),
    columns=st.permutations(list(ROWS[0])),
    names=st.permutations(["a", "b", "c"]),
    cut=st.integers(1, len(ROWS) - 2),
)
def test_any_order_of_files_rows_and_columns_gives_the_same_rows(
    tmp_path: Path, home: Home, order: list[int], columns: list[str], names: list[str], cut: int
) -> None:
    shutil.rmtree(tmp_path, ignore_errors=True)
    raw = Raw(tmp_path / "raw", home, tmp_path / "out")
    early = [ROWS[place] for place in order if ROWS[place]["received_date"] != LATER]
    late = [row for row in ROWS if row["received_date"] == LATER]
    for name, rows in zip(names, (early[:cut], early[cut:], late), strict=True):
        raw.write("sus_apc_spell", rows, name=f"sus_apc_spell_{name}.csv", columns=columns)
    shuffled = content(raw)
    shutil.rmtree(raw.folder)
    for name, rows in zip("abc", (early[:6], early[6:], late), strict=True):
        raw.write("sus_apc_spell", rows, name=f"sus_apc_spell_{name}.csv")
    assert shuffled == content(raw)


def test_fb24_a_file_that_changes_while_it_is_read_is_rejected(
    raw: Raw, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = raw.write("gp_event", [a_gp_event(place) for place in range(30)])
    whole = Reading.identify

    def identify_while_somebody_appends(reading: Reading) -> None:
        whole(reading)
        with path.open("a") as file:
            file.write(path.read_text().splitlines()[-1] + "\n")

    monkeypatch.setattr(Reading, "identify", identify_while_somebody_appends)
    assert raw.pseudonymise().codes == ["F_CHANGED"]


def test_every_specified_record_can_be_delivered_with_its_required_columns_alone(raw: Raw) -> None:
    """A header of the required columns and no row is understood, and rejected as empty or taken as none."""
    for name, spec in SPECS.items():
        header = ",".join(f'"{field.field}"' for field in spec.required_fields)
        raw.path(f"{name}/{name}.csv").parent.mkdir(exist_ok=True)
        raw.path(f"{name}/{name}.csv").write_text(header + "\n")
    outcome = raw.pseudonymise()
    assert set(outcome.codes) == {"F_EMPTY"}
