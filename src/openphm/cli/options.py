"""The options that every command with an answer has, read once into one value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

FORMATS = ("table", "json", "csv", "xlsx", "html")
_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)

Function = Callable[..., None]


@dataclass(frozen=True)
class Asked:
    """What the user wants of an answer, beside the question itself."""

    store: Path
    form: str
    output: Path | None
    as_at: date | None
    place: str | None
    disclosure: str
    overlay: Path | None
    quiet: bool
    verbose: bool
    no_progress: bool


_OPTIONS = (
    click.option("--store", type=_FOLDER, required=True, help="Folder that keeps builds."),
    click.option(
        "--format",
        "form",
        type=click.Choice(FORMATS),
        help="How to show it. From the name of --output when not given, otherwise a table.",
    ),
    click.option("--output", type=_FILE, help="Write to this file and not to the screen."),
    click.option(
        "--as-at", type=click.DateTime(["%Y-%m-%d"]), help="A month end of the build; its own when not given."
    ),
    click.option("--place", metavar="CODE", help="Only people of this practice, PCN or LSOA."),
    click.option(
        "--disclosure",
        metavar="RULE",
        default="default",
        show_default=True,
        help="Rule for small numbers. `none` shows figures in full and is written to the audit log.",
    ),
    click.option(
        "--definitions", "overlay", type=_FOLDER, help="The site's own definitions (disclosure rules)."
    ),
    click.option("--quiet", is_flag=True, help="The answer alone, without notes."),
    click.option("--verbose", is_flag=True, help="Also the definitions used, and the time."),
    click.option("--no-progress", is_flag=True, help="No moving text."),
)


def answer_options(function: Function) -> Function:
    """Give a command the common options; it receives them as one `asked`."""

    @wraps(function)
    def wrapped(**given: Any) -> None:
        names = {field.name for field in fields(Asked)}
        own = {name: value for name, value in given.items() if name not in names}
        asked = Asked(**{name: _read(name, given) for name in names})
        function(asked=asked, **own)

    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped


def _read(name: str, given: dict[str, Any]) -> Any:
    value = given[name]
    if name == "as_at" and isinstance(value, datetime):
        return value.date()
    if name == "form" and value is None:
        suffix = given["output"].suffix.lower().lstrip(".") if given["output"] else ""
        return suffix if suffix in FORMATS else "table"
    return value
