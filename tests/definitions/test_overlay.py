"""Does a site's overlay override by id, add local names, and change single thresholds?"""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

from openphm.core.errors import DefinitionError
from openphm.definitions import load
from tests.definitions.writing import write_definition


def test_a_file_with_the_same_id_takes_the_place_of_ours(tmp_path: Path) -> None:
    write_definition(
        tmp_path, "codelists/asthma", "codes: {snomed: {onset: ['195967001']}, icd10: {onset: [J45]}}"
    )
    ours, site = load(), load(tmp_path)
    assert len(ours.contents.codelists["asthma"].codes) > 2
    assert [code.code for code in site.contents.codelists["asthma"].codes] == ["195967001", "J45"]
    assert site.get("codelists/asthma").is_overlay
    assert site.get("codelists/asthma").sha256 != ours.get("codelists/asthma").sha256
    assert site.get("codelists/copd").sha256 == ours.get("codelists/copd").sha256


def test_one_threshold_is_changed_without_copying_the_file(tmp_path: Path) -> None:
    write_definition(
        tmp_path,
        "segments/life_course",
        """\
        based_on: segments/life_course
        parameters: {frequent_attendances: 7}
        """,
    )
    rule = {one.code: one for one in load(tmp_path).contents.segments["life_course"].subsegments}["2b"]
    assert rule.criteria["count_at_least"] == 7
    before = {one.code: one for one in load().contents.segments["life_course"].subsegments}["2b"]
    assert before.criteria["count_at_least"] == 5


def test_local_names_are_added_to_the_columns_of_a_record(tmp_path: Path) -> None:
    write_definition(
        tmp_path, "extracts/our_names", "local_names: {sus_apc_spell: {admission_date: [ADM DT]}}"
    )
    spell = load(tmp_path).extracts["sus_apc_spell"]
    assert spell.find_field("adm_dt") is spell.field("admission_date")
    assert load().extracts["sus_apc_spell"].find_field("adm_dt") is None
    assert "extracts/our_names" in {one["id"] for one in load(tmp_path).used()}


def test_local_names_for_what_does_not_exist_are_found(tmp_path: Path) -> None:
    write_definition(
        tmp_path,
        "extracts/our_names",
        """\
        local_names:
          sus_apc_spel: {admission_date: [ADM]}
          sus_apc_spell: {admision_date: [ADM]}
        """,
    )
    with pytest.raises(DefinitionError) as caught:
        load(tmp_path)
    remedies = [problem.remedy for problem in caught.value.problems]
    assert any("sus_apc_spell" in remedy for remedy in remedies)
    assert any("admission_date" in remedy for remedy in remedies)


def test_a_local_name_that_already_means_another_column_is_found(tmp_path: Path) -> None:
    names = "local_names: {sus_apc_spell: {admission_date: [spell discharge date]}}"
    write_definition(tmp_path, "extracts/our_names", names)
    with pytest.raises(DefinitionError, match="means both"):
        load(tmp_path)


def test_a_site_loads_its_own_refset_from_a_csv(tmp_path: Path) -> None:
    write_definition(
        tmp_path, "codelists/asthma", "codes_csv: {file: ast_cod.csv}\ncodes: {icd10: {onset: [J45]}}"
    )
    (tmp_path / "codelists" / "ast_cod.csv").write_text("code,term\n195967001,x\n233678006,y\n", "utf-8-sig")
    first = load(tmp_path)
    assert [code.code for code in first.contents.codelists["asthma"].codes] == [
        "J45",
        "195967001",
        "233678006",
    ]
    (tmp_path / "codelists" / "ast_cod.csv").write_text("code,term\n195967001,x\n", "utf-8")
    assert load(tmp_path).get("codelists/asthma").sha256 != first.get("codelists/asthma").sha256


def test_a_csv_outside_the_folder_is_refused(tmp_path: Path) -> None:
    write_definition(tmp_path, "codelists/asthma", "codes_csv: {file: ../../secret.csv}")
    with pytest.raises(DefinitionError, match="not a file name"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"code,term\n195967001,Asthme\xe9\n", "not UTF-8"),
        (b"code,term\n195967001,Asthma, mild\n", "line 2 has another number of cells"),
        (b"concept,term\n195967001,x\n", "'code' is not a known column of the CSV"),
        (b"code,term\n1.95967E+08,x\n", "is not a snomed code"),
    ],
)
def test_a_damaged_csv_is_said_plainly(tmp_path: Path, content: bytes, found: str) -> None:
    write_definition(
        tmp_path, "codelists/asthma", "codes_csv: {file: list.csv}\ncodes: {icd10: {onset: [J45]}}"
    )
    (tmp_path / "codelists" / "list.csv").write_bytes(content)
    with pytest.raises(DefinitionError) as caught:
        load(tmp_path)
    assert any(found in problem.found for problem in caught.value.problems)


def test_two_overlay_files_with_one_id_are_found(tmp_path: Path) -> None:
    write_definition(tmp_path / "a", "cohorts/mine", "condition: asthma")
    write_definition(tmp_path / "b", "cohorts/mine", "condition: copd")
    with pytest.raises(DefinitionError, match="used twice"):
        load(tmp_path)


def test_a_withdrawn_file_is_no_longer_in_force(tmp_path: Path) -> None:
    write_definition(tmp_path, "cohorts/mine", "condition: asthma", status="withdrawn")
    site = load(tmp_path)
    assert site.get("cohorts/mine").status == "withdrawn"
    assert "cohorts/mine" not in [one.id for one in site.all("cohorts")]


def test_an_overlay_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="does not exist"):
        load(tmp_path / "nowhere")


def test_a_definition_cannot_be_changed_after_reading() -> None:
    body = load().get("segments/life_course").body
    for change in (
        lambda: body.update(parameters={}),
        lambda: body["parameters"].pop("big_six"),
        lambda: body["subsegments"].append({}),
        lambda: body["subsegments"][0].__setitem__("code", "9z"),
    ):
        with pytest.raises(TypeError, match="cannot be changed"):
            change()
    assert copy.deepcopy(body) == body == pickle.loads(pickle.dumps(body))  # noqa: S301 - our own bytes
