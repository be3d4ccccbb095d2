"""`openphm serve`: the web suite of a store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from openphm.cli.key_pairs import signing_key
from openphm.core.errors import UsageError

if TYPE_CHECKING:
    from openphm.web.settings import CustodianService


@click.command("serve", short_help="The web suite.")
@click.option(
    "--store",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder that keeps builds.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option(
    "--port", type=click.IntRange(1, 65_535), default=8420, show_default=True, help="And on which port."
)
@click.option("--demo", "is_demo", is_flag=True, help="Made-up users with a role switch; this machine alone.")
@click.option(
    "--definitions",
    "overlay",
    type=click.Path(path_type=Path, file_okay=False),
    help="The site's own definitions.",
)
@click.option(
    "--sign-in",
    "sign_in",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file that names the OpenID Connect provider.",
)
@click.option(
    "--custodian",
    "custodian",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file that says where requests to re-identify go, and with which key.",
)
@click.option(
    "--boundaries",
    "boundaries",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A GeoJSON file with the shapes of networks and practices, for maps.",
)
@click.option(
    "--disclosure", metavar="RULE", default="default", show_default=True, help="Rule for small numbers."
)
def command(
    store: Path,
    host: str,
    port: int,
    *,
    is_demo: bool,
    overlay: Path | None,
    sign_in: Path | None,
    custodian: Path | None,
    boundaries: Path | None,
    disclosure: str,
) -> None:
    """Serve the suite until it is stopped.

    With --demo everybody chooses who they are, so it answers this machine alone.
    """
    from openphm.definitions.boundaries import read_boundaries

    try:
        from openphm.web.provider_file import read_provider_file
        from openphm.web.running import run
        from openphm.web.settings import Settings
    except ModuleNotFoundError as missing:
        raise UsageError(
            "serve",
            f"the package '{missing.name}' is not installed",
            "It is part of the extra openphm[web].",
            "pip install 'openphm[web]'",
        ) from missing
    settings = Settings(
        store,
        host,
        port,
        is_demo=is_demo,
        overlay=overlay,
        sign_in=read_provider_file(sign_in) if sign_in else None,
        custodian=_custodian(custodian) if custodian else None,
        shapes=read_boundaries(boundaries) if boundaries else None,
        disclosure=disclosure,
        is_warmed=True,
    )
    settings.check()
    click.echo(f"The suite is at http://{host}:{port}/  (stop it with Ctrl-C)")
    run(settings)


def _custodian(path: Path) -> CustodianService:
    """The custodian of a file, with the key that this suite signs with. Raises CustodianRefused."""
    from openphm.web.custodian_file import read_custodian_file
    from openphm.web.settings import CustodianService

    held = read_custodian_file(path)
    if not held.key_file.is_file():
        raise UsageError(
            "key_file", "there is no such file.", remedy="make one with `openphm reidentify key`"
        )
    return CustodianService(
        held.address, held.key_name, signing_key(held.key_file), held.page, held.agreements
    )
