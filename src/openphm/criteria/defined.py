"""Criteria in the definitions: which names there are, and the ordered rules of a segmentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any as Anything

from openphm.core.errors import DefinitionError, Problem
from openphm.criteria.known import AttributeKind, Known
from openphm.criteria.language import Criterion
from openphm.criteria.parse import parse
from openphm.criteria.waterfall import check_waterfall
from openphm.definitions import Definition, Definitions

_STANDING = ("all", "any", "not", "of", "at_least")

Rules = list[tuple[str, Criterion]]


def known_names(definitions: Definitions) -> Known:
    """Every attribute, condition, point of delivery, segment, code list and cohort that is defined.

    Code lists and cohorts are only looked into when a criterion asks about them.
    """
    return Known(
        attributes={one.name: _attribute_kind(one.body) for one in definitions.all("attributes")},
        conditions=frozenset(one.name for one in definitions.all("conditions")),
        activities=frozenset(_points_of_delivery(definitions)),
        segments=frozenset(code for one in definitions.all("segments") for code in _codes(one)),
        codelists=definitions.contents.codelists,
        cohorts={one.id: criterion_data(one.body) for one in definitions.all("cohorts")},
    )


def criterion_data(body: Mapping[str, Anything]) -> object:
    """The plain data of the criterion that a definition holds: under `criteria`, or standing in the file."""
    return (
        body["criteria"] if "criteria" in body else {word: body[word] for word in _STANDING if word in body}
    )


def _attribute_kind(body: Mapping[str, Anything]) -> AttributeKind:
    values = tuple(str(value) for value in body.get("values", ()))
    return AttributeKind(str(body.get("kind", "flag")), values, body.get("lowest"), body.get("highest"))


def _points_of_delivery(definitions: Definitions) -> list[str]:
    return [
        str(point["id"])
        for one in definitions.all("costs")
        for point in one.body.get("points_of_delivery", ())
    ]


def _codes(segmentation: Definition) -> list[str]:
    parts = (*segmentation.body.get("segments", ()), *segmentation.body.get("subsegments", ()))
    return [str(part["code"]) for part in parts]


def segment_rules(segmentation: Definition, known: Known) -> Rules:
    """The ordered rules of a segmentation, proved exclusive, exhaustive and reachable.

    Raises DefinitionError with every problem of the file.
    """
    parameters = {name: one["value"] for name, one in segmentation.body.get("parameters", {}).items()}
    problems: list[Problem] = []
    rules: Rules = []
    for place, part in enumerate(segmentation.body.get("subsegments", ())):
        where = f"{segmentation.label}, subsegments[{place}].criteria"
        try:
            rules.append(
                (str(part["code"]), parse(part.get("criteria"), known, where, parameters=parameters))
            )
        except DefinitionError as error:
            problems.extend(error.problems)
    if problems:
        raise DefinitionError.of(problems)
    check_waterfall(rules, f"{segmentation.label}, subsegments")
    return rules
