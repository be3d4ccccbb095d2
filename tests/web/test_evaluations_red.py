"""On red, and with few people, no outlet tells an effect, and each says why: CLI, files, charts, suite, API.

A service of which a quarter of the people left before the end of the follow-up: everything can be worked out,
and nothing may be claimed. Then the same service with twelve people: counts only.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from openpyxl import load_workbook
from starlette.testclient import TestClient

from openphm.access import Role, Scope
from openphm.cli.answering import fold_of
from openphm.cli.evaluate import command
from openphm.core.records import Enrolment
from openphm.evaluation.answer import Answer
from openphm.evaluation.answer_money import money_of
from openphm.evaluation.answer_phases import change_table
from openphm.evaluation.pages import report_page, run_page
from openphm.evaluation.plan import Plan
from openphm.evaluation.study import Study
from openphm.population import open_in_scope
from openphm.population.risk_set import Offer
from openphm.recording import Register
from openphm.release import secondary_use, write
from openphm.web.app import make_app
from openphm.web.settings import Settings
from openphm.web.worker import do_one
from tests.support.answers import ROUND_5
from tests.support.service import NETWORK, service_offers, service_people, service_plan
from tests.support.store import a_store
from tests.web.conftest import HOST, token_on

RED, FEW = "test_red", "test_few"
LEFT_BEHIND, TOO_FEW = 10, 12
WHY = {
    RED: ("these data do not allow a claim about the programme", "left before the end"),
    FEW: ("fewer people were offered the service and could be compared than the 30", "30 are needed"),
}
EFFECTS = {
    "natural_change", "programme", "calibrated", "expected", "avoided", "avoided_lower", "avoided_upper",
    "rate_ratio", "lower", "upper", "control", "control_before", "control_after", "difference_in_change",
}  # fmt: skip
PARTS = {
    RED: {"decision", "people", "numbers", "change", "phases", "groups", "checks", "balance", "attempts",
          "plan"},
    FEW: {"decision", "people", "numbers", "checks", "plan"},
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """What one outlet says: its words, and its rows by the names of their columns where it has any."""

    where: str
    text: str
    rows: tuple[dict[str, Any], ...] = ()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The service with people who leave, and the offers of both studies in its register."""
    people = service_people()
    for place in range(LEFT_BEHIND):
        people[place] = people[place].registered_at(NETWORK, end=date(2025, 12, 1))
    made = a_store(Path(tmp_path_factory.mktemp("red")) / "store", people)
    with Register.beside(made) as register:
        for name in (RED, FEW):
            register.enrolments.take(
                Enrolment(one.person_id, f"evaluations/{name}", NETWORK, one.offered_on)
                for one in offers_of(name)
            )
    return made


def offers_of(name: str) -> tuple[Offer, ...]:
    return service_offers() if name == RED else service_offers()[:TOO_FEW]


def plan_of(name: str) -> dict[str, Any]:
    whole = f"evaluations/{name}"
    return service_plan(id=whole, title="A service", index_dates={"enrolments": whole})


@pytest.fixture(scope="module", params=[RED, FEW])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def answer(store: Path, name: str) -> Answer:
    """What the engine itself works out: the numbers that nobody may be told."""
    with open_in_scope(store, Scope.whole_system()) as people:
        study = Study(
            Plan.of(plan_of(name), people.definitions, people.known, people.points), people, offers_of(name)
        )
        return study.run(study.plan.lock(study.offers, build="b", by="tester"))


@pytest.fixture(scope="module")
def told(store: Path, name: str, answer: Answer, tmp_path_factory: pytest.TempPathFactory) -> list[Told]:
    """Everything that leaves by the command line, by files and by the suite."""
    folder = tmp_path_factory.mktemp(name)
    return [
        *_on_the_command_line(store, name, folder),
        *_in_files(answer, folder),
        *_in_the_suite(store, name),
    ]


def _on_the_command_line(store: Path, name: str, folder: Path) -> Iterator[Told]:
    plan = folder / f"{name}.yaml"
    plan.write_text(yaml.safe_dump(plan_of(name)), "utf-8")
    base = [str(plan), "--store", str(store), "--no-progress"]
    yield Told("run, in words", _openphm("run", *base, "--lock"))
    yield Told("report, in words", _openphm("report", *base))
    _openphm("report", *base, "--format", "json", "--output", str(folder / "report.json"))
    _openphm("charts", str(folder / "report.json"), str(folder / "charts"))
    charts = {one.name: one.read_text("utf-8") for one in sorted((folder / "charts").glob("*"))}
    yield Told("charts", json.dumps(charts))
    yield Told("list", _openphm("list", "--store", str(store)))


def _in_files(answer: Answer, folder: Path) -> Iterator[Told]:
    for asked, page in (("run", run_page(answer)), ("report", report_page(answer))):
        released = secondary_use(page.result, ROUND_5)
        records = list(released.records())
        around = {"title": page.title, "summary": page.headline(records), "fold": fold_of(page.layout)}
        for form in ("html", "csv", "json", "xlsx"):
            file = folder / f"{asked}.{form}"
            write(released, file, form, **around, drawings=page.charts(records))
            yield _file_told(f"{asked} as {form}", file.read_bytes(), form)


def _openphm(*words: str) -> str:
    done = CliRunner().invoke(command, list(words), standalone_mode=False, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def _in_the_suite(store: Path, name: str) -> Iterator[Told]:
    settings = Settings(store, is_demo=True, names=(HOST,))
    app = make_app(settings)
    here = f"/evaluations/{name}"
    with TestClient(app, follow_redirects=True) as client:
        client.post("/demo/sign-in", data={"role": str(Role.ICB_ANALYST)})
        token = token_on(client.get(here).text)
        assert client.post(f"{here}/run", data={"form_token": token}).status_code == 200
        [job] = [one for one in app.state.suite.register.jobs.of("Demo ICB analyst") if not one.is_over]
        app.state.suite.register.jobs.begin(job.id)
        assert do_one(settings, job.id) == 0
        for address in (here, f"{here}/balance"):
            page = client.get(address)
            assert page.status_code == 200
            yield _file_told(f"suite {address}", page.content, "html")
            for form in ("csv", "xlsx"):
                file = client.get(f"{address}?download={form}").content
                yield _file_told(f"suite {address} as {form}", file, form)
        for form in ("csv", "json"):
            for part in ("result", "balance"):
                found = client.get(f"/api/v1{here}?part={part}&format={form}")
                assert found.status_code == 200
                yield _file_told(f"API, {part} as {form}", found.content, form)
        yield Told("suite, list", client.get("/evaluations").text)


def _file_told(where: str, content: bytes, form: str) -> Told:
    if form == "xlsx":
        sheets = load_workbook(io.BytesIO(content))
        lines = [row for sheet in sheets for row in sheet.iter_rows(values_only=True)]
        data = list(sheets["Data"].iter_rows(values_only=True))
        rows = tuple(dict(zip(map(str, data[0]), one, strict=True)) for one in data[1:])
        return Told(where, "\n".join(str(cell) for row in lines for cell in row if cell is not None), rows)
    text = content.decode("utf-8")
    if form == "csv":
        return Told(where, text, tuple(csv.DictReader(io.StringIO(text))))
    if form == "json":
        held = json.loads(text)
        return Told(where, text, tuple(dict(zip(held["columns"], row, strict=True)) for row in held["rows"]))
    words = re.sub(r"<style.*?</style>|<script.*?</script>", " ", text, flags=re.S)
    return Told(where, " ".join(unescape(re.sub(r"<[^>]+>", " ", words)).split()))


def numbers_of_the_effect(answer: Answer) -> set[str]:
    """Every number of an effect as it would be written: ratios, changes, counts, pounds."""
    written: set[str] = set()
    ratios_written: set[str] = set()
    for one in answer.findings.effects:
        ratios = [one.rate_ratio, one.adjusted, one.doubly_robust.ratio]
        found = change_table(
            answer.findings.panel, answer.findings.panel.outcome(one.outcome),
            answer.findings.fitted.weights, answer.findings.fitted.clusters,
        )  # fmt: skip
        for each in ratios:
            for value in (each.value, each.lower, each.upper):
                ratios_written |= {f"{value:.3g}", f"{value:.2f}"}
                written.add(f"{abs(value - 1):.1%}")
        written |= {f"{abs(one.change.natural.value):.1%}", f"{found.difference.value:,.2f}"}
        counts = (one.expected, one.avoided.value, one.avoided.lower, one.avoided.upper)
        written |= {f"{value:,.{places}f}" for value in counts for places in (0, 1)}
    money = money_of(answer.plan, answer.findings)
    assert money is not None
    for amount in (money.saving, money.net, money.cash, money.capacity):
        written |= {f"{value:,.0f}" for value in (amount.value, amount.lower, amount.upper)}
    ratios_written |= {f"{money.ratio.value:.3g}", f"{money.ratio_as_published:.4g}"}
    # A ratio is above nought; all else may be written with either sign.
    written |= {f"-{one}" for one in written} | ratios_written
    # What is shorter may stand anywhere: a date, a count, the number of a check.
    return {one for one in written if sum(letter.isdigit() for letter in one) >= 3}


def test_the_study_is_red_and_its_effect_could_be_worked_out(answer: Answer, name: str) -> None:
    assert answer.light.word == "red" and not answer.may_claim
    assert answer.money is None
    assert answer.findings.is_counts_only == (name == FEW)
    if name == RED:
        effect = answer.findings.effect("ed")
        assert effect.rate_ratio.upper < 0.8  # something to be kept back
        assert len(numbers_of_the_effect(answer)) > 20


def test_no_outlet_tells_a_number_of_the_effect(answer: Answer, told: list[Told], name: str) -> None:
    assert len(told) == 23
    forbidden = numbers_of_the_effect(answer) if name == RED else set()
    for one in told:
        found = set(re.findall(r"-?\d[\d,]*(?:\.\d+)?%?", one.text)) & forbidden
        assert not found, (one.where, found)
        assert not re.search(r"\d+% (fewer|more|less)\b", one.text), one.where
        assert not re.search(r"(?i)pays for itself|saving|cash-releasing|net:|avoided \(", one.text), (
            one.where
        )


def test_no_rows_of_an_effect_leave(told: list[Told], name: str) -> None:
    with_rows = [one for one in told if one.rows]
    assert len(with_rows) >= (12 if name == RED else 9)
    for one in with_rows:
        if "part" in one.rows[0]:
            assert {row["part"] for row in one.rows} <= PARTS[name], one.where
            assert not {row["measure"] for row in one.rows} & EFFECTS, one.where
            if name == FEW:
                counted = {row["measure"] for row in one.rows if row["part"] == "numbers"}
                assert counted <= {"observed", "warning"}
        else:
            told_of = EFFECTS & set(one.rows[0])
            assert told_of and all(row[column] in (None, "") for row in one.rows for column in told_of)
            assert all(row["light"] == "red" for row in one.rows)


def test_no_chart_draws_an_effect(told: list[Told], name: str) -> None:
    [charts] = [json.loads(one.text) for one in told if one.where == "charts"]
    assert set(charts) == ({"balance.vl.json"} if name == RED else set())


def test_every_report_says_why_in_plain_words(told: list[Told], name: str) -> None:
    for one in told:
        if one.where in ("charts", "list", "suite, list") or "balance" in one.where:
            continue
        lacking = [why for why in WHY[name] if why.lower() not in " ".join(one.text.split()).lower()]
        # The CSV of `run` is a table of figures: its light is its only word.
        assert not lacking or one.where == "run as csv", (one.where, lacking)
    reports = [one for one in told if one.where.startswith("report")]
    assert all("is not the effect of the service" in " ".join(one.text.split()) for one in reports)
