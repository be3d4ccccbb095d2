"""Interventions: the service specification as a logic model (Figure 19), and its place in the cycle."""

from __future__ import annotations

from starlette.responses import Response

from openphm.definitions.interventions import OUTCOME_KINDS, Intervention
from openphm.web.asking import Ask, NotFound
from openphm.web.screen import READERS, Screen

ORDER = 61
CYCLE = (
    ("Find", "who the people are", "/cohorts/{cohort}"),
    ("Understand", "how they differ from others", "/compare?a={cohort}"),
    ("Plan", "what it would change, and cost", "/projections/new"),
    ("Deliver", "what the service does", "/interventions/{name}"),
    ("Evaluate", "what it did change", "/evaluations"),
)
"""Five stages from a question to its answer; the source names five and its text gives no names."""
ARROWS = {"up": "more", "down": "fewer or lower", "monitor": "watched"}
screen = Screen("worklists", roles=READERS)


@screen.get("/interventions", "Interventions", says="What is offered to the people of a cohort, and why.")
def listed(ask: Ask) -> Response:
    """Every service specification."""
    return ask.page("interventions/list.html", services=_services(ask))


@screen.get("/interventions/{name}", "Intervention")
def one(ask: Ask, name: str) -> Response:
    """One service as a logic model: people, team, what it does, outcomes by kind."""
    service = _services(ask).get(name)
    if service is None:
        raise NotFound
    cohort = service.cohort.removeprefix("cohorts/")
    outcomes = {kind: [each for each in service.outcomes if each.kind == kind] for kind in OUTCOME_KINDS}
    stages = [(stage, says, path.format(cohort=cohort, name=name)) for stage, says, path in CYCLE]
    title = str(ask.definitions.get(service.cohort).title)
    return ask.page(
        "interventions/one.html", service=service, cohort=cohort, cohort_title=title,
        outcomes={kind: held for kind, held in outcomes.items() if held}, arrows=ARROWS,
        stages=stages, here="Deliver",
    )  # fmt: skip


def _services(ask: Ask) -> dict[str, Intervention]:
    return dict(ask.definitions.contents.interventions)
