"""Options that several sub-commands of the custodian share."""

from __future__ import annotations

from pathlib import Path

import click

FOLDER = click.Path(path_type=Path, file_okay=False)
home_option = click.option(
    "--home", type=FOLDER, required=True, help="The custodian's home (`custodian init`)."
)
overlay_option = click.option("--definitions", "overlay", type=FOLDER, help="The site's own definitions.")
