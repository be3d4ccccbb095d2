"""`openphm audit`: has anybody changed the suite's log?"""

from __future__ import annotations

import base64
import binascii
import json
from pathlib import Path

import click

from openphm.audit import (
    AuditLog,
    Checkpoint,
    Verification,
    checkpoints_beside,
    read_checkpoints,
    sign_checkpoint,
    verify_signed,
)
from openphm.cli.key_pairs import signing_key
from openphm.core.errors import StoreError, UsageError

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
_store_option = click.option(
    "--store",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    required=True,
    help="Folder that keeps builds, and the log beside them.",
)


@click.group("audit", short_help="Verify the suite's log.")
def command() -> None:
    """The log of what left in full, what was published and who was refused."""


@command.command("verify")
@_store_option
@click.option("--witness", metavar="N:HASH", help="A head kept elsewhere, that the log must still hold.")
@click.option(
    "--public-key", "keys", multiple=True, metavar="NAME=KEY", help="Whose checkpoints hold; as printed."
)
@click.option("--checkpoints", type=_FILE, help="Checkpoints kept elsewhere; those beside the log otherwise.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def verify(
    store: Path, witness: str | None, keys: tuple[str, ...], checkpoints: Path | None, form: str
) -> None:
    """Follow the chain of hashes through the whole log. A changed or missing line breaks it.

    Keep the head it prints, or the checkpoints, away from the store: only with --witness, or with
    --checkpoints and --public-key, can lines cut off the end, or a log written anew, be noticed.
    """
    log = AuditLog.beside(store)
    if checkpoints is not None and not keys:
        raise UsageError(
            "--public-key", "it is missing.", "Signatures need it.", "as `audit checkpoint` printed it"
        )
    path = checkpoints or checkpoints_beside(log)
    kept = read_checkpoints(path) if keys and path.is_file() else []
    found = verify_signed(log, kept, _public_keys(keys), _witness(witness))
    head = f"{found.head.sequence}:{found.head.hash}"
    if form == "json":
        row = [found.is_intact, found.head.sequence, head, found.first_bad, found.reason]
        columns = ["is_intact", "entries", "head", "first_bad", "reason"]
        answer = {"question": "audit/verify", "columns": columns, "rows": [row], "provenance": {}}
        click.echo(json.dumps(answer, ensure_ascii=False))
    elif found.is_intact:
        click.echo(f"{found.head.sequence:,} entries, none changed. Head {head}")
        if kept:
            click.echo(f"{len(kept)} signed checkpoints hold.")
    _refuse_changed(found)


@command.command("checkpoint")
@_store_option
@click.option("--key", "key_file", type=_FILE, required=True, help="The suite's key (`reidentify key`).")
@click.option("--key-name", default="suite-1", show_default=True, help="Its name in the register.")
def checkpoint(store: Path, key_file: Path, key_name: str) -> None:
    """Sign the head of the log with the suite's key. Prints the checkpoint, to be kept elsewhere.

    The custodian is a good place: its register holds the suite's public key already. A log that does not
    verify is not signed.
    """
    log, key = AuditLog.beside(store), signing_key(key_file)
    _refuse_changed(log.verify())
    made = sign_checkpoint(log, key_name, key)
    click.echo(json.dumps(vars(made), sort_keys=True))
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode("ascii")
    click.echo(f"Public key: {key_name}={public}", err=True)


def _refuse_changed(found: Verification) -> None:
    """Raise StoreError unless the log is as it was written."""
    if not found.is_intact:
        raise StoreError(
            f"audit log, entry {found.first_bad}",
            found.reason,
            "Each line holds the hash of the line before it.",
            "keep the log as it is, and tell the information governance lead",
        )


def _public_keys(given: tuple[str, ...]) -> dict[str, bytes]:
    """Name -> key. Raises UsageError."""
    found = {}
    for one in given:
        name, _, text = one.partition("=")
        try:
            found[name] = base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise UsageError("--public-key", "it is not NAME=KEY", remedy="as it was printed") from error
    return found


def _witness(text: str | None) -> Checkpoint | None:
    if text is None:
        return None
    number, _, hash_ = text.partition(":")
    if not number.isdigit() or len(hash_) != 64:
        remedy = "give the head that an earlier `openphm audit verify` printed"
        raise UsageError("--witness", "it is not a number, a colon and 64 digits", remedy=remedy)
    return Checkpoint(int(number), hash_)
