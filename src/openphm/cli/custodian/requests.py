"""openphm custodian requests: re-identification without a browser."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from openphm.cli.custodian.at_the_desk import (
    COLUMNS,
    IN_A_TABLE,
    SHORTEST_ID,
    AtTheDesk,
    acting,
    as_option,
    form_option,
    on_request,
    open_desk,
    rows_of,
    show,
)
from openphm.cli.custodian.desk_setup import SETUP
from openphm.cli.custodian.options import home_option
from openphm.cli.key_pairs import write_new
from openphm.core.errors import UsageError
from openphm.custodian.reidentification import FINDINGS, FLAGS, REFUSALS

_NEW_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group("requests", short_help="Re-identify for direct care: decide, release, hand over.")
def command() -> None:
    """Re-identification for direct care: look at requests, decide, release, hand over.

    No command prints an identity. A list leaves sealed for its practice (`deliver`), or on the custodian's
    page (`custodian serve`), once.
    """


for _one in SETUP:
    command.add_command(_one)


@command.command("submit")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@home_option
def submit(file: Path, home: Path) -> None:
    """Take a signed request from a file (`openphm reidentify request`)."""
    answer = open_desk(home).submit(file.read_bytes())
    click.echo(f"Request {answer.request_id} is {answer.state}.")


@command.command("list")
@home_option
@as_option
@form_option
def list_command(home: Path, name: str, form: str) -> None:
    """Every request you may see, the newest first."""
    desk = open_desk(home)
    rows = rows_of(desk.visible(acting(desk, name)))
    if form == "json":
        show("custodian/requests", COLUMNS, rows, form)
        return
    kept = [COLUMNS.index(one) for one in IN_A_TABLE]
    show(
        "",
        IN_A_TABLE,
        [[str(row[0])[:SHORTEST_ID], *(row[column] for column in kept[1:])] for row in rows],
        form,
    )


@command.command("show")
@on_request
@form_option
def show_command(at: AtTheDesk, form: str) -> None:
    """One request: who asks, why, with which criteria, its flags and every move."""
    case = at.desk.look(at.actor, at.request_id)
    with at.desk.ledger.reading() as page:
        moves = page.moves(case.request_id)
    body = {key: value for key, value in case.body.items() if key not in ("nonce", "format")}
    said = [[key, str(value)] for key, value in sorted(body.items())]
    counts = [["asked", case.asked], ["kept", case.kept], ["released", case.released]]
    flags = [["flag", f"{flag}: {FLAGS[flag]}"] for flag in case.flags]
    because = [["refused for", case.refused_for]] if case.refused_for else []
    moved = [
        ["move", f"{when} {move}: {before} > {after}, by {actor}"]
        for when, move, before, after, actor in moves
    ]
    told = (because, counts, flags, said, moved)
    rows: list[Sequence[object]] = [("state", case.state), *(row for part in told for row in part)]
    show("custodian/request", ("what", "value"), rows, form)


@command.command("approve")
@on_request
@click.option(
    "--flag", "flags", multiple=True, type=click.Choice(sorted(FLAGS)), help="A flag you have seen."
)
def approve(at: AtTheDesk, flags: tuple[str, ...]) -> None:
    """Say yes. You are not the requester, and name every flag of the request."""
    at.say(at.desk.approve(at.actor, at.request_id, flags))


@command.command("refuse")
@on_request
@click.option("--why", type=click.Choice(sorted(REFUSALS)), required=True, help="The reason.")
def refuse(at: AtTheDesk, why: str) -> None:
    """Say no, for a reason of the list."""
    at.say(at.desk.refuse(at.actor, at.request_id, why))


@command.command("release")
@on_request
def release(at: AtTheDesk) -> None:
    """Make the list of an approved request, after every check passed again."""
    case = at.desk.release(at.actor, at.request_id)
    click.echo(
        f"Released {case.released:,} people; {case.asked - case.released:,} dropped. It waits 72 hours."
    )


@command.command("deliver")
@on_request
@click.option("--output", type=_NEW_FILE, required=True, help="The sealed file; it must not exist yet.")
def deliver(at: AtTheDesk, output: Path) -> None:
    """Seal a released list for the key of its practice. The custodian's own copy is destroyed."""
    if output.exists():
        raise UsageError("--output", "there is a file of this name.", remedy="name a new one")
    sealed = at.desk.deliver(at.actor, at.request_id)
    write_new(output, sealed)
    click.echo(f"Wrote {output}. Only the practice's private key opens it.")


@command.command("revoke")
@on_request
def revoke(at: AtTheDesk) -> None:
    """Take a request back before it is collected. Its list is destroyed."""
    at.say(at.desk.revoke(at.actor, at.request_id))


@command.command("end-standing")
@on_request
def end_standing(at: AtTheDesk) -> None:
    """End a standing approval: its later runs are refused."""
    case = at.desk.end_standing(at.actor, at.request_id)
    click.echo(f"No later run of {case.request_id} will be approved.")


@command.command("review")
@on_request
@click.option("--finding", type=click.Choice(sorted(FINDINGS)), required=True, help="What the review found.")
def review(at: AtTheDesk, finding: str) -> None:
    """Review an emergency that is over. Until then its recipient has no other."""
    at.say(at.desk.review(at.actor, at.request_id, finding))


@command.command("expire")
@home_option
def expire(home: Path) -> None:
    """End what nobody acted on in time, and destroy its lists. Every other command does so too."""
    ended = open_desk(home).expire()
    click.echo(f"{len(ended)} requests ended.")
