"""Mistakes in the identity that a council writes down when it has no NHS number for a person.

Each person's entry is wrong in the same way in every row of it. Rates follow what studies of linked records
report for name, date and address (Harron and others, "Challenges in administrative data linkage for
research", Big Data & Society 2017): typing 4%, a nickname 6%, a surname that changed since 2% a year,
day and month swapped 1%, no postcode 5%, moved house 8%.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from openphm.synthetic.clock import YEAR
from openphm.synthetic.draws import Bools, Ints
from openphm.synthetic.records.batch import Batch

TYPING, NICKNAME, SURNAME_A_YEAR, SWAPPED, NO_POSTCODE, MOVED = 0.04, 0.06, 0.02, 0.01, 0.05, 0.08
MISTAKES = ("typing", "nickname", "surname_changed", "day_month_swapped", "no_postcode", "moved")
MOST_YEARS = 10
"""A council looks at an entry again at least this often."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_VOWELS = "aeiouy"


def spoil_identities(
    batch: Batch, affected: Bools, last_day: int, rng: np.random.Generator
) -> dict[str, Bools]:
    """Make mistakes in the rows of the affected people; answers which rows have which mistake.

    affected  rows; all rows of a person or none
    last_day  the last day of the history, up to which a surname may have changed
    """
    assert batch.person is not None
    people = int(batch.person.max()) + 1
    draw = rng.random((6, people))
    years = _years_known(batch, people, last_day)
    chances = (TYPING, NICKNAME, 1 - (1 - SURNAME_A_YEAR) ** years, SWAPPED, NO_POSTCODE, MOVED)
    wrong = {
        name: (draw[place] < chance)[batch.person] & affected
        for place, (name, chance) in enumerate(zip(MISTAKES, chances, strict=True))
    }
    salt = rng.integers(0, 2**31, people)[batch.person]
    in_surname = salt % 2 == 0
    columns = batch.columns
    _change(columns, "forename", wrong["nickname"], lambda text, row: nickname(text, int(salt[row])))
    _change(
        columns, "forename", wrong["typing"] & ~in_surname, lambda text, row: mistyped(text, int(salt[row]))
    )
    _exchange(columns, "surname", wrong["surname_changed"], salt)
    _change(
        columns, "surname", wrong["typing"] & in_surname, lambda text, row: mistyped(text, int(salt[row]))
    )
    wrong["day_month_swapped"] &= _swap_day_and_month(columns, wrong["day_month_swapped"])
    _exchange(columns, "postcode", wrong["moved"], salt)
    keep = pa.array(~wrong["no_postcode"])
    columns["postcode"] = pc.if_else(keep, columns["postcode"], pa.scalar(None, pa.string()))
    return wrong


def nickname(name: str, salt: int) -> str:
    """A short form: the beginning up to the second vowel, as it is or with -ie."""
    end = next((place for place in range(2, len(name)) if name[place].lower() in _VOWELS), len(name))
    short = name[: max(end, 3)]
    return short if salt % 3 else short + "ie"


def mistyped(name: str, salt: int) -> str:
    """One slip of the keyboard: a letter left out, doubled, exchanged with the next, or another letter."""
    place = 1 + salt // 7 % max(1, len(name) - 2)
    before, letter, after = name[:place], name[place : place + 1], name[place + 1 :]
    match salt % 4:
        case 0:
            return before + after
        case 1:
            return before + letter * 2 + after
        case 2 if after:
            return before + after[0] + letter + after[1:]
        case _:
            return before + _LETTERS[salt // 11 % 26] + after


def _years_known(batch: Batch, people: int, last_day: int) -> np.ndarray:
    """Years since the council first wrote each person down."""
    assert batch.person is not None
    first = np.full(people, last_day, dtype=np.int64)
    started = np.asarray(batch.columns["start_date"].view(pa.int32()).fill_null(last_day))
    np.minimum.at(first, batch.person, started)
    return np.clip((last_day - first) / YEAR, 0, MOST_YEARS)


def _change(columns: dict[str, pa.Array], name: str, rows: Bools, changed: Callable[[str, int], str]) -> None:
    texts = columns[name].to_pylist()
    for row in np.flatnonzero(rows):
        texts[row] = changed(texts[row], int(row))
    columns[name] = pa.array(texts, pa.string())


def _exchange(columns: dict[str, pa.Array], name: str, rows: Bools, salt: Ints) -> None:
    """The value of somebody else in the place of a person's own."""
    where = np.arange(len(salt))
    columns[name] = columns[name].take(pa.array(np.where(rows, salt % len(salt), where)))


def _swap_day_and_month(columns: dict[str, pa.Array], rows: Bools) -> Bools:
    """Days up to the 12th become months; answers the rows that really changed."""
    born = columns["birth_date"].cast(pa.date32())
    days = born.to_pylist()
    changed = np.zeros(len(days), dtype=bool)
    for row in np.flatnonzero(rows):
        day = days[row]
        if day is not None and day.day <= 12 and day.day != day.month:
            days[row] = day.replace(month=day.day, day=day.month)
            changed[row] = True
    columns["birth_date"] = pa.array(days, pa.date32())
    return changed
