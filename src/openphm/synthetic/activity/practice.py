"""General practice: contacts, appointments, and the routine entries that come with them.

Every contact is an entry in the practice system; Figure 12 counts those. Fewer than a quarter of them
are attended appointments, which are what is priced.
"""

from __future__ import annotations

import numpy as np

from openphm.synthetic.activity.person_years import expected, lasting, rows_of
from openphm.synthetic.clock import Calendar
from openphm.synthetic.draws import categorical
from openphm.synthetic.lives import Life, dated, kept
from openphm.synthetic.states import States
from openphm.synthetic.tables import by_subsegment

ATTENDED_SHARE = 0.225
NOT_ATTENDED = 0.16
STAFF = (
    "GP",
    "Practice nurse",
    "Healthcare assistant",
    "Pharmacist",
    "Physiotherapist",
    "Paramedic",
    "Other Practice staff",
)
_STAFF_SHARES = np.array([0.47, 0.21, 0.11, 0.07, 0.03, 0.03, 0.08])
TYPES = (
    "Consultation",
    "Telephone",
    "Administration",
    "Test result",
    "Letter",
    "Repeat prescription",
    "Home visit",
)
_OTHER_TYPES = np.array([0.0, 0.0, 0.36, 0.24, 0.22, 0.18, 0.0])
_APPOINTMENT_TYPES = np.array([0.68, 0.29, 0.0, 0.0, 0.0, 0.0, 0.03])
_ROUTINE_ENTRIES = 0.60


def add_practice(life: Life, states: States, calendar: dict[str, Calendar], rng: np.random.Generator) -> None:
    """Adds `contact` (some of them appointments), `missed` appointments and `routine` entries."""
    rate = by_subsegment("figure12")["gp_contacts"]
    rows = rows_of(rng.poisson(expected(states, rate, lasting(life.people.intended, 3.5, rng))), states)
    day = calendar["office"].draw(rows.start, rows.stop, rng)
    appointment = rng.random(len(rows)) < ATTENDED_SHARE
    kind = np.where(
        appointment,
        categorical(_APPOINTMENT_TYPES, len(rows), rng),
        categorical(_OTHER_TYPES, len(rows), rng),
    ).astype(np.int8)
    contact = dated(
        rows.person, day, year=rows.year.astype(np.int8), state=rows.state.astype(np.int8), kind=kind,
        appointment=appointment, staff=categorical(_STAFF_SHARES, len(rows), rng).astype(np.int8),
    )  # fmt: skip
    life.add("contact", contact)
    missed = appointment & (rng.random(len(rows)) < NOT_ATTENDED)
    shifted = kept(contact, missed)
    shifted["date"] = calendar["office"].draw(rows.start[missed], rows.stop[missed], rng)
    life.add("missed", shifted)
    routine = rng.random(len(rows)) < _ROUTINE_ENTRIES
    life.add("routine", {"person": contact["person"][routine], "date": contact["date"][routine]})
