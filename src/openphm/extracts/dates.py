"""Decide about dates: one format for each column of each file.

The format of a column is the declared one that reads most of its values. A value in another declared
format is set aside (R_DATE_FORMAT), because 03/04 is two days; when such values are more than one in
twenty the file is rejected. Whole columns in which day and month could be exchanged stay as declared:
the specification says which is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from openphm.extracts.reasons import FileRejected

MOST_MIXED = 0.05
ENOUGH_MIXED = 3
"""Fewer are set aside row by row: a share of a handful of values says nothing about a file."""
_EXCEL_SERIAL = re.compile(r"[2-6][0-9]{4}(\.[0-9]+)?")
_WIDTHS = {"%Y": r"\d{4}", "%m": r"\d{2}", "%d": r"\d{2}", "%H": r"\d{2}", "%M": r"\d{2}", "%S": r"\d{2}"}
_TIME_OF_DAY = re.compile(r"[T ][0-9:.]+(Z|[+-][0-9:]+)?$")
FIRST_YEAR, LAST_YEAR = 1860, 2150
"""Years outside are not about living people; 9999-12-31 and 1800-01-01 are ways to say nothing."""
NO_DAYS = frozenset({"9999-12-31", "1900-01-01", "1800-01-01", "1801-01-01"})
"""Days that warehouses write where there is none; read as empty."""


@dataclass(frozen=True)
class DateVerdict:
    """What became of one distinct raw value of a date column: a day, nothing, or a reason."""

    raw: str
    value: date | None
    reason: str | None = None


def choose_format(formats: Sequence[str], counts: Mapping[str, int]) -> str:
    """The format that reads most rows; the one declared first wins a tie. counts: raw value -> rows."""
    if len(formats) == 1:
        return formats[0]
    best, most, filled = formats[0], 0, sum(counts.values())
    for one in formats:
        read = sum(n for raw, n in counts.items() if read_day(raw.strip(), one))
        if read > most:
            best, most = one, read
        if read == filled:
            break
    return best


def judge_dates(
    chosen: str, formats: Sequence[str], raw_values: Iterable[str], nothing: Iterable[str] = ()
) -> list[DateVerdict]:
    """A verdict for each distinct raw value. `nothing`: words and days that mean not known."""
    empty = {word.casefold() for word in nothing}
    return [_judge(chosen, formats, raw, empty) for raw in raw_values]


def _judge(chosen: str, formats: Sequence[str], raw: str, empty: set[str]) -> DateVerdict:
    text = raw.strip()
    if not text or text.casefold() in empty:
        return DateVerdict(raw, None)
    day = read_day(text, chosen)
    if day is not None:
        iso = day.isoformat()
        if iso in empty or iso in NO_DAYS:
            return DateVerdict(raw, None)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            return DateVerdict(raw, None, "R_DATE")
        return DateVerdict(raw, day)
    is_other = any(read_day(text, one) for one in formats if one != chosen)
    return DateVerdict(raw, None, "R_DATE_FORMAT" if is_other or _other_form(text) else "R_DATE")


def _other_form(text: str) -> bool:
    """A day in a form that this field does not declare: better said than called no day."""
    return any(read_day(text, one) for one in ("%Y-%m-%d", "%d/%m/%Y", "%Y%m%d"))


@lru_cache(maxsize=1 << 17)
def read_day(text: str, form: str) -> date | None:
    """The day that a text says in a format, with every digit of the format there; None otherwise.

    A time of day behind an ISO date is dropped, as many systems add 00:00:00. So is the .0 that a data frame
    writes behind a whole number when other rows of the column are empty: 20220331.0.
    """
    if form == "%Y-%m-%d" and len(text) > 10:
        text = _TIME_OF_DAY.sub("", text)
    elif form == "%Y%m%d" and text.endswith(".0"):
        text = text[:-2]
    if _shape(form).fullmatch(text) is None:
        return None
    try:
        if form == "%Y-%m-%d":
            return date.fromisoformat(text)
        return datetime.strptime(text, form).date()
    except ValueError:
        return None


@lru_cache(maxsize=64)
def _shape(form: str) -> re.Pattern[str]:
    """The format as a regular expression, because strptime also takes 1 for 01."""
    pieces = re.split(r"(%[A-Za-z])", form)
    words = {"%b": r"[A-Za-z]{3}", "%B": r"[A-Za-z]+", "%y": r"\d{2}"}
    return re.compile("".join(_WIDTHS.get(one) or words.get(one) or re.escape(one) for one in pieces))


def is_excel_serial(raw: str) -> bool:
    """A five-digit number where a day should be: days since 1900, as a spreadsheet counts."""
    return _EXCEL_SERIAL.fullmatch(raw.strip()) is not None


def refuse_mixed(
    file: str, column: str, verdicts: Mapping[str, DateVerdict], counts: Mapping[str, int]
) -> None:
    """Raise FileRejected when more than one value in twenty of a column is in another format."""
    filled = sum(n for raw, n in counts.items() if raw.strip())
    other = sum(n for raw, n in counts.items() if verdicts[raw].reason == "R_DATE_FORMAT")
    serial = sum(n for raw, n in counts.items() if verdicts[raw].reason and is_excel_serial(raw))
    for n, code, found in (
        (other, "F_DATE_FORMAT", "are in another format than the rest of the column"),
        (serial, "F_EXCEL", "are numbers of days, as a spreadsheet writes dates"),
    ):
        if n >= ENOUGH_MIXED and n > MOST_MIXED * filled:
            raise FileRejected(
                code,
                file,
                f"{n:,} of {filled:,} values of '{column}' {found}.",
                "One format a column: 03/04 is two days of the year, and nobody could tell which.",
                "export the file again with one date format, not by way of a spreadsheet",
            )
