"""`openphm check`: the data quality of the live build."""

from __future__ import annotations

import time

import click

from openphm.access import Action
from openphm.cli.answering import allowed_scope, answer, waiting
from openphm.cli.options import Asked, answer_options
from openphm.core.errors import UsageError
from openphm.reports import data_quality, opened


@click.command("check", short_help="Data quality of the live build.")
@answer_options
def command(asked: Asked) -> None:
    """Coverage, completeness, validity, linkage and reconciliation of what was delivered.

    It counts rows of files, never people. A light says `look` where somebody should.
    """
    if asked.place or asked.as_at:
        raise UsageError(
            "check",
            "--place and --as-at do not apply",
            "The files of a build have one quality.",
            "leave them out",
        )
    begun = time.monotonic()
    with opened(asked.store, allowed_scope(asked, Action.READ_QUALITY)) as population:
        with waiting(asked, "Asking the build"):
            page = data_quality(population)
        answer(page, asked, seconds=time.monotonic() - begun, alarm=population.build.alarm)
