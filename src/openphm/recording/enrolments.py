"""Enrolments: who was offered an intervention, started it and ended it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Engine, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from openphm.core.errors import UsageError
from openphm.core.identifiers import NHSNumber
from openphm.core.records import Enrolment
from openphm.recording.schema import ENROLMENT

_KEY = ("person_id", "intervention", "offered_on")


class Enrolments:
    """Every offer of an intervention to a person; one row for each day it was offered."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def offer(self, enrolment: Enrolment) -> None:
        """Record an offer. Raises UsageError when it is recorded already, or names a person by NHS number."""
        if NHSNumber.parse(enrolment.person_id) is not None:
            raise UsageError(
                "enrolment",
                "the person_id reads as an NHS number",
                "A person is a pseudonym here.",
                "give the person_id of the build",
            )
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(ENROLMENT).values(**vars(enrolment)))
        except IntegrityError:
            raise UsageError(
                "enrolment",
                "this person was offered this intervention on this day already",
                remedy="record when it started or ended instead",
            ) from None

    def take(self, enrolments: Iterable[Enrolment]) -> int:
        """Record the offers of a list that are not on record yet; answers how many. Safe to run again."""
        new = {(one.person_id, one.intervention, one.offered_on): one for one in enrolments}
        with self._engine.begin() as connection:
            known = connection.execute(select(*(ENROLMENT.c[name] for name in _KEY))).all()
            for key in known:
                new.pop(tuple(key), None)
            if new:
                connection.execute(insert(ENROLMENT), [dict(vars(one)) for one in new.values()])
        return len(new)

    def start(self, enrolment: Enrolment, on: date) -> Enrolment:
        """Record that somebody started. Raises UsageError when the offer is not on record."""
        return self._changed(replace(enrolment, started_on=on))

    def end(self, enrolment: Enrolment, on: date) -> Enrolment:
        """Record that somebody ended."""
        return self._changed(replace(enrolment, ended_on=on))

    def of(self, intervention: str, *, practices: frozenset[str] | None = None) -> list[Enrolment]:
        """The enrolments of an intervention, oldest offer first; of some practices when these are named."""
        select_ = select(ENROLMENT).where(ENROLMENT.c.intervention == intervention)
        if practices is not None:
            select_ = select_.where(ENROLMENT.c.practice_code.in_(sorted(practices)))
        with self._engine.connect() as connection:
            rows = connection.execute(select_.order_by(ENROLMENT.c.offered_on, ENROLMENT.c.person_id))
            return [_enrolment(row) for row in rows]

    def rekey(self, people: Mapping[str, str]) -> int:
        """Give people their new pseudonym after a change of key; answers how many rows. Safe to run again."""
        changed = 0
        with self._engine.begin() as connection:
            known = connection.execute(select(ENROLMENT.c.person_id).distinct()).scalars().all()
            for old in known:
                if old in people:
                    done = connection.execute(
                        update(ENROLMENT).where(ENROLMENT.c.person_id == old).values(person_id=people[old])
                    )
                    changed += done.rowcount
        return changed

    def _changed(self, enrolment: Enrolment) -> Enrolment:
        where = [ENROLMENT.c[name] == getattr(enrolment, name) for name in _KEY]
        values = {"started_on": enrolment.started_on, "ended_on": enrolment.ended_on}
        with self._engine.begin() as connection:
            done = connection.execute(update(ENROLMENT).where(*where).values(**values))
        if done.rowcount != 1:
            raise UsageError("enrolment", "there is no such offer", remedy="record the offer first")
        return enrolment


def _enrolment(row: Row[Any]) -> Enrolment:
    return Enrolment(
        row.person_id, row.intervention, row.practice_code, row.offered_on, row.started_on, row.ended_on
    )
