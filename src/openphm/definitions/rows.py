"""One function a table of `tables.COLUMNS`: the definitions as plain rows, in a stable order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from openphm.definitions.contents import Contents

Row = dict[str, Any]


def condition_rows(contents: Contents) -> Iterator[Row]:
    """definitions.condition"""
    for id_, one in sorted(contents.conditions.items()):
        yield {
            "condition_id": id_,
            "name": one.name,
            "body_system": one.system,
            "is_counted": one.is_counted,
            "count_group": one.count_group,
            "lookback_months": one.lookback_months,
            "min_age": one.min_age,
            "is_mental_health": one.is_mental_health,
        }


def condition_code_rows(contents: Contents) -> Iterator[Row]:
    """definitions.condition_code"""
    for id_, condition in sorted(contents.conditions.items()):
        for evidence in condition.evidence:
            for code in evidence.codes:
                yield {
                    "condition_id": id_,
                    "code_system": code.system,
                    "code": code.code,
                    "match": code.match,
                    "role": code.role,
                    "found_in": evidence.found_in,
                    "lookback_months": evidence.lookback_months,
                    "min_age": evidence.min_age,
                }


def attribute_rows(contents: Contents) -> Iterator[Row]:
    """definitions.attribute"""
    for id_, one in sorted(contents.attributes.items()):
        yield {
            "attribute_id": id_,
            "name": one.name,
            "kind": one.kind,
            "method": one.method,
            "lookback_months": one.lookback_months,
            "min_age": one.min_age,
            "max_age": one.max_age,
            "is_stored": one.is_stored,
        }


def attribute_code_rows(contents: Contents) -> Iterator[Row]:
    """definitions.attribute_code"""
    for id_, attribute in sorted(contents.attributes.items()):
        for one in attribute.codes:
            yield {
                "attribute_id": id_,
                "code_system": one.code.system,
                "code": one.code.code,
                "match": one.code.match,
                "role": one.code.role,
                "value_text": one.value_text,
                "value_number": one.value_number,
                "lookback_months": one.lookback_months,
            }


def attribute_condition_rows(contents: Contents) -> Iterator[Row]:
    """definitions.attribute_condition"""
    for id_, attribute in sorted(contents.attributes.items()):
        for condition in attribute.conditions:
            yield {"attribute_id": id_, "condition_id": condition}


def attribute_parameter_rows(contents: Contents) -> Iterator[Row]:
    """definitions.attribute_parameter"""
    for id_, attribute in sorted(contents.attributes.items()):
        believed = {"lowest": attribute.lowest, "highest": attribute.highest}
        limits = {name: limit for name, limit in believed.items() if limit is not None}
        for name, value in sorted({**limits, **attribute.parameters}.items()):
            for position, item in enumerate(value if isinstance(value, list) else [value]):
                is_number = isinstance(item, int | float) and not isinstance(item, bool)
                yield {
                    "attribute_id": id_,
                    "parameter": name,
                    "position": position,
                    "value_text": str(item),
                    "value_number": float(item) if is_number else None,
                }


def attribute_band_rows(contents: Contents) -> Iterator[Row]:
    """definitions.attribute_band"""
    for id_, attribute in sorted(contents.attributes.items()):
        for one in attribute.bands:
            yield {
                "attribute_id": id_,
                "band": one.band,
                "lower_inclusive": one.from_,
                "upper_exclusive": one.below,
            }


def efi_deficit_rows(contents: Contents) -> Iterator[Row]:
    """definitions.efi_deficit"""
    for attribute in contents.attributes.values():
        for one in attribute.deficits:
            same = {"deficit_id": one.id, "deficit_number": one.number, "name": one.name}
            for condition in one.conditions:
                yield {**same, "kind": "condition", "code_system": None, "code": condition, "role": "onset"}
            for code in one.codes:
                yield {
                    **same,
                    "kind": "code",
                    "code_system": code.system,
                    "code": code.code,
                    "role": code.role,
                }
            if one.attribute is not None:
                yield {
                    **same,
                    "kind": "attribute",
                    "code_system": None,
                    "code": one.attribute,
                    "role": "onset",
                }


def point_of_delivery_rows(contents: Contents) -> Iterator[Row]:
    """definitions.point_of_delivery"""
    for pod in contents.costs.points_of_delivery:
        yield {
            "point_of_delivery": pod.id,
            "name": pod.name,
            "setting": pod.setting,
            "cost_category": pod.cost_category,
            "quantity_unit": pod.unit,
            "is_emergency_admission": pod.is_emergency_admission,
            "is_ed_attendance": pod.is_ed_attendance,
            "is_gp_contact": pod.is_gp_contact,
            "counts_bed_days": pod.counts_bed_days,
        }


def unit_cost_rows(contents: Contents) -> Iterator[Row]:
    """definitions.unit_cost"""
    costs = contents.costs.unit_costs
    for one in sorted(costs, key=lambda cost: (cost.point_of_delivery, cost.currency, cost.basis)):
        yield {
            "point_of_delivery": one.point_of_delivery,
            "currency": one.currency,
            "unit": one.unit,
            "cost_gbp": one.cost_gbp,
            "price_year": one.price_year,
            "cost_basis": one.basis,
            "is_proxy": one.basis == "proxy",
            "deflator": one.deflator,
            "source": one.source,
        }


def price_order_rows(contents: Contents) -> Iterator[Row]:
    """definitions.price_order"""
    for pod, bases in contents.costs.price_order:
        for position, basis in enumerate(bases, start=1):
            yield {"position": position, "cost_basis": basis, "point_of_delivery": pod}


def deflator_rows(contents: Contents) -> Iterator[Row]:
    """definitions.deflator"""
    for one in contents.costs.deflators:
        yield {"price_year": one.price_year, "gdp": one.gdp, "is_forecast": one.is_forecast}


def segment_rule_rows(contents: Contents) -> Iterator[Row]:
    """definitions.segment_rule"""
    model = contents.segments["life_course"]
    for rule in model.subsegments:
        yield {
            "position": rule.position,
            "subsegment_code": rule.code,
            "segment_code": rule.segment_code,
            "name": rule.name,
            "segment_name": model.segments[rule.segment_code],
        }


def code_map_rows(contents: Contents) -> Iterator[Row]:
    """definitions.code_map"""
    for one in sorted(contents.reference.maps):
        yield {
            "map_id": one.map_id,
            "code": one.code,
            "second_code": one.second_code,
            "value": one.value,
        }


def ethnic_category_rows(contents: Contents) -> Iterator[Row]:
    """definitions.ethnic_category"""
    for one in contents.reference.ethnic_categories:
        yield {
            "ethnicity_code": one.code,
            "name": one.name,
            "ethnic_group": one.group,
            "is_recorded": one.is_recorded,
            "is_minority": one.is_minority,
        }
