"""Turn what an engine says into an error that teaches, without a value of any row.

An engine's own message may quote the value it choked on, and values are about people. So only messages
about names and files are passed on, their first line only; the others are told by their kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from openphm.core.errors import StoreError

# These kinds of message speak of names, syntax and files and never quote a stored value.
_ABOUT_NAMES = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ParserException,
    duckdb.SyntaxException,
)
_ABOUT_FILES = (duckdb.IOException, duckdb.PermissionException, duckdb.ConnectionException)
_FULL = ("no space left", "disk full", "could not write", "failed to offload", "max_temp_directory_size")


@contextmanager
def told_as_store_error(where: str) -> Iterator[None]:
    """Re-raise anything DuckDB says inside the block as a StoreError about `where`."""
    try:
        yield
    except duckdb.Error as error:
        told = _tell(where, error)
    else:
        return
    raise told from None


def _tell(where: str, error: duckdb.Error) -> StoreError:
    first_line = str(error).splitlines()[0][:300] if str(error) else type(error).__name__
    lowered = first_line.lower()
    if any(words in lowered for words in _FULL):
        return StoreError(
            where,
            "there is no room left to write",
            "A build needs room for the new tables beside the old ones, and for spilling.",
            "free some disk space, then run the command again; nothing that was published has changed",
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return StoreError(
            where,
            "the work did not fit in the memory it may use",
            "Work spills to the temporary directory where it can.",
            "raise the memory limit, lower the number of threads, or build in more person ranges",
        )
    if "lock" in lowered and isinstance(error, duckdb.IOException):
        return StoreError(
            where,
            "another process is writing this file",
            "One process writes a database file; many may read it when none writes.",
            "wait for the other process, or end it",
        )
    if isinstance(error, _ABOUT_NAMES):
        return StoreError(where, first_line, remedy="mend the SQL, then run it again")
    if isinstance(error, _ABOUT_FILES):
        return StoreError(where, first_line, remedy="check that the file is there, whole and may be read")
    return StoreError(
        where,
        f"a value did not fit ({type(error).__name__})",
        "The value itself is not shown, because it may be about a person.",
        "look for a CAST that can fail, or a number too large for its type; TRY_CAST gives null instead",
    )
