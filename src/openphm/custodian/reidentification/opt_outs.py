"""What re-identification needs to know of opt-outs: who may not be given, from lists that are new enough.

The lists are loaded and kept by the custodian's opt-out commands; the desk asks at each check, at release
and at collection, so an objection made after a cohort was frozen still holds.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Protocol


class OptOuts(Protocol):
    """Answers for a set of people at once."""

    def objecting(self, people: Collection[str], today: date) -> frozenset[str]:
        """Those of these people whose identity may not be given, for whatever reason.

        Raises Refused("Q_OLD_OPT_OUTS") when a list that must be upheld is missing or too old.
        """
