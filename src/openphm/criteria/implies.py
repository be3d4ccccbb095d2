"""Does one criterion imply another, for every person who could ever live?

The answer yes is a proof by the shape of the two criteria; the answer no means only that no proof
was found. It is used to find rules that nobody can reach.
"""

from __future__ import annotations

from openphm.criteria.dated import Codelist
from openphm.criteria.language import (
    Activity,
    All,
    Any,
    AtLeast,
    Attribute,
    Cohort,
    Condition,
    Criterion,
    Everyone,
    Not,
    Place,
    Segment,
)


def implies(narrow: Criterion, wide: Criterion) -> bool:
    """True when everyone in `narrow` is certainly in `wide`."""
    if narrow == wide or isinstance(wide, Everyone):
        return True
    if isinstance(narrow, Cohort):
        return implies(narrow.of, wide)
    if isinstance(wide, Cohort):
        return implies(narrow, wide.of)
    if isinstance(wide, All):
        return all(implies(narrow, part) for part in wide.of)
    if isinstance(narrow, Any):
        return all(implies(part, wide) for part in narrow.of)
    if isinstance(narrow, All) and any(implies(part, wide) for part in narrow.of):
        return True
    if isinstance(wide, Any) and any(implies(narrow, part) for part in wide.of):
        return True
    if isinstance(narrow, Not) and isinstance(wide, Not):
        return implies(wide.of, narrow.of)
    if isinstance(narrow, AtLeast) and isinstance(wide, AtLeast):
        return set(narrow.of) == set(wide.of) and narrow.count >= wide.count
    return _leaf_implies(narrow, wide)


def _leaf_implies(narrow: Criterion, wide: Criterion) -> bool:
    if isinstance(narrow, Attribute) and isinstance(wide, Attribute):
        return narrow.name == wide.name and _attribute_implies(narrow, wide)
    if isinstance(narrow, Condition) and isinstance(wide, Condition):
        return set(narrow.any_of) <= set(wide.any_of) and _condition_implies(narrow, wide)
    if isinstance(narrow, Activity) and isinstance(wide, Activity):
        return _activity_implies(narrow, wide)
    if isinstance(narrow, Codelist) and isinstance(wide, Codelist):
        return _codelist_implies(narrow, wide)
    if isinstance(narrow, Place) and isinstance(wide, Place):
        return narrow.level == wide.level and set(narrow.any_of) <= set(wide.any_of)
    if isinstance(narrow, Segment) and isinstance(wide, Segment):
        return set(narrow.any_of) <= set(wide.any_of)
    return False


def _attribute_implies(narrow: Attribute, wide: Attribute) -> bool:
    if wide.within_months is None and narrow.within_months is not None:
        return False
    if (wide.within_months or 0) < (narrow.within_months or 0):
        return False
    if not wide.is_tested:
        return False
    values = not wide.any_of or (bool(narrow.any_of) and set(narrow.any_of) <= set(wide.any_of))
    return values and _above(narrow, wide) and _below(narrow, wide)


def _above(narrow: Attribute, wide: Attribute) -> bool:
    """The narrow one's lower limits are at least as high as the wide one's."""
    floors = [limit for limit in (narrow.at_least, narrow.above) if limit is not None]
    least = wide.at_least is None or any(floor >= wide.at_least for floor in floors)
    strictly = wide.above is None or (
        (narrow.above is not None and narrow.above >= wide.above)
        or (narrow.at_least is not None and narrow.at_least > wide.above)
    )
    return least and strictly


def _below(narrow: Attribute, wide: Attribute) -> bool:
    """The narrow one's upper limits are at least as low as the wide one's."""
    ceilings = [limit for limit in (narrow.at_most, narrow.below) if limit is not None]
    most = wide.at_most is None or any(ceiling <= wide.at_most for ceiling in ceilings)
    strictly = wide.below is None or (
        (narrow.below is not None and narrow.below <= wide.below)
        or (narrow.at_most is not None and narrow.at_most < wide.below)
    )
    return most and strictly


def _condition_implies(narrow: Condition, wide: Condition) -> bool:
    if wide.ever:
        return True
    if wide.onset_within_months is not None:
        months = narrow.onset_within_months
        return months is not None and months <= wide.onset_within_months
    return not narrow.ever and narrow.onset_within_months is None


def _codelist_implies(narrow: Codelist, wide: Codelist) -> bool:
    """On at least so many days, in a window no shorter and with no fewer codes."""
    if wide.count_at_most is not None or not set(narrow.codes) <= set(wide.codes):
        return False
    months = float("inf") if narrow.within_months is None else narrow.within_months
    if wide.within_months is not None and months > wide.within_months:
        return False
    least = 1 if narrow.is_presence else (narrow.count_at_least or 0)
    return least >= (wide.count_at_least or 1)


def _activity_implies(narrow: Activity, wide: Activity) -> bool:
    """At least so many, in a window no shorter and among points of delivery no fewer."""
    if wide.asks_cost or wide.count_at_most is not None:
        return False
    wider = set(narrow.any_of) <= set(wide.any_of) and narrow.within_months <= wide.within_months
    least = 1 if narrow.is_presence else (narrow.count_at_least or 0)
    return wider and least >= (wide.count_at_least or 1)
