"""The check digit of a SNOMED CT identifier (Verhoeff), so that a mistyped code is found.

The last digit makes the whole number right under Verhoeff's scheme (dihedral group D5); the two digits
before it say what the identifier names: 00 or 10 for a concept.
"""

from __future__ import annotations

import re

_CONCEPT = re.compile(r"[1-9][0-9]{2,14}[01]0[0-9]")
_TIMES = (
    "0123456789",
    "1234067895",
    "2340178956",
    "3401289567",
    "4012395678",
    "5987604321",
    "6598710432",
    "7659821043",
    "8765932104",
    "9876543210",
)
_PERMUTED = (
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
)


def is_concept_id(code: str) -> bool:
    """True for a well-formed SNOMED CT concept id with a right check digit.

    >>> is_concept_id("195967001"), is_concept_id("195967002")
    (True, False)
    """
    return _CONCEPT.fullmatch(code) is not None and has_right_check_digit(code)


def has_right_check_digit(digits: str) -> bool:
    """True when the last of the digits is the Verhoeff check digit of the others."""
    state = 0
    for place, digit in enumerate(reversed(digits)):
        state = int(_TIMES[state][int(_PERMUTED[place % 8][int(digit)])])
    return state == 0
