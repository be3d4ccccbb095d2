"""openphm custodian registrations: the custodian's own list of who is registered where."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from openphm.audit import Value
from openphm.cli.custodian.at_the_desk import form_option, open_desk, show
from openphm.cli.custodian.options import home_option, overlay_option
from openphm.custodian import Home
from openphm.custodian.reidentification import Registrations, folder_of, load_registrations
from openphm.definitions import load


@click.group("registrations", short_help="The list of who is registered where, for re-identification.")
def command() -> None:
    """The custodian's own list of registrations. Re-identification believes it, and not the build."""


@command.command("load")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--as-at", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day the files describe.")
@home_option
@overlay_option
def load_command(paths: tuple[Path, ...], as_at: datetime, home: Path, overlay: Path | None) -> None:
    """Read files or folders of GP registrations (and GP patients: names, deaths) and make them the list.

    Other files in a folder are not read. The list is replaced whole, and never by an older one.
    """
    opened = Home.open(home)
    desk = open_desk(home)
    people = load_registrations(paths, as_at.date(), opened, load(overlay), folder_of(opened))
    detail: dict[str, Value] = {"people": people, "as_at": as_at.date().isoformat()}
    desk.log.append("custodian.registrations_loaded", actor="operator", detail=detail)
    click.echo(f"{people:,} people are registered on {as_at.date()}.")


@command.command("show")
@home_option
@form_option
def show_command(home: Path, form: str) -> None:
    """The day of the list, and how many people each practice has."""
    found = Registrations(folder_of(Home.open(home)))
    rows = [[practice, people, str(found.as_at)] for practice, people in found.practices().items()]
    show("custodian/registrations", ("practice_code", "people", "as_at"), rows, form)
