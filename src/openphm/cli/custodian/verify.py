"""openphm custodian verify: do the log, the ledger and the vault tell the same story?"""

from __future__ import annotations

import base64
import json
from pathlib import Path

import click

from openphm.audit import Checkpoint, checkpoints_beside, read_checkpoints, verify_signed
from openphm.cli.custodian.at_the_desk import open_desk
from openphm.cli.custodian.options import home_option
from openphm.core.errors import CustodianRefused, StoreError, UsageError
from openphm.custodian import Home
from openphm.custodian.reidentification.reconciling import reconcile
from openphm.custodian.reidentification.witnessing import public_keys, sign_head

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command("verify")
@home_option
@click.option("--witness", metavar="N:HASH", help="A head kept elsewhere, that the log must still hold.")
@click.option(
    "--checkpoints", type=_FILE, help="Signed checkpoints kept elsewhere; those beside the log otherwise."
)
@click.option("--sign", is_flag=True, help="When all is well, sign the head: a checkpoint to keep elsewhere.")
def command(home: Path, witness: str | None, checkpoints: Path | None, sign: bool) -> None:
    """Follow the chain of the custodian's log, check its signed checkpoints, and compare it with the ledger.

    A changed, missing, moved or cut-off entry is found, and so is an opening of the vault that no release
    explains. Keep the checkpoints and the public keys away from the home: only then is a cut-off end found.
    """
    opened = Home.open(home)
    desk = open_desk(home)
    path = checkpoints or checkpoints_beside(desk.log)
    kept = read_checkpoints(path) if path.is_file() else []
    found = verify_signed(desk.log, kept, public_keys(opened), _witness(witness))
    if not found.is_intact:
        raise StoreError(
            f"audit log, entry {found.first_bad}",
            f"{found.reason} [{found.fault}].",
            "Each line holds the hash of the line before it; checkpoints are signed.",
            "keep the home as it is, and tell the information governance lead",
        )
    wrong = reconcile(desk)
    if wrong:
        raise CustodianRefused(
            "log, ledger and vault",
            "; ".join(wrong[:10]) + ".",
            "Every move and every opening of the vault stands in both.",
            "find out who wrote to the home, and tell the information governance lead",
        )
    click.echo(
        f"{found.head.sequence:,} entries, none changed; {len(kept)} checkpoints hold. "
        f"Head {found.head.sequence}:{found.head.hash}"
    )
    if found.clock_back:
        click.echo(f"The clock of this machine had gone back {found.clock_back} times.")
    if sign:
        click.echo(json.dumps(vars(sign_head(opened, desk.log)), sort_keys=True))
        for epoch, key in sorted(public_keys(opened).items()):
            click.echo(f"Public key {epoch}: {base64.b64encode(key).decode('ascii')}")


def _witness(text: str | None) -> Checkpoint | None:
    if text is None:
        return None
    number, _, hash_ = text.partition(":")
    if not number.isdigit() or len(hash_) != 64:
        remedy = "give the head that an earlier `openphm custodian verify` printed"
        raise UsageError("--witness", "it is not a number, a colon and 64 digits", remedy=remedy)
    return Checkpoint(int(number), hash_)
