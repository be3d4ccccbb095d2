"""What every `custodian requests` command needs: the desk, who is acting, and tables without identities."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table

from openphm.cli.custodian.options import home_option
from openphm.custodian import Home
from openphm.custodian.reidentification import Account, Case, Desk, ObjectionList
from openphm.custodian.reidentification.signing_in import sign_in

PASSWORD_VARIABLE = "OPENPHM_CUSTODIAN_PASSWORD"  # noqa: S105 (the name, not the password)
COLUMNS = (
    "request", "state", "kind", "recipient", "requester", "cohort", "asked", "kept", "released", "flags",
    "received", "due",
)  # fmt: skip

IN_A_TABLE = ("request", "state", "kind", "recipient", "requester", "cohort", "asked", "kept", "flags", "due")
SHORTEST_ID = 8
"""So many characters of a request's id are enough, when they are enough."""

as_option = click.option(
    "--as", "name", required=True, help=f"Your account. The password is asked for, or in {PASSWORD_VARIABLE}."
)
form_option = click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True
)


def open_desk(home: Path) -> Desk:
    """The desk of a home, with the opt-out list of that home."""
    opened = Home.open(home)
    return Desk(opened, ObjectionList.of(opened))


def acting(desk: Desk, name: str) -> Account:
    """The account that acts, after its password."""
    password = os.environ.get(PASSWORD_VARIABLE) or click.prompt("Password", hide_input=True, err=True)
    return sign_in(desk, name, password)


def named(desk: Desk, actor: Account, text: str) -> str:
    """The request that begins like this, among those the account may see; the text itself when none does."""
    found = [one.request_id for one in desk.visible(actor) if one.request_id.startswith(text)]
    return found[0] if len(found) == 1 and len(text) >= SHORTEST_ID else text


@dataclass(frozen=True)
class AtTheDesk:
    """Somebody who acts on one request."""

    desk: Desk
    actor: Account
    request_id: str

    def say(self, case: Case) -> None:
        """How the request stands now."""
        click.echo(f"Request {case.request_id} is {case.state}.")


def on_request(command: Callable[..., None]) -> Callable[..., None]:
    """A command about one request: its argument, `--home` and `--as`, and the desk opened for it."""

    @click.argument("request_id", metavar="REQUEST")
    @home_option
    @as_option
    @wraps(command)
    def opened(request_id: str, home: Path, name: str, **options: Any) -> None:
        desk = open_desk(home)
        actor = acting(desk, name)
        command(AtTheDesk(desk, actor, named(desk, actor, request_id)), **options)

    return opened


def rows_of(cases: Sequence[Case]) -> list[list[object]]:
    """Requests as rows: counts and codes, no person. A table has the beginning of each id."""
    return [
        [
            one.request_id, one.state, one.kind, one.recipient, one.requester, str(one.body["cohort"]),
            one.asked, one.kept, one.released, " ".join(one.flags),
            one.received_at.isoformat(timespec="minutes"),
            one.due_at.isoformat(timespec="minutes") if one.due_at else "",
        ]
        for one in cases
    ]  # fmt: skip


def show(question: str, columns: Sequence[str], rows: Sequence[Sequence[object]], form: str) -> None:
    """Rows as a table, or as the JSON object that every command answers."""
    if form == "json":
        answer: dict[str, object] = {
            "question": question,
            "columns": list(columns),
            "rows": rows,
            "provenance": {},
        }
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    table = Table(box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(str(value) for value in row))
    console = Console(highlight=False, markup=False)
    console.width = max(console.width, 120) if not console.is_terminal else console.width
    console.print(table)
