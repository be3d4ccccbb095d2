"""Data quality of a build: what was delivered, what was kept, what is missing, what could be linked.

These tables count rows of files and hold no value of a row. `rules` counts registrations, which are people
and are to be released as such.
"""

from __future__ import annotations

from decimal import Decimal

from openphm.core.errors import UsageError
from openphm.core.results import Result, Scalar
from openphm.population.asking import Asking

TABLES: dict[str, str] = {
    "reconciliation": """
        SELECT COALESCE(record, 'not recognised') AS record, COUNT(*) AS files,
            SUM(rows_delivered) AS rows_delivered, SUM(rows_loaded) AS rows_loaded,
            SUM(rows_quarantined) AS rows_quarantined,
            COUNT(CASE WHEN status = 'rejected' THEN 1 END) AS files_rejected,
            COUNT(CASE WHEN NOT is_reconciled THEN 1 END) AS files_not_reconciled
        FROM quality.file GROUP BY COALESCE(record, 'not recognised') ORDER BY record""",
    "quarantine": """
        SELECT record, reason_code, COALESCE(column_name, '') AS column_name, COUNT(*) AS rows_quarantined
        FROM quality.quarantine GROUP BY record, reason_code, COALESCE(column_name, '')
        ORDER BY rows_quarantined DESC, record, reason_code, column_name""",
    "coverage": """
        SELECT record, COUNT(DISTINCT provider_code) AS providers, COUNT(*) AS provider_months,
            COUNT(CASE WHEN is_missing THEN 1 END) AS months_missing
        FROM quality.feed_coverage GROUP BY record ORDER BY record""",
    "newest": """
        SELECT record, MIN(month_end) AS first_month, MAX(month_end) AS last_month
        FROM quality.feed_coverage WHERE n_rows > 0 GROUP BY record ORDER BY record""",
    "missing_months": """
        SELECT record, provider_code, month_end, usual_rows,
            COUNT(*) OVER (PARTITION BY record, provider_code) AS months_missing
        FROM quality.feed_coverage WHERE is_missing
        ORDER BY months_missing, provider_code, month_end, record""",
    "completeness": """
        SELECT record, column_name, n_rows, present_share, valid_share
        FROM quality.completeness ORDER BY present_share, record, column_name""",
    "mended": """
        SELECT record, column_name, rows_mended
        FROM quality.completeness WHERE rows_mended > 0 ORDER BY record, column_name""",
    "late": """
        SELECT record, SUM(n_rows) AS n_rows, SUM(rows_late) AS rows_late,
            CAST(SUM(rows_late) AS DOUBLE) / SUM(n_rows) AS late_share
        FROM quality.feed_coverage GROUP BY record
        HAVING SUM(rows_late) > 0 ORDER BY record""",
    "linkage": """
        SELECT record, n_rows, rows_no_number, rows_invalid_number, linked_share
        FROM quality.linkage ORDER BY record""",
    "not_activity": """
        SELECT record, reason, SUM(n_rows) AS n_rows
        FROM quality.not_activity GROUP BY record, reason ORDER BY record, reason""",
    "rules": """
        SELECT source_rule, n_registrations FROM quality.source_rule ORDER BY source_rule""",
    "draft_definitions": """
        SELECT id, version FROM lineage.definition WHERE status = 'draft' ORDER BY id""",
    "stages": """
        SELECT position, stage, table_name, n_rows FROM lineage.stage ORDER BY position""",
}
"""Each question by its name, as SQL over the quality and lineage of the build."""


def answer(population: Asking, name: str) -> Result:
    """One of TABLES. Raises UsageError for another name."""
    if name not in TABLES:
        raise UsageError("data quality", f"there is no table '{name}'", f"Tables: {', '.join(TABLES)}.")
    rows = population.ask_reference(TABLES[name])
    columns = tuple(rows[0]) if rows else (name,)
    values = tuple(tuple(_plain(value) for value in row.values()) for row in rows)
    return Result(f"check/{name}", columns, values, population.provenance())


def _plain(value: Scalar) -> Scalar:
    """Sums of whole numbers come as decimals."""
    return int(value) if isinstance(value, Decimal) and value == int(value) else value
