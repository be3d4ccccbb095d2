"""`openphm project`: what happens if nothing changes, what a change would do, and the business case."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import click

from openphm.cli.answering import allowed_scope, answer, waiting
from openphm.cli.differencing import overlaps_with_earlier
from openphm.cli.options import Asked, answer_options
from openphm.core.errors import PlanError, UsageError, nearest
from openphm.core.results import Provenance, Result
from openphm.definitions import Definitions, load
from openphm.definitions.scenarios import Scenario, read_scenario, read_scenario_file
from openphm.projections import (
    PLACES,
    Population,
    Projection,
    measured,
    opened,
    person_costs,
    project_in,
    run_result,
    source_of,
)
from openphm.projections.backtest import back_test, backtest_result
from openphm.projections.case import case_result, compare_result
from openphm.projections.from_evaluation import with_evaluations
from openphm.projections.pages import case_document, case_page, plain_page, run_page, split_page
from openphm.projections.split import WAYS, split_result
from openphm.projections.to_evaluation import evaluation_plans as plans_of
from openphm.projections.views import BY, PERSON, baseline_result, person_result
from openphm.release import Overlap


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


@contextmanager
def _asking(asked: Asked) -> Iterator[Population]:
    """The build, opened for this user."""
    definitions = load(asked.overlay)
    with opened(asked.store, allowed_scope(asked), asked.place, definitions=definitions) as people:
        yield people


def _worked_out(people: Population, name: str, asked: Asked) -> Projection:
    plan = chosen(name, people.definitions)
    folder = Path(name).parent if Path(name).suffix else Path()
    return project_in(people, with_evaluations(plan, folder), asked.as_at)


def _source(people: Population, asked: Asked, *plans: Scenario) -> Provenance:
    return source_of(people, plans, asked.as_at)


def _overlaps(people: Population, asked: Asked, *worked: Projection) -> list[Overlap]:
    """How the cohorts of interventions meet what this user asked before: two near ones tell of few people."""
    cohorts = [one.intervention.cohort for projection in worked for one in projection.planned]
    return overlaps_with_earlier(asked, [one for one in cohorts if one is not None], people.definitions)


@command.command("run")
@click.argument("scenario", metavar="SCENARIO")
@click.option("--by", type=click.Choice(WAYS), help="Split cost, activity, nights and staff hours so.")
@answer_options
def run(scenario: str, by: str | None, asked: Asked) -> None:
    """Work a scenario out: activity, cost, beds, staff and money, year by year."""
    begun = time.monotonic()
    with _asking(asked) as people:
        with waiting(asked, "Projecting"):
            projection = _worked_out(people, scenario, asked)
            source = _source(people, asked, projection.scenario)
            result = split_result(projection, by, source) if by else run_result(projection, source)
        title = projection.scenario.title
        page = split_page(result, title) if by else run_page(result, title)
        overlaps = _overlaps(people, asked, projection)
        answer(page, asked, seconds=time.monotonic() - begun, alarm=people.build.alarm, overlaps=overlaps)


@command.command("baseline")
@click.argument("scenario", metavar="[SCENARIO]", required=False)
@click.option(
    "--by", type=click.Choice((*BY, PERSON)), default="segment", show_default=True, help="Split it so."
)
@answer_options
def baseline(scenario: str | None, by: str, asked: Asked) -> None:
    """What people use and cost now: rates, segment budgets, places against what is expected of them."""
    begun = time.monotonic()
    with _asking(asked) as people:
        if scenario is not None:
            chosen(scenario, people.definitions)
        with waiting(asked, "Measuring"):
            day = people.checked_date(asked.as_at)
            result = _baseline(people, by, day)
        said = f"What people use and cost in a year, by {by}."
        if by == PERSON:
            said = "What a person is expected to cost in a year, by segment, age, sex and deprivation."
        page = plain_page(result, "Baseline", said, "project it: openphm project run SCENARIO")
        answer(page, asked, seconds=time.monotonic() - begun, alarm=people.build.alarm)


def _baseline(people: Population, by: str, day: date) -> Result:
    if by == PERSON:
        return person_result(person_costs(people, day), people.provenance(day))
    place = by if by in PLACES else "pcn"
    return baseline_result(measured(people, day, place=place), by, people.provenance(day))


@command.command("compare")
@click.argument("scenarios", metavar="SCENARIO...", nargs=-1, required=True)
@answer_options
def compare(scenarios: tuple[str, ...], asked: Asked) -> None:
    """Scenarios side by side at the end of their horizons."""
    begun = time.monotonic()
    with _asking(asked) as people:
        with waiting(asked, "Projecting"):
            worked = [_worked_out(people, name, asked) for name in scenarios]
            result = compare_result(worked, _source(people, asked, *(one.scenario for one in worked)))
        page = plain_page(result, "Scenarios compared", f"{len(worked)} scenarios side by side.")
        overlaps = _overlaps(people, asked, *worked)
        answer(page, asked, seconds=time.monotonic() - begun, alarm=people.build.alarm, overlaps=overlaps)


@command.command("backtest")
@click.argument("scenario", metavar="[SCENARIO]", required=False)
@click.option(
    "--origins", type=click.IntRange(1, 5), default=2, show_default=True, help="So many past years."
)
@answer_options
def backtest(scenario: str | None, origins: int, asked: Asked) -> None:
    """Project from past years and compare with what came: how wrong, and whether the interval held."""
    begun = time.monotonic()
    with _asking(asked) as people:
        if scenario is not None:
            chosen(scenario, people.definitions)
        with waiting(asked, "Projecting past years"):
            years = back_test(people, origins)
            result = backtest_result(years, people.provenance(asked.as_at))
        page = plain_page(result, "Back-test", result.notes[0])
        answer(page, asked, seconds=time.monotonic() - begun, alarm=people.build.alarm)


@command.command("case")
@click.argument("scenario", metavar="SCENARIO")
@click.option(
    "--evaluation-plans",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write a plan for `openphm evaluate` for each intervention with a cohort into this folder.",
)
@answer_options
def case(scenario: str, evaluation_plans: Path | None, asked: Asked) -> None:
    """The business case: worth, what it rests on, who benefits, and the tracking sheet."""
    begun = time.monotonic()
    with _asking(asked) as people:
        with waiting(asked, "Projecting"):
            projection = _worked_out(people, scenario, asked)
            plan = projection.scenario
            made = case_document if asked.form == "html" else case_page
            page = made(case_result(projection, _source(people, asked, plan)), plan.title)
        overlaps = _overlaps(people, asked, projection)
        answer(page, asked, seconds=time.monotonic() - begun, alarm=people.build.alarm, overlaps=overlaps)
        if evaluation_plans is not None:
            _write_plans(plans_of(projection), evaluation_plans, is_quiet=asked.quiet)


def _write_plans(plans: Mapping[str, str], folder: Path, *, is_quiet: bool) -> None:
    if not plans:
        raise PlanError(
            "--evaluation-plans", "no intervention has a cohort and an effect.", remedy="name a cohort"
        )
    for name, text in plans.items():
        file = folder / f"{name}.yaml"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8") as out:
                out.write(text)
        except FileExistsError as error:
            raise UsageError(
                "--evaluation-plans", f"{file} is there already.", remedy="name another"
            ) from error
        except OSError as error:
            raise UsageError("--evaluation-plans", f"{file} was not written: {error.strerror}.") from error
        if not is_quiet:
            click.echo(f"Wrote {file}: openphm evaluate plan {file}", err=True)
