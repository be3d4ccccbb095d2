"""Plain data to criteria, with every problem found at once.

A file written by a person is read here once. What comes out is known to be well formed, to use
names that exist and thresholds that can be met, and to be small enough to run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any as Anything

from openphm.core.errors import DefinitionError, Problem, nearest
from openphm.criteria.known import Known
from openphm.criteria.language import All, Any, AtLeast, Attribute, Cohort, Criterion, Not
from openphm.criteria.leaves import LEAVES
from openphm.criteria.settings import Settings

MAX_DEPTH = 12
MAX_PARTS = 500

# The word that says what a part is, and the settings that may stand beside it.
SHAPES: Mapping[str, tuple[str, ...]] = {
    "all": (),
    "any": (),
    "not": (),
    "everyone": (),
    "of": ("at_least",),
    "attribute": ("at_least", "at_most", "above", "below", "any_of", "within_months"),
    "condition": ("ever", "onset_within_months"),
    "activity": ("within_months", "count_at_least", "count_at_most", "cost_at_least_gbp", "cost_at_most_gbp"),
    "codelist": ("ever", "within_months", "count_at_least", "count_at_most"),
    "sequence": ("within_days", "within_months", "same_day"),
    "place": ("any_of",),
    "segment": (),
    "cohort": (),
}


def parse(
    data: object,
    known: Known,
    where: str = "criterion",
    *,
    parameters: Mapping[str, object] | None = None,
    cohort: str = "",
) -> Criterion:
    """Read plain data (from YAML or JSON) as a criterion.

    where: what to call the place in messages, such as "cohorts/fuel_poverty".
    parameters: values by name; a setting that is the text `$name` stands for one of them.
    cohort: the id of the cohort whose criterion this is, which it may not ask about itself.
    Raises DefinitionError with every problem of the data.
    """
    reader = _Reader(known, parameters or {}, (cohort,) if cohort else ())
    criterion = reader.read(data, where, depth=1)
    if reader.problems or criterion is None:
        raise DefinitionError.of(reader.problems)
    return criterion


class _Reader:
    """Walks the data once, collecting problems; a part with a problem is None."""

    def __init__(self, known: Known, parameters: Mapping[str, object], cohorts: tuple[str, ...]) -> None:
        self.known = known
        self.parameters = parameters
        self.cohorts = cohorts
        self.problems: list[Problem] = []
        self.parts = 0

    def problem(self, where: str, found: str, allowed: str = "", remedy: str = "") -> None:
        self.problems.append(Problem(where, found, allowed, remedy))

    def read(self, data: object, where: str, *, depth: int) -> Criterion | None:
        self.parts += 1
        if self.parts > MAX_PARTS:
            if self.parts == MAX_PARTS + 1:
                allowed = f"A criterion may have up to {MAX_PARTS} parts."
                self.problem(where, "The criterion is too large.", allowed, "name the codes in one list.")
            return None
        if depth > MAX_DEPTH:
            allowed = f"Parts may be nested {MAX_DEPTH} deep."
            self.problem(where, "The criterion is nested too deep.", allowed, "make the inner parts flat.")
            return None
        word = self._word(data, where)
        if word is None:
            return None
        assert isinstance(data, Mapping)
        if word in _GROUPS:
            return self._parts_of(word, data, where, depth)
        if word == "cohort":
            return self._cohort(data["cohort"], f"{where}.cohort", depth)
        return self._leaf(word, data, where)

    def _word(self, data: object, where: str) -> str | None:
        """The one word that says what this part is."""
        if not isinstance(data, Mapping):
            found = f"A part must be a mapping such as 'condition: copd', but it is {_kind_of(data)}."
            self.problem(where, found, remedy="write 'all:' or 'any:' before a list of parts.")
            return None
        words = [word for word in SHAPES if word in data]
        if len(words) != 1:
            self._not_one_word(words, data, where)
            return None
        for key in data:
            if key != words[0] and key not in SHAPES[words[0]]:
                self._unknown_setting(str(key), words[0], where)
        return words[0]

    def _not_one_word(self, words: list[str], data: Mapping[Anything, object], where: str) -> None:
        if words:
            said = " and ".join(f"'{word}'" for word in words)
            self.problem(where, f"One part says {said}.", remedy="make them two parts under 'all:'.")
            return
        keys = ", ".join(f"'{_short(key)}'" for key in list(data)[:5]) or "nothing"
        close = [near for key in data if (near := nearest(str(key), SHAPES))]
        hint = f"did you mean '{close[0]}'?" if close else "begin with one of these words."
        self.problem(where, f"The part says {keys}.", f"A part is one of: {', '.join(SHAPES)}.", hint)

    def _unknown_setting(self, key: str, word: str, where: str) -> None:
        allowed = SHAPES[word]
        said = f"Allowed beside '{word}': {', '.join(allowed)}." if allowed else f"'{word}' stands alone."
        close = nearest(key, allowed)
        self.problem(where, f"'{_short(key)}' is not a setting of '{word}'.", said, _did_you_mean(close))

    def _parts_of(
        self, word: str, data: Mapping[Anything, object], where: str, depth: int
    ) -> Criterion | None:
        inside = data[word]
        if word == "not":
            part = self.read(inside, f"{where}.not", depth=depth + 1)
            return None if part is None else Not(part)
        if not isinstance(inside, list | tuple) or not inside:
            found = "is empty" if not inside else f"holds {_kind_of(inside)}"
            self.problem(f"{where}.{word}", f"'{word}' {found}; it needs a list of parts.")
            return None
        count = self._count(data, len(inside), where) if word == "of" else None
        read = [
            self.read(part, f"{where}.{word}[{number}]", depth=depth + 1)
            for number, part in enumerate(inside)
        ]
        parts = tuple(part for part in read if part is not None)
        if len(parts) < len(read) or (word == "of" and count is None):
            return None
        return AtLeast(count, parts) if count is not None else _GROUPS[word](parts)

    def _count(self, data: Mapping[Anything, object], parts: int, where: str) -> int | None:
        count = self._filled(data.get("at_least"), f"{where}.at_least")
        if isinstance(count, int) and not isinstance(count, bool) and 1 <= count <= parts:
            return count
        found = f"'of' needs 'at_least' beside it, from 1 to the number of parts ({parts})."
        self.problem(f"{where}.at_least", found, remedy=f"write 'at_least: {min(2, parts)}'.")
        return None

    def _cohort(self, name: object, where: str, depth: int) -> Criterion | None:
        """The criterion of another cohort, by its id with or without the folder."""
        name = self._filled(name, where)
        id_ = name if isinstance(name, str) and name.startswith("cohorts/") else f"cohorts/{name}"
        if not isinstance(name, str) or id_ not in self.known.cohorts:
            known = sorted(self.known.cohorts)
            allowed = f"Cohorts: {', '.join(known[:12]) or 'none is defined'}."
            found = f"There is no cohort '{_short(name)}'." if isinstance(name, str) else "One id is needed."
            self.problem(where, found, allowed, _did_you_mean(nearest(id_, known)))
            return None
        if id_ in self.cohorts:
            chain = " → ".join((*self.cohorts[self.cohorts.index(id_) :], id_))
            found = f"The cohort is defined by itself: {chain}."
            self.problem(where, found, "", "write out the criterion in one of them.")
            return None
        parameters, self.parameters = self.parameters, {}
        self.cohorts += (id_,)
        inside = self.read(self.known.cohorts[id_], f"{where} ({id_})", depth=depth + 1)
        self.cohorts, self.parameters = self.cohorts[:-1], parameters
        return None if inside is None else Cohort(id_, inside)

    def _filled(self, value: object, where: str) -> object:
        """The value itself, or the parameter that `$name` stands for."""
        if not isinstance(value, str) or not value.startswith("$"):
            return value
        name = value[1:]
        if name in self.parameters:
            return self.parameters[name]
        close = nearest(name, self.parameters)
        allowed = f"Parameters: {', '.join(sorted(self.parameters)) or 'none'}."
        self.problem(where, f"There is no parameter '{_short(name)}'.", allowed, _did_you_mean(close))
        return None

    def _leaf(self, word: str, data: Mapping[Anything, object], where: str) -> Criterion | None:
        before = len(self.problems)
        filled = {key: self._filled(value, f"{where}.{key}") for key, value in data.items()}
        settings = Settings(filled, where, self.problem)
        criterion = LEAVES[word](settings, self.known)
        return criterion if len(self.problems) == before else None


_GROUPS: dict[str, Callable[[Anything], Criterion]] = {
    "all": All,
    "any": Any,
    "not": Not,
    "of": lambda parts: All(parts),
}


def _kind_of(data: object) -> str:
    if data is None:
        return "empty"
    if isinstance(data, list | tuple):
        return "a list"
    return "a mapping" if isinstance(data, Mapping) else f"'{_short(data)}'"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:37] + "..."


def _did_you_mean(close: str) -> str:
    return f"did you mean '{close}'?" if close else ""


def names_in(criteria: Iterable[Criterion]) -> set[str]:
    """Every attribute that the criteria use, for saying what an answer rests on."""
    return {part.name for c in criteria for part in c.walk() if isinstance(part, Attribute)}
