"""What a report says in words, and what it draws."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from openphm.access import Scope
from openphm.evaluation.answer import Answer
from openphm.evaluation.answer_decision import Choice, decide
from openphm.evaluation.answer_money import Money
from openphm.evaluation.estimate import Estimate
from openphm.evaluation.gates import Light
from openphm.evaluation.pages import report_page
from openphm.evaluation.plan import Plan
from openphm.evaluation.study import Study
from openphm.population import open_in_scope
from openphm.release import secondary_use
from tests.support.answers import ROUND_5
from tests.support.service import service_offers, service_people, service_plan
from tests.support.store import a_store


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answer]:
    store = a_store(Path(tmp_path_factory.mktemp("words")) / "store", service_people())
    with open_in_scope(store, Scope.whole_system()) as people:
        plan = Plan.of(service_plan(), people.definitions, people.known, people.points)
        study = Study(plan, people, service_offers())
        yield study.run(plan.lock(study.offers, build="b", by="tester"))


def decided(answer: Answer, money: Money | None) -> str:
    return decide(answer.findings, money, may_claim=True, hoped=-0.2, light=Light.GREEN).words


def test_a_decision_is_a_sentence_to_be_read_aloud(answer: Answer) -> None:
    said = decided(answer, None)
    assert said.startswith("Scale. ED attendances: ")
    assert "% fewer than would have happened anyway (95% interval " in said
    assert said.count("fewer") == 2  # of the change, and once of both limits


def test_what_hardly_pays_is_told_without_a_probability_of_nought(answer: Answer) -> None:
    dear = Money(Estimate.around(20_000, 2_000), 3_061_234.56, 12, 12, 0.35)
    assert dear.probability < 1e-9
    said = decided(answer, dear)
    assert "It cost £3.06 million over the same months" in said
    assert said.endswith("the chance that it pays for itself is less than 1%.")
    unknown = replace(dear, saving=Estimate.around(20_000, 0))
    assert decided(answer, unknown).endswith("the chance that it pays for itself is not known.")


def test_every_choice_says_what_to_do_next() -> None:
    assert all(one.next_step.endswith(".") for one in Choice)


def test_the_warning_of_mixed_periods_stands_with_the_money(answer: Answer) -> None:
    rows = [dict(zip(("part", "subject", "measure", "value"), row, strict=False))
            for row in report_page(answer).result.values()]  # fmt: skip
    money = [row for row in rows if row["part"] == "money"]
    assert (money[0]["measure"], money[0]["subject"]) == ("warning", "Warning")
    assert "for 6 months" in str(money[0]["value"]) and "mixes periods" in str(money[0]["value"])
    assert not any("mix" in note for note in report_page(answer).result.notes)


def test_both_groups_are_drawn_in_one_frame_with_the_follow_up_shaded(answer: Answer) -> None:
    page = report_page(answer)
    quarters, phases = page.charts(list(secondary_use(page.result, ROUND_5).records()))
    for drawing in (quarters, phases):
        assert "Offered the service" in drawing and "Weighted controls" in drawing
        assert "Shaded: the 12 months from the offer on (offers: April 2025)" in drawing
        assert drawing.count("<rect") == 1 and ">offer<" in drawing
    assert ", by quarter, " in quarters and ", before, during and after, " in phases
