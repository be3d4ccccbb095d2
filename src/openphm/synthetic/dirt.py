"""What goes wrong between the ward and the warehouse, done on purpose and noted in the truth.

Works on one batch of rows, in the order in which it happens: a late submission, a missing or wrong
NHS number, a damaged code, a row sent twice, a practice that sent nothing in a month, and a provider
that sends a month again because the first time it was wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from openphm.definitions import RecordSpec
from openphm.synthetic.draws import Bools, Ints, Streams
from openphm.synthetic.mistakes import MISTAKES, spoil_identities
from openphm.synthetic.records.batch import SNAPSHOT, Batch, words
from openphm.synthetic.settings import Settings

GP_RECORDS = ("gp_event", "gp_encounter", "gp_appointment", "gp_medication")
RESUBMITTED = (
    ("sus_op_appointment", "XA1", 9),
    ("sus_ecds_attendance", "XA2", 15),
    ("csds_contact", "XC1", 6),
)
"""Record, provider, and months before the end of the history that were delivered a second time."""
MISSING_PRACTICE = (37, 20)
"""Which practice sent nothing, and how many months before the end."""
_BY_PERSON = ("csds_patient", "mhsds_patient", "talking_therapies_patient", "social_care_event")
_NOBODYS_SHARE = 0.15
_FIRST_TIME_WRONG, _FIRST_TIME_LEFT_OUT = 0.10, 0.02
_CODE_COLUMNS = ("code", "bnf_code")
_STATUS_UNTRACED = "03"
_IN_NAME_ONLY = "social_care_event"
"""The record that holds names, and whose people may be known by nothing else."""


@dataclass
class Dirt:
    """Applies dirt to the batches of one chunk and keeps what was done.

    nobodys    ten-digit numbers that are valid and belong to no one here
    notes      record, kind and keys of the rows affected
    unnumbered rows whose number is missing or wrong: whose they are, and mistakes in their identity
    """

    settings: Settings
    streams: Streams
    practice_codes: list[str]
    nobodys: pa.Array
    notes: list[tuple[str, str, int, pa.Array | None]] = field(default_factory=list)
    unnumbered: list[dict[str, pa.Array]] = field(default_factory=list)

    def apply(self, batch: Batch, spec: RecordSpec) -> Iterator[Batch]:
        """The batch as it is delivered; a second one where a provider resubmits."""
        rng = self.streams.of(f"dirt {batch.record}")
        key = spec.key[0] if spec.key else next(iter(batch.columns))
        late = self._late(batch, rng)
        batch = self._practice_missing(batch, late, key)
        self._numbers(batch, key, rng)
        self._codes(batch, spec, key, rng)
        yield from self._resubmitted(batch, key, rng)

    def _note(self, record: str, kind: str, rows: Ints, batch: Batch, key: str) -> None:
        if len(rows):
            self.notes.append(
                (record, kind, len(rows), batch.columns[key].take(pa.array(rows)).cast(pa.string()))
            )

    def _late(self, batch: Batch, rng: np.random.Generator) -> Bools:
        """Some rows come a month later. The last month has no later one."""
        last = 12 * self.settings.years - 1
        if not batch.late_ok or not self.settings.dirt.late:
            return np.zeros(len(batch), dtype=bool)
        late = (batch.month >= 0) & (batch.month < last)
        late &= rng.random(len(batch)) < self.settings.dirt.late
        if batch.history is not None:
            late &= ~batch.history
        batch.month = np.where(late, batch.month + 1, batch.month).astype(np.int16)
        return late

    def _practice_missing(self, batch: Batch, late: Bools, key: str) -> Batch:
        """One practice sent none of its GP records in one month."""
        gone = np.zeros(len(batch), dtype=bool)
        if batch.record in GP_RECORDS and self.settings.dirt.missing_practice_months:
            practice, back = MISSING_PRACTICE
            mine = np.asarray(batch.columns["practice_code"].indices) == practice
            gone = mine & (batch.month == self._months_before_the_end(back))
        self._note(batch.record, "late", np.flatnonzero(late & ~gone), batch, key)
        self._note(batch.record, "practice_month_missing", np.flatnonzero(gone), batch, key)
        return batch.take(np.flatnonzero(~gone)) if gone.any() else batch

    def _months_before_the_end(self, months: int) -> int:
        return max(0, 12 * self.settings.years - months)

    def _numbers(self, batch: Batch, key: str, rng: np.random.Generator) -> None:
        """NHS numbers that are missing, have a wrong check digit, or belong to nobody here."""
        share = self.settings.dirt.unnumbered.get(batch.record, 0.0)
        if not share or batch.person is None or not len(batch):
            return
        if batch.record in _BY_PERSON:
            affected = rng.random(int(batch.person.max()) + 1)[batch.person] < share
        else:
            affected = rng.random(len(batch)) < share
        wrong = affected & (rng.random(len(batch)) < self.settings.dirt.wrong_of_unnumbered)
        missing = affected & ~wrong
        numbers = batch.columns["nhs_number"]
        mistakes = self._mistakes(batch, affected)
        self._note_true_numbers(batch, np.flatnonzero(affected), mistakes)
        rows = np.flatnonzero(wrong)
        bad = self._wrong_numbers(numbers.take(pa.array(rows)), rng)
        numbers = pc.replace_with_mask(numbers, pa.array(wrong), bad) if len(rows) else numbers
        batch.columns["nhs_number"] = pc.if_else(pa.array(missing), pa.scalar(None, pa.string()), numbers)
        if "nhs_number_status" in batch.columns:
            batch.columns["nhs_number_status"] = words(affected.astype(np.int8), ["01", _STATUS_UNTRACED])
        self._note(batch.record, "nhs_number_missing", np.flatnonzero(missing), batch, key)
        self._note(batch.record, "nhs_number_wrong", rows, batch, key)

    def _mistakes(self, batch: Batch, affected: Bools) -> dict[str, Bools]:
        """A council that has no number for a person has their name and address as it was told them."""
        if batch.record != _IN_NAME_ONLY or not affected.any():
            return {}
        last_day = int(self.settings.clock.stop) - 1
        return spoil_identities(batch, affected, last_day, self.streams.of("mistakes"))

    def _note_true_numbers(self, batch: Batch, rows: Ints, mistakes: dict[str, Bools]) -> None:
        """For the truth: whose the rows without a right number are."""
        taken = pa.array(rows)
        nothing = np.zeros(len(batch), dtype=bool)
        names = [name for name in batch.columns if name.endswith("_key")]
        local = batch.columns.get("local_patient_id", batch.columns.get("person_local"))
        self.unnumbered.append(
            {
                "record": words(np.zeros(len(rows), np.int32), [batch.record]).cast(pa.string()),
                "key": batch.columns[names[0]].take(taken) if names else pa.nulls(len(rows), pa.string()),
                "local_id": pa.nulls(len(rows), pa.string()) if local is None else local.take(taken),
                "nhs_number": batch.columns["nhs_number"].take(taken),
            }
            | {name: pa.array(mistakes.get(name, nothing)[rows]) for name in MISTAKES}
        )

    def _wrong_numbers(self, numbers: pa.Array, rng: np.random.Generator) -> pa.Array:
        """Mostly a wrong check digit; sometimes a valid number of nobody."""
        as_numbers = np.asarray(numbers.cast(pa.int64()))
        last = as_numbers % 10
        broken = pa.array(as_numbers - last + (last + 1 + rng.integers(0, 8, len(last))) % 10).cast(
            pa.string()
        )
        others = self.nobodys.take(pa.array(rng.integers(0, len(self.nobodys), len(last))))
        return pc.if_else(pa.array(rng.random(len(last)) < _NOBODYS_SHARE), others, broken)

    def _codes(self, batch: Batch, spec: RecordSpec, key: str, rng: np.random.Generator) -> None:
        """Codes of a vocabulary in a wrong form: some a reader can mend, some are lost."""
        share = self.settings.dirt.wrong_code
        for name in _CODE_COLUMNS if share else ():
            if name not in batch.columns or batch.month[:1].tolist() == [SNAPSHOT]:
                continue
            pattern = spec.field(name).pattern
            column = batch.columns[name]
            if pattern is None or not len(batch):
                continue
            listed = column.dictionary.to_pylist()
            index = np.asarray(column.indices)
            damaged = rng.random(len(batch)) < share
            lost = damaged & (rng.random(len(batch)) < self.settings.dirt.beyond_repair)
            shift = np.where(lost, 2, damaged.astype(np.int64)) * len(listed)
            spoilt = [mendable(code, pattern.name) for code in listed] + [
                unmendable(code, pattern.name) for code in listed
            ]
            batch.columns[name] = words(index + shift, listed + spoilt)
            self._note(batch.record, "code_mendable", np.flatnonzero(damaged & ~lost), batch, key)
            self._note(batch.record, "code_invalid", np.flatnonzero(lost), batch, key)

    def duplicates(self, batch: Batch, spec: RecordSpec) -> Batch:
        """Some rows a second time, word for word, at the end."""
        rng = self.streams.of(f"duplicates {batch.record}")
        if not self.settings.dirt.duplicate or (len(batch) and batch.month[0] == SNAPSHOT):
            return batch
        again = np.flatnonzero(rng.random(len(batch)) < self.settings.dirt.duplicate)
        key = spec.key[0] if spec.key else next(iter(batch.columns))
        self._note(batch.record, "duplicate", again, batch, key)
        return batch.take(np.concatenate([np.arange(len(batch)), again])) if len(again) else batch

    def _resubmitted(self, batch: Batch, key: str, rng: np.random.Generator) -> Iterator[Batch]:
        """A month that comes twice: first with errors and gaps, then whole and right."""
        wanted = [
            one for one in RESUBMITTED[: self.settings.dirt.resubmitted_months] if one[0] == batch.record
        ]
        if not wanted:
            yield batch
            return
        _, provider, back = wanted[0]
        month = self._months_before_the_end(back)
        codes = batch.columns["provider_code"]
        mine = np.asarray(pc.equal(codes.cast(pa.string()), provider)) & (batch.month == month)
        right = batch.take(np.flatnonzero(mine))
        right.extra = {"suffix": "_v2"}
        left_out = mine & (rng.random(len(batch)) < _FIRST_TIME_LEFT_OUT)
        self._note(batch.record, "superseded", np.flatnonzero(mine & ~left_out), batch, key)
        first = batch.take(np.flatnonzero(~left_out))
        first.columns = _first_time(first, mine[~left_out], rng)
        yield first
        if len(right):
            yield right


def _first_time(batch: Batch, mine: Bools, rng: np.random.Generator) -> dict[str, pa.Array]:
    """Values of the first delivery: some prices and attendances were wrong."""
    columns = dict(batch.columns)
    wrong = pa.array(mine & (rng.random(len(batch)) < _FIRST_TIME_WRONG))
    if "tariff_gbp" in columns:
        columns["tariff_gbp"] = pc.if_else(
            wrong, pc.multiply(columns["tariff_gbp"], 1.5), columns["tariff_gbp"]
        )
    if "attendance_status_code" in columns:
        status = columns["attendance_status_code"].cast(pa.string())
        columns["attendance_status_code"] = pc.if_else(wrong, pa.scalar("3"), status).dictionary_encode()
    return columns


def mendable(code: str, pattern: str) -> str:
    """A code in a form that a careful reader understands."""
    if pattern == "icd10":
        return f"{code}X" if len(code) == 3 else f"{code[:3]}.{code[3:]}".lower()
    if pattern == "opcs4":
        return f"{code[:3]}.{code[3:]}"
    return code.lower() if pattern == "bnf" and code.lower() != code else f" {code} "


def unmendable(code: str, pattern: str) -> str:
    """A code that is beyond repair: cut off, or rewritten by a spreadsheet."""
    if pattern in ("snomed", "dmd"):
        return f"{code[0]}.{code[1:5]}E+{len(code) - 1:02d}"
    return code[:2] if pattern != "bnf" else code[:3]
