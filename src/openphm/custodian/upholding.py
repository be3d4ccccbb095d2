"""What a delivery must uphold before it may leave: objections and restricted codes, with counts of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from openphm.core import Problem
from openphm.core.errors import CustodianRefused
from openphm.custodian.home import Home
from openphm.custodian.keys import RootKey
from openphm.custodian.objections import Objection, Objections
from openphm.custodian.opt_out_policy import KINDS, OptOutPolicy
from openphm.custodian.restricted import RestrictedCodes
from openphm.custodian.withholding import Withheld, Withholding
from openphm.definitions import Definitions, RecordSpec
from openphm.extracts import Account
from openphm.store import Engine

OPT_OUT_LIST = "custodian_opt_out"
SMALLEST_SHOWN = 8
"""Counts of people from 1 to 7 are not told to zone P (the suppression of NHS England's publications)."""


@dataclass
class Upholding:
    """One run."""

    home: Home
    key: RootKey
    definitions: Definitions
    today: date
    policy: OptOutPolicy = field(init=False)
    codes: RestrictedCodes = field(init=False)

    def __post_init__(self) -> None:
        self.policy = OptOutPolicy.of(self.definitions)
        self.codes = RestrictedCodes.of(self.definitions)
        self.codes.refuse_sample_in_production(self.home.environment)
        self._objections = Objections(self.home, self.key)

    def take_lists(self, engine: Engine, rows: str, superseded: Mapping[str, str]) -> None:
        """Take in the lists that came with the delivery: clean rows of custodian_opt_out."""
        found = engine.query(f"SELECT nhs_number, kind, from_date, withdrawn_date, list_date FROM ({rows})")
        take_lines(self._objections, found.to_pylist(), superseded)

    def check(self, datasets: Iterable[str]) -> None:
        """Raise CustodianRefused unless every list that these datasets need is there and fresh."""
        self.policy.refuse_unless_fresh(sorted(set(datasets)), self._objections.lists(), self.today)
        self._objections.tell_desk(self.policy, self.today)

    def withhold(
        self, engine: Engine, specs: Mapping[str, RecordSpec], written: Path, account: Account
    ) -> dict[str, Any]:
        """Take rows out of what was written and out of the account; answers what delivery.json says."""
        datasets = sorted({specs[path.name].dataset for path in written.iterdir()})
        lists = self._objections.lists()
        objecting = {
            one: {kind: self._objections.people(kind, self.today) for kind in self.policy.applied(one, lists)}
            for one in datasets
        }
        objecting = {one: kinds for one, kinds in objecting.items() if any(kinds.values())}
        withheld = Withholding(engine, specs, self.codes, written, objecting).apply()
        for removed in withheld.removed:
            account.withhold(removed)
        return self._told(lists, withheld)

    def _told(self, lists: Mapping[str, date], withheld: Withheld) -> dict[str, Any]:
        told = {}
        for kind in KINDS:
            people = len(self._objections.people(kind, self.today))
            told[kind] = (
                {"list_date": lists[kind].isoformat(), "people": small_hidden(people)}
                if kind in lists
                else None
            )
        return {
            "opt_outs": told,
            "rows_withheld": {
                "objection": small_hidden(withheld.rows["objection"]),
                "restricted": small_hidden(sum(n for why, n in withheld.rows.items() if why != "objection")),
            },
            "restricted_codes": {"is_sample": self.codes.is_sample, "codes": len(self.codes.codes)},
        }


def small_hidden(count: int) -> int | str:
    """A count as zone P may see it."""
    return count if count == 0 or count >= SMALLEST_SHOWN else f"fewer than {SMALLEST_SHOWN}"


def take_lines(
    objections: Objections, lines: Iterable[Mapping[str, Any]], superseded: Mapping[str, str]
) -> dict[str, tuple[int, int]]:
    """Take in the lines of a list by kind; answers kind -> (taken, not taken for want of a valid number).

    Raises CustodianRefused when the lines of a kind are of different days.
    """
    by_kind: dict[str, list[Mapping[str, Any]]] = {}
    for line in lines:
        by_kind.setdefault(str(line["kind"]), []).append(line)
    mixed = [kind for kind, found in by_kind.items() if len({one["list_date"] for one in found}) > 1]
    if mixed:
        raise CustodianRefused.of(
            Problem(
                f"opt-outs, {kind}",
                "its lines are of different days.",
                "A list is of one day.",
                "send one list",
            )
            for kind in sorted(mixed)
        )
    taken = {}
    for kind, found in by_kind.items():
        given = [Objection(str(one["nhs_number"]), one["from_date"], one["withdrawn_date"]) for one in found]
        taken[kind] = objections.take(kind, given, found[0]["list_date"], superseded)
    return taken
