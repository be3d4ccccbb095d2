"""Values that fit the form of a code and could be a person's name, number, postcode or day of birth.

A code that has a list is safe: the value is in the list. A code that only has a form is not: SMITH fits an
organisation code, and a ten-digit number fits much. So, in records about people, a value that looks like an
identifier is not taken for a code. Names and postcodes are told by being rare, and so are numbers as long as
a day of birth, however they are turned about: a real organisation, category or medicine occurs more than a
few times in a delivery.
"""

from __future__ import annotations

import re
from datetime import date

from openphm.core import NHSNumber
from openphm.definitions import Pattern

FEWEST_ROWS = 5
"""A form-only text that occurs in fewer rows of a record than this may be a slip of somebody's name."""
OPEN_FORMS = ("ods", "word")
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}", re.IGNORECASE)
_LONGEST_ABBREVIATION = 3
_SHORTEST_IDENTIFIER = 8
_FIRST_BIRTH, _LAST_BIRTH = 1900, 2035


def looks_like_identity(pattern: Pattern, value: str, rows: int) -> bool:
    """The value may be about a person and not be a code. `rows`: how many rows of the record hold it."""
    if pattern.check is not None:
        return False  # a check digit of its own already tells codes from other numbers
    if value.isdigit():
        is_known = (len(value) == 10 and NHSNumber.is_valid(value)) or (
            len(value) == 8 and _is_birth_day(value)
        )
        return is_known or (len(value) >= _SHORTEST_IDENTIFIER and rows < FEWEST_ROWS)
    if pattern.name not in OPEN_FORMS or rows >= FEWEST_ROWS:
        return False
    plain = value.replace(" ", "")
    is_word = plain.isalpha() and len(plain) > _LONGEST_ABBREVIATION
    return is_word or pattern.name == "word" or _POSTCODE.fullmatch(plain) is not None


def _is_birth_day(digits: str) -> bool:
    for year, month, day in ((digits[:4], digits[4:6], digits[6:]), (digits[4:], digits[2:4], digits[:2])):
        try:
            found = date(int(year), int(month), int(day))
        except ValueError:
            continue
        if _FIRST_BIRTH <= found.year <= _LAST_BIRTH:
            return True
    return False
