"""segments.history: the ordered rules of the definitions, asked of everybody at every month end.

The rules are data, so the SELECT is compiled from them by `criteria`; this module gives it its header and
declared types. The first rule that holds wins, and the last holds for everyone.
"""

from __future__ import annotations

from pathlib import Path

from openphm.criteria import compile_rules, known_names, segment_rules
from openphm.definitions import Definitions
from openphm.store import SqlFile
from openphm.store.header import parse_header

SEGMENTATION = "segments/life_course"
_CARRIED = ("month_end", "practice_code", "is_registered_at_month_end")

_HEADER = """-- purpose: the subsegment of everybody registered, month by month
-- reads: {reads}
-- writes: segments.history
-- grain: one row per person and month with a registered day
-- key: person_key, month_end
-- sort: person_key, month_end
-- encode: practice_code, subsegment_code
-- ranges: person_key
-- columns:
--   person_key                  INTEGER  the person
--   month_end                   DATE     last day of the month
--   as_at                       DATE     the month end, or the last registered day before it
--   practice_code               STRING   practice on that day
--   is_registered_at_month_end  BOOLEAN  registered on the last day of the month
--   subsegment_code             STRING   the subsegment
--   rule_position               INTEGER  which rule was the first that held, from 1
"""

_SELECT = """SELECT
    CAST(h.person_key AS INTEGER) AS person_key,
    CAST(h.month_end AS DATE) AS month_end,
    CAST(h.as_at AS DATE) AS as_at,
    CAST(h.practice_code AS STRING) AS practice_code,
    CAST(h.is_registered_at_month_end AS BOOLEAN) AS is_registered_at_month_end,
    CAST(h.subsegment_code AS STRING) AS subsegment_code,
    CAST(h.rule_position AS INTEGER) AS rule_position
FROM (
{rules}
) AS h
"""

_TABLES = (
    "activity.event",
    "attributes.person_attribute",
    "conditions.person_condition",
    "costs.event_cost",
    "reference.lsoa21",
    "reference.practice",
    "segments.spine",
)


def history_file(definitions: Definitions) -> SqlFile:
    """The SQL file of segments.history, from the rules in force. Raises DefinitionError."""
    rules = segment_rules(definitions.get(SEGMENTATION), known_names(definitions))
    compiled = compile_rules(rules, "segments.spine", carry=_CARRIED)
    reads = [name for name in _TABLES if name in compiled]
    text = _HEADER.format(reads=", ".join(reads)) + _SELECT.format(rules=compiled)
    header, problems = parse_header(text, "history.sql")
    if header is None:
        raise ValueError(f"the header of segments.history is damaged: {problems}")
    return SqlFile(Path("segments/history.sql"), header, text)
