"""openphm custodian rotate: change the key."""

from __future__ import annotations

from pathlib import Path

import click

from openphm.cli.custodian.options import home_option, overlay_option
from openphm.custodian import Home
from openphm.custodian.rotation import Rotated, finish, rotate
from openphm.definitions import load


@click.command("rotate")
@home_option
@overlay_option
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
@click.option(
    "--finish", "finishing", is_flag=True, help="Destroy the key before, when zone P has its new build."
)
def command(home: Path, overlay: Path | None, dry_run: bool, finishing: bool) -> None:
    """Give every person a new pseudonym under a new key.

    Writes a sealed map for zone P and prints the code that opens it, once. There,
    `openphm builds rekey MAP --store STORE` makes the new build and destroys the map; then run this command
    again with --finish. Load the registrations of the re-identification desk again afterwards.
    """
    opened = Home.open(home)
    if finishing:
        click.echo(f"The key of {finish(opened)} and what was kept under it are destroyed.")
        return
    done = rotate(opened, load(overlay), dry_run=dry_run, ready=_tell_code)
    if dry_run:
        click.echo(
            f"{done.people:,} people would get a new pseudonym ({done.from_epoch} to {done.to_epoch})."
        )
        return
    click.echo(f"{done.people:,} people have a new pseudonym ({done.from_epoch} to {done.to_epoch}).")


def _tell_code(made: Rotated) -> None:
    """Before the change: were the process killed after it, nobody could open the map any more."""
    click.echo(f"Map: {made.map_path}\nCode, shown this once: {made.code}\nSend the two by different ways.")
