"""openphm custodian pseudonymise: identifiable extracts in, extracts about pseudonyms out."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from openphm.cli.custodian.options import FOLDER, home_option, overlay_option
from openphm.custodian import Home, Options, pseudonymise
from openphm.definitions import load


@click.command("pseudonymise")
@click.argument("raw", type=FOLDER)
@click.argument("out", type=FOLDER)
@home_option
@overlay_option
@click.option("--memory", default="3GB", show_default=True, help="Memory to use before spilling to the home.")
@click.option("--threads", type=click.IntRange(min=1), help="Cores to use; all of them if not given.")
@click.option(
    "--accept-registration-gap",
    is_flag=True,
    help="Go on although an open practice has no registered patients.",
)
@click.option("--quiet", is_flag=True, help="Say nothing unless something is wrong.")
@click.option("--no-progress", is_flag=True, help="Plain lines instead of a progress bar.")
def command(
    raw: Path,
    out: Path,
    home: Path,
    overlay: Path | None,
    memory: str,
    threads: int | None,
    accept_registration_gap: bool,
    quiet: bool,
    no_progress: bool,
) -> None:
    """Read RAW/extracts and RAW/reference, and write OUT: the same rows about pseudonyms.

    Every row is written or set aside with a reason. A file that cannot be trusted rejects the delivery, and
    the OUT that was there stays as it is.
    """
    options = Options(memory_limit=memory, accept_registration_gap=accept_registration_gap)
    options = replace(options, threads=threads or options.threads)
    begun = time.monotonic()
    with _Telling(quiet=quiet, bar=not no_progress and sys.stderr.isatty()) as telling:
        document = pseudonymise(raw, out, Home.open(home), load(overlay), options=options, tell=telling.tell)
    if not quiet:
        _print_summary(document, out, time.monotonic() - begun)


def _print_summary(document: dict[str, Any], out: Path, seconds: float) -> None:
    size = sum(one["bytes"] for one in document["files"])
    click.echo(
        f"{document['rows_delivered']:,} rows delivered = {document['rows_loaded']:,} loaded "
        f"+ {document['rows_quarantined']:,} set aside with a reason ({out / 'quality'})."
    )
    for name in document["same_file_twice"]:
        click.echo(f"F_DUPLICATE_FILE: {name} is a file that was already delivered; its rows were not used.")
    for name in document["recognised_by_header"]:
        click.echo(f"{name} was recognised by its columns, not by its name.")
    for name in document["tables_not_read"]:
        click.echo(f"{name} is no specified record and was not read.")
    for emit in document["emitted"]:
        rule = f" by the rule {emit['rule']}" if emit["rule"] else ""
        click.echo(f"{emit['rows']:,} rows of {emit['record']} made from {emit['from']}{rule}.")
    click.echo(f"Wrote {out} ({size / 1e6:,.0f} MB) in {seconds:,.1f} s.")


class _Telling:
    """A progress bar on a terminal, plain lines elsewhere, nothing when quiet."""

    def __init__(self, *, quiet: bool, bar: bool) -> None:
        self._quiet = quiet
        self._progress = None
        self._task: TaskID | None = None
        if bar and not quiet:
            columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
            self._progress = Progress(*columns, console=Console(stderr=True), transient=True)

    def __enter__(self) -> _Telling:
        if self._progress is not None:
            self._progress.start()
            self._task = self._progress.add_task("pseudonymise", total=1)
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def tell(self, what: str, done: int, total: int) -> None:
        """Called by the work with what is done."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, description=what, completed=done, total=max(total, 1))
        elif not self._quiet:
            share = f" {100 * done // max(total, 1)}%" if total > 1 else ""
            click.echo(f"pseudonymise: {what}{share}", err=True)
