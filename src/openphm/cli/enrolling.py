"""Enrolments of a delivery go into the register, with the practice of each person on the day of the offer."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from openphm.access import Purpose, Scope
from openphm.core.records import Enrolment
from openphm.population import open_in_scope
from openphm.population.risk_set import Offer, practices_when_offered
from openphm.recording import Register

FOLDER = "enrolments"
NO_PRACTICE = ""


def take_enrolments(extracts: Path, store: Path) -> int:
    """Record the offers that OUT/enrolments holds and the register does not; answers how many are new."""
    lists = sorted((extracts / FOLDER).glob("*.parquet"))
    rows = pa.concat_tables([pq.read_table(path) for path in lists]).to_pylist() if lists else []
    if not rows:
        return 0
    offers = [Offer(row["person_id"], row["offered_date"], row["engaged_date"]) for row in rows]
    # The build itself asks here, for the whole system; nothing of it is shown.
    with open_in_scope(store, Scope.whole_system(Purpose.EVALUATION)) as people:
        practices = practices_when_offered(people, offers)
    enrolments = [
        Enrolment(
            one.person_id,
            str(row["intervention"]),
            practices.get((one.person_id, one.offered_on), NO_PRACTICE),
            one.offered_on,
            one.engaged_on if one.engaged_on is None or one.engaged_on >= one.offered_on else None,
        )
        for one, row in zip(offers, rows, strict=True)
    ]
    with Register.beside(store) as register:
        return register.enrolments.take(enrolments)
