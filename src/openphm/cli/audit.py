"""`openphm audit`: has anybody changed the suite's log?"""

from __future__ import annotations

import json
from pathlib import Path

import click

from openphm.audit import AuditLog, Checkpoint
from openphm.core.errors import StoreError, UsageError


@click.group("audit", short_help="Verify the suite's log.")
def command() -> None:
    """The log of what left in full, what was published and who was refused."""


@command.command("verify")
@click.option(
    "--store",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    required=True,
    help="Folder that keeps builds, and the log beside them.",
)
@click.option("--witness", metavar="N:HASH", help="A head kept elsewhere, that the log must still hold.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def verify(store: Path, witness: str | None, form: str) -> None:
    """Follow the chain of hashes through the whole log. A changed or missing line breaks it.

    Keep the head it prints away from the store: only with --witness can lines cut off the end be noticed.
    """
    found = AuditLog.beside(store).verify(_witness(witness))
    head = f"{found.head.sequence}:{found.head.hash}"
    if form == "json":
        row = [found.is_intact, found.head.sequence, head, found.first_bad, found.reason]
        columns = ["is_intact", "entries", "head", "first_bad", "reason"]
        answer = {"question": "audit/verify", "columns": columns, "rows": [row], "provenance": {}}
        click.echo(json.dumps(answer, ensure_ascii=False))
    elif found.is_intact:
        click.echo(f"{found.head.sequence:,} entries, none changed. Head {head}")
    if not found.is_intact:
        raise StoreError(
            f"audit log, entry {found.first_bad}",
            found.reason,
            "Each line holds the hash of the line before it.",
            "keep the log as it is, and tell the information governance lead",
        )


def _witness(text: str | None) -> Checkpoint | None:
    if text is None:
        return None
    number, _, hash_ = text.partition(":")
    if not number.isdigit() or len(hash_) != 64:
        remedy = "give the head that an earlier `openphm audit verify` printed"
        raise UsageError("--witness", "it is not a number, a colon and 64 digits", remedy=remedy)
    return Checkpoint(int(number), hash_)
