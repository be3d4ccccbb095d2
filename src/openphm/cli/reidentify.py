"""`openphm reidentify`: zone P asks the custodian for the numbers of a practice's own people, and no more.

What is written here holds pseudonyms. What comes back is where the request stands. The list itself goes from
the custodian to the practice, and never here.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openphm.access import Action, Purpose, Role, User, authorise, terminal_name
from openphm.audit import AuditLog
from openphm.cli.key_pairs import signing_key, write_key, write_new
from openphm.core.errors import UsageError
from openphm.core.reidentification import KINDS, Request
from openphm.definitions import load
from openphm.direct_care import CustodianService, Wanted, frozen_request, open_in_scope

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
_NEW_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)
_DAY = click.DateTime(["%Y-%m-%d"])
_key_option = click.option("--key", "key_file", type=_FILE, required=True, help="The suite's signing key.")
_name_option = click.option(
    "--key-name", default="suite-1", show_default=True, help="Its name in the register."
)


@click.group("reidentify", short_help="Ask the custodian for identities, for direct care.")
def command() -> None:
    """Ask the custodian to re-identify a practice's own people, for direct care.

    The custodian checks, somebody there decides, and the list goes to the practice. It never comes here.
    """


@command.command("key")
@click.argument("output", type=_NEW_FILE)
def key_command(output: Path) -> None:
    """Make the key that this suite signs with. Prints the public half, for the custodian's register."""
    click.echo(write_key(output, Ed25519PrivateKey.generate()))


@command.command("request")
@click.argument("cohort")
@click.option("--store", type=_FOLDER, required=True, help="Folder that keeps builds.")
@click.option("--recipient", required=True, help="The practice or network that will receive the list.")
@click.option("--requester", required=True, help="The clinician's or PHM lead's account at the custodian.")
@click.option(
    "--role", type=click.Choice(["clinician", "practice_phm"]), required=True, help="Their role there."
)
@click.option("--agreement", required=True, help="The data sharing agreement.")
@click.option("--reason", default="", help="What it is for, in a line; nothing about a person.")
@click.option("--kind", type=click.Choice(KINDS), default="once", show_default=True)
@click.option(
    "--runs", type=click.IntRange(1, 12), default=1, show_default=True, help="Of a standing request."
)
@click.option("--standing", help="The request that this run repeats.")
@click.option("--as-at", type=_DAY, help="A month end of the build; its own when not given.")
@click.option("--definitions", "overlay", type=_FOLDER, help="The site's own definitions.")
@_key_option
@_name_option
@click.option("--output", type=_NEW_FILE, help="Write the signed request to this file.")
@click.option("--to", "address", help="Send it to the custodian's service at this address.")
def request_command(output: Path | None, address: str | None, **given: Any) -> None:
    """Freeze a cohort at one practice or network, and sign a request for it. Good for 15 minutes, once."""
    if (output is None) == (address is None):
        raise UsageError("--output or --to", "one of the two is needed.", remedy="name a file, or an address")
    service = CustodianService(address or "", given["key_name"], signing_key(given["key_file"]))
    request = _frozen(
        **{name: value for name, value in given.items() if name not in ("key_file", "key_name")}
    )
    request = request.issued(datetime.now(UTC))
    log = AuditLog.beside(given["store"])
    detail: dict[str, Any] = {
        "request": request.request_id, "people": len(request.person_ids), "recipient": request.recipient,
        "on_behalf_of": request.requester,
    }  # fmt: skip
    log.append("reidentification.asked", actor=terminal_name(), detail=detail)
    if output is not None:
        write_new(output, json.dumps(service.envelope(request)).encode())
        click.echo(f"Request {request.request_id} for {len(request.person_ids):,} people: {output}")
    else:
        click.echo(json.dumps(service.send(request).plain()))


@command.command("status")
@click.argument("request_id", metavar="REQUEST")
@click.option("--to", "address", required=True, help="The custodian's service.")
@_key_option
@_name_option
def status_command(request_id: str, address: str, key_file: Path, key_name: str) -> None:
    """Where a request stands. Numbers of people come once it is released, and names never."""
    service = CustodianService(address, key_name, signing_key(key_file))
    click.echo(json.dumps(service.standing(request_id).plain()))


def _frozen(cohort: str, store: Path, as_at: datetime | None, overlay: Path | None, **said: Any) -> Request:
    """The request, with the people of the cohort among those of the recipient, and what was asked of them."""
    definitions = load(overlay)
    # asked on behalf of the requester, whom the custodian knows and checks; the scope is the recipient's own
    code = said["recipient"]
    own, none = frozenset({code}), frozenset[str]()
    practices, pcns = (none, own) if code.startswith("U") else (own, none)
    user = User(said["requester"], frozenset({Role.CLINICIAN}), practices, pcns)
    log = AuditLog.beside(store)
    scope = authorise(user, Action.READ_PERSON, purpose=Purpose.DIRECT_CARE, log=log)
    with open_in_scope(store, scope, definitions=definitions) as population:
        return frozen_request(population, cohort, Wanted(**said), as_at=as_at.date() if as_at else None)
