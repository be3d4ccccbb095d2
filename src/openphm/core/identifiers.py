"""Identifiers: values that check themselves.

An `NHSNumber` belongs to zone I. It lives here because the check is arithmetic and has no secret in
it; only `custodian` and `synthetic` have a reason to make one. Its `repr` hides the digits, so that
a stray log line or traceback cannot leak it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# Spaces, hyphens, dots and the no-break space are all found between the groups of a typed number.
_SEPARATORS = re.compile(r"[\s\-. ]+")
_ODS = re.compile(r"[A-Z0-9]{2,12}")
_LSOA = re.compile(r"[EWS]01\d{6}|95[A-Z0-9]{6,7}|N\d{8}")
_PERSON = re.compile(r"[pu][a-z]{26}")
DECIMAL, LETTERS_FOR_DECIMAL = "0123456789", "ghijklmnop"
"""Hexadecimal digits in letters alone: an id without a digit can hold no NHS number by chance."""


def nhs_check_digit(first_nine: str) -> int | None:
    """The tenth digit, by modulus 11, or None when these nine digits cannot begin an NHS number.

    Weights 10 down to 2; the digit is 11 less the remainder, 11 becomes 0 and 10 is never issued
    (NHS Data Dictionary, NHS NUMBER).
    """
    remainder = (
        sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), first_nine, strict=True)) % 11
    )
    digit = (11 - remainder) % 11
    return None if digit == 10 else digit


@dataclass(frozen=True, order=True)
class NHSNumber:
    """A valid ten-digit NHS number. `NHSNumber.parse` answers None for anything else."""

    digits: str

    def __post_init__(self) -> None:
        if not self.is_valid(self.digits):
            raise ValueError("not a valid NHS number: ten digits with a modulus 11 check digit are needed")

    @staticmethod
    def normalise(text: str) -> str:
        """The number without the separators people type."""
        return _SEPARATORS.sub("", text)

    @staticmethod
    def is_valid(digits: str) -> bool:
        """Ten digits with the right check digit, and not one digit ten times (0000000000 passes the sum)."""
        if len(digits) != 10 or not digits.isascii() or not digits.isdigit() or len(set(digits)) == 1:
            return False
        return nhs_check_digit(digits[:9]) == int(digits[9])

    @classmethod
    def parse(cls, text: str) -> NHSNumber | None:
        """The number in a piece of text, however spaced, or None."""
        digits = cls.normalise(text)
        return cls(digits) if cls.is_valid(digits) else None

    @property
    def is_test_number(self) -> bool:
        """Numbers that begin with 999 are never issued to a person."""
        return self.digits.startswith("999")

    def display(self) -> str:
        """3-3-4, as the NHS prints it."""
        return f"{self.digits[:3]} {self.digits[3:6]} {self.digits[6:]}"

    def __repr__(self) -> str:
        return "NHSNumber(hidden)"

    __str__ = __repr__


def in_letters(digits: str) -> str:
    """Hexadecimal digits, each as one of the letters a to p."""
    return digits.translate(str.maketrans(DECIMAL, LETTERS_FOR_DECIMAL))


@dataclass(frozen=True, order=True)
class PersonId:
    """A pseudonym: `p` and 26 letters for a linked person, `u` and 26 for an unlinked one."""

    text: str

    def __post_init__(self) -> None:
        if not _PERSON.fullmatch(self.text):
            raise ValueError("not a person_id: 'p' or 'u' and 26 lower-case letters are needed")

    @property
    def is_linked(self) -> bool:
        return self.text.startswith("p")

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, order=True)
class ODSCode:
    """An organisation: practice, PCN, provider or commissioner, in upper case without spaces."""

    text: str

    def __post_init__(self) -> None:
        if not _ODS.fullmatch(self.text):
            raise ValueError(
                f"'{self.text}' is not an ODS code: two to twelve capital letters and digits are needed"
            )

    @classmethod
    def parse(cls, text: str) -> ODSCode | None:
        """The code in a piece of text; a site suffix of 00 (RXX00) is left as it stands."""
        tidy = text.strip().upper()
        return cls(tidy) if _ODS.fullmatch(tidy) else None

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, order=True)
class LSOACode:
    """A lower layer super output area. Which census it belongs to is in the column's name, not here."""

    text: str

    def __post_init__(self) -> None:
        if not _LSOA.fullmatch(self.text):
            raise ValueError(f"'{self.text}' is not an LSOA code: E01 and six digits for England are needed")

    @classmethod
    def parse(cls, text: str) -> LSOACode | None:
        tidy = text.strip().upper()
        return cls(tidy) if _LSOA.fullmatch(tidy) else None

    @property
    def is_in_england(self) -> bool:
        return self.text.startswith("E01")

    def __str__(self) -> str:
        return self.text
