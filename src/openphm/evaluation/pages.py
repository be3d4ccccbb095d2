"""The pages of `openphm evaluate`: a study's answers as titled tables with a sentence and drawings."""

from __future__ import annotations

from collections.abc import Sequence

from openphm.core.records import Kept, PlanLock
from openphm.core.results import Provenance, Result
from openphm.evaluation.answer import Answer
from openphm.evaluation.report import DECISION, WARNING, offered_between, report, titles_of
from openphm.evaluation.study import Study
from openphm.evaluation.study_planning import planning_result
from openphm.evaluation.trend_drawings import Around, trend_drawings
from openphm.pages import Layout, Page

TITLES = {
    "subject": "",
    "said": "",
    "value": "Value",
    "light": "Light",
    "raw_change": "Raw change",
    "natural_change": "Would have happened anyway",
    "programme": "The programme",
    "calibrated": "The programme, calibrated",
    "observed": "Observed",
    "expected": "Expected",
    "avoided": "Avoided",
    "cohort": "Offered the service",
    "control": "Weighted controls",
    "cohort_before": "Cohort, year before",
    "cohort_after": "Cohort, after",
    "control_before": "Controls, year before",
    "control_after": "Controls, after",
    "difference_in_change": "Difference in change",
    "smd_before": "Difference before weighting",
    "smd_after": "After weighting",
    "smd_matched": "In the matched sets",
    "variance_ratio": "Ratio of variances",
    "found": "Found",
    "share_of_offered": "Of those offered it",
    "share_of_eligible": "Of those who met the rule",
}
"""What stands above the columns of the report."""


def plan_page(study: Study) -> Page:
    """What could be found, before anything of the follow-up is opened."""
    found = study.planning()
    found_rows = planning_result(study.plan, found, study.population)
    name = study.plan.id.removeprefix("evaluations/")
    return Page(
        title=f"{study.plan.file.title}: plan",
        result=found_rows,
        headline=lambda records: found.words(study.plan.file.planning_effect),
        layout=plan_layout(found_rows),
        next_step=f"openphm evaluate lock {name}",
    )


def plan_layout(planned: Result) -> Layout:
    """One figure a step, each in its unit."""
    steps = {str(row[0]): str(row[0])[:1].upper() + str(row[0])[1:] for row in planned.rows}
    return Layout(
        "step", "", "value", titles={**steps, "step": "Before anything is opened", "value": "Value"}
    )


def lock_page(study: Study, lock: PlanLock) -> Page:
    """That the plan is fixed."""
    rows = (
        ("plan", lock.plan_id),
        ("sha256", lock.sha256),
        ("locked", f"{lock.locked_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("by", lock.locked_by),
        ("build", lock.build),
        ("offers", lock.offers_sha256),
    )
    name = study.plan.id.removeprefix("evaluations/")
    result = Result(f"evaluate/lock/{name}", ("what", "value"), rows, study.population.provenance())
    return Page(
        title=f"{study.plan.file.title}: locked",
        result=result,
        headline=lambda records: f"The plan is fixed: {lock.sha256[:12]}. Its follow-up may be opened now.",
        next_step=f"openphm evaluate run {name}",
    )


def list_page(locks: Sequence[PlanLock], results: Sequence[Kept], provenance: Provenance) -> Page:
    """Every lock, with what the plan last answered on each build it was asked of."""
    rows: list[tuple[str, ...]] = []
    for lock in locks:
        locked = (lock.plan_id, lock.sha256[:12], f"{lock.locked_at:%Y-%m-%d %H:%M}", lock.locked_by)
        mine = [one for one in results if one.body["sha256"] == lock.sha256]
        rows += [
            (*locked, str(one.body["build"]), str(one.body["light"]), str(one.body["decision"]))
            for one in mine
        ]
        if not mine:
            rows.append((*locked, lock.build, "", "not run yet"))
    columns = ("plan", "hash", "locked", "by", "build", "light", "decision")
    plans = "One locked plan" if len(locks) == 1 else f"{len(locks)} locked plans"
    answers = "one kept answer" if len(results) == 1 else f"{len(results)} kept answers"
    said = f"{plans}, {answers}." if locks else "No plan is locked yet."
    return Page(
        title="Evaluations",
        result=Result("evaluate/list", columns, tuple(rows), provenance),
        headline=lambda records: said,
        next_step="openphm evaluate run HASH answers a locked plan again",
    )


def run_page(answer: Answer) -> Page:
    """One row an outcome."""
    name = answer.plan.id.removeprefix("evaluations/")
    return Page(
        title=answer.plan.file.title,
        result=answer.table(),
        headline=lambda records: answer.decision.words,
        next_step=f"openphm evaluate report {name} --format html --output report.html",
    )


def report_page(answer: Answer) -> Page:
    """Everything: decision sheet, four numbers, before and after, groups, money, checks, plan."""
    return Page(
        title=f"{answer.plan.file.title}: evaluation",
        result=report(answer),
        headline=lambda records: answer.decision.words,
        layout=report_layout(may_claim=answer.may_claim),
        charts=lambda records: trend_drawings(records, around(answer)),
    )


def around(answer: Answer) -> Around:
    """What the drawings of an answer say around their figures."""
    return Around(answer.plan.primary.title, answer.plan.file.follow_up_months, offered_between(answer))


def report_layout(*, may_claim: bool) -> Layout:
    """A table for each part, the decision sheet first, warnings above their tables."""
    return Layout(
        "subject",
        "measure",
        "value",
        split="part",
        titles={**titles_of(may_claim=may_claim), **TITLES},
        lower="lower",
        upper="upper",
        limits_within=True,
        lifted=(WARNING,),
        lead=DECISION,
    )
