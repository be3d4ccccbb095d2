"""`openphm builds`: list the builds of a store and move between them.

Every move is verified first and written to the audit log before it happens.
"""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich import box
from rich.console import Console
from rich.table import Table

import openphm
from openphm.access import terminal_name
from openphm.audit import AuditLog
from openphm.cli.rekeying import rekey_store
from openphm.core.errors import StoreError, UsageError
from openphm.store import Build, Builds

COLUMNS = ("build", "state", "as_at", "created", "tables", "rows", "bytes", "seconds", "openphm", "failed")


@click.command("builds", short_help="List and move between builds.")
@click.argument(
    "action", type=click.Choice(["list", "publish", "rollback", "prune", "verify", "rekey"]), default="list"
)
@click.argument("build_id", metavar="[BUILD_ID|MAP]", required=False)
@click.option(
    "--store",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder that keeps builds.",
)
@click.option(
    "--keep", type=click.IntRange(min=1), default=3, show_default=True, help="prune: builds to keep."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="How to show.",
)
@click.option("--dry-run", is_flag=True, help="rekey: say what would happen and change nothing.")
def command(action: str, build_id: str | None, store: Path, keep: int, form: str, dry_run: bool) -> None:
    """List the builds of a store, newest first, or move between them.

    \b
    list                  what there is, and which build is live
    publish BUILD_ID      make a build live, after its checksum was verified
    rollback              make the build before the live one live again
    prune                 remove all but the newest; never the live one
    verify [BUILD_ID]     hash the file and every table, and compare with the manifest
    rekey MAP             a new build with the pseudonyms of a new key; MAP is from `custodian rotate`,
                          its code is read from OPENPHM_REKEY_CODE
    """
    builds = Builds(store)
    if action == "publish" and build_id is None:
        raise UsageError(
            "builds publish", "no build was named", remedy="openphm builds publish BUILD_ID --store STORE"
        )
    console = Console(highlight=False)
    if action == "verify":
        _verify(builds, build_id or builds.current().id, console)
        return
    if action == "rekey":
        rekey_store(builds, build_id, dry_run=dry_run, console=console)
        return
    if action != "list":
        _move(builds, action, build_id, keep, console if form == "table" else Console(quiet=True))
    if form == "json":
        click.echo(json.dumps(_answer(builds.list()), ensure_ascii=False, indent=1))
    else:
        _show(builds, console)


def _move(builds: Builds, action: str, build_id: str | None, keep: int, console: Console) -> None:
    """Change the store. What is to happen is written down first; if that fails, it does not happen."""
    before = builds.current().id if builds.list() else ""
    AuditLog.beside(builds.store).append(
        f"builds.{action}",
        actor=terminal_name(),
        detail={"live_before": before, "build": build_id or "", "keep": keep if action == "prune" else ""},
    )
    if action == "prune":
        gone = builds.prune(keep)
        console.print(f"{len(gone)} build{'s' * (len(gone) != 1)} removed." if gone else "Nothing to remove.")
        return
    live = builds.publish(build_id or "") if action == "publish" else builds.rollback()
    console.print(
        f"{live.id} is live." + (f" Before it was {before}." if before not in {"", live.id} else "")
    )


def _verify(builds: Builds, build_id: str, console: Console) -> None:
    wrong = builds.verify(build_id, tables=True)
    if wrong:
        raise StoreError(
            f"build {build_id}",
            "; ".join(wrong),
            "A build never changes after it was made.",
            "publish another build with `openphm builds publish`, and look at the disk",
        )
    console.print(f"{build_id} is as it was made: the file and every table.")


def _show(builds: Builds, console: Console) -> None:
    found = builds.list()
    if not found:
        console.print(f"No builds in {builds.store}. Make one: openphm build EXTRACTS --store {builds.store}")
        return
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for name in ("build (time is UTC)", "state", "as at"):
        table.add_column(name, no_wrap=True)
    for name in ("rows", "size", "seconds"):
        table.add_column(name, justify="right", no_wrap=True)
    for build in found:
        row = _row(build)
        table.add_row(
            build.id,
            f"[bold]{build.state}[/bold]" if build.state == "live" else build.state,
            str(row["as_at"]),
            f"{row['rows']:,}",
            f"{float(row['bytes']) / 1e6:,.0f} MB",
            f"{row['seconds']:,.0f}",
        )
    console.print(table)
    alarm = builds.current().alarm if any(b.state in {"live", "kept"} for b in found) else ""
    if alarm:
        console.print(f"[bold]Warning:[/bold] {alarm}")


def _row(build: Build) -> dict[str, str | int | float]:
    made = build.manifest
    return {
        "build": build.id,
        "state": build.state,
        "as_at": made.as_at if made else "",
        "created": made.created if made else "",
        "tables": len(made.outputs) if made else 0,
        "rows": sum(table.rows for table in made.outputs.values()) if made else 0,
        "bytes": made.database_bytes if made else 0,
        "seconds": round(sum(float(stage.get("seconds", 0)) for stage in made.stages), 1) if made else 0,
        "openphm": made.openphm if made else "",
        "failed": made.failed if made else "",
    }


def _answer(builds: list[Build]) -> dict[str, object]:
    live = next((build for build in builds if build.state == "live"), None)
    return {
        "question": "builds",
        "columns": list(COLUMNS),
        "rows": [[_row(build)[name] for name in COLUMNS] for build in builds],
        "provenance": {
            "build": live.id if live else "",
            "as_at": live.manifest.as_at if live and live.manifest else "",
            "definitions": list(live.manifest.definitions) if live and live.manifest else [],
            "openphm": openphm.__version__,
            "disclosure": "none",
        },
    }
