"""First steps: what somebody of each role usually does next, in order; for the overview and the help page."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from openphm.access import Role

Step = tuple[str, str]

_ANALYST: tuple[Step, ...] = (
    ("/overview/conditions", "See which conditions are common, and what they come with"),
    ("/stratify", "Split any measure by segment, age, deprivation or place"),
    ("/cohorts/new", "Build a cohort, with a count at each step"),
    ("/outcomes", "See which outcomes are off their target"),
    ("/evaluations/new", "Plan an evaluation before the service begins"),
    ("/governance/data-quality", "See what is missing or late before you trust a figure"),
)

STEPS: Mapping[Role, tuple[Step, ...]] = {
    Role.ICB_ANALYST: _ANALYST,
    Role.SUPER_USER: _ANALYST,
    Role.PROVIDER_ANALYST: _ANALYST[:-1],
    Role.CLINICIAN: (
        ("/worklists", "Open the lists of people to see"),
        ("/overview/conditions", "See which conditions are common among your patients"),
        ("/cohorts/new", "Describe a group of your patients, and count it"),
        ("/interventions", "See what each service does, and for whom"),
        ("/reid", "Ask for the names of people you care for"),
    ),
    Role.CARE_COORDINATOR: (
        ("/worklists", "Open your lists, and write down each contact"),
        ("/interventions", "See what each service does, and for whom"),
        ("/segments", "See what the segment of a person means"),
    ),
    Role.FINANCE: (
        ("/overview/cost", "See what each stage of life costs, by setting"),
        ("/segments/matrix", "See what each segment costs for a person and a year"),
        ("/projections/baseline", "See what it will cost if nothing changes"),
        ("/projections/new", "Write a scenario, with its hours and its price"),
        ("/projections", "Open a scenario; its business case is one page further"),
        ("/governance/data-quality", "See which pounds and feeds are complete"),
    ),
    Role.EXECUTIVE: (
        ("/overview/numbers", "Read the headline numbers, for the system or one place"),
        ("/outcomes", "See which outcomes are off their target"),
        ("/overview/inequalities", "See where the gaps are"),
        ("/overview/areas", "See which places differ by more than chance"),
        ("/projections", "Open a scenario; its business case is one page further"),
        ("/interventions", "See the services, and where each is in its cycle"),
    ),
    Role.IG_LEAD: (
        ("/governance/lineage", "See what came, and which tables were made of it"),
        ("/governance/data-quality", "See what is missing, late or not linked"),
        ("/governance/agreements", "See which sub-licences end soon"),
        ("/governance/access", "See who has which role"),
        ("/governance/audit", "Read the log, and verify it"),
    ),
    Role.ADMIN: (
        ("/governance/access", "See who has which role"),
        ("/governance/agreements", "See which sub-licences end soon"),
        ("/governance/methods", "Read how each figure is made"),
    ),
}


def first_steps(roles: Collection[Role], paths: Collection[str]) -> list[Step]:
    """The steps of these roles, each once, and only to pages among `paths`: those their reader may see."""
    found = dict.fromkeys(step for role in sorted(roles) for step in STEPS[role])
    return [(path, text) for path, text in found if path in paths]
