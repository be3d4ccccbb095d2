"""Rows about people leave for direct care or to an approved workspace, with a pseudonym and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from openphm.core.errors import AccessRefused, UsageError
from openphm.core.results import Cell, Result
from openphm.release import (
    NONE,
    Recipient,
    ReleasedRows,
    approved_workspace,
    as_text,
    direct_care,
    secondary_use,
    write,
)
from tests.support.answers import PROVENANCE, ROUND_5

LINK_WORKER = Recipient("a link worker", "care agreement 7", "Y00001")
WORKLIST = Result(
    "cohort/worklist",
    ("person_id", "practice_code", "practice_name", "ed_attendances", "reason"),
    (("4f1d", "Y00001", "High Street", Cell(9, n_people=1), "7 or more attendances"),),
    PROVENANCE,
    grain="person",
)


@pytest.mark.parametrize("rule", [ROUND_5, NONE])
def test_rows_about_people_are_no_secondary_use_under_any_rule(rule: object) -> None:
    with pytest.raises(AccessRefused, match="one row a person") as refused:
        secondary_use(WORKLIST, rule)  # type: ignore[arg-type]
    assert refused.value.exit_code == 16


def test_for_direct_care_they_go_in_full_with_who_and_why() -> None:
    released = direct_care(WORKLIST, LINK_WORKER)
    assert isinstance(released, ReleasedRows)
    assert (released.purpose, released.recipient.who) == ("direct_care", "a link worker")
    assert next(released.records())["ed_attendances"] == 9
    assert released.provenance.disclosure == "direct_care"
    assert "care agreement 7" in released.notes[-1]
    assert approved_workspace(WORKLIST, LINK_WORKER).purpose == "approved_workspace"


def test_every_writer_takes_them_and_says_for_whom(tmp_path: Path) -> None:
    released = direct_care(WORKLIST, LINK_WORKER)
    assert json.loads(as_text(released, "json", title="t"))["rows"][0][0] == "4f1d"
    assert "care agreement 7" in as_text(released, "html", title="t")
    assert "4f1d" in as_text(released, "csv", title="t")
    write(released, tmp_path / "w.xlsx", "xlsx", title="t")
    about = load_workbook(tmp_path / "w.xlsx")["About"]
    assert any("care agreement 7" in str(row[1].value) for row in about.iter_rows())


@pytest.mark.parametrize(
    "column", ["nhs_number", "forename", "surname", "name", "full_name", "postcode", "date_of_birth",
               "telephone", "email_address", "uprn", "person_key", "patient_name"],
)  # fmt: skip
def test_a_column_of_identity_is_refused(column: str) -> None:
    rows = tuple((*row[:4], "x") for row in WORKLIST.rows)
    with pytest.raises(AccessRefused, match="who a person is"):
        direct_care(replace(WORKLIST, columns=(*WORKLIST.columns[:4], column), rows=rows), LINK_WORKER)


@pytest.mark.parametrize("text", ["9990000018", "999 000 0018"])
def test_a_value_that_reads_as_an_nhs_number_is_refused_without_being_shown(text: str) -> None:
    rows = tuple((text, *row[1:]) for row in WORKLIST.rows)
    with pytest.raises(AccessRefused) as refused:
        direct_care(replace(WORKLIST, rows=rows), LINK_WORKER)
    assert text not in str(refused.value)


def test_a_table_of_counts_or_without_pseudonyms_is_not_rows_about_people() -> None:
    with pytest.raises(UsageError, match="not one row a person"):
        direct_care(replace(WORKLIST, grain="aggregate"), LINK_WORKER)
    with pytest.raises(UsageError, match="person_id"):
        direct_care(Result("q", ("x",), ((1,),), PROVENANCE, grain="person"), LINK_WORKER)


def test_a_recipient_is_named_with_an_authority() -> None:
    with pytest.raises(AccessRefused, match="by which authority"):
        Recipient("somebody", " ")
