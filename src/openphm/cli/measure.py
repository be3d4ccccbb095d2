"""`openphm measure`: any measures of the live build, by any groups."""

from __future__ import annotations

import time

import click

from openphm.cli.answering import allowed_scope, answer, waiting
from openphm.cli.differencing import overlaps_with_earlier
from openphm.cli.options import Asked, answer_options
from openphm.core.errors import UsageError
from openphm.definitions import load
from openphm.reports import opened
from openphm.reports.measures import measure_list, measures_page


@click.command("measure", short_help="Numerator, denominator, rate and interval of any measure.")
@click.argument("ids", metavar="ID...", nargs=-1)
@click.option(
    "--by",
    metavar="GROUPS",
    help="practice, pcn, ltla, lsoa21, segment, subsegment, imd_decile, imd_quintile, ethnic_group, "
    "age_band, "
    "sex or month; several with commas.",
)
@click.option("--where", metavar="COHORT", help="Only people of this cohort: an id or a YAML file.")
@click.option("--months", type=click.IntRange(1, 60), help="So many months, not the measure's own.")
@click.option(
    "--standardise",
    type=click.Choice(["direct", "indirect"]),
    help="direct: to the European Standard Population 2013; indirect: against everybody in the scope.",
)
@click.option("--list", "listed", is_flag=True, help="Which measures there are.")
@answer_options
def command(
    ids: tuple[str, ...], by: str | None, where: str | None, months: int | None, listed: bool, asked: Asked,
    standardise: str | None,
) -> None:  # fmt: skip
    """Any measures, by any groups: value, interval, numerator and denominator.

    Where a feed does not cover the months, there is no figure; it is never shown as nought.
    """
    begun = time.monotonic()
    if not ids and not listed:
        raise UsageError("measure", "no measure is named.", "--list shows all of them.", "name one or more")
    groups = [one.strip() for one in by.split(",") if one.strip()] if by else []
    with opened(asked.store, allowed_scope(asked), asked.place, definitions=load(asked.overlay)) as people:
        with waiting(asked, "Asking the build"):
            if listed:
                page = measure_list(people)
            else:
                page = measures_page(
                    people,
                    ids,
                    groups,
                    as_at=asked.as_at,
                    where=where,
                    standardise=standardise,
                    months=months,
                )
            overlaps = overlaps_with_earlier(asked, [where] if where else [], people.definitions)
        seconds = time.monotonic() - begun
        answer(page, asked, seconds=seconds, alarm=people.build.alarm, overlaps=overlaps)
