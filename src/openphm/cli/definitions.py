"""`openphm definitions`: what words mean, and who moves when a meaning changes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table

from openphm.access import Action, authorise, local_user, terminal_name
from openphm.audit import AuditLog
from openphm.core.errors import UsageError
from openphm.definitions import Definition, Definitions, load
from openphm.population import open_in_scope
from openphm.release import DisclosureRule, as_text, secondary_use, shown

SHIPPED = "shipped"
_FOLDER = click.Path(path_type=Path, file_okay=False)
_OVERLAY = click.option("--definitions", "overlay", type=_FOLDER, help="The site's own definitions.")
_FORMAT = click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True
)

Rows = Sequence[Sequence[Any]]


@click.group("definitions", short_help="What words mean: list, show, check, compare.")
def command() -> None:
    """Definitions are files: code lists, conditions, attributes, costs, segments, disclosure rules.

    A site keeps its own in an overlay folder; the same id there takes the place of ours.
    """


@command.command("list")
@click.argument("kind", required=False)
@_OVERLAY
@_FORMAT
def list_command(kind: str | None, overlay: Path | None, form: str) -> None:
    """Every definition in force, or those of one KIND, such as conditions."""
    found = [one for one in load(overlay) if kind is None or one.kind == kind]
    if not found:
        kinds = ", ".join(sorted({one.kind for one in load(overlay)}))
        raise UsageError(f"kind '{kind}'", "there is none of this kind", f"Kinds: {kinds}.")
    rows = [(one.id, one.version, one.status, one.title, str(_review(one))) for one in found]
    _tell("definitions/list", ("id", "version", "status", "title", "next_review"), rows, form)


@command.command("show")
@click.argument("id_", metavar="ID")
@_OVERLAY
def show(id_: str, overlay: Path | None) -> None:
    """The file of one definition, as it was written."""
    click.echo(load(overlay).get(id_).path.read_text("utf-8"), nl=False)


@command.command("check")
@_OVERLAY
@_FORMAT
def check(overlay: Path | None, form: str) -> None:
    """Read every definition and say what is wrong: all problems at once, exit code 10.

    Warns of drafts and of reviews that are overdue. The code lists that come with OpenPHM are short
    drafts: load your own refsets in an overlay.
    """
    found = load(overlay)
    today = date.today()
    drafts = [one for one in found if one.status == "draft"]
    overdue = [one for one in found if _review(one) < today]
    rows = [(one.id, "draft") for one in drafts] + [(one.id, "review overdue") for one in overdue]
    if form == "json":
        _tell("definitions/check", ("id", "warning"), rows, form)
        return
    click.echo(f"{len(list(found)):,} definitions, none wrong.")
    for said, group in (("drafts", drafts), ("past their review", overdue)):
        if group:
            kinds = ", ".join(f"{sum(o.kind == k for o in group)} {k}" for k in _kinds(group))
            click.echo(f"Warning: {len(group)} are {said}: {kinds}.")


@command.command("diff")
@click.argument("before")
@click.argument("after")
@click.option("--store", type=_FOLDER, help="Also how many people of its live build would move.")
@click.option("--disclosure", default="default", show_default=True, help="Rule for small numbers.")
@_FORMAT
def diff(before: str, after: str, store: Path | None, disclosure: str, form: str) -> None:
    """What differs between two sets of definitions, and with --store who moves.

    BEFORE and AFTER are overlay folders, or the word `shipped`. People are placed by both sets of segment
    rules over the facts of the live build; a change of codes shows only after a new build.
    """
    old, new = _set(before), _set(after)
    if store is None or form == "table":
        _tell("definitions/diff", ("id", "change", "before", "after"), _changes(old, new), form)
    if store is not None:
        found = new.get(f"disclosure/{disclosure}")
        _moves(store, old, new, DisclosureRule.from_definition(found.id, found.body), form)


def _set(name: str) -> Definitions:
    if name == SHIPPED:
        return load()
    if not Path(name).is_dir():
        raise UsageError(
            f"definitions '{name}'",
            "there is no such folder",
            f"A set of definitions is an overlay folder, or the word `{SHIPPED}`.",
        )
    return load(Path(name))


def _changes(old: Definitions, new: Definitions) -> list[tuple[str, str, str, str]]:
    """id, what happened to it, and the version before and after."""
    ids = sorted({*old.by_id, *new.by_id})
    found = []
    for id_ in ids:
        was, now = old.by_id.get(id_), new.by_id.get(id_)
        if was and now and was.sha256 == now.sha256:
            continue
        change = "changed" if was and now else "removed" if was else "added"
        found.append((id_, change, was.version if was else "", now.version if now else ""))
    return found


def _moves(store: Path, old: Definitions, new: Definitions, rule: DisclosureRule, form: str) -> None:
    log = AuditLog.beside(store)
    scope = authorise(local_user(store), Action.READ_AGGREGATE, log=log)
    if rule.method == "none":
        authorise(local_user(store), Action.RELEASE_IN_FULL, log=log)
        log.append("release.in_full", actor=terminal_name(), detail={"question": "definitions/diff"})
    with open_in_scope(store, scope) as population:
        released = secondary_use(population.moves(old, new), rule)
    if form == "json":
        click.echo(as_text(released, "json", title=""), nl=False)
        return
    click.echo(f"{len(released):,} moves between subsegments as at {released.provenance.as_at}.")
    rows = [[shown(item, "people") for item in row[:3]] for row in released.rows]
    if rows:
        _tell("definitions/diff", ("before", "after", "people"), rows, form)


def _review(definition: Definition) -> date:
    return definition.header.date_next_review


def _kinds(group: Sequence[Definition]) -> list[str]:
    return sorted({one.kind for one in group})


def _tell(question: str, columns: Sequence[str], rows: Rows, form: str) -> None:
    if form == "json":
        answer = {"question": question, "columns": list(columns), "rows": [list(row) for row in rows]}
        click.echo(json.dumps({**answer, "provenance": {}}, ensure_ascii=False, default=str))
        return
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for name in columns:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(str(value).replace("[", "\\[") for value in row))
    if rows:
        Console(highlight=False).print(table)
    else:
        click.echo("No difference." if question.endswith("diff") else "Nothing.")
