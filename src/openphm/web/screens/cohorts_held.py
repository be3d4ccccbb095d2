"""Cohorts that a user may see: the shipped ones, their own, and those of others about their own places."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openphm.core.errors import DefinitionError
from openphm.core.records import SavedCohort
from openphm.definitions.frozen import thaw
from openphm.population.cohorts.chosen import What
from openphm.web.asker import Asker
from openphm.web.asking import NotFound
from openphm.web.screens.scenarios_form import slug

FOLDER = "cohorts/"


@dataclass(frozen=True)
class HeldCohort:
    """A cohort by the name in its address. version 0 and no owner: a shipped one."""

    name: str
    body: dict[str, Any]
    owner: str = ""
    version: int = 0

    @property
    def title(self) -> str:
        """What it is called."""
        return str(self.body.get("title") or self.name)

    @property
    def what(self) -> What:
        """What a population is asked: the id of a shipped one, the data of a saved one."""
        return self.body if self.version else f"{FOLDER}{self.name}"

    @property
    def criteria(self) -> Any:
        """The criterion as plain data."""
        words = ("all", "any", "not", "at_least", "of")
        return self.body.get("criteria") or {word: self.body[word] for word in words if word in self.body}


def held_cohorts(ask: Asker) -> list[HeldCohort]:
    """Everything this user may see, their own first."""
    saved = [_saved(one) for one in ask.register.cohorts.all()]
    own = [one for one in saved if one.owner == ask.user.name]
    others = [one for one in saved if one.owner != ask.user.name and _is_about_own_places(ask, one)]
    return [*own, *others, *_shipped(ask)]


def cohort_named(ask: Asker, name: str, version: int | None = None) -> HeldCohort:
    """One of them. Raises NotFound for what is not there and for what is about places of others alone."""
    found = next((one for one in _shipped(ask) if one.name == name), None)
    if found is not None:
        return found
    versions = versions_of(ask, name)
    held = next((one for one in reversed(versions) if version in (None, one.version)), None)
    if held is None:
        raise NotFound
    if held.owner != ask.user.name and not _is_about_own_places(ask, held):
        ask.remember("access.refused", route="/cohorts/{name}", found="a cohort about places of others")
        raise NotFound
    return held


def versions_of(ask: Asker, name: str) -> list[HeldCohort]:
    """All saved versions, oldest first; none of a shipped one."""
    return [_saved(one) for one in ask.register.cohorts.versions(f"{FOLDER}{name}")]


def save_cohort(ask: Asker, name: str, body: Mapping[str, Any]) -> str:
    """A new version of one's own cohort; a first version under a name of its own when `name` is empty."""
    name = name or f"{slug(str(body['title']))}_{secrets.token_hex(4)}"
    saved = ask.register.cohorts.save(
        f"{FOLDER}{name}", {**body, "id": f"{FOLDER}{name}"}, owner=ask.user.name
    )
    ask.remember("cohort.saved", cohort=name, version=saved.version)
    return name


def _saved(one: SavedCohort) -> HeldCohort:
    return HeldCohort(one.id.removeprefix(FOLDER), dict(one.definition), one.owner, one.version)


def _shipped(ask: Asker) -> list[HeldCohort]:
    held = [one for one in ask.definitions.all("cohorts") if one.status != "withdrawn"]
    return [HeldCohort(one.name, dict(thaw(one.body))) for one in held]


def _is_about_own_places(ask: Asker, held: HeldCohort) -> bool:
    """Could this user ask it? A definition names places, and those of others are not theirs to ask about."""
    with ask.population() as population:
        try:
            population.cohort(held.what)
        except DefinitionError:
            return False
    return True
