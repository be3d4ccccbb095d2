"""The JSON schema of a scenario, for editors, forms and programs that write scenarios.

Made from the same words and limits as the loader (scenarios.py, scenario_interventions.py), which remains the
judge: it also knows which cohorts and activities exist, and that a P10 is not above a P90. A test holds the
two together.
"""

from __future__ import annotations

from typing import Any

from openphm.definitions.header import HEADER_KEYS
from openphm.definitions.scenarios import (
    FEWEST_RUNS,
    LONGEST_HORIZON,
    MOST_RUNS,
    MOVEMENTS,
    POPULATIONS,
    PRICES,
    USUAL_WEEKS,
)

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
NOT_NEGATIVE: Schema = {"type": "number", "minimum": 0}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}


def scenario_schema() -> Schema:
    """The schema of one scenario, as plain data."""
    own: Schema = {
        "horizon_years": {"type": "integer", "minimum": 1, "maximum": LONGEST_HORIZON},
        "prices": {"enum": list(PRICES), "default": PRICES[0]},
        "inflation": _by_name(_range()),
        "discounting": {**TEXT, "default": "green_book"},
        "cash_releasing_share": {**SHARE, "default": 0.35},
        "occupancy": {"type": "number", "exclusiveMinimum": 0, "maximum": 1, "default": 0.92},
        "hours_per_wte": {"type": "number", "exclusiveMinimum": 0, "default": 1545},
        "baseline": {"oneOf": [_stated(), _from_build()]},
        "interventions": {"type": "array", "items": _intervention()},
        "simulation": _object(
            {
                "runs": {"type": "integer", "minimum": FEWEST_RUNS, "maximum": MOST_RUNS, "default": 1000},
                "seed": {"type": "integer", "default": 1},
                "correlation": {**SHARE, "default": 0.5},
            }
        ),
    }
    free: Schema = {name: {} for name in (*sorted(HEADER_KEYS), "note", "based_on", "parameters")}
    free |= {"id": TEXT, "title": TEXT}
    return {"$schema": DIALECT, "title": "Scenario", **_object({**free, **own}, "horizon_years", "baseline")}


def _range(limits: Schema = NUMBER) -> Schema:
    """A figure, or one with its 10th and 90th percentile."""
    fields = {"value": limits, "p10": limits, "p90": limits}
    together = {"p10": ["p90"], "p90": ["p10"]}
    any_of = [{"required": ["value"]}, {"required": ["p10", "p90"]}]
    return {"anyOf": [limits, {**_object(fields), "dependentRequired": together, "anyOf": any_of}]}


def _stated() -> Schema:
    activity = _object(
        {
            "rate": NOT_NEGATIVE,
            "growth": _range(),
            "unit_cost_gbp": NOT_NEGATIVE,
            "bed_days": NOT_NEGATIVE,
            "hours": NOT_NEGATIVE,
        },
        "rate",
        "unit_cost_gbp",
    )
    return _object(
        {
            "people": {"type": "integer", "minimum": 1},
            "population_growth": _range(),
            "activities": {**_by_name(activity), "minProperties": 1},
        },
        "people",
        "activities",
    )


def _from_build() -> Schema:
    backlog = _object({"units": NOT_NEGATIVE, "years": {"type": "integer", "minimum": 1}}, "units", "years")
    return _object(
        {
            "from": {"const": "build"},
            "population": {"enum": list(POPULATIONS), "default": POPULATIONS[0]},
            "movement": {"enum": list(MOVEMENTS), "default": MOVEMENTS[0]},
            "area": TEXT,
            "growth": _by_name(_range()),
            "health_years": _range(),
            "backlog": _by_name(backlog),
            "waiting_list": _object(
                {
                    "weeks": {"type": "integer", "minimum": 0, "default": USUAL_WEEKS},
                    "years": {"type": "integer", "minimum": 1},
                },
                "years",
            ),
        },
        "from",
    )


def _intervention() -> Schema:
    whole: Schema = {"type": "number", "minimum": -1, "maximum": 1}
    found = _object({"evaluation": TEXT, "outcome": TEXT}, "evaluation", "outcome")
    effect: Schema = {"anyOf": [whole, _object({"change": _range(whole)}, "change"), found]}
    substitution = _object(
        {"avoided": TEXT, "created": TEXT, "units": NOT_NEGATIVE}, "avoided", "created", "units"
    )
    money = dict.fromkeys(("set_up_gbp", "yearly_gbp", "hours_per_year", "per_person_gbp"), NOT_NEGATIVE)
    cost = _object({**money, "optimism_bias": NOT_NEGATIVE, "hour_gbp": _range(NOT_NEGATIVE)})
    return _object(
        {
            "id": TEXT,
            "name": TEXT,
            "cohort": {
                "anyOf": [TEXT, {"type": "object"}],
                "description": "A cohort's id or a criterion (docs/reference/criteria.md); or everybody",
            },
            "people": {"type": "integer", "minimum": 1},
            "reach": _yearly(),
            "ramp": _yearly(),
            "effects": {**_by_name(effect), "minProperties": 1},
            "substitutions": {"type": "array", "items": substitution},
            "cost": cost,
        },
        "id",
        "effects",
        "cost",
    )


def _yearly() -> Schema:
    """A share, or one for each year; the last one stays."""
    return {"anyOf": [SHARE, {"type": "array", "items": SHARE, "minItems": 1}], "default": 1}


def _by_name(one: Schema) -> Schema:
    return {"type": "object", "additionalProperties": one}


def _object(fields: Schema, *needed: str) -> Schema:
    return {
        "type": "object", "properties": fields, "required": list(needed), "additionalProperties": False
    }  # fmt: skip
