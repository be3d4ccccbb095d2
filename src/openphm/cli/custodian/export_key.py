"""openphm custodian export-key: the key that gives one recipient of exports its own ids."""

from __future__ import annotations

from pathlib import Path

import click

from openphm.cli.custodian.options import home_option
from openphm.cli.key_pairs import write_new
from openphm.core.recipient_key import RecipientKey, recipient_name
from openphm.custodian import Home
from openphm.custodian.home import OPERATOR


@click.command("export-key")
@click.argument("recipient")
@click.argument("output", type=click.Path(path_type=Path, dir_okay=False))
@home_option
def command(recipient: str, output: Path, home: Path) -> None:
    """Make the key under which RECIPIENT's exports have their person ids, in a file for zone P.

    It is the same key each time, so a person keeps one id for a recipient, and no two recipients can join
    their copies. `openphm export --recipient-key FILE` uses the file once and destroys it: make one for each.
    """
    opened, name = Home.open(home), recipient_name(recipient)
    key = opened.key()
    made = RecipientKey(name, key.epoch, key.derive("recipient", name))
    opened.log.append("custodian.export_key", actor=OPERATOR, detail={"recipient": name, "epoch": key.epoch})
    write_new(output, made.written())
    click.echo(
        f"Wrote {output}: for one export to {name}. It leads to no NHS number; send it to zone P alone."
    )
