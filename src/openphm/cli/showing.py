"""Tables on a terminal: as many columns side by side as fit, the rest below, nothing cut off."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TextIO

from rich import box
from rich.console import Console
from rich.table import Table

from openphm.release import Fold, Line, Released, Wide, shown, shown_limits, widen

WIDE_ENOUGH = 160
"""Columns of text when the output is not a terminal."""

WORDS = 60
"""A sentence in a cell asks for so much width, and is broken into lines."""

PADDING = 3
"""What stands between two columns."""


@dataclass(frozen=True)
class Around:
    """What stands around the table."""

    title: str
    summary: str
    key: Mapping[str, str]
    next_step: str
    seconds: float
    quiet: bool
    verbose: bool


def show(
    released: Released,
    fold: Fold | None,
    around: Around,
    *,
    most_lines: Mapping[str, int] | None = None,
    file: TextIO | None = None,
) -> None:
    """Print a released table with its headline, notes and next step."""
    console = _console(file)
    if not around.quiet:
        _before(console, released, around)
    for wide in widen(released, fold):
        _print_wide(console, wide, (most_lines or {}).get(wide.part))
    if not around.quiet:
        _after(console, released, around)


def _console(file: TextIO | None) -> Console:
    plain = Console(file=file, highlight=False)
    if plain.is_terminal or "COLUMNS" in os.environ:
        return plain
    return Console(file=file, highlight=False, width=WIDE_ENOUGH)


def _before(console: Console, released: Released, around: Around) -> None:
    console.print()
    console.print(around.title, style="bold", markup=False)
    console.print(f"As at {released.provenance.as_at:%-d %B %Y}", style="dim")
    console.print()
    console.print(around.summary, markup=False)


def _after(console: Console, released: Released, around: Around) -> None:
    _key(console, around.key)
    for note in released.notes:
        console.print(note, style="dim", markup=False)
    source = released.provenance
    console.print(f"Build {source.build}, disclosure rule {source.disclosure}.", style="dim", markup=False)
    if around.verbose:
        for one in source.definitions:
            console.print(f"  {one.id} {one.version} {one.sha256[:12]}", style="dim", markup=False)
        console.print(f"Answered in {around.seconds:.2f} s.", style="dim")
    if around.next_step:
        console.print(f"Next: {around.next_step}.", markup=False)


def _key(console: Console, key: Mapping[str, str]) -> None:
    """What short codes mean, several on a line and none broken in two."""
    line = ""
    for code, name in key.items():
        entry = f"{code} {name}"
        if line and len(line) + len(entry) + 3 > console.width:
            console.print(line, markup=False)
            line = ""
        line = f"{line} · {entry}" if line else entry
    if line:
        console.print(line, markup=False)
        console.print()


def _print_wide(console: Console, wide: Wide, most_lines: int | None) -> None:
    lines = wide.lines if most_lines is None else wide.lines[:most_lines]
    texts = [_texts(line) for line in lines]
    side = max([len(line.name) for line in lines] + [len(wide.corner)], default=10)
    if wide.caption:
        console.print()
        console.print(wide.caption, style="bold", markup=False)
    for kind, words in wide.lifted:
        console.print(f"{kind}: {words}", style="yellow", markup=False)
    for columns in _chunks(wide.across, texts, console.width - side - PADDING):
        console.print(_one_table(wide, lines, texts, columns))
    if len(lines) < len(wide.lines):
        more = len(wide.lines) - len(lines)
        console.print(f"and {more:,} more lines; --format csv shows all", style="dim")


def _texts(line: Line) -> list[str]:
    """Each figure as text, with the limits that stand in its cell."""
    held = []
    for place, (item, unit) in enumerate(zip(line.items, line.units, strict=True)):
        limits = shown_limits(line.limits_of(place), unit)
        held.append(f"{shown(item, unit)} ({limits})" if limits else shown(item, unit))
    return held


def _chunks(across: Sequence[str], texts: Sequence[Sequence[str]], width: int) -> list[list[int]]:
    """Which columns stand side by side, so that none is wider than the screen."""
    chunks: list[list[int]] = [[]]
    used = 0
    for place, name in enumerate(across):
        needs = min(max([len(row[place]) for row in texts] + [len(name)]), WORDS) + PADDING
        if used + needs > width and chunks[-1]:
            chunks.append([])
            used = 0
        chunks[-1].append(place)
        used += needs
    return chunks


def _one_table(
    wide: Wide, lines: Sequence[Line], texts: Sequence[Sequence[str]], columns: Sequence[int]
) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False, padding=(0, 1), show_header=wide.is_headed
    )
    table.add_column(wide.corner, no_wrap=True)
    for place in columns:
        is_text = all(isinstance(line.items[place], str) for line in lines)
        is_long = is_text and any(len(row[place]) > WORDS for row in texts)
        justify: Literal["left", "right"] = "left" if is_text else "right"
        table.add_column(wide.across[place], justify=justify, no_wrap=not is_long)
    group = ""
    for line, row in zip(lines, texts, strict=True):
        if line.group and line.group != group:
            group = line.group
            table.add_row(f"[bold cyan]{group}[/bold cyan]")
        table.add_row(_plain(line.name), *(_plain(row[place]) for place in columns))
    return table


def _plain(text: str) -> str:
    """Text that rich must not read as markup."""
    return text.replace("[", "\\[")
