"""`custodian requests`: what is agreed, who has an account, and the keys of practices."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from openphm.cli.custodian.at_the_desk import PASSWORD_VARIABLE, form_option, open_desk, show
from openphm.cli.custodian.options import home_option
from openphm.core.errors import CustodianRefused, UsageError
from openphm.custodian import Home
from openphm.custodian.key_files import refuse_readable_by_others
from openphm.custodian.reidentification import folder_of, keep_register, open_sealed
from openphm.custodian.reidentification.users import ROLES

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
_NEW_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("register")
@click.argument("file", type=_FILE)
@home_option
def register(file: Path, home: Path) -> None:
    """Make FILE the register: suites, practices, networks, agreements, limits. Checked whole first."""
    desk = open_desk(home)
    checksum = keep_register(file, folder_of(Home.open(home)))
    desk.log.append("custodian.register_loaded", actor="operator", detail={"sha256": checksum})
    click.echo(f"The register is {file.name}, sha256 {checksum[:12]}.")


@click.command("user")
@click.argument("name")
@home_option
@click.option("--role", type=click.Choice(ROLES), help="What the account may do.")
@click.option("--recipient", "recipients", multiple=True, help="A practice or network it receives for.")
@click.option(
    "--subject", default="", help="The person, when they have another account: two decide, not one."
)
@click.option("--off", is_flag=True, help="Close the account at once.")
def user(
    name: str, home: Path, role: str | None, recipients: tuple[str, ...], subject: str, off: bool
) -> None:
    """Make an account, or close one. The password is asked for, or in OPENPHM_CUSTODIAN_PASSWORD."""
    desk = open_desk(home)
    if off:
        desk.users.switch_off(name)
        desk.log.append("custodian.user_closed", actor="operator", detail={"account": name})
        click.echo(f"{name} is closed.")
        return
    if role is None:
        raise UsageError("--role", "it is missing.", f"Roles: {', '.join(ROLES)}.", "give the account a role")
    password = os.environ.get(PASSWORD_VARIABLE) or click.prompt(
        "Password", hide_input=True, confirmation_prompt=True, err=True
    )
    desk.users.keep(name, password, role=role, recipients=recipients, subject=subject)
    detail: dict[str, str] = {"account": name, "role": role, "recipients": " ".join(recipients)}
    desk.log.append("custodian.user_made", actor="operator", detail={**detail})
    click.echo(f"{name} is {role}{' for ' + ', '.join(recipients) if recipients else ''}.")


@click.command("users")
@home_option
@form_option
def users(home: Path, form: str) -> None:
    """Every account, its role and whom it receives for."""
    found = open_desk(home).users.all().values()
    rows = [[one.name, one.subject, one.role, " ".join(one.recipients), one.is_active] for one in found]
    show("custodian/users", ("name", "person", "role", "recipients", "is_active"), rows, form)


@click.command("practice-key")
@click.argument("output", type=_NEW_FILE)
def practice_key(output: Path) -> None:
    """For a practice: make the key its lists are sealed to. Prints the public half, for the register."""
    key = X25519PrivateKey.generate()
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise UsageError("OUTPUT", "there is a file of this name.", remedy="name a new one") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
    click.echo(base64.b64encode(key.public_key().public_bytes_raw()).decode("ascii"))


@click.command("open")
@click.argument("file", type=_FILE)
@click.option("--key", "key_file", type=_FILE, required=True, help="The practice's private key.")
@click.option("--output", type=_NEW_FILE, required=True, help="The list as CSV (mode 0600).")
def open_command(file: Path, key_file: Path, output: Path) -> None:
    """For a practice: open a sealed list."""
    refuse_readable_by_others(key_file)
    try:
        key = load_pem_private_key(key_file.read_bytes(), password=None)
    except ValueError as error:
        raise CustodianRefused(
            key_file.name, "it is not a private key.", remedy="name the practice's key"
        ) from error
    if not isinstance(key, X25519PrivateKey):
        raise CustodianRefused(
            key_file.name, "it is a key of another kind.", "An X25519 key.", "name the practice's"
        )
    text = open_sealed(file.read_bytes(), key)
    try:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise UsageError("--output", "there is a file of this name.", remedy="name a new one") from error
    with os.fdopen(descriptor, "wb") as made:
        made.write(text)
    click.echo(f"Wrote {output}: {len(text.splitlines()) - 1:,} people.")


SETUP = (register, user, users, practice_key, open_command)
