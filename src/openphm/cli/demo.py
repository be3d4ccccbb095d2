"""`openphm demo`: from nothing to the segment matrix, with made-up people.

It opens no room. Each step is another openphm command in its own process, so that no key of zone I is
ever in the memory or the environment of a process of zone P.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from openphm.core.errors import UsageError

MARKER = "demo.json"
QUALITY = "quality.html"
FOLDERS = ("raw", "custodian", "extracts", "store")
ZONE_I = "OPENPHM_CUSTODIAN_"
"""How the names of the custodian's settings begin; no process of zone P inherits them."""


@dataclass(frozen=True)
class Step:
    """One command of the demo: its name for people, its words, and whether it belongs to zone I."""

    name: str
    words: tuple[str, ...]
    is_zone_i: bool = False
    shows_answer: bool = False


@click.command("demo", short_help="A made-up ICS, its linked dataset and the segment matrix.")
@click.option("--people", type=click.IntRange(min=100), default=20_000, show_default=True, help="How many.")
@click.option("--years", type=click.IntRange(2, 10), default=4, show_default=True, help="Years of history.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Same seed, same ICS.")
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo"),
    show_default=True,
    help="Where everything goes: raw, custodian, extracts, store.",
)
@click.option(
    "--port", type=click.IntRange(1, 65_535), default=8000, show_default=True, help="For the suite."
)
@click.option("--no-serve", is_flag=True, help="Stop after the reports.")
@click.option("--no-progress", is_flag=True, help="Plain lines instead of a progress bar.")
def command(
    people: int, years: int, seed: int, home: Path, port: int, no_serve: bool, no_progress: bool
) -> None:
    """Make up an ICS, pseudonymise it, build the linked dataset, and print the segment matrix.

    Nothing in it is about real people. A second run with the same settings keeps the made-up extracts and
    does the rest again.
    """
    settings = {"people": people, "years": years, "seed": seed}
    reuse = _prepare(home, settings)
    took: list[tuple[str, float]] = []
    for step in _steps(home, settings, reuse=reuse, no_progress=no_progress):
        click.echo(f"\n== {step.name}", err=not step.shows_answer)
        sys.stdout.flush()
        took.append((step.name, _run(step)))
    click.echo(_summary(home, took))
    if not no_serve:
        _serve(home, port)


def _steps(home: Path, settings: dict[str, int], *, reuse: bool, no_progress: bool) -> list[Step]:
    raw, custodian, extracts, store = (str(home / name) for name in FOLDERS)
    quiet = ("--no-progress",) if no_progress else ()
    made = [word for name, value in settings.items() for word in (f"--{name}", str(value))]
    steps = [] if reuse else [Step("Make up an ICS", ("synthesise", raw, *made, *quiet))]
    if not Path(custodian).exists():
        steps.append(Step("Make the custodian's key", ("custodian", "init", "--home", custodian), True))
    words = ("custodian", "pseudonymise", raw, extracts, "--home", custodian, *quiet)
    return [
        *steps,
        Step("Pseudonymise (zone I)", words, True),
        Step("Build the dataset", ("build", extracts, "--store", store, *quiet)),
        Step("Data quality", ("check", "--store", store, "--output", str(home / QUALITY))),
        Step("Segment matrix", ("report", "segments", "--store", store), shows_answer=True),
    ]


def _prepare(home: Path, settings: dict[str, int]) -> bool:
    """Make the folder ready; True when the made-up extracts of an earlier run can be kept.

    Only a folder that an earlier demo made is ever emptied.
    """
    marker = home / MARKER
    if not marker.is_file():
        if home.exists() and any(home.iterdir()):
            raise UsageError(
                f"--home {home}",
                "the folder is not empty, and no demo made it",
                "A demo empties its own folder and nothing else.",
                "name another folder, or empty this one yourself",
            )
        home.mkdir(parents=True, exist_ok=True)
    before = json.loads(marker.read_text("utf-8")) if marker.is_file() else {}
    if before == {**settings, "made": True} and (home / "raw" / "extracts").is_dir():
        return True
    for name in FOLDERS:
        shutil.rmtree(home / name, ignore_errors=True)
    marker.write_text(json.dumps({**settings, "made": False}), "utf-8")
    return False


def _run(step: Step) -> float:
    """Run one command in its own process and answer the seconds it took."""
    environment = {
        name: value for name, value in os.environ.items() if step.is_zone_i or not name.startswith(ZONE_I)
    }
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "openphm.cli.main", *step.words], env=environment, check=False
    )
    if done.returncode != 0:
        click.echo(f"The demo stopped at: openphm {' '.join(step.words)}", err=True)
        raise click.exceptions.Exit(done.returncode)
    if step.words[0] == "synthesise":
        _remember_made(Path(step.words[1]).parent)
    return time.monotonic() - begun


def _remember_made(home: Path) -> None:
    marker = home / MARKER
    marker.write_text(json.dumps({**json.loads(marker.read_text("utf-8")), "made": True}), "utf-8")


def _summary(home: Path, took: Sequence[tuple[str, float]]) -> str:
    """What each step took, what lies on the disk, and what to do next."""
    store = home / "store"
    lines = ["", "Time", *(f"  {name:<28}{seconds:8.1f} s" for name, seconds in took)]
    lines.append(f"  {'all':<28}{sum(seconds for _, seconds in took):8.1f} s")
    lines += [
        "",
        "Disk",
        *(f"  {home / name!s:<28}{_megabytes(home / name):8,.0f} MB" for name in FOLDERS),
    ]
    lines += [
        "",
        "What next",
        f"  {home / QUALITY}: what was delivered, kept, missing and linked",
        f"  openphm report segments --store {store} --by pcn",
        f"  openphm report segments --store {store} --output segments.xlsx",
        f"  openphm check --store {store}",
        f"  openphm evaluate run demo_high_intensity --lock --store {store}   did the planted service work?",
        f"  openphm definitions diff shipped OVERLAY --store {store}      who moves when a rule changes",
        f"  python -c \"import openphm; print(openphm.open('{store}').segments().to_arrow())\"",
        "  docs/how-to/load-your-own-extracts.md                     use your own data",
        "",
    ]
    return "\n".join(lines)


def _megabytes(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def _serve(home: Path, port: int) -> None:
    """Start the web suite, with the shapes of the made-up places."""
    words = ["serve", "--store", str(home / "store"), "--port", str(port), "--demo"]
    boundaries = home / "raw" / "boundaries.geojson"
    words += ["--boundaries", str(boundaries)] if boundaries.exists() else []
    _run(Step("Serve", tuple(words)))
