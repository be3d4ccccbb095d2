"""A released table in a notebook: as on every other screen, with hidden figures as `*`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openphm.core.notebook import ROWS_SHOWN, Shown, table_html
from openphm.core.units import unit_of_column
from openphm.release.deciding import Figure
from openphm.release.shown import shown, spoken

if TYPE_CHECKING:
    from openphm.release.released import Released


def as_notebook(released: Released) -> str:
    """The head of the table, its notes and its provenance."""
    unit = released.columns.index("unit") if "unit" in released.columns else None
    rows = []
    for row in released.rows[:ROWS_SHOWN]:
        of_row = None if unit is None or row[unit] is None else str(row[unit])
        rows.append(
            [
                _shown(item, of_row or unit_of_column(name))
                for name, item in zip(released.columns, row, strict=True)
            ]
        )
    source = released.provenance
    below = f"Build {source.build}, disclosure rule {source.disclosure}, OpenPHM {source.openphm}"
    return table_html(
        released.columns,
        rows,
        caption=f"{released.question}, as at {source.as_at:%-d %B %Y}",
        lines=[*released.notes, below],
        more=len(released) - ROWS_SHOWN,
    )


def _shown(item: object, unit: str | None) -> Shown:
    if not isinstance(item, Figure):
        return Shown(shown(item))  # type: ignore[arg-type]
    text, said = shown(item, unit), spoken(item, unit)
    return Shown(text, said if said != text else "", is_figure=True)
