"""Extracts: read a delivered file as its specification says; every row is loaded or set aside with a reason.

Reading     `Reading` goes through a delivered folder record by record; `CheckedRecord` gives the typed rows
            that may be used (`clean_sql`) and the list of those set aside.
Account     `Account` counts what came, what was taken and what was set aside, file by file.
Delivery    `open_delivery` opens a pseudonymised delivery, after checking that no file of it was changed.

Only DuckDB reads raw files: this room writes DuckDB's own SQL, not the portable subset of a build.
"""

from openphm.extracts.accounts import Account
from openphm.extracts.checked import CheckedRecord
from openphm.extracts.columns import SQL_TYPES, literal, quoted
from openphm.extracts.delivery import Delivery, DeliveryWriter, open_delivery
from openphm.extracts.reading import DeliveredFile, Reading
from openphm.extracts.reasons import FILE_REASONS, ROW_REASONS, FileRejected
from openphm.extracts.registrations import expect_practices, find_registration_gaps

__all__ = [
    "FILE_REASONS",
    "ROW_REASONS",
    "SQL_TYPES",
    "Account",
    "CheckedRecord",
    "DeliveredFile",
    "Delivery",
    "DeliveryWriter",
    "FileRejected",
    "Reading",
    "expect_practices",
    "find_registration_gaps",
    "literal",
    "open_delivery",
    "quoted",
]
