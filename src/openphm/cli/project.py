"""`openphm project`: what happens if nothing changes, what a change would do, and the business case."""

from __future__ import annotations

import time
from pathlib import Path

import click

from openphm.cli.answering import allowed_scope, answer, waiting
from openphm.cli.options import Asked, answer_options
from openphm.core.errors import PlanError, nearest
from openphm.definitions import Definitions, load
from openphm.definitions.scenarios import Scenario, read_scenario, read_scenario_file
from openphm.projections import project_in, run_result
from openphm.reports import opened
from openphm.reports.projections import run_page


@click.group("project", short_help="What happens if nothing changes, and what a change would do.")
def command() -> None:
    """Project activity and cost, without and with interventions.

    SCENARIO is the id of a definition, such as scenarios/worked_example, or a YAML or JSON file.
    """


def chosen(name: str, definitions: Definitions) -> Scenario:
    """The scenario of an id or a file. Raises PlanError."""
    if name.endswith((".yaml", ".yml", ".json")):
        return read_scenario_file(Path(name))
    id_ = name if name.startswith("scenarios/") else f"scenarios/{name}"
    held = {one.id: one for one in definitions.all("scenarios")}
    if id_ in held:
        return read_scenario(held[id_].body, held[id_].label, held[id_].sha256)
    close = nearest(id_, held)
    raise PlanError(
        f"scenario '{name[:60]}'",
        "There is no such scenario.",
        f"Scenarios: {', '.join(sorted(held)) or 'none'}; or the path of a YAML file.",
        f"did you mean '{close}'?" if close else "",
    )


@command.command("run")
@click.argument("scenario", metavar="SCENARIO")
@answer_options
def run(scenario: str, asked: Asked) -> None:
    """Work a scenario out: activity, cost, beds, staff and money, year by year."""
    begun = time.monotonic()
    definitions = load(asked.overlay)
    plan = chosen(scenario, definitions)
    with opened(asked.store, allowed_scope(asked), asked.place, definitions=definitions) as people:
        with waiting(asked, "Projecting"):
            projection = project_in(people, plan, asked.as_at)
            used = [definitions.get(plan.id)] if plan.id in definitions.by_id else []
            result = run_result(projection, people.provenance(asked.as_at, asked_with=used))
        page = run_page(result, plan.title)
        answer(page, asked, seconds=time.monotonic() - begun, alarm=people.build.alarm)
