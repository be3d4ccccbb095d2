"""openphm custodian link-report: how many records found their person, and how well."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from openphm.cli.custodian.options import home_option
from openphm.custodian import Home
from openphm.custodian.linkage import Report, read_report


@click.command("link-report")
@home_option
@click.option(
    "--by", type=click.Choice(["source", "ethnicity", "deprivation"]), default="source", show_default=True
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def command(home: Path, by: str, form: str) -> None:
    """Linkage rate, and estimated precision and recall, of the last delivery.

    Precision and recall are measured on people with a valid NHS number whose number was hidden. Pairs that
    wait for somebody to look at them stand in review.csv in the home.
    """
    lines, methods, cases = read_report(Home.open(home).report_path)
    if form == "json":
        shown = [dataclasses.asdict(one) | {"linkage_rate": one.linkage_rate} for one in lines]
        click.echo(json.dumps({"lines": shown, "people_by_method": methods, "cases": cases}, indent=1))
        return
    wanted = "all" if by == "source" else by
    Console().print(_table([one for one in lines if one.by == wanted], by))
    for record, found in methods.items():
        said = ", ".join(f"{people:,} {method}" for method, people in sorted(found.items()))
        click.echo(f"{record}, people without a number: {said}.")
    click.echo(f"{cases:,} pairs wait in review.csv.")


def _table(lines: list[Report], by: str) -> Table:
    table = Table(title=f"Linkage by {by}")
    for name in ("record", by) if by != "source" else ("record",):
        table.add_column(name)
    for name in ("rows", "without number", "found", "linked", "held out", "precision", "recall"):
        table.add_column(name, justify="right")
    for one in lines:
        start = [one.record, one.value] if by != "source" else [one.record]
        table.add_row(
            *start, f"{one.rows:,}", f"{one.rows_without_number:,}", f"{one.rows_found:,}",
            _share(one.linkage_rate), f"{one.held_out:,}", _share(one.precision), _share(one.recall),
        )  # fmt: skip
    return table


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2%}"
