"""The work of evaluations: what a study could find, and what it found; kept for the build."""

from __future__ import annotations

from openphm.evaluation.pages import around, plan_page
from openphm.evaluation.report import report
from openphm.web.kinds import kind
from openphm.web.screens.evaluations_held import lock_of, study_of
from openphm.web.screens.kept_answers import KEY, Answer, keep
from openphm.web.work import Work

PLANNING, RUN = "evaluation-plan", "evaluation"


@kind(PLANNING, "See what a study could find")
def look_ahead(work: Work) -> None:
    """People, controls and the smallest detectable effect. Nothing of the follow-up is opened."""
    work.tell(0.05, "Opening the build")
    body = work.parameters["plan"]
    with work.population() as people:
        study = study_of(work, people, body)
        work.tell(0.2, "Counting who was offered it, and who could be a control")
        page = plan_page(study)
        said = {"headline": page.headline(())}
    overlaps = work.overlaps([body["eligibility"]])
    keep(work, str(work.parameters[KEY]), Answer({"plan": page.result}, said, overlaps))


@kind(RUN, "Run an evaluation")
def run(work: Work) -> None:
    """The whole report of a locked plan. Raises PlanError when it is not locked."""
    work.tell(0.05, "Opening the build")
    with work.population() as people:
        study = study_of(work, people, work.parameters["plan"])
        work.tell(0.15, "Following people and their controls, and comparing them")
        answer = study.run(lock_of(work, study))
        work.tell(0.7, "Checking, and trying to refute it")
        result = report(answer)
    drawn = around(answer)
    said = {
        "headline": answer.decision.words,
        "light": answer.light.word,
        "verdict": answer.verdict.words,
        "decision": str(answer.decision.choice),
        "may_claim": answer.may_claim,
        "primary": drawn.primary,
        "months": drawn.months,
        "offered": drawn.offered,
    }
    keep(work, str(work.parameters[KEY]), Answer({"report": result}, said))
