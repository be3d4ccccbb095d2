"""A released table in a notebook: as on every other screen, with hidden figures as `*`."""

from __future__ import annotations

from collections.abc import Sequence

from openphm.core.notebook import ROWS_SHOWN, Shown, table_html
from openphm.core.results import Provenance, Scalar
from openphm.core.units import unit_of_column
from openphm.release.deciding import Figure
from openphm.release.shown import shown, spoken


def as_notebook(
    question: str,
    columns: Sequence[str],
    table: Sequence[Sequence[Figure | Scalar]],
    *,
    source: Provenance,
    notes: Sequence[str],
) -> str:
    """The head of a released table, its notes and its provenance."""
    unit = columns.index("unit") if "unit" in columns else None
    rows = []
    for row in table[:ROWS_SHOWN]:
        of_row = None if unit is None or row[unit] is None else str(row[unit])
        rows.append(
            [_shown(item, of_row or unit_of_column(name)) for name, item in zip(columns, row, strict=True)]
        )
    below = f"Build {source.build}, disclosure rule {source.disclosure}, OpenPHM {source.openphm}"
    return table_html(
        columns,
        rows,
        caption=f"{question}, as at {source.as_at:%-d %B %Y}",
        lines=[*notes, below],
        more=len(table) - ROWS_SHOWN,
    )


def _shown(item: object, unit: str | None) -> Shown:
    if not isinstance(item, Figure):
        return Shown(shown(item))  # type: ignore[arg-type]
    text, said = shown(item, unit), spoken(item, unit)
    return Shown(text, said if said != text else "", is_figure=True)
