"""Release: the only way out. A `Result` goes in, a `Released` comes out, and writers take nothing else.

Disclosure control is decided here from the values alone: each figure carries the people behind it, and
the rule is passed in. No state is kept, so the same result under the same rule is always released in the
same way. docs/explanation/disclosure.md says what the rules protect against and what they do not.
"""

from openphm.release.deciding import Figure
from openphm.release.folding import Fold, Line, Wide, widen
from openphm.release.overlap import Overlap, too_close
from openphm.release.person_rows import Recipient, ReleasedRows, approved_workspace, direct_care
from openphm.release.released import Released, secondary_use
from openphm.release.rule import NONE, DisclosureRule
from openphm.release.shown import shown, shown_limits, spoken
from openphm.release.writing import FORMATS, as_text, write

__all__ = [
    "FORMATS",
    "NONE",
    "DisclosureRule",
    "Figure",
    "Fold",
    "Line",
    "Overlap",
    "Recipient",
    "Released",
    "ReleasedRows",
    "Wide",
    "approved_workspace",
    "as_text",
    "direct_care",
    "secondary_use",
    "shown",
    "shown_limits",
    "spoken",
    "too_close",
    "widen",
    "write",
]
