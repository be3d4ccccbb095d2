"""Reason codes: why a row was set aside, or a file refused. Zone P sees these and never the value.

A row code begins with R_, a file code with F_. The meaning is what `check` and the documentation print.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from openphm.core import Problem

ROW_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "R_REQUIRED": "a required value is missing",
        "R_DATE": "not a day of the calendar, or in no declared format",
        "R_DATE_FORMAT": "a date in another format than the rest of its column in this file",
        "R_NUMBER": "not a number, or too large to be one of this field",
        "R_CODE": "not in the field's list of values, or not in the form of its code",
        "R_NUL": "the row holds NUL bytes",
        "R_FIELDS": "the row has more or fewer fields than the header",
        "R_ENCODING": "bytes that are no text in the file's encoding",
        "R_TOO_LONG": "a field is longer than any real value",
        "R_DUPLICATE": "the whole row was already delivered",
        "R_SUPERSEDED": "a later submission or a later version of the row replaces it",
        "R_KEY_CONFLICT": "two rows of one submission have the same key and different content",
        "R_PARENT": "the row it belongs to was not loaded",
        "R_WITHHELD": "the custodian withholds it: an objection, or a code that the law restricts",
        "F_DUPLICATE_FILE": "the same file was already delivered under this or another name",
    }
)

FILE_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "F_COLUMNS": "a required column is missing",
        "F_UNKNOWN": "the file is not one of the specified records",
        "F_DUP_HEADER": "two columns have the same name",
        "F_GZIP": "the gzip file is cut off, damaged or has something behind it",
        "F_ZIP": "the zip file is damaged, locked, unpacks out of its folder or is far too large",
        "F_DELIM": "the fields cannot be told apart",
        "F_QUOTE": "a quotation mark is opened and never closed",
        "F_NUL": "the file is filled with NUL bytes, as after an interrupted copy",
        "F_DATE_FORMAT": "one column mixes date formats",
        "F_EXCEL": "a spreadsheet has rewritten codes or numbers",
        "F_EMPTY": "the file holds no rows",
        "F_DUPLICATE_FILE": "the same file was already delivered under this or another name",
        "F_ENCODING": "the encoding of the text cannot be told",
        "F_TRUNC": "the last line is cut off",
        "F_PARQUET": "the Parquet file is damaged",
        "F_TABLE": "the database file cannot be read",
        "F_PATH": "the name leads out of the folder",
        "F_VALUES": "most of its rows cannot be used",
        "F_CHANGED": "the file changed while it was read",
        "F_COUNT": "the rows that were read do not add up to the rows that are in the file",
        "F_REGISTRATION_GAP": "a practice that is open has no registered patients in the delivery",
    }
)


class FileRejected(Exception):
    """One file cannot be trusted. Collected, so that a delivery is told all its problems at once."""

    def __init__(self, code: str, file: str, found: str, allowed: str = "", remedy: str = "") -> None:
        if code not in FILE_REASONS:
            raise ValueError(f"{code} is not a file reason")
        super().__init__(code)
        self.code = code
        self.file = file
        self.problem = Problem(file, f"{code}: {found}", allowed, remedy)
