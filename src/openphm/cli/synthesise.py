"""`openphm synthesise`: a made-up ICS in the national formats, to try everything on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from openphm.synthetic import Summary, synthesise

DEFAULT_PLANT = "default"


@click.command("synthesise", short_help="Write a made-up ICS as raw extracts.")
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--people", type=click.IntRange(min=100), required=True, help="People registered on the as-at date."
)
@click.option("--years", type=click.IntRange(2, 10), default=4, show_default=True, help="Years of history.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Same seed, same files."
)
@click.option(
    "--as-at",
    type=click.DateTime(["%Y-%m-%d"]),
    default="2026-03-31",
    show_default=True,
    help="Last day of the history, a month end.",
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["csv", "parquet"]),
    help="Format of the extracts. CSV up to 50,000 people and Parquet above, unless given.",
)
@click.option(
    "--plant",
    default=DEFAULT_PLANT,
    show_default=True,
    help="A service to plant: `default`, `none`, or a YAML file.",
)
@click.option("--no-progress", is_flag=True, help="Plain lines instead of a progress bar.")
def command(
    out: Path,
    people: int,
    years: int,
    seed: int,
    as_at: datetime,
    file_format: str | None,
    plant: str,
    no_progress: bool,
) -> None:
    """Write raw extracts to OUT/extracts, reference files to OUT/reference and the truth to OUT/truth.

    OUT is a new or an empty folder. No other command reads the truth.
    """
    console = Console(stderr=True)
    columns = (
        TextColumn("Making people and records"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=no_progress or not console.is_terminal) as bar:
        task = bar.add_task("chunks", total=None)
        summary = synthesise(
            out,
            people=people,
            years=years,
            seed=seed,
            as_at=as_at.date(),
            file_format=file_format,
            plant=plant,
            progress=lambda done, whole: bar.update(task, completed=done, total=whole),
        )
    click.echo(tell(summary, out))


def tell(summary: Summary, out: Path) -> str:
    """What was written, in one line."""
    rows = sum(summary.rows.values())
    size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    return (
        f"{summary.people:,} people, {rows:,} rows in {summary.files:,} files "
        f"({size / 1e6:,.0f} MB) in {summary.seconds:.1f} s"
    )
