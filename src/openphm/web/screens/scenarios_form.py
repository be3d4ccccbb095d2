"""The form of a scenario: its fields from plain data and back, and each problem at its field.

Percentages stand in the form where the definition has shares. What the form does not show of a scenario (a
stated baseline's activities, growth, inflation, the simulation) is taken over from what it began with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from openphm.core.errors import PlanError, Problem
from openphm.definitions.scenarios import USUAL_WEEKS, read_scenario

EFFECTS, SUBSTITUTIONS, BLANK = 4, 2, 1
MOST_INTERVENTIONS = 3
LABEL = "scenario"
MONEY = ("set_up_gbp", "yearly_gbp", "hours_per_year", "per_person_gbp")
RANGE = (("value", "value"), ("p10", "p10"), ("p90", "p90"))


def fields_of(body: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a form from a scenario's plain data."""
    found = {
        "title": str(body.get("title", "")),
        "horizon_years": str(body.get("horizon_years", 5)),
        "prices": str(body.get("prices", "real")),
        "cash_releasing_share": _percent(body.get("cash_releasing_share", 0.35)),
    }
    baseline = body.get("baseline") or {}
    for name, usual in (("population", "published"), ("movement", "transitions")):
        found[f"baseline.{name}"] = str(baseline.get(name, usual))
    found["baseline.waiting_list"] = str((baseline.get("waiting_list") or {}).get("years", ""))
    if "people" in baseline:
        found["baseline.people"] = str(baseline["people"])
    for number, one in enumerate(body.get("interventions") or []):
        found |= {f"i{number}.{name}": text for name, text in _intervention_fields(one).items()}
    return found


def _intervention_fields(one: Mapping[str, Any]) -> dict[str, str]:
    cohort = one.get("cohort")
    found = {
        "name": str(one.get("name", one.get("id", ""))),
        "id": str(one.get("id", "")),
        "cohort": str((cohort or {}).get("id", "")) if isinstance(cohort, dict | None) else str(cohort),
        "people": str(one.get("people", "")),
        "reach": _percents(one.get("reach", 1)),
        "ramp": _percents(one.get("ramp", 1)),
    }
    for place, (name, effect) in enumerate((one.get("effects") or {}).items()):
        change = effect.get("change", effect) if isinstance(effect, dict) else effect
        found |= {f"e{place}.activity": name, **_range_fields(f"e{place}", change, _percent)}
    for place, rule in enumerate(one.get("substitutions") or []):
        found |= {f"s{place}.{name}": str(rule.get(name, "")) for name in ("avoided", "created", "units")}
    cost = one.get("cost") or {}
    found |= {name: str(cost[name]) for name in MONEY if name in cost}
    found["optimism_bias"] = _percent(cost.get("optimism_bias", 0))
    return found | _range_fields("hour", cost.get("hour_gbp", ""), str)


def _range_fields(name: str, value: Any, write: Any) -> dict[str, str]:
    held = value if isinstance(value, dict) else {"value": value}
    return {f"{name}.{one}": write(held[one]) for one, _ in RANGE if held.get(one) not in (None, "")}


class FormRead:
    """A form as plain data: `body` for the loader, and `problems` by the name of the field."""

    def __init__(self, fields: Mapping[str, str], begun: Mapping[str, Any]) -> None:
        self.fields = fields
        self.problems: dict[str, list[str]] = {}
        self._places: dict[str, str] = {}
        self.body = self._body(begun)
        try:
            read_scenario(self.body, LABEL)
        except PlanError as error:
            for problem in error.problems:
                self._add(problem)

    def _body(self, begun: Mapping[str, Any]) -> dict[str, Any]:
        body = {name: value for name, value in begun.items() if name in KEPT_KEYS}
        body["title"] = self._text("title", "title")
        if not body["title"]:
            self._note("title", "A scenario needs a name.")
        body["horizon_years"] = self._whole("horizon_years", "horizon_years") or 1
        body["prices"] = self._text("prices", "prices") or "real"
        share = self._number("cash_releasing_share", "cash_releasing_share", percent=True)
        body["cash_releasing_share"] = 0.35 if share is None else share
        baseline = dict(begun.get("baseline") or {"from": "build"})
        if "from" in baseline:
            for name in ("population", "movement"):
                baseline[name] = self._text(f"baseline.{name}", f"baseline.{name}") or baseline.get(name)
            years = self._whole("baseline.waiting_list", "baseline.waiting_list.years")
            weeks = (baseline.get("waiting_list") or {}).get("weeks", USUAL_WEEKS)
            baseline["waiting_list"] = None if years is None else {"weeks": weeks, "years": years}
        else:
            baseline["people"] = self._whole("baseline.people", "baseline.people") or baseline["people"]
        body["baseline"] = {name: value for name, value in baseline.items() if value is not None}
        earlier = list(begun.get("interventions") or [])
        body["interventions"] = []
        for number in range(MOST_INTERVENTIONS):
            if self._text(f"i{number}.name", ""):
                before = earlier[number] if number < len(earlier) else {}
                body["interventions"].append(self._intervention(number, len(body["interventions"]), before))
        return body

    def _intervention(self, number: int, place: int, before: Mapping[str, Any]) -> dict[str, Any]:
        own, at = f"i{number}", f"interventions[{place}]"
        name = self._text(f"{own}.name", f"{at}.name")
        one: dict[str, Any] = {"id": self._text(f"{own}.id", f"{at}.id") or slug(name), "name": name}
        cohort = self._text(f"{own}.cohort", f"{at}.cohort")
        if cohort:
            one["cohort"] = cohort
        elif isinstance(before.get("cohort"), dict):
            one["cohort"] = before["cohort"]
        people = self._whole(f"{own}.people", f"{at}.people")
        if people is not None:
            one["people"] = people
        for key in ("reach", "ramp"):
            one[key] = self._yearly(f"{own}.{key}", f"{at}.{key}")
        one["effects"] = self._effects(own, at)
        rules = self._substitutions(own, at)
        if rules:
            one["substitutions"] = rules
        one["cost"] = self._cost(own, at)
        return one

    def _effects(self, own: str, at: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self._places[f"{at}.effects"] = f"{own}.e0.activity"
        for place in range(EFFECTS + BLANK + 8):
            activity = self._text(f"{own}.e{place}.activity", "")
            if activity:
                found[activity] = {
                    "change": self._range(f"{own}.e{place}", f"{at}.effects.{activity}.change", percent=True)
                }
        return found

    def _substitutions(self, own: str, at: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for place in range(SUBSTITUTIONS + BLANK + 4):
            key = f"{own}.s{place}"
            avoided = self._text(f"{key}.avoided", "")
            if avoided:
                where = f"{at}.substitutions[{len(found)}]"
                units = self._number(f"{key}.units", f"{where}.units")
                found.append(
                    {
                        "avoided": avoided,
                        "created": self._text(f"{key}.created", f"{where}.created"),
                        "units": units or 0,
                    }
                )
        return found

    def _cost(self, own: str, at: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in MONEY:
            value = self._number(f"{own}.{name}", f"{at}.cost.{name}")
            if value is not None:
                found[name] = value
        bias = self._number(f"{own}.optimism_bias", f"{at}.cost.optimism_bias", percent=True)
        if bias:
            found["optimism_bias"] = bias
        if self._text(f"{own}.hour.value", "") or self._text(f"{own}.hour.p10", ""):
            found["hour_gbp"] = self._range(f"{own}.hour", f"{at}.cost.hour_gbp")
        return found or {"yearly_gbp": 0}

    def _range(self, field: str, at: str, *, percent: bool = False) -> Any:
        held = {
            key: self._number(f"{field}.{name}", f"{at}.{key}" if key != "value" else at, percent=percent)
            for name, key in RANGE
        }
        known = {key: value for key, value in held.items() if value is not None}
        return known.get("value", 0) if set(known) <= {"value"} else known

    def _yearly(self, field: str, at: str) -> Any:
        text = self._text(field, at)
        found = [self._parsed(field, one, percent=True) for one in text.replace(",", " ").split()]
        known = [one for one in found if one is not None]
        return known[0] if len(known) == 1 else known or 1

    def _text(self, field: str, at: str) -> str:
        if at:
            self._places[at] = field
        return self.fields.get(field, "").strip()[:200]

    def _number(self, field: str, at: str, *, percent: bool = False) -> float | int | None:
        text = self._text(field, at)
        return self._parsed(field, text, percent=percent) if text else None

    def _whole(self, field: str, at: str) -> int | None:
        value = self._number(field, at)
        if value is not None and value != int(value):
            self._note(field, "A whole number is needed.")
        return None if value is None else int(value)

    def _parsed(self, field: str, text: str, *, percent: bool = False) -> float | int | None:
        try:
            value = Decimal(text.replace("£", "").replace("%", "").replace(",", ""))
        except InvalidOperation:
            self._note(field, f"'{text[:20]}' is not a number.")
            return None
        if not value.is_finite() or abs(value) > Decimal(10) ** 12:
            self._note(field, "This number is too large.")
            return None
        value = value / 100 if percent else value
        return int(value) if value == value.to_integral_value() else float(value)

    def _add(self, problem: Problem) -> None:
        """A problem of the loader at the field of its place, or the nearest one above it."""
        place = problem.where.removeprefix(f"{LABEL}, ")
        while place and place not in self._places:
            place = place.rpartition(".")[0]
        said = " ".join(one for one in (problem.found, problem.allowed) if one)
        self._note(self._places.get(place, "title"), said[:1].upper() + said[1:])

    def _note(self, field: str, said: str) -> None:
        held = self.problems.setdefault(field, [])
        if said not in held:
            held.append(said)


KEPT_KEYS = ("inflation", "discounting", "occupancy", "hours_per_wte", "simulation")


def slug(text: str) -> str:
    """A name as an id: small letters, digits and underscores."""
    made = "".join(c if c.isascii() and c.isalnum() else "_" for c in text.lower())
    return "_".join(part for part in made.split("_") if part)[:40] or "intervention"


def _percent(value: Any) -> str:
    if not isinstance(value, int | float):
        return ""
    made = (Decimal(str(value)) * 100).normalize()
    return f"{made:f}"


def _percents(value: Any) -> str:
    held: Sequence[Any] = value if isinstance(value, list | tuple) else [value]
    return ", ".join(_percent(one) for one in held)
