"""`openphm evaluate`: nothing before the lock, the same answer by the plan's hash, a table of one's own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from openphm.audit import AuditLog
from openphm.cli.main import run
from openphm.evaluation.answer import COLUMNS
from openphm.recording import Register
from tests.support.service import N_TREATED, OFFERED, service_offers, service_people, service_plan
from tests.support.store import a_store

PANEL_ROWS = 200


def said(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = run([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_store(tmp_path_factory.mktemp("evaluate") / "store", service_people())


@pytest.fixture
def store(built: Path, tmp_path: Path) -> Path:
    """The same build in a store of its own: the register and the audit log lie beside it."""
    mine = tmp_path / "store"
    mine.mkdir()
    (mine / "CURRENT").write_bytes((built / "CURRENT").read_bytes())
    (mine / "builds").symlink_to(built / "builds")
    return mine


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return write_plan(tmp_path)


def write_plan(folder: Path, *, offers: int | None = None, **changes: Any) -> Path:
    """The plan of the hand-made service as a file, with its list of offers beside it."""
    rows = [f"{one.person_id},{one.offered_on}" for one in service_offers()[:offers]]
    (folder / "offers.csv").write_text("\n".join(["person_id,offered_date", *rows]) + "\n", "utf-8")
    path = folder / "plan.yaml"
    path.write_text(yaml.safe_dump(service_plan(index_dates={"file": "offers.csv"}, **changes)), "utf-8")
    return path


def rows_of(out: str) -> list[dict[str, Any]]:
    answer = json.loads(out)
    return [dict(zip(answer["columns"], row, strict=True)) for row in answer["rows"]]


def test_nothing_of_the_follow_up_is_opened_before_the_lock(
    store: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = said(capsys, "evaluate", "run", plan, "--store", store)
    assert code == 15
    assert "not locked" in err and "--lock" in err and not out
    with Register.beside(store) as register:
        assert register.plans.all() == [] and register.kept.all("evaluation_result") == []


def test_a_plan_says_what_could_be_found(store: Path, plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(
        capsys, "evaluate", "plan", plan, "--store", store, "--format", "json", "--disclosure", "none"
    )
    assert code == 0
    steps = {row["step"]: row["value"] for row in rows_of(out)}
    assert steps["offered the service"] == N_TREATED + 2
    assert steps["met the rule on the day before"] == N_TREATED + 1
    assert steps["people who can be controls"] == 81


def test_a_locked_plan_is_answered_in_the_columns_of_the_contract_and_again_by_its_hash(
    store: Path, plan: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = said(capsys, "evaluate", "lock", plan, "--store", store, "--format", "json")
    locked = {row["what"]: row["value"] for row in rows_of(out)}
    assert code == 0 and len(locked["sha256"]) == 64
    asked = ("--store", store, "--format", "json", "--disclosure", "none")
    code, out, err = said(capsys, "evaluate", "run", plan, *asked)
    first = rows_of(out)
    assert code == 0
    assert json.loads(out)["columns"] == [*COLUMNS, "suppressed"]
    # Amber for certain: nothing is wrong with the groups, and not every check can be run on so small a story.
    assert [row["light"] for row in first] == ["amber", "amber"]
    assert first[0]["observed"] == 2.5 * N_TREATED
    assert 0.5 < first[0]["rate_ratio"] < 0.6 and first[0]["avoided_lower"] > 0
    monkeypatch.chdir(plan.parent)  # where its list of offers lies
    code, out, err = said(capsys, "evaluate", "run", locked["sha256"][:12], *asked)
    assert code == 0 and rows_of(out) == first
    assert "another answer" not in err
    with Register.beside(store) as register:
        [kept] = register.kept.all("evaluation_result")
    assert kept.version == 1 and kept.body["sha256"] == locked["sha256"]
    code, out, _ = said(capsys, "evaluate", "list", "--store", store, "--format", "json")
    assert [(row["plan"], row["light"]) for row in rows_of(out)] == [("evaluations/test_service", "amber")]
    actions = [one.event for one in AuditLog.beside(store).entries()]
    assert "evaluate.lock" in actions


def test_another_answer_of_the_same_plan_is_said_and_both_are_kept(
    store: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "evaluate", "run", plan, "--store", store, "--lock")
    with Register.beside(store) as register:
        [kept] = register.kept.all("evaluation_result")
        other = {**kept.body, "rows": [["ed", 1.0]], "openphm": "0.0.1"}
        register.kept.keep(kept.kind, kept.id, other, owner="an earlier version")
    code, _, err = said(capsys, "evaluate", "run", plan, "--store", store)
    assert code == 0
    assert "another answer before, by OpenPHM 0.0.1" in err
    with Register.beside(store) as register:
        assert len(register.kept.versions(kept.kind, kept.id)) == 3


def test_a_plan_that_was_changed_after_its_lock_is_refused(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, "evaluate", "lock", write_plan(tmp_path), "--store", store)[0] == 0
    changed = write_plan(tmp_path, follow_up_months=6)
    code, _, err = said(capsys, "evaluate", "run", changed, "--store", store)
    assert code == 15 and "changed after it was locked" in err


def test_under_thirty_people_only_counts_are_told(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = write_plan(tmp_path, offers=12)
    asked = ("--store", store, "--lock", "--disclosure", "none")
    code, out, _ = said(capsys, "evaluate", "run", few, *asked, "--format", "json")
    assert code == 0
    for row in rows_of(out):
        assert row["light"] == "red" and row["observed"] is not None
        assert row["expected"] is None and row["rate_ratio"] is None and row["natural_change"] is None
    code, out, _ = said(capsys, "evaluate", "report", few, *asked)
    assert "Too few to say" in out
    # Nobody of this small store met the rule a year earlier.
    assert "smallest detectable effect cannot be told" in out


@pytest.mark.parametrize("form", ["html", "xlsx", "csv"])
def test_a_report_is_written_in_each_form_and_says_its_plan(
    store: Path, plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    out = tmp_path / f"report.{form}"
    words: Sequence[object] = ("--store", store, "--lock", "--format", form, "--output", out)
    assert said(capsys, "evaluate", "report", plan, *words)[0] == 0
    content = out.read_bytes()
    assert len(content) > 2_000
    if form == "html":
        text = content.decode()
        with Register.beside(store) as register:
            assert register.plans.all()[0].sha256 in text
        assert "<svg" in text and "@media print" in text
        for heading in ("Decision sheet", "four numbers", "Money", "Checks", "Attempts to refute it"):
            assert heading in text


def test_an_outcome_that_few_people_had_is_not_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = service_people()
    for place in (0, 1, 2, N_TREATED, N_TREATED + 1):
        people[place] = people[place].using("day_case", *[OFFERED + timedelta(days=9 * n) for n in range(6)])
    store = a_store(tmp_path / "store", people)
    plan = write_plan(
        tmp_path, outcomes=[*service_plan()["outcomes"], {"id": "rare", "activity": ["day_case"]}]
    )
    asked = ("evaluate", "run", plan, "--store", store, "--lock", "--format", "json")
    code, out, _ = said(capsys, *asked)
    assert code == 0
    # Eighteen day cases, but of three people: the figure and everything that would give it away are hidden.
    rare = rows_of(out)[2]
    assert rare.pop("outcome") == "rare" and rare.pop("light") == "amber" and rare.pop("suppressed")
    assert set(rare.values()) == {None}
    code, out, _ = said(capsys, *asked, "--disclosure", "none")
    assert rows_of(out)[2]["observed"] == 18


def test_the_charts_of_a_released_report_are_vega_lite(
    store: Path, plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report, folder = tmp_path / "report.json", tmp_path / "charts"
    words = ("--store", store, "--lock", "--format", "json", "--output", report)
    assert said(capsys, "evaluate", "report", plan, *words)[0] == 0
    code, out, _ = said(capsys, "evaluate", "charts", report, folder)
    assert code == 0 and "quarters" in out
    made = {path.name.split(".")[0]: json.loads(path.read_text("utf-8")) for path in folder.iterdir()}
    assert set(made) == {"quarters", "outcomes", "balance", "phases"}
    for spec in made.values():
        assert spec["$schema"].endswith("vega-lite/v6.json") and spec["data"]["values"]
    groups = {one["group"] for one in made["quarters"]["data"]["values"]}
    assert groups == {"Offered the service", "Weighted controls"}
    (tmp_path / "other.json").write_text("[]", "utf-8")
    assert said(capsys, "evaluate", "charts", tmp_path / "other.json", folder)[0] == 2


def test_the_schema_is_printed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "evaluate", "schema")
    assert code == 0 and json.loads(out)["title"] == "Plan of an evaluation"


def a_table(folder: Path) -> Path:
    """200 people over 36 months; sixty are offered the service, and attend less than half as often."""
    rng = np.random.default_rng(1)
    visits = rng.poisson(0.5, (PANEL_ROWS, 36))
    visits[:60, 24:] = rng.poisson(0.2, (60, 12))
    lines = [",".join(["start_month", "control", "age", *(f"ed_m{month}" for month in range(36))])]
    for person, counts in enumerate(visits.tolist()):
        start, control = ("24", "0") if person < 60 else ("", "1")
        lines.append(",".join([start, control, str(30 + person % 50), *map(str, counts)]))
    path = folder / "people.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_a_plain_table_is_answered_without_a_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("evaluate", "panel", a_table(tmp_path), "--at-least", 3, "--format", "json")
    code, out, _ = said(capsys, *words)
    answer = json.loads(out)
    assert code == 0 and answer["columns"] == list(COLUMNS)
    [row] = [dict(zip(answer["columns"], one, strict=True)) for one in answer["rows"]]
    assert row["observed"] < row["expected"] and row["upper"] < 1
    code, out, _ = said(capsys, *words[:-1], "table")
    assert code == 0 and "rate_ratio" in out and answer["notes"][0] in out


@pytest.mark.parametrize(
    ("content", "said_"),
    [
        ("a,b\n1,2\n", "'start_month'"),
        ("treated,outcome\n1,x\n0,2\n", "not numbers"),
        ("start_month,ed_m0,ed_m2\n0,1,1\n", "month 1 is missing"),
    ],
)
def test_a_table_that_is_none_of_ours_says_how_to_mend_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, said_: str
) -> None:
    path = tmp_path / "table.csv"
    path.write_text(content, "utf-8")
    code, _, err = said(capsys, "evaluate", "panel", path)
    assert code == 15 and said_ in err


def test_an_unknown_plan_names_the_nearest(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = said(capsys, "evaluate", "plan", "demo_high_intensty", "--store", store)
    assert code == 15 and "did you mean 'demo_high_intensity'" in err
