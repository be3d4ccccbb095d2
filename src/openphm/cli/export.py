"""`openphm export`: the scope's part of the live build, for an approved workspace."""

from __future__ import annotations

from pathlib import Path

import click

from openphm.access import Action, authorise, local_user
from openphm.audit import AuditLog
from openphm.cli.key_pairs import refuse_seen_by_others
from openphm.core.destroying import destroy
from openphm.core.recipient_key import RecipientKey
from openphm.population import open_in_scope
from openphm.population.workspace import Exported, export

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("export", short_help="Copy a place's people to an approved workspace.")
@click.argument("workspace", metavar="WORKSPACE.duckdb", type=_FILE)
@click.option("--store", type=_FOLDER, required=True, help="Folder that keeps builds.")
@click.option("--place", metavar="CODE", help="Only people of this practice, PCN or LSOA.")
@click.option(
    "--approval", metavar="REF", default="", help="Reference of the approval. Without one: refused."
)
@click.option(
    "--tables", metavar="NAMES", default="", help="Only these, with commas between; for example person.person"
)
@click.option(
    "--recipient-key",
    "key_file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="From `custodian export-key`: the recipient's own ids. Destroyed after use.",
)
@click.option("--quiet", is_flag=True, help="Say nothing.")
def command(
    workspace: Path, store: Path, place: str | None, key_file: Path | None, quiet: bool, **said: str
) -> None:
    """Copy the live build, for the people you may see, into one read-only DuckDB file.

    Every export has person ids of its own, so that two cannot be joined by them; with --recipient-key, every
    recipient has. It is written to the audit log with its approval before the file appears.
    """
    recipient = _recipient(key_file)
    log, user = AuditLog.beside(store), local_user(store)
    scope = authorise(user, Action.READ_PERSON, log=log)
    with open_in_scope(store, scope.at_place(place) if place else scope) as population:
        exported = export(
            population,
            workspace,
            approval=said["approval"],
            by=user.name,
            tables=[one.strip() for one in said["tables"].split(",") if one.strip()],
            recipient=recipient,
            before_publishing=lambda done: _remember(log, done),
        )
    if key_file is not None:
        destroy(key_file)
    if not quiet:
        size = workspace.stat().st_size / 1e6
        click.echo(f"{exported.people:,} people in {len(exported.tables)} tables.", err=True)
        click.echo(f"Wrote {workspace} ({size:,.1f} MB), export {exported.export_id}.", err=True)


def _recipient(key_file: Path | None) -> RecipientKey | None:
    """The key that the custodian lent, if any. Raises CustodianRefused."""
    if key_file is None:
        return None
    refuse_seen_by_others(key_file)
    return RecipientKey.read(key_file.read_bytes(), key_file.name)


def _remember(log: AuditLog, said: Exported) -> None:
    log.append("release.workspace", actor=said.by, detail={**vars(said), "tables": list(said.tables)})
