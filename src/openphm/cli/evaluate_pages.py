"""The pages of `openphm evaluate`: a study's answers as titled tables with a sentence and drawings."""

from __future__ import annotations

from openphm.core.records import PlanLock
from openphm.core.results import Result
from openphm.evaluation.answer import Answer
from openphm.evaluation.study import Study
from openphm.evaluation.study_planning import planning_result
from openphm.reports import Page


def plan_page(study: Study) -> Page:
    """What could be found, before anything of the follow-up is opened."""
    found = study.planning()
    name = study.plan.id.removeprefix("evaluations/")
    return Page(
        title=f"{study.plan.file.title}: plan",
        result=planning_result(study.plan, found, study.population),
        headline=lambda records: found.words(study.plan.file.planning_effect),
        next_step=f"openphm evaluate lock {name}",
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
    return run_page(answer)
