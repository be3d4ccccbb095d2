"""Read the register: one YAML file, every problem of it at once."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from openphm.core import CustodianRefused, DefinitionError, ODSCode, Problem
from openphm.custodian.reidentification.register import (
    EVERYTHING,
    Agreement,
    Between,
    Limits,
    Practice,
    Register,
)

FILE = "register.yaml"
_PARTS = ("suites", "practices", "networks", "agreements", "limits")


def shipped_limits() -> dict[str, Any]:
    """The limits a site has when it sets none."""
    text = files("openphm.custodian.reidentification").joinpath("limits.yaml").read_text("utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read


def read_register(text: str, where: str = FILE) -> Register:
    """The register that a YAML text says. Raises DefinitionError with every problem."""
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as fault:
        raise DefinitionError(
            where, "it is not YAML.", remedy="mend the indentation or the quotes"
        ) from fault
    reader = _Reader(where)
    parts = reader.mapping(data, "", _PARTS)
    practices = {code: reader.practice(code, one) for code, one in reader.codes(parts, "practices").items()}
    networks = {
        code: reader.members(one, f"networks.{code}") for code, one in reader.codes(parts, "networks").items()
    }
    agreements = {
        str(name): reader.agreement(str(name), one)
        for name, one in reader.mapping(parts.get("agreements"), "agreements").items()
    }
    suites = {
        str(name): reader.key(one, f"suites.{name}") or b""
        for name, one in reader.mapping(parts.get("suites"), "suites").items()
    }
    limits = reader.limits(parts.get("limits"))
    if reader.problems or limits is None:
        raise DefinitionError.of(reader.problems)
    return Register(limits, suites, practices, networks, agreements)


def keep_register(path: Path, folder: Path) -> str:
    """Check a file and make it the register of this home. Answers its checksum."""
    if not path.is_file():
        raise CustodianRefused(path.name, "there is no such file.", remedy="name the register's YAML file")
    text = path.read_text("utf-8")
    read_register(text, path.name)
    kept = folder / FILE
    partial = kept.with_name(kept.name + ".tmp")
    with os.fdopen(
        os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(kept)
    return sha256(text.encode()).hexdigest()


def open_register(folder: Path) -> Register:
    """The register of this home. Raises CustodianRefused when there is none: nothing is agreed."""
    path = folder / FILE
    if not path.is_file():
        raise CustodianRefused(
            FILE,
            "this home has no register of suites, practices and agreements.",
            "Without an agreement nobody receives an identity.",
            "write one and load it: `openphm custodian requests register FILE --home DIR`",
        )
    return read_register(path.read_text("utf-8"))


class _Reader:
    """What stands in the file, as values; problems are collected."""

    def __init__(self, where: str) -> None:
        self._where = where
        self.problems: list[Problem] = []

    def problem(self, place: str, found: str, allowed: str, remedy: str = "") -> None:
        self.problems.append(Problem(f"{self._where}, {place or 'the file'}", found, allowed, remedy))

    def mapping(self, value: object, place: str, allowed: tuple[str, ...] = ()) -> dict[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.problem(place, "it is not a mapping.", "Names with their values.")
            return {}
        for name in value:
            if allowed and name not in allowed:
                self.problem(
                    f"{place}.{name}".strip("."), "this is not known.", f"Known: {', '.join(allowed)}."
                )
        return {str(name): one for name, one in value.items()}

    def codes(self, parts: Mapping[str, Any], place: str) -> dict[str, Any]:
        found = self.mapping(parts.get(place), place)
        for code in found:
            parsed = ODSCode.parse(code)
            if parsed is None or parsed.text != code:
                self.problem(f"{place}.{code}", "this is not an ODS code.", "Capital letters and digits.")
        return found

    def key(self, value: object, place: str) -> bytes | None:
        try:
            found = base64.b64decode(str(value), validate=True)
        except (binascii.Error, ValueError):
            found = b""
        if len(found) == 32:
            return found
        self.problem(
            place, "it is not a public key.", "32 bytes in base64.", "copy it from the command that made it"
        )
        return None

    def day(self, value: object, place: str) -> date | None:
        if value is None or type(value) is date:
            return value
        self.problem(place, "it is not a day.", "A day such as 2026-04-01, without quotes.")
        return None

    def between(self, value: object, place: str, names: tuple[str, str]) -> Between:
        found = self.mapping(value, place, names) if isinstance(value, dict) or value is None else {}
        days = Between(*(self.day(found.get(name), f"{place}.{name}") for name in names))
        if days.first and days.last and days.last < days.first:
            self.problem(place, "it ends before it begins.", "The last day is not before the first.")
        return days

    def members(self, value: object, place: str) -> dict[str, Between]:
        """Practices as a list, or as a mapping to their days."""
        if isinstance(value, dict) and set(value) <= {"name", "members"}:
            value = value.get("members")
        named = dict.fromkeys(map(str, value)) if isinstance(value, list) else self.mapping(value, place)
        if not named:
            self.problem(
                place, "it names no practice.", "A list of ODS codes, or ODS codes with from and until."
            )
        return {
            code: self.between(days, f"{place}.{code}", ("from", "until")) for code, days in named.items()
        }

    def practice(self, code: str, value: object) -> Practice:
        found = self.mapping(value, f"practices.{code}", ("name", "public_key"))
        key = self.key(found["public_key"], f"practices.{code}.public_key") if "public_key" in found else None
        return Practice(code, str(found.get("name", "")), key)

    def agreement(self, name: str, value: object) -> Agreement:
        place = f"agreements.{name}"
        allowed = ("title", "starts", "ends", "practices", "criteria", "reidentification")
        found = self.mapping(value, place, allowed)
        days = self.between({key: found.get(key) for key in ("starts", "ends")}, place, ("starts", "ends"))
        if days.first is None or days.last is None:
            self.problem(
                place, "its first or its last day is missing.", "An agreement has `starts` and `ends`."
            )
        criteria: dict[str, frozenset[str] | str] = {}
        for kind, names in self.mapping(found.get("criteria"), f"{place}.criteria").items():
            if names != EVERYTHING and not isinstance(names, list):
                self.problem(f"{place}.criteria.{kind}", "it is not a list.", "A list of names, or `all`.")
            criteria[kind] = EVERYTHING if names == EVERYTHING else frozenset(map(str, names or ()))
        allows = found.get("reidentification")
        if not isinstance(allows, bool):
            self.problem(f"{place}.reidentification", "it does not say yes or no.", "`true` or `false`.")
        practices = self.members(found.get("practices"), f"{place}.practices")
        return Agreement(name, days, practices, criteria, allows is True)

    def limits(self, value: object) -> Limits | None:
        shipped = shipped_limits()
        given = self.mapping(value, "limits", tuple(shipped))
        for name, one in given.items():
            if isinstance(one, bool) or not isinstance(one, int | float) or one < 0:
                self.problem(f"limits.{name}", "it is not a number of zero or more.", "A number.")
        merged = {**shipped, **given}
        return Limits(**{one.name: merged[one.name] for one in fields(Limits)}) if not self.problems else None
