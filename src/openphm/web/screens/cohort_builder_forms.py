"""The forms of the cohort builder: from fields to a line, and from a line to the fields that say it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from openphm.definitions.problems import Problems
from openphm.definitions.yaml_reader import read_yaml

TESTS = ("at_least", "at_most", "above", "below", "any_of")
COUNTS = ("count_at_least", "count_at_most", "cost_at_least_gbp", "cost_at_most_gbp", "within_months")
NAMED = ("attribute", "condition", "activity", "segment", "cohort")


def line_of(fields: Mapping[str, str]) -> Any:
    """The criterion that a form describes, as plain data; what is wrong in it the language says."""
    kind, name = fields.get("kind", ""), fields.get("name", "").strip()
    made: dict[str, Any]
    if kind == "text":
        return _read(name)
    names = [one.strip() for one in name.split(",") if one.strip()]
    if kind == "place":
        made = {"place": fields.get("level", ""), "any_of": [one.upper() for one in names]}
    elif kind in ("condition", "activity", "segment"):
        made = {kind: names[0] if len(names) == 1 else names}
    else:
        made = {kind: name}
    if kind == "attribute" and fields.get("test") in TESTS:
        values = [number_of(one) for one in fields.get("value", "").split(",") if one.strip()]
        made[fields["test"]] = values if fields["test"] == "any_of" else (values or [""])[0]
    if kind == "activity":
        made |= {one: number_of(fields[one]) for one in COUNTS if fields.get(one, "").strip()}
    if kind == "condition" and fields.get("ever"):
        made["ever"] = True
    return {"not": made} if fields.get("leave_out") else made


def number_of(text: str) -> int | float | str:
    """A number where it is one, the text where it is not."""
    text = text.strip().replace("£", "")
    try:
        value = float(text)
    except ValueError:
        return text
    if value != value or abs(value) > 1e12:
        return text
    return int(value) if value == int(value) else value


def fields_of(plain: Any) -> dict[str, str]:
    """The form that says a line: its own kind where there is one, and the criterion as text otherwise."""
    is_left_out = isinstance(plain, dict) and set(plain) == {"not"}
    inner = plain["not"] if is_left_out else plain
    fields = _fields(inner) if isinstance(inner, dict) else {}
    if is_left_out:
        fields["leave_out"] = "yes"
    if fields.get("kind") and line_of(fields) == plain:
        return fields
    return {"kind": "text", "name": json.dumps(plain, ensure_ascii=False)}


def _read(text: str) -> Any:
    """A criterion in YAML or JSON; the text itself when it is neither, for the language to refuse."""
    held = read_yaml(text.encode("utf-8", "replace"), "this line", Problems())
    return text if held is None else json.loads(json.dumps(held, default=str))


def _fields(inner: Mapping[str, Any]) -> dict[str, str]:
    kind = next((word for word in (*NAMED, "place") if word in inner), "")
    if kind == "place":
        return {"kind": kind, "level": str(inner["place"]), "name": _listed(inner.get("any_of"))}
    fields = {"kind": kind, "name": _listed(inner.get(kind))}
    for test in TESTS:
        if test in inner:
            fields |= {"test": test, "value": _listed(inner[test])}
    fields |= {name: str(inner[name]) for name in COUNTS if name in inner}
    return {**fields, "ever": "yes"} if inner.get("ever") else fields


def _listed(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
