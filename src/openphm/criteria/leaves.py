"""The leaves of the language, read from one mapping each.

A leaf asks one thing of a person. `Settings` reads its values and notes what is wrong with them; what
is made here from wrong values is never used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from openphm.criteria.coded import CODED_TABLES
from openphm.criteria.dated import Codelist, codes_of
from openphm.criteria.known import Known
from openphm.criteria.language import Activity, Attribute, Condition, Criterion, Everyone, Place, Segment
from openphm.criteria.sequences import read_sequence
from openphm.criteria.settings import Settings


def _everyone(settings: Settings, known: Known) -> Criterion:
    if settings.data["everyone"] is not True:
        settings.problem("everyone", "'everyone' can only be true.", "", "write 'everyone: true'.")
    return Everyone()


def _condition(settings: Settings, known: Known) -> Criterion:
    names = settings.names("condition", known.conditions)
    ever, onset = settings.flag("ever"), settings.months("onset_within_months")
    if ever and onset is not None:
        settings.problem(
            "ever", "'ever' and 'onset_within_months' exclude each other.", "", "keep one of them."
        )
    return Condition(names, ever, onset)


def _activity(settings: Settings, known: Known) -> Criterion:
    names = settings.names("activity", known.activities)
    months = settings.months("within_months")
    if months is None and "within_months" not in settings.data:
        settings.problem("", "'activity' needs 'within_months'.", "", "write 'within_months: 12'.")
    least, most = settings.whole("count_at_least", lowest=1), settings.whole("count_at_most", lowest=0)
    cost_least, cost_most = settings.number("cost_at_least_gbp"), settings.number("cost_at_most_gbp")
    settings.in_order("count_at_least", least, "count_at_most", most)
    settings.in_order("cost_at_least_gbp", cost_least, "cost_at_most_gbp", cost_most)
    return Activity(names, months or 0, least, most, cost_least, cost_most)


def _codelist(settings: Settings, known: Known) -> Criterion:
    names = settings.names("codelist", known.codelists)
    ever, months = settings.flag("ever"), settings.months("within_months")
    if ever == ("within_months" in settings.data):
        found = "'codelist' needs one of 'ever: true' and 'within_months'."
        settings.problem("", found, "", "write 'within_months: 12', or 'ever: true'.")
    least, most = settings.whole("count_at_least", lowest=1), settings.whole("count_at_most", lowest=0)
    settings.in_order("count_at_least", least, "count_at_most", most)
    codes = codes_of(names, known.codelists)
    if names and not any(one.system in CODED_TABLES for one in codes):
        settings.problem("codelist", "The list has no code of a system that records are kept in.")
    return Codelist(names, codes, ever, months, least, most)


def _place(settings: Settings, known: Known) -> Criterion:
    levels = settings.names("place", known.places)
    if len(levels) > 1:
        settings.problem("place", "'place' names one kind of place.", "", "write one part for each kind.")
    level = levels[0] if levels else ""
    return Place(level, settings.place_codes("any_of", level))


def _segment(settings: Settings, known: Known) -> Criterion:
    return Segment(settings.names("segment", known.segments))


def _attribute(settings: Settings, known: Known) -> Criterion:
    names = settings.names("attribute", known.attribute_names)
    if len(names) > 1:
        settings.problem("attribute", "'attribute' names one attribute.", "", "write one part for each.")
    if len(names) != 1:
        return Attribute("")
    kind = known.attribute(names[0])
    assert kind is not None
    return settings.attribute(names[0], kind)


LEAVES: Mapping[str, Callable[[Settings, Known], Criterion]] = {
    "everyone": _everyone,
    "attribute": _attribute,
    "condition": _condition,
    "activity": _activity,
    "codelist": _codelist,
    "sequence": read_sequence,
    "place": _place,
    "segment": _segment,
}
