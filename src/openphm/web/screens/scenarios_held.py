"""Scenarios that a user may see: the shipped ones, their own, and those that others share."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openphm.definitions.frozen import thaw
from openphm.definitions.header import HEADER_KEYS
from openphm.web.asker import Asker
from openphm.web.asking import NotFound
from openphm.web.screens.scenarios_form import slug

KIND = "scenario"


@dataclass(frozen=True)
class HeldScenario:
    """A scenario by the name in its address. version 0 and no owner: a shipped one."""

    name: str
    body: dict[str, Any]
    owner: str = ""
    version: int = 0
    is_shared: bool = True

    @property
    def title(self) -> str:
        """What it is called."""
        return str(self.body.get("title") or self.name)

    @property
    def asked(self) -> dict[str, Any]:
        """What is worked out: the scenario with the id of its address."""
        return {**self.body, "id": f"scenarios/{self.name}"}


def held_scenarios(ask: Asker) -> list[HeldScenario]:
    """Everything this user may see, their own first."""
    kept = [_kept(one.id, one.body, one.owner, one.version) for one in ask.register.kept.all(KIND)]
    own = [one for one in kept if one.owner == ask.user.name]
    others = [one for one in kept if one.owner != ask.user.name and one.is_shared]
    return [*own, *others, *_shipped(ask)]


def scenario_named(ask: Asker, name: str) -> HeldScenario:
    """One of them. Raises NotFound for what is not there and for what is somebody else's alone."""
    kept = ask.register.kept.newest(KIND, name)
    if kept is None:
        found = next((one for one in _shipped(ask) if one.name == name), None)
        if found is None:
            raise NotFound
        return found
    one = _kept(kept.id, kept.body, kept.owner, kept.version)
    if one.owner != ask.user.name and not one.is_shared:
        ask.remember("access.refused", route="/projections/{id}", found="a scenario of somebody else")
        raise NotFound
    return one


def keep_scenario(ask: Asker, name: str, body: Mapping[str, Any], *, is_shared: bool) -> str:
    """A new version of one's own; a first version under a name of its own when `name` is empty."""
    name = name or f"{slug(str(body.get('title', '')))}-{secrets.token_hex(4)}"
    held = {"scenario": {**body, "id": f"scenarios/{name}"}, "is_shared": is_shared}
    kept = ask.register.kept.keep(KIND, name, held, owner=ask.user.name)
    ask.remember("scenario.kept", scenario=name, version=kept.version)
    return name


def _kept(name: str, body: Mapping[str, Any], owner: str, version: int) -> HeldScenario:
    return HeldScenario(name, dict(body["scenario"]), owner, version, bool(body.get("is_shared")))


def _shipped(ask: Asker) -> list[HeldScenario]:
    held = [one for one in ask.definitions.all("scenarios") if one.status != "withdrawn"]
    return [HeldScenario(one.name, _without_header(thaw(one.body))) for one in held]


def _without_header(body: Mapping[str, Any]) -> dict[str, Any]:
    """What decides the answer, with the title: who reviewed the file and when does not."""
    apart = {*HEADER_KEYS, "note"} - {"id", "title"}
    return {name: value for name, value in body.items() if name not in apart}
