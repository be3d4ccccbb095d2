"""openphm: find the command, run it, and turn a mistake into one message with its exit code.

A command's file is imported when the command is used, so that `openphm --help` is quick and a process
of zone P never loads what only zone I may.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec

import click
from rich.console import Console

from openphm.cli.zones import refuse_keys_of_zone_i
from openphm.core.errors import OpenPHMError

# In the order in which people meet them, with one line each so that help needs no import.
COMMANDS = {
    "demo": "A made-up ICS, its linked dataset and the segment matrix, in one go.",
    "synthesise": "Write a made-up ICS as raw extracts.",
    "custodian": "Zone I: hold the keys, pseudonymise extracts.",
    "build": "Make one new build from pseudonymised extracts.",
    "builds": "List and move between builds.",
    "check": "Data quality of the live build.",
    "cohort": "Find people by a definition; count, describe, explain.",
    "report": "Answer a question about the population.",
    "measure": "Numerator, denominator, rate and interval of any measure.",
    "evaluate": "Did a service change anything, beside what would have happened anyway?",
    "project": "What happens if nothing changes, and what a change would do.",
    "export": "Copy a place's people to an approved workspace.",
    "reidentify": "Ask the custodian for identities, for direct care.",
    "definitions": "What words mean: list, show, check, compare.",
    "audit": "Verify the suite's log.",
    "serve": "The web suite.",
}
TRACEBACK = "OPENPHM_TRACEBACK"
INTERRUPTED = 130


class LazyGroup(click.Group):
    """A group that imports a command's file when it is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands that this version has."""
        return [name for name in COMMANDS if find_spec(f"openphm.cli.{name}") is not None]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, or None."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"openphm.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands for --help, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in self.list_commands(ctx)])


@click.command("openphm", cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="openphm", prog_name="openphm")
def openphm() -> None:
    """From the extracts a health system receives to one costed, pseudonymised, person-level dataset.

    Start with `openphm demo`. Every command explains itself: openphm COMMAND --help.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """The console entry: never a traceback for a user's mistake."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and answer its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        refuse_keys_of_zone_i(words, os.environ)
        answer = openphm.main(words, standalone_mode=False)
    except OpenPHMError as error:
        return _told(error)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as mistake:
        mistake.show()
        return mistake.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped. Nothing was published.", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # `openphm report segments | head`: the reader has gone, which is no mistake
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as fault:
        return _fault(fault)
    return answer if isinstance(answer, int) else 0


def _told(error: OpenPHMError) -> int:
    """Say where, what, what is allowed and how to mend it."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    kind, _, rest = str(error).partition(":")
    console.print(kind, style="bold red", end=":")
    console.print(rest, markup=False)
    return error.exit_code


def _fault(fault: Exception) -> int:
    """A fault of ours. Its text may hold a row value, so only its kind is shown unless asked for."""
    if os.environ.get(TRACEBACK):
        raise fault
    click.echo(
        f"OpenPHM has met a fault of its own: {type(fault).__name__}.\n"
        f"Run it again with {TRACEBACK}=1 in the environment to see where, and report it with what you did.\n"
        "Look at the output before you send it: it may hold values of rows.",
        err=True,
    )
    return 1


if __name__ == "__main__":
    main()
