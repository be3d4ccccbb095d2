"""Decide about codes: each distinct value of a column once, however many million rows hold it.

A value is trimmed, cleaned as its pattern says, and then must be in the list or fit the pattern and its
check digit. The answer is a small table, raw value to accepted value or reason, that SQL joins.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openphm.definitions import FieldSpec, Pattern
from openphm.definitions.snomed import is_concept_id
from openphm.extracts.lookalikes import looks_like_identity

EXCEL_DAMAGE = (
    r"[0-9](\.[0-9]+)?[eE]\+[0-9]{2,}"
    r"|[0-9]{1,2}-(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"|#(N/A|REF!|VALUE!|NAME\?)"
)
"""What a spreadsheet leaves: 9.43E+09 for a long code, 1-Feb for the code 1-2, its error words.

The expression means the same to Python and to DuckDB (RE2).
"""
_EXCEL = re.compile(EXCEL_DAMAGE)

_TRUE = frozenset({"y", "yes", "true", "t", "1"})
_FALSE = frozenset({"n", "no", "false", "f", "0"})


@dataclass(frozen=True)
class Verdict:
    """What became of one distinct raw value: a value, or nothing (empty), or a reason.

    withheld  the value fits, and may be an identifier: it is read as nothing
    """

    raw: str
    value: str | bool | None
    reason: str | None = None
    withheld: bool = False


def judge_codes(
    field: FieldSpec, counts: Mapping[str, int], null_words: Iterable[str] = (), *, about_people: bool = True
) -> list[Verdict]:
    """A verdict for each distinct raw value of a code or flag column. counts: raw value -> rows."""
    empty = {word.casefold() for word in null_words}
    allowed = None if field.values is None else {value.casefold(): value for value in field.values}
    verdicts = [_judge(field, raw, empty, allowed) for raw in counts]
    if not about_people or field.pattern is None:
        return verdicts
    rows: Counter[str] = Counter()
    for one in verdicts:
        rows[str(one.value)] += counts[one.raw]
    return [_guarded(field, field.pattern, one, rows[str(one.value)]) for one in verdicts]


def _guarded(field: FieldSpec, pattern: Pattern, one: Verdict, rows: int) -> Verdict:
    if one.value is None or not looks_like_identity(pattern, str(one.value), rows):
        return one
    return Verdict(one.raw, None, "R_CODE") if field.is_required else Verdict(one.raw, None, withheld=True)


def _judge(field: FieldSpec, raw: str, empty: set[str], allowed: dict[str, str] | None) -> Verdict:
    text = raw.strip()
    if not text or text.casefold() in empty:
        return Verdict(raw, None)
    if field.type == "flag":
        word = text.casefold()
        if word in _TRUE or word in _FALSE:
            return Verdict(raw, word in _TRUE)
        return Verdict(raw, None, "R_CODE")
    if allowed is not None:
        found = allowed.get(text.casefold(), _padded(text, allowed))
        return Verdict(raw, found, None if found is not None else "R_CODE")
    assert field.pattern is not None  # the loader refuses a code without list and pattern
    value = normalise(field.pattern, text)
    if value == "":
        return Verdict(raw, None)
    return Verdict(raw, value) if fits(field.pattern, value) else Verdict(raw, None, "R_CODE")


def _padded(text: str, allowed: dict[str, str]) -> str | None:
    """A code that lost its leading zero, when the list says which one it must have been.

    A spreadsheet writes 01 as 1. If the list holds 01 and not 1 there is no doubt.
    """
    if not text.isdigit():
        return None
    widths = {len(code) for code in allowed if code.isdigit()}
    return next(
        (allowed[text.zfill(width)] for width in sorted(widths) if text.zfill(width) in allowed), None
    )


def normalise(pattern: Pattern, text: str) -> str:
    """The cleaning that a pattern names."""
    if pattern.normalise == "upper":
        return text.upper()
    if pattern.normalise == "upper_no_dot":
        return text.upper().replace(".", "").strip("- ")
    if pattern.normalise == "icd10":
        return _icd10(text)
    return text


def _icd10(text: str) -> str:
    """No dot; no dagger or asterisk, written as sign or as letter D or A; no filler X or - at the end.

    SUS pads three-character categories with X (I10X); a fifth character X is a filler as well.
    """
    code = text.upper().replace(".", "").replace(" ", "").replace("†", "").rstrip("*+")
    if len(code) > 3 and code[-1] in "DA":
        code = code[:-1]
    return code.rstrip("-X") if len(code) > 3 else code.rstrip("-")


def fits(pattern: Pattern, value: str) -> bool:
    """The whole value has the pattern's form and, where it says so, the right check digit."""
    if re.fullmatch(pattern.regex, value) is None:
        return False
    return pattern.check != "verhoeff" or is_concept_id(value)


def is_excel_damage(raw: str) -> bool:
    """A spreadsheet has rewritten this value."""
    return _EXCEL.fullmatch(raw.strip()) is not None
