"""Criteria: the one language for asking about people.

Plain data in, portable SQL out. Segments, cohorts, measures and evaluations all speak it, as at any
month end. docs/reference/criteria.md is the manual.
"""

from openphm.criteria.compile import compile_criterion, compile_flags, compile_rules
from openphm.criteria.dated import Codelist, Sequence, Step
from openphm.criteria.defined import criterion_data, known_names, segment_rules
from openphm.criteria.known import AttributeKind, Known
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
from openphm.criteria.parse import parse
from openphm.criteria.snapshot import Snapshot
from openphm.criteria.waterfall import check_waterfall

__all__ = [
    "Activity",
    "All",
    "Any",
    "AtLeast",
    "Attribute",
    "AttributeKind",
    "Codelist",
    "Cohort",
    "Condition",
    "Criterion",
    "Everyone",
    "Known",
    "Not",
    "Place",
    "Segment",
    "Sequence",
    "Snapshot",
    "Step",
    "check_waterfall",
    "compile_criterion",
    "compile_flags",
    "compile_rules",
    "criterion_data",
    "known_names",
    "parse",
    "segment_rules",
]
