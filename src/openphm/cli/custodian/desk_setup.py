"""`custodian requests`: what is agreed, who has an account, and the keys of practices."""

from __future__ import annotations

import os
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from openphm.cli.custodian.at_the_desk import PASSWORD_VARIABLE, form_option, open_desk, show
from openphm.cli.custodian.options import home_option
from openphm.cli.key_pairs import sealing_key, write_key, write_new
from openphm.core.errors import UsageError
from openphm.custodian import Home
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
    click.echo(write_key(output, X25519PrivateKey.generate()))


@click.command("open")
@click.argument("file", type=_FILE)
@click.option("--key", "key_file", type=_FILE, required=True, help="The practice's private key.")
@click.option("--output", type=_NEW_FILE, required=True, help="The list as CSV (mode 0600).")
def open_command(file: Path, key_file: Path, output: Path) -> None:
    """For a practice: open a sealed list."""
    key = sealing_key(key_file)
    text = open_sealed(file.read_bytes(), key)
    write_new(output, text)
    click.echo(f"Wrote {output}: {len(text.splitlines()) - 1:,} people.")


SETUP = (register, user, users, practice_key, open_command)
