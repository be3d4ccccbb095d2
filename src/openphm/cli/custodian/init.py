"""openphm custodian init: a home with a new key."""

from __future__ import annotations

from pathlib import Path

import click

from openphm.cli.custodian.options import FOLDER
from openphm.custodian import Home


@click.command("init")
@click.option("--home", type=FOLDER, required=True, help="The custodian's home; made if it is missing.")
def command(home: Path) -> None:
    """Make a custodian's home with a new key.

    With OPENPHM_CUSTODIAN_PASSPHRASE set, the key file is wrapped with it. Back the home up, apart from any
    copy of the extracts: without its key no later month links to an earlier one.
    """
    made = Home.make(home)
    click.echo(f"Made {home} (mode 0700) with key {made.epoch}, check value {made.check_value}.")
