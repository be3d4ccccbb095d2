"""`openphm report`: answer a question about the population of the live build."""

from __future__ import annotations

import time

import click

from openphm.cli.answering import allowed_scope, answer, waiting
from openphm.cli.options import Asked, answer_options
from openphm.reports import REPORTS, opened


@click.command("report", short_help="Answer a question about the population.")
@click.argument("name", type=click.Choice(sorted(REPORTS)))
@click.option("--by", type=click.Choice(["pcn", "practice"]), help="One table for each place.")
@answer_options
def command(name: str, by: str | None, asked: Asked) -> None:
    """Answer a question about the population.

    \b
    segments    Figure 12: people, use and cost of each subsegment, 30 measures
    """
    begun = time.monotonic()
    scope = allowed_scope(asked)
    with opened(asked.store, scope, asked.place) as population:
        with waiting(asked, "Asking the build"):
            page = REPORTS[name](population, as_at=asked.as_at, by=by)
        answer(page, asked, seconds=time.monotonic() - begun, alarm=population.build.alarm)
