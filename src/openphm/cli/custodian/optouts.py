"""openphm custodian optouts: the lists of people who object. Counts are told, people never."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from openphm.cli.custodian.options import home_option, overlay_option
from openphm.custodian import Home
from openphm.custodian.home import OPERATOR
from openphm.custodian.objections import Objections
from openphm.custodian.opt_out_lists import read_list
from openphm.custodian.opt_out_policy import OptOutPolicy
from openphm.custodian.upholding import take_lines
from openphm.definitions import load


@click.group("optouts")
def command() -> None:
    """Lists of people who object to a use of their records."""


@command.command("show")
@home_option
@overlay_option
def show(home: Path, overlay: Path | None) -> None:
    """How many people object, by kind, and whether each list is fresh enough."""
    opened = Home.open(home)
    policy = OptOutPolicy.of(load(overlay))
    objections = Objections(opened, opened.key())
    lists = objections.lists()
    if not lists:
        click.echo("No list was taken in yet.")
    for kind, made in lists.items():
        days = (date.today() - made).days
        oldest = policy.oldest_days.get(kind)
        state = (
            "" if oldest is None else " (fresh)" if 0 <= days <= oldest else f" (too old: {oldest} at most)"
        )
        people = len(objections.people(kind, date.today()))
        click.echo(f"{kind}: {people:,} people object; list of {made.isoformat()}, {days} days old{state}.")


@command.command("take")
@click.argument("listed", metavar="LIST", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@home_option
@overlay_option
def take(listed: Path, home: Path, overlay: Path | None) -> None:
    """Take in LIST, a CSV file of the record custodian_opt_out; it replaces the list of each of its kinds.

    The re-identification desk upholds it from now on, pseudonymised extracts from the next run on.
    """
    opened = Home.open(home)
    definitions = load(overlay)
    objections = Objections(opened, opened.key())
    lines = read_list(listed, definitions.extracts)
    found = take_lines(objections, lines, {})
    detail = {kind: taken for kind, (taken, _) in found.items()}
    opened.log.append("custodian.opt_outs_loaded", actor=OPERATOR, detail={**detail})
    for kind, (taken, not_taken) in found.items():
        click.echo(f"{kind}: {taken:,} people taken in, {not_taken:,} lines without a valid NHS number.")
    objections.tell_desk(OptOutPolicy.of(definitions), date.today())
