"""How a table looks in a notebook: a caption, figures to the right in their units, and where it is from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

ROWS_SHOWN = 30
"""A notebook shows the head of a long table; the whole is one .to_pandas() away."""

_LEFT, _RIGHT = "text-align:left", "text-align:right;font-variant-numeric:tabular-nums"


@dataclass(frozen=True)
class Shown:
    """One cell: its text, what a screen reader says instead (when it differs), and whether it is a figure."""

    text: str
    spoken: str = ""
    is_figure: bool = False


def table_html(
    columns: Sequence[str],
    rows: Sequence[Sequence[Shown]],
    *,
    caption: str,
    lines: Sequence[str],
    more: int = 0,
) -> str:
    """The head of a table as HTML that carries its own style. Every text is escaped.

    rows   the head of the table, at most ROWS_SHOWN
    lines  what stands below: notes and provenance
    more   how many rows were left out
    """
    is_figures = [any(row[place].is_figure for row in rows) for place in range(len(columns))]
    head = "".join(
        f'<th scope="col" style="{_RIGHT if right else _LEFT}">{escape(name.replace("_", " "))}</th>'
        for name, right in zip(columns, is_figures, strict=True)
    )
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    left_out = [f"{more:,} more rows"] if more > 0 else []
    below = "".join(
        f'<p style="font-size:smaller;margin:.2em 0">{escape(line)}</p>' for line in [*left_out, *lines]
    )
    return (
        f'<table><caption style="{_LEFT};font-weight:600">{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{below}"
    )


def _cell(item: Shown) -> str:
    said = f' aria-label="{escape(item.spoken)}"' if item.spoken else ""
    return f'<td style="{_RIGHT if item.is_figure else _LEFT}"{said}>{escape(item.text)}</td>'
