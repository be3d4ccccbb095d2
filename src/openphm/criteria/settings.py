"""The settings of one leaf of a criterion, read one by one and checked against what is known.

Each reader gives a usable value or records a problem and gives an empty one, so that one pass over
a file finds everything that is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any as Anything
from typing import NamedTuple

from openphm.core.errors import nearest
from openphm.criteria.known import AttributeKind
from openphm.criteria.language import AGE, COLUMN_ATTRIBUTES, Attribute
from openphm.criteria.trees import is_plain_text

MAX_VALUES = 10_000
MAX_MONTHS = 1_200

Report = Callable[[str, str, str, str], None]


class PlaceForm(NamedTuple):
    """What the codes of a kind of place look like, and how to say so."""

    pattern: re.Pattern[str]
    said: str


# ODS codes of practices and networks; codes of the Office for National Statistics begin with the kind of
# area.
PLACE_FORMS: Mapping[str, PlaceForm] = {
    "registered_practice": PlaceForm(re.compile(r"[A-Z][0-9]{5}"), "a letter and five digits"),
    "registered_pcn": PlaceForm(re.compile(r"U[0-9]{5}"), "U and five digits"),
    "resident_lsoa21": PlaceForm(re.compile(r"[EW]01[0-9]{6}"), "E01 (W01 in Wales) and six digits"),
    "resident_ward": PlaceForm(re.compile(r"[EW]05[0-9]{6}"), "E05 (W05 in Wales) and six digits"),
    "resident_ltla": PlaceForm(
        re.compile(r"(E0[6-9]|W06)[0-9]{6}"), "E06 to E09 (W06 in Wales) and six digits"
    ),
}
COMPARISONS = ("at_least", "at_most", "above", "below")


class Settings:
    """One leaf's mapping, and where it stands in the file."""

    def __init__(self, data: Mapping[Anything, object], where: str, report: Report) -> None:
        self.data = data
        self.where = where
        self._report = report

    def inside(self, data: object, where: str) -> Settings:
        """The settings of a mapping that stands within this one; nothing when it is no mapping."""
        held = data if isinstance(data, Mapping) else {}
        return Settings(held, f"{self.where}.{where}", self._report)

    def problem(self, key: str, found: str, allowed: str = "", remedy: str = "") -> None:
        """Record one problem at a setting of this leaf."""
        self._report(f"{self.where}.{key}" if key else self.where, found, allowed, remedy)

    def _values(self, key: str, *, required: bool) -> list[object]:
        given = self.data.get(key)
        values = list(given) if isinstance(given, list | tuple) else [given]
        if given is None or not values:
            if required or key in self.data:
                self.problem(key, f"'{key}' names nothing.", "", "give at least one name.")
            return []
        if len(values) > MAX_VALUES:
            self.problem(key, f"'{key}' has {len(values)} values.", f"Up to {MAX_VALUES} are allowed.")
            return []
        if not all(isinstance(value, str | int | float) and not isinstance(value, bool) for value in values):
            self.problem(key, f"'{key}' holds something that is not text or a number.")
            return []
        if not all(is_plain_text(value) for value in values if isinstance(value, str)):
            self.problem(key, f"'{key}' holds a quote, a backslash or a control character.")
            return []
        return list(dict.fromkeys(values))

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """The texts under a key; one text alone is a list of one."""
        return tuple(str(value) for value in self._values(key, required=required))

    def names(self, key: str, known: Collection[str]) -> tuple[str, ...]:
        """The names under a key, each of which must exist."""
        names = self.texts(key, required=True)
        missing = [name for name in names if name not in known]
        for name in missing:
            close = nearest(name, known)
            remedy = f"did you mean '{close}'?" if close else ""
            self.problem(key, f"There is no {key} '{name[:60]}'.", _allowed(known), remedy)
        return tuple(name for name in names if name not in missing)

    def flag(self, key: str) -> bool:
        """True or false; false when it is not given."""
        value = self.data.get(key, False)
        if not isinstance(value, bool):
            self.problem(key, f"'{key}' must be true or false.")
        return value is True

    def number(self, key: str) -> float | None:
        """A number, or None when it is not given."""
        value = self.data.get(key)
        if value is None and key not in self.data:
            return None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and abs(value) < 1e15:  # type: ignore[arg-type]
            return value  # type: ignore[return-value]
        self.problem(key, f"'{key}' must be a number.")
        return None

    def whole(self, key: str, *, lowest: int) -> int | None:
        """A whole number from `lowest`, or None when it is not given."""
        value = self.number(key)
        if value is None:
            return None
        if value != int(value) or value < lowest:
            self.problem(key, f"'{key}' is {value}.", f"It must be a whole number, {lowest} or more.")
            return None
        return int(value)

    def months(self, key: str) -> int | None:
        """A number of months up to the date, or None when it is not given."""
        value = self.whole(key, lowest=1)
        if value is not None and value > MAX_MONTHS:
            self.problem(key, f"'{key}' is {value}.", f"Up to {MAX_MONTHS} months are allowed.")
        return value

    def place_codes(self, key: str, level: str) -> tuple[str, ...]:
        """Codes of one kind of place, each in the form that such codes have."""
        codes = self.texts(key, required=True)
        form = PLACE_FORMS.get(level)
        for code in codes:
            if form is not None and not form.pattern.fullmatch(code):
                upper = code.strip().upper()
                remedy = (
                    f"write '{upper[:20]}'" if form.pattern.fullmatch(upper) else "look the code up again"
                )
                found = f"'{code[:20]}' is not a code of {level}."
                self.problem(key, found, f"Such a code is {form.said}.", remedy)
        return codes

    def in_order(self, low_key: str, low: float | None, high_key: str, high: float | None) -> None:
        """A lower limit above the upper one can never be met."""
        if low is not None and high is not None and low > high:
            self.problem(low_key, f"'{low_key}' ({low}) is above '{high_key}' ({high}): nobody can match.")

    def attribute(self, name: str, kind: AttributeKind) -> Attribute:
        """An attribute with its tests, allowed by the kind of attribute it is."""
        limits = {key: self.number(key) for key in COMPARISONS}
        given = [key for key in COMPARISONS if key in self.data]
        if given and kind.kind != "number":
            allowed = "Use 'any_of' with its values." if kind.kind == "text" else "Name it without a test."
            self.problem(given[0], f"'{name}' is not a number, so '{given[0]}' cannot be used.", allowed)
        if "any_of" in self.data and kind.kind == "flag":
            self.problem(
                "any_of", f"'{name}' is a yes or no, so it has no values.", "", "name it without a test."
            )
        for key in given:
            self._possible(key, limits[key], kind)
        self._can_be_met(limits)
        values = self._attribute_values(name, kind)
        months = self.months("within_months")
        if name == AGE or name in COLUMN_ATTRIBUTES:
            self._on_the_day(name, kind, months, bool(given or values))
        return Attribute(name, **limits, any_of=values, within_months=months)

    def _attribute_values(self, name: str, kind: AttributeKind) -> tuple[str | float, ...]:
        values = self._values("any_of", required=False)
        if kind.kind == "number":
            if any(isinstance(value, str) for value in values):
                self.problem("any_of", f"'{name}' is a number, so its values must be numbers.")
            return tuple(value for value in values if isinstance(value, int | float))
        texts = tuple(str(value) for value in values)
        for text in texts:
            if kind.values and text not in kind.values:
                close = nearest(text, kind.values)
                remedy = f"did you mean '{close}'?" if close else ""
                self.problem("any_of", f"'{name}' is never '{text[:60]}'.", _allowed(kind.values), remedy)
        return texts

    def _possible(self, key: str, value: float | None, kind: AttributeKind) -> None:
        if value is None:
            return
        too_low = kind.lowest is not None and value < kind.lowest
        too_high = kind.highest is not None and value > kind.highest
        if too_low or too_high:
            self.problem(key, f"'{key}' is {value}.", f"It can be from {kind.lowest} to {kind.highest}.")

    def _can_be_met(self, limits: Mapping[str, float | None]) -> None:
        for low_key in ("at_least", "above"):
            for high_key in ("at_most", "below"):
                self.in_order(low_key, limits[low_key], high_key, limits[high_key])

    def _on_the_day(self, name: str, kind: AttributeKind, months: int | None, tested: bool) -> None:
        if months is not None:
            found = f"'{name}' is taken on the day itself, so 'within_months' cannot be used."
            self.problem("within_months", found)
        if not tested:
            test = "at_least: 65" if kind.kind == "number" else "any_of: [...]"
            self.problem("", f"'{name}' needs a test.", "", f"write '{test}' beside it.")


def _allowed(known: Collection[str]) -> str:
    names = sorted(known)
    if len(names) <= 12:
        return f"Known: {', '.join(names)}." if names else "None is defined."
    return f"{len(names)} are known; 'openphm definitions list' shows them."
