"""The person at a terminal of zone P."""

from __future__ import annotations

import getpass
import os
from datetime import date
from pathlib import Path

from openphm.access.register import AccessRegister
from openphm.access.users import Role, User

REGISTER = "access.yaml"
"""The register's file, in the folder of the store whose people it is about."""

ROLE_VARIABLE = "OPENPHM_ROLE"


def terminal_name() -> str:
    """The login at this terminal, for the audit log and the register."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number without a name
        return "unnamed"


def local_user(store: Path | None = None) -> User:
    """Who asks at this terminal.

    With a register beside the store, what it says of this login. Without one, an analyst: whoever can
    read the store's files could read all of it anyway. Raises AccessRefused and DefinitionError.
    """
    path = None if store is None else store / REGISTER
    if path is None or not path.exists():
        return User(terminal_name(), frozenset({Role.ICB_ANALYST}))
    return AccessRegister.read(path).user(
        terminal_name(), date.today(), os.environ.get(ROLE_VARIABLE) or None
    )
