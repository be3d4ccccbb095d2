"""The settings of linkage: the definition `custodian/linkage`, read and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openphm.core import DefinitionError, Problem
from openphm.definitions import Definitions

DEFINITION = "custodian/linkage"
FIELDS = ("forename", "surname", "birth_date", "sex", "postcode", "practice")
"""What can be compared, by these names in every source."""
KEY_FIELDS = (*FIELDS, "forename_initial", "surname_sound")
LEVELS: Mapping[str, tuple[str, ...]] = {
    "forename": ("same", "nickname", "similar", "other"),
    "surname": ("same", "similar", "other"),
    "birth_date": ("same", "swapped", "one_digit", "other"),
    "postcode": ("same", "district", "other"),
    "sex": ("same", "other"),
    "practice": ("same", "other"),
}


@dataclass(frozen=True)
class Key:
    """An exact key. names: for records that hold names; otherwise for records that hold none."""

    name: str
    fields: tuple[str, ...]
    names: bool


@dataclass(frozen=True)
class LinkageSettings:
    """What the definition says. Probabilities are between 0 and 1; `margin` is a ratio of odds."""

    register: str
    sources: Mapping[str, tuple[str, ...]]
    keys: tuple[Key, ...]
    accept: float
    review: float
    margin: float
    agreement: Mapping[str, Mapping[str, float]]
    expected_share: float
    pairs_measured: int
    fewest_people_measured: int
    seed: int
    held_out: int
    sexes: Mapping[str, str]
    nicknames: Mapping[str, str]

    @classmethod
    def of(cls, definitions: Definitions) -> LinkageSettings:
        """Read the definition. Raises DefinitionError with every problem of it."""
        definition = definitions.get(DEFINITION)
        body: Mapping[str, Any] = definition.body
        problems = _problems(body, definition.label)
        if problems:
            raise DefinitionError.of(problems)
        return cls(
            register=str(body["register"]),
            sources={name: tuple(one.get("person", ())) for name, one in body["sources"].items()},
            keys=tuple(Key(one["name"], tuple(one["fields"]), bool(one["names"])) for one in body["keys"]),
            accept=float(body["accept"]),
            review=float(body["review"]),
            margin=float(body["margin"]),
            agreement=body["agreement"],
            expected_share=float(body["expected_share"]),
            pairs_measured=int(body["pairs_measured"]),
            fewest_people_measured=int(body["fewest_people_measured"]),
            seed=int(body["seed"]),
            held_out=int(body["held_out"]),
            sexes=_turned(body["sexes"]),
            nicknames=_turned(body["nicknames"]),
        )


def _turned(lists: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Each spelling in capitals, with the word it stands for; the first word that claims it has it."""
    turned: dict[str, str] = {}
    for word, spellings in lists.items():
        for one in (word, *spellings):
            turned.setdefault(str(one).upper(), str(word).upper())
    return turned


def _problems(body: Mapping[str, Any], label: str) -> list[Problem]:
    found: list[Problem] = []
    for name in (
        "register", "sources", "keys", "accept", "review", "margin", "agreement", "expected_share",
        "pairs_measured", "fewest_people_measured", "seed", "held_out", "sexes", "nicknames",
    ):  # fmt: skip
        if name not in body:
            found.append(Problem(f"{label}, {name}", "it is missing.", "", "add it, as in the shipped file"))
    if found:
        return found
    if not 0.5 <= float(body["review"]) <= float(body["accept"]) < 1:
        found.append(
            Problem(
                f"{label}, accept and review",
                "they are not in order.",
                "0.5 <= review <= accept < 1: what is linked is surer than what is looked at.",
                "correct the two",
            )
        )
    for place, key in enumerate(body["keys"]):
        wrong = [one for one in key.get("fields", ()) if one not in KEY_FIELDS]
        if wrong or "names" not in key or "name" not in key:
            found.append(
                Problem(
                    f"{label}, keys[{place}]",
                    "it has no name, does not say `names`, or has a field that is not known.",
                    f"Fields: {', '.join(KEY_FIELDS)}.",
                    "correct the key",
                )
            )
    for field, levels in LEVELS.items():
        given = body["agreement"].get(field, {})
        if set(given) != set(levels) or abs(sum(map(float, given.values())) - 1) > 1e-6:
            found.append(
                Problem(
                    f"{label}, agreement.{field}",
                    "the shares are not those of its levels, or do not add up to 1.",
                    f"Levels: {', '.join(levels)}.",
                    "give each level its share",
                )
            )
    return found
