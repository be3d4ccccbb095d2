"""`openphm report`: answer a question about the population of the live build."""

from __future__ import annotations

import time
from typing import Any

import click

from openphm.cli.answering import allowed_scope, answer, care_scope, waiting
from openphm.cli.differencing import overlaps_with_earlier
from openphm.cli.options import Asked, answer_options
from openphm.core.errors import UsageError, nearest
from openphm.definitions import load
from openphm.reports import REPORTS, Report, opened


def _help() -> str:
    """The help text: every report with the one line it says of itself."""
    width = max(len(name) for name in REPORTS) + 2
    listed = "\n".join(f"{name:<{width}}{report.says}" for name, report in REPORTS.items())
    return f"Answer a question about the population of the live build.\n\n\b\n{listed}"


def _named(context: click.Context, parameter: click.Parameter, name: str) -> Report:
    """The report of a name. Raises UsageError with the nearest one."""
    if name in REPORTS:
        return REPORTS[name]
    close = nearest(name, REPORTS)
    raise UsageError(
        f"report '{name[:60]}'",
        "There is no such report.",
        f"Reports: {', '.join(REPORTS)}.",
        f"did you mean '{close}'?" if close else "",
    )


@click.command("report", help=_help(), short_help="Answer a question about the population.")
@click.argument("report", metavar="NAME", callback=_named)
@click.option("--by", metavar="WHAT", help="Split it: pcn, practice, sex ... as far as the report can.")
@click.option("--cohort", metavar="COHORT", help="journeys: of the people of this cohort, an id or a file.")
@click.option("--event", metavar="EVENT", help="journeys: a point of delivery, or onset:CONDITION.")
@click.option("--months", type=click.IntRange(1, 24), help="journeys: so many before and after the event.")
@click.option("--person", metavar="PERSON_ID", help="journeys: one timeline, for direct care only.")
@answer_options
def command(report: Report, by: str | None, asked: Asked, **own: Any) -> None:
    """Answer a question about the population of the live build."""
    begun = time.monotonic()
    given = {option: value for option, value in own.items() if value is not None}
    report.check_options(given)
    definitions = load(asked.overlay) if asked.overlay else None
    scope = care_scope(asked) if "person" in given else allowed_scope(asked)
    with opened(asked.store, scope, asked.place, definitions=definitions) as population:
        with waiting(asked, "Asking the build"):
            page = report(population, as_at=asked.as_at, by=by, **given)
            cohorts = [given["cohort"]] if "cohort" in given else []
            overlaps = overlaps_with_earlier(asked, cohorts, population.definitions) if cohorts else []
        seconds = time.monotonic() - begun
        answer(page, asked, seconds=seconds, alarm=population.build.alarm, overlaps=overlaps)
