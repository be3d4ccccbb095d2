"""The form of a study plan: its fields from plain data and back, and each problem at its field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openphm.core.errors import PlanError, Problem
from openphm.definitions.evaluations import read_plan
from openphm.definitions.names import Names
from openphm.web.screens.scenarios_form import slug

LABEL = "plan"
OUTCOMES, COVARIATES, EXCLUSIONS = 14, 12, 4
WHOLE = ("look_back_months", "follow_up_months", "costs.people")
PERCENT = ("planning_effect", "costs.cash_releasing_share")
NUMBERS = ("costs.programme_gbp", "costs.period_months")


def fields_of(body: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a form from a plan's plain data."""
    eligibility = body.get("eligibility") or {}
    places = body.get("control_geography", "elsewhere")
    costs = body.get("costs") or {}
    found = {
        "title": str(body.get("title", "")),
        "cohort": str(eligibility.get("cohort", "")),
        "enrolments": str((body.get("index_dates") or {}).get("enrolments", "")),
        "control_geography": places if isinstance(places, str) else ", ".join(places),
        "look_back_months": str(body.get("look_back_months", 24)),
        "follow_up_months": str(body.get("follow_up_months", 12)),
        "costs.outcome": str(costs.get("outcome", "")),
    }
    for name in ("costs.programme_gbp", "costs.period_months", "costs.people"):
        found[name] = str(costs.get(name.removeprefix("costs."), ""))
    for name, value in (
        ("planning_effect", body.get("planning_effect")),
        ("costs.cash_releasing_share", costs.get("cash_releasing_share")),
    ):
        found[name] = "" if value is None else f"{round(100 * value, 6):g}"
    for number, one in enumerate(body.get("exclusions") or []):
        found[f"x{number}"] = ":".join(next(iter(one.items())))
    for number, one in enumerate(body.get("outcomes") or []):
        word = next(word for word in ("activity", "cost", "bed_days", "measure") if word in one)
        of = one[word] if isinstance(one[word], list) else [one[word]]
        found |= {
            f"o{number}.id": str(one["id"]),
            f"o{number}.title": str(one.get("title", "")),
            f"o{number}.of": f"{word}:{','.join(of)}",
            f"o{number}.role": str(one.get("role", "secondary")),
        }
    for number, one in enumerate(body.get("covariates") or []):
        found |= {f"c{number}.{name}": text for name, text in _covariate_fields(one).items()}
    return found


def _covariate_fields(one: Mapping[str, Any]) -> dict[str, str]:
    if "of" in one:
        what = f"of:{one['of']}"
    elif "activity" in one:
        held = one["activity"] if isinstance(one["activity"], list) else [one["activity"]]
        what = f"activity:{','.join(held)}"
    else:
        what = "attribute:" + str(one["criteria"].get("attribute", ""))
    return {"id": str(one.get("id", "")), "what": what, "prognostic": "yes" if one.get("prognostic") else ""}


class PlanRead:
    """A form as plain data: `body` for the loader, and `problems` by the name of the field."""

    def __init__(self, fields: Mapping[str, str], names: Names, plan_id: str) -> None:
        self.fields = fields
        self.problems: dict[str, list[str]] = {}
        self._places: dict[str, str] = {}
        self.body = self._body(plan_id)
        try:
            read_plan(self.body, names, LABEL)
        except PlanError as error:
            for problem in error.problems:
                self._add(problem)

    def _body(self, plan_id: str) -> dict[str, Any]:
        body: dict[str, Any] = {"id": plan_id, "title": self._text("title")}
        if not body["title"]:
            self._note("title", "A study needs a name.")
        if self._text("cohort"):
            body["eligibility"] = {"cohort": self._text("cohort")}
        self._places |= {"eligibility": "cohort", "index_dates": "enrolments", "outcomes": "o0.title"}
        body["index_dates"] = {"enrolments": self._text("enrolments")}
        held = [self._text(f"x{number}") for number in range(EXCLUSIONS)]
        exclusions = [dict([one.split(":", 1)]) for one in held if ":" in one]
        if exclusions:
            body["exclusions"] = exclusions
        places = [one.strip() for one in self._text("control_geography").split(",") if one.strip()]
        body["control_geography"] = places[0] if len(places) == 1 else places or "elsewhere"
        for name in ("look_back_months", "follow_up_months", "planning_effect"):
            value = self._number(name)
            if value is not None:
                body[name] = value
        body["outcomes"] = self._outcomes()
        covariates = self._covariates()
        if covariates:
            body["covariates"] = covariates
        costs = {
            name.removeprefix("costs."): self._number(name)
            for name in (*NUMBERS, "costs.cash_releasing_share", "costs.people")
        }
        if costs["programme_gbp"] is not None:
            body["costs"] = {name: value for name, value in costs.items() if value is not None}
            in_pounds = [str(one["id"]) for one in body["outcomes"] if "cost" in one]
            body["costs"]["outcome"] = self._text("costs.outcome") or next(iter(in_pounds), "")
            self._places["costs"] = "costs.programme_gbp"
        return body

    def _outcomes(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for number in range(OUTCOMES):
            own = f"o{number}"
            word, _, of = self._text(f"{own}.of").partition(":")
            if not of:
                continue
            at = f"outcomes[{len(found)}]"
            self._places |= {at: f"{own}.title", f"{at}.{word}": f"{own}.of", f"{at}.role": f"{own}.role"}
            title = self._text(f"{own}.title") or of.replace("_", " ").capitalize()
            one: dict[str, Any] = {"id": self._text(f"{own}.id") or slug(title), "title": title}
            role = self._text(f"{own}.role") or "secondary"
            one |= {} if role == "secondary" else {"role": role}
            one[word] = of.split(",")
            found.append(one)
        return found

    def _covariates(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for number in range(COVARIATES):
            own = f"c{number}"
            word, _, of = self._text(f"{own}.what").partition(":")
            if not of:
                continue
            self._places[f"covariates[{len(found)}]"] = f"{own}.what"
            one: dict[str, Any] = {}
            id_ = self._text(f"{own}.id") or slug(of)
            if word == "of":
                one["of"] = of
            elif word == "activity":
                one |= {"id": id_, "activity": of.split(",")}
            else:
                one |= {"id": id_, "criteria": {"attribute": of}}
            found.append(one | ({"prognostic": True} if self._text(f"{own}.prognostic") else {}))
        return found

    def _text(self, field: str) -> str:
        self._places[field] = field
        return self.fields.get(field, "").strip()[:200]

    def _number(self, field: str) -> float | int | None:
        text = self._text(field).replace("£", "").replace("%", "").replace(",", "")
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            self._note(field, f"'{text[:20]}' is not a number.")
            return None
        if not abs(value) < 1e12:
            self._note(field, "This number is too large.")
            return None
        if field in PERCENT:
            return round(value / 100, 8)
        return int(value) if value == int(value) else value

    def _add(self, problem: Problem) -> None:
        place = problem.where.removeprefix(f"{LABEL}, ")
        while place and place not in self._places:
            place = place.rpartition(".")[0]
        said = " ".join(one for one in (problem.found, problem.allowed) if one)
        self._note(self._places.get(place, "title"), said[:1].upper() + said[1:])

    def _note(self, field: str, said: str) -> None:
        held = self.problems.setdefault(field, [])
        if said not in held:
            held.append(said)
