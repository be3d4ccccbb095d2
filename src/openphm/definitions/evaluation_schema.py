"""The JSON schema of a study plan, for editors and for programs that write plans.

Made from the same words and limits as the loader (evaluations.py, evaluation_parts.py), which remains the
judge: it also knows which cohorts, conditions and points of delivery exist. A test holds the two together.
"""

from __future__ import annotations

from typing import Any

from openphm.definitions.evaluation_parts import AMOUNTS, ATTRIBUTES, CONTROL_WORDS, ROLES
from openphm.definitions.evaluations import FOLLOW_UP, LOOK_BACK, MOST_MONTHS, SHORTEST_LOOK_BACK
from openphm.definitions.header import HEADER_KEYS

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
TEXT: Schema = {"type": "string"}
TEXTS: Schema = {"anyOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 1}]}
CRITERION: Schema = {
    "type": "object",
    "description": "A criterion: docs/reference/criteria.md",
    "minProperties": 1,
}
ABOVE_0: Schema = {"type": "number", "exclusiveMinimum": 0}


def evaluation_schema() -> Schema:
    """The schema of one plan, as plain data."""
    own: Schema = {
        "eligibility": CRITERION,
        "exclusions": {"type": "array", "items": CRITERION},
        "index_dates": _one_of({"enrolments": TEXT, "file": TEXT}, ("enrolments", "file")),
        "control_geography": {
            "description": f"{', '.join(CONTROL_WORDS)}, or codes of networks or practices", **TEXTS
        },
        "look_back_months": _months(SHORTEST_LOOK_BACK, LOOK_BACK),
        "follow_up_months": _months(1, FOLLOW_UP),
        "outcomes": _outcomes(),
        "covariates": {"type": "array", "items": _covariate()},
        "costs": _costs(),
        "planning_effect": {"type": "number", "exclusiveMinimum": -1, "exclusiveMaximum": 1},
    }  # fmt: skip
    free: Schema = {name: {} for name in (*sorted(HEADER_KEYS), "note", "based_on", "parameters")}
    free |= {"id": TEXT, "title": TEXT}
    return {
        "$schema": DIALECT,
        "title": "Plan of an evaluation",
        **_object({**free, **own}, ("id", "eligibility", "index_dates", "outcomes")),
    }


def _outcomes() -> Schema:
    fields: Schema = {"id": TEXT, "title": TEXT, "role": {"enum": list(ROLES), "default": "secondary"}}
    one = _one_of({**fields, **dict.fromkeys(AMOUNTS, TEXTS)}, AMOUNTS, ("id",))
    primary = {"type": "object", "properties": {"role": {"const": "primary"}}, "required": ["role"]}
    return {"type": "array", "items": one, "contains": primary, "minContains": 1, "maxContains": 1}


def _covariate() -> Schema:
    fields: Schema = {"id": TEXT, "prognostic": {"type": "boolean", "default": False}}
    ways: Schema = {"of": {"enum": list(ATTRIBUTES)}, "criteria": CRITERION, "activity": TEXTS}
    named = [{"required": ["of"]}, {"required": ["id"]}]
    return {**_one_of({**fields, **ways}, tuple(ways)), "anyOf": named}


def _costs() -> Schema:
    fields: Schema = {
        "programme_gbp": ABOVE_0,
        "period_months": ABOVE_0,
        "outcome": TEXT,
        "cash_releasing_share": {"type": "number", "minimum": 0, "maximum": 1, "default": 0.35},
        "people": {"type": "integer", "minimum": 1},
    }
    return _object(fields, ("programme_gbp", "period_months", "outcome"))


def _months(least: int, usual: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": MOST_MONTHS, "default": usual}


def _object(fields: Schema, needed: tuple[str, ...]) -> Schema:
    return {
        "type": "object", "properties": fields, "required": list(needed), "additionalProperties": False
    }  # fmt: skip


def _one_of(fields: Schema, ways: tuple[str, ...], needed: tuple[str, ...] = ()) -> Schema:
    """An object with exactly one of some keys."""
    return {**_object(fields, needed), "oneOf": [{"required": [one]} for one in ways]}
