"""The pages of the manual that list what the definitions say: conditions, attributes, costs, segments.

    python -m tests.definitions.manual_pages docs/reference

writes them; a test fails when one is stale.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from openphm.definitions.load import Definitions, load
from openphm.definitions.tables import COLUMNS

_FIRST = (
    "<!-- Written by python -m tests.definitions.manual_pages; change the definitions, not this page. -->\n"
)


def pages(definitions: Definitions) -> dict[str, str]:
    """File name -> text of every generated page."""
    return {
        "definitions-conditions.md": _conditions(definitions),
        "definitions-attributes.md": _attributes(definitions),
        "definitions-costs.md": _costs(definitions),
        "definitions-segments.md": _segments(definitions),
        "definitions-tables.md": _tables(),
    }


def write_pages(folder: Path) -> None:
    """Write all pages into a folder."""
    for name, text in pages(load()).items():
        (folder / name).write_text(text, "utf-8")


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    lines = ["| " + " | ".join(head) + " |"]
    lines.append("|" + "---|" * (lines[0].count("|") - 1))
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if value is None else str(value).replace("|", "\\|")


def _conditions(definitions: Definitions) -> str:
    rows = []
    for id_, one in sorted(definitions.contents.conditions.items()):
        where = [f"{part.found_in} ({len(part.codes)})" for part in one.evidence]
        holds = [f"{part.lookback_months} ({part.found_in})" for part in one.evidence if part.lookback_months]
        resolves = any(code.role == "resolved" for part in one.evidence for code in part.codes)
        counted = ("yes" if one.count_group == id_ else f"as {one.count_group}") if one.is_counted else ""
        found = ", ".join(where)
        rows.append(
            (f"`{id_}`", one.name, one.system, counted, found, resolves, ", ".join(holds), one.min_age)
        )
    head = (
        "id",
        "name",
        "system",
        "counted",
        "found in (codes)",
        "can resolve",
        "look-back (months)",
        "from age",
    )
    begins = (
        "A condition begins with its first evidence. It ends with a later resolved code or, with a "
        "look-back, so many months after the last evidence."
    )
    return f"{_FIRST}# Conditions\n\n{len(rows)} conditions. {begins}\n\n" + _table(head, rows)


def _attributes(definitions: Definitions) -> str:
    rows = [
        (f"`{id_}`", one.name, one.kind, one.method, one.lookback_months, ", ".join(one.values))
        for id_, one in sorted(definitions.contents.attributes.items())
    ]
    deficits = [
        (
            one.number,
            f"`{one.id}`",
            one.name,
            ", ".join(one.conditions) or one.attribute,
            len(one.codes) or None,
        )
        for attribute in definitions.contents.attributes.values()
        for one in attribute.deficits
    ]
    return (
        f"{_FIRST}# Attributes\n\n"
        + _table(("id", "name", "kind", "method", "look-back (months)", "values"), rows)
        + "\n## The 36 deficits of the electronic Frailty Index\n\n"
        + _table(("number", "id", "name", "condition or attribute", "codes"), deficits)
    )


def _costs(definitions: Definitions) -> str:
    costs = definitions.contents.costs
    pods = [
        (f"`{one.id}`", one.name, one.setting, one.cost_category, one.unit)
        for one in costs.points_of_delivery
    ]
    prices = [
        (
            f"`{one.point_of_delivery}`",
            one.currency,
            one.unit,
            one.cost_gbp,
            one.price_year,
            one.basis,
            one.source,
        )
        for one in costs.unit_costs
        if one.basis != "tariff"
    ]
    n_tariff = sum(one.basis == "tariff" for one in costs.unit_costs)
    return (
        f"{_FIRST}# Costs\n\n## Points of delivery\n\n"
        + _table(("id", "name", "setting", "cost row", "unit"), pods)
        + f"\n## Unit costs\n\nBeside these, {n_tariff:,} prices by HRG and point of delivery.\n\n"
        + _table(("point of delivery", "currency", "unit", "pounds", "price year", "basis", "source"), prices)
    )


def _segments(definitions: Definitions) -> str:
    text = f"{_FIRST}# Segments\n"
    for model in definitions.contents.segments.values():
        one = definitions.get(f"segments/{model.id}")
        parameters = one.body.get("parameters") or {}
        given = [
            (f"`{name}`", _plain(value["value"]), value["meaning"]) for name, value in parameters.items()
        ]
        rules = [
            (rule.position, rule.code, rule.name, f"`{_plain(rule.criteria)}`") for rule in model.subsegments
        ]
        text += f"\n## {one.title}\n\n{one.header.source}. The first rule that holds wins.\n\n"
        text += _table(("order", "code", "name", "rule"), rules)
        text += "\n### Parameters\n\n" + _table(("parameter", "value", "meaning"), given)
    return text


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_plain(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_plain(item) for item in value) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _tables() -> str:
    text = (
        f"{_FIRST}# The definitions tables of a build\n\nSQL reads words, codes and thresholds from these.\n"
    )
    for name, columns in COLUMNS.items():
        rows = [(f"`{one.name}`", one.type, one.meaning) for one in columns]
        text += f"\n## definitions.{name}\n\n" + _table(("column", "type", "meaning"), rows)
    return text


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
