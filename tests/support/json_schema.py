"""Judge a value by a JSON schema: the words that our schemas use, any other is an error of the test."""

from __future__ import annotations

from typing import Any

KINDS: dict[str, Any] = {"object": dict, "array": list, "string": str, "boolean": bool}


def is_valid(schema: dict[str, Any], value: Any) -> bool:
    """Judge a value by the words of JSON Schema that our schemas use; others are an error."""
    return all(_holds(word, said, schema, value) for word, said in schema.items())


def _holds(word: str, said: Any, schema: dict[str, Any], value: Any) -> bool:
    if word in ("$schema", "title", "description", "default", "minContains", "maxContains"):
        return True
    if word == "type":
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if said in ("number", "integer"):
            return number and (said == "number" or value == int(value))
        return isinstance(value, KINDS[said])
    if word in ("enum", "const"):
        return value in (said if word == "enum" else [said])
    if word in ("anyOf", "oneOf"):
        fitting = sum(is_valid(one, value) for one in said)
        return fitting == 1 if word == "oneOf" else fitting > 0
    return _holds_inside(word, said, schema, value)


def _holds_inside(word: str, said: Any, schema: dict[str, Any], value: Any) -> bool:
    match word:
        case "properties":
            return all(is_valid(said[name], one) for name, one in value.items() if name in said)
        case "required":
            return set(said) <= set(value)
        case "additionalProperties":
            return _fits_others(said, schema.get("properties", {}), value)
        case "dependentRequired":
            return all(set(needed) <= set(value) for name, needed in said.items() if name in value)
        case "items":
            return all(is_valid(said, one) for one in value)
        case "contains":
            fitting = sum(is_valid(said, one) for one in value)
            return bool(schema["minContains"] <= fitting <= schema["maxContains"])
        case "minItems" | "minProperties":
            return len(value) >= said
        case "minimum":
            return bool(value >= said)
        case "maximum":
            return bool(value <= said)
        case "exclusiveMinimum":
            return bool(value > said)
        case "exclusiveMaximum":
            return bool(value < said)
    raise AssertionError(f"the test does not know the word {word}")


def _fits_others(said: Any, named: dict[str, Any], value: dict[str, Any]) -> bool:
    """Keys that are not named: none are allowed, or each fits a schema."""
    others = [one for name, one in value.items() if name not in named]
    return not others if said is False else all(is_valid(said, one) for one in others)
