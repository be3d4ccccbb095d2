"""A study from a plan to its answer, on a hand-made service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from openphm.access import Scope
from openphm.core.errors import PlanError
from openphm.evaluation.answer import COLUMNS, Answer
from openphm.evaluation.answer_money import money
from openphm.evaluation.estimate import Estimate
from openphm.evaluation.plan import Plan
from openphm.evaluation.report import PARTS, report
from openphm.evaluation.study import Study
from openphm.evaluation.study_offers import offers_in_file
from openphm.population import Population, open_in_scope
from tests.support.service import service_offers, service_people, service_plan
from tests.support.store import a_store


@pytest.fixture(scope="module")
def ics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Population]:
    store = a_store(Path(tmp_path_factory.mktemp("study")) / "store", service_people())
    with open_in_scope(store, Scope.whole_system()) as population:
        yield population


def a_study(ics: Population, **changes: object) -> Study:
    points = {"ed_attendance": "acute_unplanned"}
    return Study(Plan.of(service_plan(**changes), ics.definitions, ics.known, points), ics, service_offers())


def run(study: Study) -> Answer:
    return study.run(study.plan.lock(study.offers, build="b", by="tester"))


def test_an_unlocked_or_changed_plan_opens_nothing(ics: Population) -> None:
    study = a_study(ics)
    with pytest.raises(PlanError, match="not locked"):
        study.run(None)
    other = a_study(ics, follow_up_months=6)
    with pytest.raises(PlanError, match="changed after it was locked"):
        study.run(other.plan.lock(study.offers, build="b", by="tester"))


def test_the_hash_follows_what_is_meant_and_not_the_order_of_lines(ics: Population) -> None:
    plan = service_plan()
    turned = dict(reversed(plan.items()))
    known = (ics.definitions, ics.known, {"ed_attendance": "acute_unplanned"})
    assert Plan.of(plan, *known).sha256 == Plan.of(turned, *known).sha256
    assert Plan.of(plan, *known).sha256 != Plan.of({**plan, "look_back_months": 13}, *known).sha256


def test_the_answer_counts_what_happened_and_what_was_expected(ics: Population) -> None:
    answer = run(a_study(ics))
    effect = answer.findings.effect("ed")
    assert effect.observed == 2.5 * 40  # 2 or 3 each; the one who died had none
    assert effect.rate_ratio.value == pytest.approx(2.5 / 4.5, abs=0.08)
    result = answer.table()
    assert result.columns == COLUMNS
    assert [row[0] for row in result.rows] == ["ed", "ed_cost"]


def test_on_amber_the_claim_is_shown_with_its_reasons(ics: Population) -> None:
    # Nothing is wrong with the groups, and some checks cannot be run on so short a story: amber for certain.
    # What red shows is in test_bad_input.
    answer = run(a_study(ics))
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in answer.table().values()]
    for row in rows:
        assert row["light"] == "amber"
        assert None not in (row["expected"], row["rate_ratio"], row["natural_change"])
    assert answer.may_claim
    assert "Read with care" in answer.verdict.words


def test_under_thirty_people_the_answer_is_too_few_to_say(ics: Population) -> None:
    whole = a_study(ics)
    answer = run(Study(whole.plan, ics, whole.offers[:12]))
    assert str(answer.decision.choice) == "too early to say"
    assert "Too few to say" in answer.decision.words
    assert {row[-1] for row in answer.table().values()} == {"red"}


def test_the_report_has_every_part_that_may_be_shown(ics: Population) -> None:
    answer = run(a_study(ics))
    parts = {row[0] for row in report(answer).values()}
    needed = {"decision", "numbers", "change", "phases", "groups", "checks", "plan"}
    assert needed <= parts <= set(PARTS)
    assert {"money", "balance", "attempts", "people"} <= parts


def test_planning_opens_nothing_of_the_follow_up(ics: Population) -> None:
    found = a_study(ics, follow_up_months=1).planning()
    assert found.funnel.eligible == 41
    assert found.control_people == 81


def test_trent_is_2_875_as_published_and_5_75_over_the_same_months() -> None:
    trent = money(Estimate.around(230_000, 40_000), cost=80_000, saving_months=6, cost_months=12)
    assert trent.ratio_as_published == 2.875
    assert trent.ratio.value == 5.75
    assert "2.875" in trent.warnings[0] and "5.75" in trent.warnings[0]
    assert money(Estimate.around(1, 1), cost=1, saving_months=12, cost_months=12).warnings == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"eligibility": {"condition": "diabetis"}}, "diabetes"),
        ({"outcomes": [{"id": "a", "activity": ["ed_attendance"]}]}, "0 outcomes are primary"),
        ({"index_dates": {}}, "one of them"),
        ({"planning_effect": -20}, "as a share"),
        ({"folow_up": 3}, "follow_up_months"),
        ({"costs": {"programme_gbp": -1, "period_months": 12, "outcome": "ed_cost"}}, "above 0"),
    ],
)
def test_a_plan_that_makes_no_sense_says_how_to_mend_it(
    ics: Population, changes: dict[str, object], said: str
) -> None:
    with pytest.raises(PlanError) as caught:
        a_study(ics, **changes)
    assert said in str(caught.value)
    assert caught.value.exit_code == 15


def test_every_problem_of_a_list_of_offers_is_told_at_once_and_no_value(tmp_path: Path) -> None:
    path = tmp_path / "offers.csv"
    path.write_text(
        "person_id,offered_date,engaged_date\n9990000018,2025-04-01,\np1,soon,\np2,2025-04-02,2025-04-01\n"
    )
    with pytest.raises(PlanError) as caught:
        offers_in_file(path)
    text = str(caught.value)
    assert "line 2" in text and "line 3" in text and "line 4" in text
    assert "9990000018" not in text and "soon" not in text
