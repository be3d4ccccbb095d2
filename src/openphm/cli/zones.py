"""The law of the two zones at the door: no command of zone P starts while a key of zone I can be seen.

A key in the environment of a process, or in a folder that it was told to work in, could end up in its memory,
its logs and its backups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from openphm.core.errors import CustodianRefused

ZONE_I_COMMANDS = ("custodian",)
STARTS_OTHERS = ("demo",)
"""Runs the commands of both zones as processes of their own, each with its own environment."""
SECRETS = (
    "OPENPHM_CUSTODIAN_KEY",
    "OPENPHM_CUSTODIAN_PASSPHRASE",
    "OPENPHM_CUSTODIAN_VAULT_TOKEN",
    "OPENPHM_CUSTODIAN_VAULT_TOKEN_FILE",
)
_HOME = "custodian.json"


def refuse_keys_of_zone_i(arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    """Raise CustodianRefused when a command of zone P could see a key of zone I. Help is for everybody."""
    command = next((one for one in arguments if not one.startswith("-")), "")
    if not command or command in ZONE_I_COMMANDS + STARTS_OTHERS or {"--help", "-h"} & set(arguments):
        return
    seen = [name for name in SECRETS if environment.get(name)]
    if seen:
        raise CustodianRefused(
            ", ".join(seen),
            "a secret of the custodian is in the environment of a command of zone P.",
            "Zone P works without any key that leads to an NHS number, and must not be able to see one.",
            "run the command as another user, or unset these variables",
        )
    for argument in arguments:
        named = argument.partition("=")[2] if argument.startswith("-") else argument
        # An option without "=" names nothing; Path("") would be the folder one stands in.
        if not named or "\0" in named:
            continue
        folder = Path(named)
        if (home := _home_near(folder)) is not None:
            raise CustodianRefused(
                folder.name or str(folder),
                f"a custodian's home is in reach of this folder ({home.name}).",
                "Keys, vault and identifiable rows lie apart from what zone P reads and writes.",
                "name a folder outside the custodian's home, and keep the home out of it",
            )


def _home_near(folder: Path) -> Path | None:
    """A custodian's home that is this folder, lies directly in it, or that it lies in."""
    try:
        if not folder.is_dir():
            return None
        whole = folder.resolve()
        near = [whole, *whole.parents, *(one for one in whole.iterdir() if one.is_dir())]
        return next((one for one in near if (one / _HOME).is_file()), None)
    except OSError:
        return None
