"""The tables `build.*`: the dates and numbers that SQL files read in place of placeholders."""

from __future__ import annotations

from datetime import date
from math import ceil, log10

import pyarrow as pa

from openphm.core.periods import Month
from openphm.dataset.dates import BuildDates, choose_dates
from openphm.dataset.words import arrow_rows
from openphm.definitions import Definitions
from openphm.store import Engine

ACTIVITY_RECORDS = (
    "gp_encounter",
    "gp_appointment",
    "gp_medication",
    "sus_apc_spell",
    "sus_op_appointment",
    "sus_ecds_attendance",
    "csds_contact",
    "mhsds_contact",
    "hes_apc_episode",
    "hes_op_appointment",
    "hes_ae_attendance",
)
"""Records that are dated when care is given, month by month; others go back decades."""


def find_dates(engine: Engine, as_at: date | None) -> BuildDates:
    """The dates of the build, from what the delivery covers."""
    rows = engine.query(
        "SELECT record, month_start(month) AS month, SUM(rows) AS n FROM extract.quality_coverage "
        "WHERE month IS NOT NULL GROUP BY record, month_start(month)"
    ).to_pylist()
    activity = [row for row in rows if row["record"] in ACTIVITY_RECORDS] or rows
    by_month: dict[Month, int] = {}
    for row in activity:
        month = Month.containing(row["month"])
        by_month[month] = by_month.get(month, 0) + int(row["n"])
    return choose_dates(by_month, as_at)


def parameter_table(dates: BuildDates, definitions: Definitions, most_rows: int) -> pa.Table:
    """The one row of build.parameters.

    most_rows   rows of the largest delivered file, so that a row number never runs into the next file's
    """
    columns = (
        ("as_at", "DATE"),
        ("window_start", "DATE"),
        ("window_end", "DATE"),
        ("history_start", "DATE"),
        ("history_months", "INTEGER"),
        ("price_year", "STRING"),
        ("row_stride", "BIGINT"),
        ("event_parts", "BIGINT"),
        ("imd2019_areas", "INTEGER"),
        ("iod2025_areas", "INTEGER"),
    )
    row = {
        "as_at": dates.as_at,
        "window_start": dates.window.start,
        "window_end": dates.as_at,
        "history_start": dates.months[0].start,
        "history_months": len(dates.months),
        "price_year": price_year(dates.price_year, definitions),
        "row_stride": 10 ** ceil(log10(10 * (most_rows + 1))),
        "event_parts": len(dates.months) + 1,
        "imd2019_areas": _national_areas(definitions, "ref_imd2019"),
        "iod2025_areas": _national_areas(definitions, "ref_iod2025"),
    }
    return arrow_rows(columns, [row])


def month_table(dates: BuildDates) -> pa.Table:
    """build.month: the months of history."""
    columns = (("month_start", "DATE"), ("month_end", "DATE"), ("is_year_end", "BOOLEAN"))
    year_ends = set(dates.year_ends)
    rows = [
        {"month_start": month.start, "month_end": month.end, "is_year_end": month.end in year_ends}
        for month in dates.months
    ]
    return arrow_rows(columns, rows)


def price_year(asked: str, definitions: Definitions) -> str:
    """The financial year whose prices the build tells: that of the as-at date, if it has a deflator.

    Else the nearest year that has one, so that no sum is called by a year whose prices it is not in.
    """
    known = sorted(str(row["price_year"]) for row in definitions.tables()["deflator"])
    if not known:
        return asked
    return max([one for one in known if one <= asked], default=known[0])


def _national_areas(definitions: Definitions, record: str) -> int:
    """How many small areas the whole of England has in this edition: the denominator of a decile."""
    return int((definitions.extracts[record].options or {})["national_areas"])
