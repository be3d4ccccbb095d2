"""Why a person is in a cohort, or nearly: the value and the date behind each part of the criterion.

A leaf is a part that asks one thing. Its evidence is what the build holds about it as at the date,
whether or not it is enough: six attendances where seven are asked are evidence of a near miss.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from openphm.criteria import Activity, Attribute, Condition, Criterion, Not, Place, Segment
from openphm.criteria.answers import ATTRIBUTE_COLUMNS
from openphm.criteria.language import AGE
from openphm.criteria.trees import text
from openphm.definitions import Definitions
from openphm.population.asking import Row

_SPINE_PLACES = {
    "registered_practice": "s.practice_code",
    "registered_pcn": "s.pcn_code",
    "resident_lsoa21": "s.lsoa21_code",
}


@dataclass(frozen=True)
class Leaf:
    """One part that asks one thing, and whether it must hold (False under an odd number of `not`)."""

    criterion: Criterion
    is_wanted: bool = True


def leaves(criterion: Criterion, *, is_wanted: bool = True) -> Iterator[Leaf]:
    """The leaves of a criterion in the order they are written."""
    if not criterion.children:
        yield Leaf(criterion, is_wanted)
        return
    inside = not is_wanted if isinstance(criterion, Not) else is_wanted
    for child in criterion.children:
        yield from leaves(child, is_wanted=inside)


@dataclass(frozen=True)
class Held:
    """What is held about one leaf: a value in words, its number and its date."""

    said: str
    number: float | None = None
    day: date | None = None


def evidence_sql(asked: Sequence[Criterion], spine: str) -> str:
    """SELECT of person_key, as_at, leaf (its place), value_text, value_number and day, over a spine."""
    parts = [select for place, leaf in enumerate(asked) if (select := _select(leaf, place, spine))]
    nothing = (
        f"SELECT s.person_key, s.as_at, -1 AS leaf, CAST(NULL AS VARCHAR) AS value_text, "
        f"CAST(NULL AS DOUBLE) AS value_number, CAST(NULL AS DATE) AS day FROM {spine} AS s WHERE FALSE"
    )
    return "\nUNION ALL\n".join([nothing, *parts])


def _select(leaf: Criterion, place: int, spine: str) -> str:
    if isinstance(leaf, Attribute):
        return _of_spine(leaf, place, spine) if leaf.is_on_spine else _of_attribute(leaf, place, spine)
    if isinstance(leaf, Condition):
        return _of_condition(leaf, place, spine)
    if isinstance(leaf, Activity):
        return _of_activity(leaf, place, spine)
    if isinstance(leaf, Place) and leaf.level in _SPINE_PLACES:
        return _row(place, _SPINE_PLACES[leaf.level], "NULL", "NULL") + f" FROM {spine} AS s"
    if isinstance(leaf, Segment):
        return _row(place, "s.subsegment_code", "NULL", "NULL") + f" FROM {spine} AS s"
    return ""


def _row(place: int, words: str, number: str, day: str) -> str:
    return (
        f"SELECT s.person_key, s.as_at, {place} AS leaf, CAST({words} AS VARCHAR) AS value_text, "
        f"CAST({number} AS DOUBLE) AS value_number, CAST({day} AS DATE) AS day"
    )


def _of_spine(leaf: Attribute, place: int, spine: str) -> str:
    if leaf.name == AGE:
        return _row(place, "NULL", "age_at(s.birth_month, s.as_at)", "NULL") + f" FROM {spine} AS s"
    name, alias = ATTRIBUTE_COLUMNS[leaf.name]
    if alias != "s":
        name = "ethnicity_code"
    return _row(place, f"s.{name}", "NULL", "NULL") + f" FROM {spine} AS s"


def _of_attribute(leaf: Attribute, place: int, spine: str) -> str:
    last = f"add_months(s.as_at, {-leaf.within_months})" if leaf.within_months else "s.as_at"
    return f"""{_row(place, "t.value_text", "t.value_number", "t.from_date")}
FROM {spine} AS s JOIN attributes.person_attribute AS t ON t.person_key = s.person_key
WHERE t.attribute_id = {text(leaf.name).sql()} AND t.from_date <= s.as_at
    AND (t.to_date IS NULL OR t.to_date > {last})"""


def _of_condition(leaf: Condition, place: int, spine: str) -> str:
    names = ", ".join(text(name).sql() for name in leaf.any_of)
    current = "" if leaf.ever else " AND (t.resolved_date IS NULL OR t.resolved_date > s.as_at)"
    return f"""{_row(place, "t.condition_id", "NULL", "t.start_date")}
FROM {spine} AS s JOIN conditions.person_condition AS t ON t.person_key = s.person_key
WHERE t.condition_id IN ({names}) AND t.start_date <= s.as_at{current}"""


def _of_activity(leaf: Activity, place: int, spine: str) -> str:
    names = ", ".join(text(name).sql() for name in leaf.any_of)
    amount, costs = "COUNT(CASE WHEN e.is_start THEN 1 END)", ""
    if leaf.asks_cost and not leaf.asks_count:
        amount = "SUM(c.cost_gbp)"
        costs = "JOIN costs.event_cost AS c ON c.event_id = e.event_id"
    return f"""{_row(place, "NULL", amount, "MAX(e.event_date)")}
FROM {spine} AS s JOIN activity.event AS e ON e.person_key = s.person_key {costs}
WHERE e.point_of_delivery IN ({names}) AND e.event_date <= s.as_at
    AND e.event_date > add_months(s.as_at, {-leaf.within_months})
GROUP BY s.person_key, s.as_at"""


def held(leaf: Criterion, rows: Sequence[Row], definitions: Definitions) -> Held:
    """What the rows of one leaf say, in plain words; the latest first where there are several."""
    found = sorted(rows, key=lambda row: (row["day"] is not None, row["day"]), reverse=True)
    if not found:
        return Held(_nothing(leaf), 0.0 if isinstance(leaf, Activity) else None)
    latest = found[0]
    number, day = latest["value_number"], latest["day"]
    if isinstance(leaf, Condition):
        names = dict.fromkeys(_title(definitions, "conditions", str(row["value_text"])) for row in found)
        return Held(", ".join(names), None, min(row["day"] for row in found))
    if isinstance(leaf, Activity):
        return Held(_counted(leaf, float(number or 0), definitions), float(number or 0), day)
    if isinstance(leaf, Attribute):
        return _attribute(leaf, latest, definitions)
    return Held(str(latest["value_text"]), number, day)


def _nothing(leaf: Criterion) -> str:
    return "none" if isinstance(leaf, Activity | Condition) else "not recorded"


def _counted(leaf: Activity, number: float, definitions: Definitions) -> str:
    names = {one.id: one.name for one in definitions.contents.costs.points_of_delivery}
    what = " or ".join(names.get(name, name) for name in leaf.any_of)
    amount = f"£{number:,.0f} of" if leaf.asks_cost and not leaf.asks_count else f"{number:,.0f} ×"
    return f"{amount} {what} in {leaf.within_months} months"


def _attribute(leaf: Attribute, row: Row, definitions: Definitions) -> Held:
    title = _title(definitions, "attributes", leaf.name)
    value, number = row["value_text"], row["value_number"]
    if value is None and number is not None:
        # A number of a place or an age has no day of its own: it holds from the month of birth on.
        said = f"{number:g} years old" if leaf.name == AGE else f"{title} {number:.3g}"
        return Held(said, float(number), None)
    said = title if value in (None, "true", "yes") else f"{title}: {value}"
    return Held(said, None, row["day"])


def _title(definitions: Definitions, kind: str, name: str) -> str:
    found = definitions.by_id.get(f"{kind}/{name}")
    return found.title if found else name.replace("_", " ")


def short_by(leaf: Criterion, found: Held) -> float | None:
    """How far a number is from its limit; None when it is not a question of a number, or it is met."""
    number = found.number
    if number is None:
        return None
    lowest, highest = _limits(leaf)
    if lowest is not None and number < lowest:
        return lowest - number
    if highest is not None and number > highest:
        return number - highest
    return None


def _limits(leaf: Criterion) -> tuple[float | None, float | None]:
    if isinstance(leaf, Attribute):
        lowest = leaf.at_least if leaf.at_least is not None else leaf.above
        return lowest, leaf.at_most if leaf.at_most is not None else leaf.below
    if isinstance(leaf, Activity) and leaf.asks_count:
        return leaf.count_at_least, leaf.count_at_most
    if isinstance(leaf, Activity) and leaf.asks_cost:
        return leaf.cost_at_least_gbp, leaf.cost_at_most_gbp
    if isinstance(leaf, Activity):
        return 1, None
    return None, None
