"""openphm custodian: zone I. The only command that opens the custodian room; one file a sub-command.

It runs as its own process, with its own home. Nothing it prints holds a value of a row.
A sub-command `link-report` stands in `link_report.py` as `command`, and is imported when it is used.
"""

from __future__ import annotations

import resource
from importlib import import_module

import click

COMMANDS = {
    "init": "Make a custodian's home with a new key.",
    "pseudonymise": "Turn identifiable extracts into extracts about pseudonyms.",
    "rotate": "Change the key: new pseudonyms for everybody, and a sealed map for zone P.",
    "export-key": "Lend zone P the key of one recipient of exports, for one export.",
    "optouts": "Lists of people who object: take one in, and how old they are.",
    "link-report": "How many records found their person, and how well.",
    "registrations": "The list of who is registered where, for re-identification.",
    "requests": "Re-identify for direct care: decide, release, hand over.",
    "serve": "The page on which practices collect and approvers decide.",
    "verify": "Do the log, the ledger and the vault tell the same story?",
}
"""In the order in which people meet them, with one line each so that help needs no import."""


class _OneFileEach(click.Group):
    """Imports the file of a sub-command when it is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The sub-commands in order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The sub-command of a name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"{__name__}.{cmd_name.replace('-', '_')}")
        found: click.Command = module.command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of sub-commands for --help, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group("custodian", cls=_OneFileEach)
def command() -> None:
    """Hold the keys: turn identifiable extracts into extracts about pseudonyms (zone I)."""
    # no memory of a process that held a key or a name may end in a core file
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
