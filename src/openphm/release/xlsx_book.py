"""A released table as an Excel workbook: one sheet to read, one to filter, one that says where it is from.

Every text is written as text, so that nothing in the data can run as a formula. The same table gives the
same bytes each time.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from openphm.core.results import Scalar
from openphm.core.units import UNITS
from openphm.release.deciding import Figure
from openphm.release.folding import Fold, Wide, widen
from openphm.release.released import SUPPRESSED, Released
from openphm.release.shown import HIDDEN

_WHEN_SAVED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_HEAD = PatternFill("solid", fgColor="FF003087")
_GROUP = Font(bold=True, color="FF003087")
_LIFTED = Font(bold=True, color="FF8A2A0B")


def as_xlsx(released: Released, *, title: str, summary: str = "", fold: Fold | None = None) -> bytes:
    """The workbook as bytes."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = "Report"
    _report(first, widen(released, fold, limits_apart=True), title, summary)
    _data(book.create_sheet("Data"), released)
    _about(book.create_sheet("About"), released)
    book.properties.created = datetime(1980, 1, 1)  # Excel keeps no time zone
    book.properties.title = title
    book.properties.creator = "OpenPHM"
    out = io.BytesIO()
    book.save(out)
    return _same_bytes(out.getvalue())


def _report(sheet: Worksheet, tables: Sequence[Wide], title: str, summary: str) -> None:
    _put(sheet, 1, 1, title).font = Font(bold=True, size=14)
    _put(sheet, 2, 1, summary)
    row = 4
    for table in tables:
        row = _table(sheet, row, table) + 1
    sheet.freeze_panes = "B5" if len(tables) == 1 else "B4"
    sheet.column_dimensions["A"].width = 44
    for place in range(2, max((len(table.across) for table in tables), default=0) + 2):
        sheet.column_dimensions[get_column_letter(place)].width = 14
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _table(sheet: Worksheet, row: int, table: Wide) -> int:
    """Write one table from a row on; the next free row."""
    if table.caption:
        _put(sheet, row, 1, table.caption).font = Font(bold=True, size=12)
        row += 1
    for kind, words in table.lifted:
        _put(sheet, row, 1, f"{kind}: {words}").font = _LIFTED
        row += 1
    _header(sheet, row, [table.corner, *table.across])
    row += 1
    group = ""
    for line in table.lines:
        if line.group and line.group != group:
            group = line.group
            _put(sheet, row, 1, group).font = _GROUP
            row += 1
        _put(sheet, row, 1, line.name)
        for place, (item, unit) in enumerate(zip(line.items, line.units, strict=True), start=2):
            cell = _put(sheet, row, place, item)
            cell.number_format = UNITS[unit].in_sheets if unit and unit in UNITS else "General"
            cell.alignment = Alignment(horizontal="right")
        row += 1
    return row


def _data(sheet: Worksheet, released: Released) -> None:
    columns = [*released.columns, *([SUPPRESSED] if released.has_figures else [])]
    _header(sheet, 1, columns)
    for number, (row, record) in enumerate(zip(released.rows, released.records(), strict=True), start=2):
        for place, item in enumerate(row, start=1):
            _put(sheet, number, place, item)
        if released.has_figures:
            _put(sheet, number, len(columns), record[SUPPRESSED])
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    for place in range(1, len(columns) + 1):
        sheet.column_dimensions[get_column_letter(place)].width = 26


def _about(sheet: Worksheet, released: Released) -> None:
    source = released.provenance
    lines = [
        ("Question", released.question),
        ("Build", source.build),
        ("As at", source.as_at.isoformat()),
        ("Disclosure rule", source.disclosure),
        ("OpenPHM", source.openphm),
        *(("Note", note) for note in released.notes),
        *((f"Definition {d.id}", f"{d.version}, sha256 {d.sha256}") for d in source.definitions),
    ]
    for number, (name, text) in enumerate(lines, start=1):
        _put(sheet, number, 1, name).font = Font(bold=True)
        _put(sheet, number, 2, text).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width = 44
    sheet.column_dimensions["B"].width = 100


def _header(sheet: Worksheet, row: int, names: list[str]) -> None:
    for place, name in enumerate(names, start=1):
        cell = _put(sheet, row, place, name)
        cell.font = Font(bold=True, color="FFFFFFFF")
        cell.fill = _HEAD
        cell.alignment = Alignment(
            wrap_text=True, vertical="center", horizontal="left" if place == 1 else "right"
        )


def _put(sheet: Worksheet, row: int, column: int, item: Figure | Scalar) -> SheetCell:
    """Write one value; text always as text, so that "=1+1" stays what it is."""
    value = item
    if isinstance(item, Figure):
        value = HIDDEN if item.is_suppressed else item.value
    cell = sheet.cell(row, column)
    assert isinstance(cell, SheetCell)
    if isinstance(value, str):
        cell.value = "".join(letter for letter in value if letter.isprintable() or letter == "\n")
        cell.data_type = "s"
        cell.quotePrefix = value[:1] in "=+-@"
    else:
        cell.value = value
    return cell


def _same_bytes(book: bytes) -> bytes:
    """The same files in the same order with one fixed time, so that equal tables give equal bytes."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book)) as read,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written,
    ):
        for name in sorted(read.namelist()):
            content = read.read(name)
            if name == "docProps/core.xml":
                content = _WHEN_SAVED.sub(rb"\g<1>1980-01-01T00:00:00Z", content)
            written.writestr(
                zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED
            )
    return out.getvalue()
