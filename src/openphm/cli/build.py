"""`openphm build`: make one new build from pseudonymised extracts, check it, publish it.

The old build stays live until the new one is whole and has kept every promise.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from openphm.access import terminal_name
from openphm.audit import AuditLog
from openphm.cli.enrolling import take_enrolments
from openphm.dataset import ENGINES, build
from openphm.definitions import load

if TYPE_CHECKING:
    from openphm.store import Build

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command("build", short_help="Make one new build from pseudonymised extracts.")
@click.argument("extracts", type=_FOLDER)
@click.option("--store", type=_FOLDER, required=True, help="Folder that keeps builds; made if it is missing.")
@click.option(
    "--as-at",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The month end the build speaks about. The last month that was delivered as usual, when not given.",
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="duckdb",
    show_default=True,
    help="What runs the SQL. Spark needs openphm[spark] and Java.",
)
@click.option("--definitions", "overlay", type=_FOLDER, help="The site's own definitions.")
@click.option(
    "--memory", default="2GB", show_default=True, help="Memory to use before spilling to the store."
)
@click.option("--threads", type=click.IntRange(min=1), help="Cores to use; all of them if not given.")
@click.option("--quiet", is_flag=True, help="Say nothing unless something is wrong.")
@click.option("--no-progress", is_flag=True, help="Plain lines instead of moving text.")
def command(
    extracts: Path,
    store: Path,
    as_at: datetime | None,
    engine: str,
    overlay: Path | None,
    memory: str,
    threads: int | None,
    quiet: bool,
    no_progress: bool,
) -> None:
    """Read EXTRACTS, a folder that `openphm custodian pseudonymise` wrote, and publish one new build.

    Every promise is checked first: files reconcile, each person is in one subsegment, pounds add up. When one
    is broken the build is kept aside and the old one stays live (exit code 12).
    """
    began = monotonic()
    definitions = load(overlay)
    asked = {"extracts": extracts.name, "engine": engine, "as_at": f"{as_at:%Y-%m-%d}" if as_at else ""}
    AuditLog.beside(store).append("build", actor=terminal_name(), detail=asked)
    with _Telling(quiet=quiet, moving=not no_progress and sys.stderr.isatty()) as telling:
        made = build(
            extracts,
            store,
            definitions,
            as_at=as_at.date() if as_at else None,
            engine=engine,
            memory_limit=memory,
            threads=threads,
            progress=telling.tell,
        )
    enrolled = take_enrolments(extracts, store)
    if not quiet:
        _print_summary(made, store, monotonic() - began)
        if enrolled:
            click.echo(f"{enrolled:,} offers of a service were put into the register.")


def _print_summary(made: Build, store: Path, seconds: float) -> None:
    manifest = made.manifest
    assert manifest is not None  # a build that was just published has one
    people = manifest.outputs["person.person"].rows
    events = manifest.outputs["activity.event"].rows
    click.echo(
        f"Build {made.id} as at {manifest.as_at} is live: {people:,} people, {events:,} events, "
        f"{len(manifest.outputs)} tables, {manifest.database_bytes / 1e6:,.0f} MB, in {seconds:,.1f} s."
    )
    click.echo(f"Next: openphm report segments --store {store}")


class _Telling:
    """The stage at work: moving text on a terminal, a line for each stage elsewhere."""

    def __init__(self, *, quiet: bool, moving: bool) -> None:
        self._quiet, self._stage = quiet, ""
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        if moving and not quiet:
            columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
            self._progress = Progress(*columns, console=Console(stderr=True), transient=True)

    def __enter__(self) -> _Telling:
        if self._progress is not None:
            self._progress.start()
            self._task = self._progress.add_task("build", total=None)
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def tell(self, stage: str, doing: str) -> None:
        """Called by the work before each table."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, description=f"build: {stage}: {doing}")
        elif not self._quiet and stage != self._stage:
            click.echo(f"build: {stage}", err=True)
        self._stage = stage
