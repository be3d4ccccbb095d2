"""docs/reference/commands.md: every command with its arguments and options, from the command line itself."""

import inspect
from collections.abc import Iterator

import click

import openphm.cli.main as entrance
from docs.generate.markdown import GENERATED, code, page, table

INTRODUCTION = """# Commands

{generated}

Every command explains itself: `openphm COMMAND --help`. A mistake gives one message and an
[exit code](errors.md). JSON from any command is one object with `question`, `columns`, `rows` and
`provenance`."""


def commands_page() -> str:
    return page(INTRODUCTION.format(generated=GENERATED), *_sections(_start(), "openphm"))


def all_commands() -> list[str]:
    """Every command and sub-command as typed, groups included."""
    return [words for words, _ in _walk(_start(), "openphm")]


def options_of(typed: str) -> set[str]:
    """The options a command takes, as typed."""
    command = dict(_walk(_start(), "openphm"))[typed]
    return {name for parameter in command.params for name in parameter.opts} | {"--help"}


def _start() -> click.Group:
    """The group the console script starts, whether `main` is the group or calls it."""
    found = [entrance.main, *vars(entrance).values()]
    return next(item for item in found if isinstance(item, click.Group))


def _walk(command: click.Command, words: str) -> Iterator[tuple[str, click.Command]]:
    if words != "openphm":
        yield words, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None and not inner.hidden:
                yield from _walk(inner, f"{words} {name}")


def _sections(start: click.Group, words: str) -> Iterator[str]:
    for typed, command in _walk(start, words):
        level = "##" if typed.count(" ") == 1 else "###"
        usage = f"```\n{command.get_usage(_context(command, typed)).removeprefix('Usage: ')}\n```"
        yield page(f"{level} `{typed}`", _said(command), usage, _options(command, typed)).rstrip()


def _context(command: click.Command, typed: str) -> click.Context:
    # A fixed width, so that the page does not depend on somebody's terminal.
    return click.Context(command, info_name=typed, terminal_width=100, max_content_width=100)


def _said(command: click.Command) -> str:
    """The help text; what click leaves as it is written (after a \\b) becomes a block of code."""
    paragraphs = inspect.cleandoc(command.help or "").split("\f")[0].split("\n\n")
    return "\n\n".join(
        f"```\n{text[2:].rstrip()}\n```" if text.startswith("\b\n") else text.strip() for text in paragraphs
    )


def _options(command: click.Command, typed: str) -> str:
    context = _context(command, typed)
    rows = []
    for parameter in command.params:
        record = parameter.get_help_record(context)
        # An argument is in the usage line; it has a row when somebody explained it.
        if record is not None and record[1]:
            rows.append((code(record[0]), record[1]))
    return table(("option", "what it does"), rows) if rows else ""
