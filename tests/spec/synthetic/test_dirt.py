"""Dirt: as much as was asked for, in the places the truth names."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

import pyarrow.compute as pc
import pytest

from openphm.core.identifiers import NHSNumber
from openphm.synthetic import Dirt
from tests.spec.synthetic.conftest import Made

ROWS_WORTH_A_RATE = 400


def noted(made: Made) -> dict[tuple[str, str], int]:
    rows = made.truth("dirt_rates").to_pylist()
    return {(row["record"], row["kind"]): row["rows"] for row in rows}


def test_clean_extracts_have_none(clean: Made) -> None:
    assert not noted(clean)


def test_missing_and_wrong_numbers_are_as_many_as_asked_and_as_noted(dirty: Made) -> None:
    for record, share in Dirt().unnumbered.items():
        column = dirty.record(record)["nhs_number"].to_pylist()
        wrong = [text for text in column if text is not None and not NHSNumber.is_valid(text)]
        duplicates = noted(dirty).get((record, "duplicate"), 0)
        missing = sum(text is None for text in column)
        assert abs(missing - noted(dirty).get((record, "nhs_number_missing"), 0)) <= max(
            3, duplicates + missing * 0.05
        )
        assert len(wrong) <= noted(dirty).get((record, "nhs_number_wrong"), 0) * 1.1 + 2
        if len(column) >= ROWS_WORTH_A_RATE * 5:
            assert 0.5 * share < (missing + len(wrong)) / len(column) < 1.7 * share


def test_a_wrong_number_is_never_another_persons(dirty: Made) -> None:
    people = set(dirty.truth("people")["nhs_number"].to_pylist())
    keys = {
        r["key"]
        for r in dirty.truth("dirt").to_pylist()
        if (r["record"], r["kind"]) == ("sus_ecds_attendance", "nhs_number_wrong")
    }
    rows = dirty.rows("sus_ecds_attendance", "attendance_key", "nhs_number")
    assert keys
    assert not people & {r["nhs_number"] for r in rows if r["attendance_key"] in keys}


def test_late_rows_come_in_a_later_file_with_its_period(dirty: Made) -> None:
    table = dirty.record("sus_ecds_attendance").select(["arrival_date", "file_month", "report_period"])
    late = 0
    for row in table.to_pylist():
        month = row["file_month"].removesuffix("_v2")
        assert row["report_period"].strftime("%Y-%m") == month
        late += row["arrival_date"].strftime("%Y-%m") != month
    assert late / table.num_rows == pytest.approx(Dirt().late, rel=0.4)
    assert late >= noted(dirty)["sus_ecds_attendance", "late"]


def test_duplicates_are_whole_rows_again(dirty: Made) -> None:
    table = dirty.record("gp_encounter").drop_columns(["file_month"])
    rows = Counter(zip(*(table[name].to_pylist() for name in table.column_names), strict=True))
    again = sum(times - 1 for times in rows.values())
    assert again == noted(dirty)["gp_encounter", "duplicate"]
    assert again / table.num_rows == pytest.approx(Dirt().duplicate, rel=0.15)
    keys = Counter(table["encounter_key"].to_pylist())
    assert sum(times - 1 for times in keys.values()) == again


def test_codes_in_a_wrong_form_are_as_many_as_asked(dirty: Made) -> None:
    known = noted(dirty)
    for record in ("gp_event", "gp_medication", "sus_apc_diagnosis"):
        lost, mendable = known[record, "code_invalid"], known[record, "code_mendable"]
        rows = dirty.summary.rows[record]
        assert (lost + mendable) / rows == pytest.approx(Dirt().wrong_code, rel=0.2)
        assert lost / (lost + mendable) == pytest.approx(Dirt().beyond_repair, rel=0.25)


def test_one_practice_sent_nothing_in_one_month(dirty: Made) -> None:
    table = dirty.record("gp_encounter")
    cells = Counter(zip(table["practice_code"].to_pylist(), table["file_month"].to_pylist(), strict=True))
    practices, months = {p for p, _ in cells}, {m for _, m in cells}
    gone = [(p, m) for p in practices for m in months if cells[p, m] == 0]
    assert len(gone) == 1
    assert noted(dirty)["gp_encounter", "practice_month_missing"] > 0


def test_three_months_come_again_corrected(dirty: Made) -> None:
    again = sorted(path.stem for path in (dirty.folder / "extracts").glob("*/*_v2.parquet"))
    assert len(again) == 3
    table = dirty.record("sus_op_appointment")
    second = table.filter(pc.ends_with(table["file_month"], "_v2"))
    month = second["file_month"][0].as_py().removesuffix("_v2")
    provider = second["provider_code"].unique().to_pylist()
    first = table.filter(
        pc.and_(
            pc.equal(table["file_month"], month),
            pc.is_in(table["provider_code"], pc.unique(second["provider_code"])),
        )
    )
    assert len(provider) == 1
    assert first.num_rows < second.num_rows
    assert min(second["received_date"].to_pylist()) > max(first["received_date"].to_pylist())
    assert second["report_period"].unique().to_pylist() == first["report_period"].unique().to_pylist()
    right = dict(zip(second["appointment_key"].to_pylist(), second["tariff_gbp"].to_pylist(), strict=True))
    pairs = zip(first["appointment_key"].to_pylist(), first["tariff_gbp"].to_pylist(), strict=True)
    assert any(right[key] != price for key, price in pairs)


def test_each_rate_is_a_parameter(make: Callable[..., Made]) -> None:
    more = make(
        people=1500, years=2, dirt=Dirt(late=0.2, duplicate=0.05, wrong_code=0.0, resubmitted_months=0)
    )
    known, rows = noted(more), more.summary.rows["gp_encounter"]
    assert known["gp_encounter", "late"] / rows == pytest.approx(0.2, rel=0.1)
    assert known["gp_encounter", "duplicate"] / rows == pytest.approx(0.05, rel=0.1)
    assert not [kind for _, kind in known if kind.startswith("code")]
    settings = json.loads(more.truth("settings").to_pylist()[0]["dirt"])
    assert settings["late"] == 0.2
