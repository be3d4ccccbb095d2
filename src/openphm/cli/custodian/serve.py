"""openphm custodian serve: the custodian's own HTTP service."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click

from openphm.cli.custodian.at_the_desk import open_desk
from openphm.cli.custodian.options import home_option
from openphm.core.errors import UsageError

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("serve")
@home_option
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Loopback only, unless TLS is configured."
)
@click.option("--port", type=click.IntRange(1, 65_535), default=8010, show_default=True)
@click.option("--name", "names", multiple=True, help="A host name the service answers to.")
@click.option("--tls-certificate", "certificate", type=_FILE, help="Certificate chain (PEM).")
@click.option("--tls-key", "key", type=_FILE, help="Its private key (PEM).")
def command(
    home: Path, host: str, port: int, names: tuple[str, ...], certificate: Path | None, key: Path | None
) -> None:
    """The page on which practices collect and approvers decide, and where suites send signed requests.

    Its users are the custodian's own (`custodian requests user`). Needs the extra `openphm[serve]`.
    """
    if find_spec("starlette") is None or find_spec("uvicorn") is None:
        raise UsageError("serve", "starlette or uvicorn is missing.", remedy="install openphm[serve]")
    from openphm.custodian.reidentification.service import Address, check_address, run

    address = Address(host, port, names, certificate, key)
    check_address(address)
    desk = open_desk(home)
    desk.situation()
    scheme = "https" if address.is_tls else "http"
    click.echo(f"Custodian at {scheme}://{host}:{port} (stop with Ctrl-C)")
    run(desk, address)
