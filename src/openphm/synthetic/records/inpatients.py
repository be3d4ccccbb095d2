"""Records of admitted care: spells with their episodes, diagnoses and procedures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from openphm.synthetic.activity.planned import BIRTH, DAY_CASE, ELECTIVE, REGULAR
from openphm.synthetic.conditions import model
from openphm.synthetic.draws import Ints, categorical
from openphm.synthetic.lives import BY_MEDICINE, Facts
from openphm.synthetic.places import providers
from openphm.synthetic.records.batch import Batch, as_text, days, numbers, pounds, words
from openphm.synthetic.records.hospital_words import COMMISSIONERS, child_batch, hospital_codes
from openphm.synthetic.records.writer_context import Context, provider_column

SPELL_IDS, EPISODE_IDS = 6, 7
_EMERGENCY = 9
_METHODS = ("21", "22", "24", "2A", "28", "11", "12", "13", "31", "32")
_EMERGENCY_METHODS = np.array([0.62, 0.17, 0.09, 0.09, 0.03])
_CONDITIONS_WRITTEN = 0.75
_AT_MOST = 7


@dataclass
class Spells:
    """All spells of a chunk, emergencies first; the records of admitted care are views of these."""

    context: Context

    @cached_property
    def facts(self) -> Facts:
        emergency, planned = self.context.life.facts["emergency"], self.context.life.facts["planned"]
        kind = np.full(len(emergency["date"]), _EMERGENCY, np.int8)
        return {
            key: np.concatenate([{**emergency, "kind": kind}[key], planned[key]])
            for key in ("person", "date", "discharge", "kind", "price")
        }

    @cached_property
    def rng(self) -> np.random.Generator:
        return np.random.default_rng([self.context.chunk, 21])

    @cached_property
    def serial(self) -> Ints:
        return self.context.serial + np.arange(len(self.facts["date"]), dtype=np.int64)

    @cached_property
    def provider(self) -> np.ndarray:
        codes, shares = providers("acute")
        return provider_column(self.facts["person"], codes, shares, 5)

    @cached_property
    def is_emergency(self) -> np.ndarray:
        return self.facts["kind"] == _EMERGENCY

    @cached_property
    def episodes(self) -> tuple[Ints, Ints]:
        """Spell of each episode, and its number within the spell: long stays have two or three."""
        nights = self.facts["discharge"] - self.facts["date"]
        number = (
            1
            + ((nights > 3) & (self.rng.random(len(nights)) < 0.4))
            + ((nights > 9) & (self.rng.random(len(nights)) < 0.4))
        )
        spell = np.repeat(np.arange(len(nights)), number)
        nth = np.arange(len(spell)) - np.concatenate(([0], np.cumsum(number)))[spell]
        return spell, nth

    @cached_property
    def diagnoses(self) -> tuple[Ints, Ints, np.ndarray, list[str]]:
        """Spell, position, index and codes of the diagnoses of each spell's first episode."""
        c, facts = self.context, self.facts
        main, codes = self._main_diagnoses()
        m = model()
        writable = (
            c.life.present(c.life.people.stop - 1)
            & (c.life.known_by != BY_MEDICINE)
            & (m.icd10 != "")[None, :]
        )
        known = (c.life.onset[facts["person"]] <= facts["date"][:, None]) & writable[facts["person"]]
        known &= ~m.of_kind("minor")[None, :] | (self.rng.random(known.shape) < 0.3)
        written = known & (self.rng.random(known.shape) < _CONDITIONS_WRITTEN)
        spell, condition = np.nonzero(written)
        first = len(codes)
        other_codes, other_weight = hospital_codes("other")
        extra = np.flatnonzero(self.rng.random(len(main)) < 0.4)
        all_spell = np.concatenate([np.arange(len(main)), spell, extra])
        index = np.concatenate(
            [main, first + condition, first + len(m.icd10) + categorical(other_weight, len(extra), self.rng)]
        )
        order = np.argsort(all_spell, kind="stable")
        all_spell, index = all_spell[order], index[order]
        start = np.searchsorted(all_spell, np.arange(len(main)))
        position = np.arange(len(all_spell)) - start[all_spell] + 1
        keep = position <= _AT_MOST
        return all_spell[keep], position[keep], index[keep], codes + list(m.icd10) + other_codes

    def _main_diagnoses(self) -> tuple[np.ndarray, list[str]]:
        facts = self.facts
        codes: list[str] = []
        main = np.zeros(len(facts["kind"]), dtype=np.int64)
        groups = (
            ("emergency", self.is_emergency),
            ("birth", facts["kind"] == BIRTH),
            ("planned", ~self.is_emergency & (facts["kind"] != BIRTH)),
        )
        for use, mask in groups:
            listed, weight = hospital_codes(use)
            main[mask] = len(codes) + categorical(weight, int(mask.sum()), self.rng)
            codes += listed
        return main, codes


def sus_apc_spell(s: Spells) -> Batch:
    """One row a spell, delivered in the month of discharge."""
    c, facts = s.context, s.facts
    who, day, kind = facts["person"], facts["date"], facts["kind"]
    n = len(who)
    emergency = categorical(_EMERGENCY_METHODS, n, s.rng)
    method = np.select(
        [s.is_emergency, kind == BIRTH, kind == REGULAR],
        [emergency, 8 + s.rng.integers(0, 2, n), np.full(n, 7)],
        5 + s.rng.integers(0, 2, n),
    )
    classification = np.select([kind == DAY_CASE, kind == REGULAR], [1, 2], 0)
    codes, _ = providers("acute")
    died = (c.life.people.death[who] <= facts["discharge"] + 1) & s.is_emergency
    special = (kind == REGULAR) & (who % 5 == 0)
    columns = {
        "spell_key": as_text(SPELL_IDS * 10**12 + s.serial),
        "nhs_number": c.nhs(who),
        "nhs_number_status": words(np.zeros(n, np.int32), ["01"]),
        "local_patient_id": c.local_id(who, 31),
        "birth_date": c.birth(who),
        "sex_code": c.sex(who),
        "ethnicity_code": c.ethnicity(who),
        "postcode": c.postcode(who),
        "practice_code": c.practice_of(who, day),
        "provider_spell_number": as_text(16 * 10**12 + s.serial),
        "provider_code": words(s.provider, codes),
        "commissioner_code": words(special.astype(np.int8), COMMISSIONERS),
        "specialised_service_code": words(np.where(special, 0, -1), ["NCBPS11B"]),
        "admission_method_code": words(method, _METHODS),
        "admission_source_code": words((c.homes.care_home[who] >= 0).astype(np.int8), ["19", "54"]),
        "patient_classification_code": words(classification, ("1", "2", "3")),
        "admission_date": days(day),
        "discharge_date": days(facts["discharge"]),
        "discharge_destination_code": words(np.where(died, 1, 0), ["19", "79"]),
        "discharge_method_code": words(np.where(died, 1, 0), ["1", "4"]),
        "hrg_code": words(_spell_hrg(kind, s.is_emergency, facts), _SPELL_HRGS),
        "tariff_gbp": pounds(facts["price"]),
    }
    return c.batch("sus_apc_spell", columns, who, facts["discharge"])


_SPELL_HRGS = ("DZ11V", "WH07G", "BZ34C", "FE32Z", "HN22E", "NZ30C", "LD05A")


def _spell_hrg(kind: np.ndarray, emergency: np.ndarray, facts: Facts) -> np.ndarray:
    long_stay = facts["discharge"] - facts["date"] > 3
    return np.select(
        [emergency & long_stay, emergency, kind == DAY_CASE, kind == ELECTIVE, kind == BIRTH],
        [0, 1, 2 + facts["person"] % 2, 4, 5],
        6,
    )


def sus_apc_episode(s: Spells) -> Batch:
    """One row an episode; several share the days of a long spell."""
    c, facts = s.context, s.facts
    spell, nth = s.episodes
    number = np.bincount(spell, minlength=len(facts["date"]))[spell]
    length = (facts["discharge"] - facts["date"])[spell]
    start = facts["date"][spell] + length * nth // number
    end = np.where(
        nth + 1 == number, facts["discharge"][spell], facts["date"][spell] + length * (nth + 1) // number
    )
    codes, weight = hospital_codes("op")
    specialty = categorical(weight, len(spell), s.rng)
    providers_, _ = providers("acute")
    columns = {
        "episode_key": as_text(_episode_ids(s, spell, nth)),
        "spell_key": as_text(SPELL_IDS * 10**12 + s.serial[spell]),
        "provider_code": words(s.provider[spell], providers_),
        "episode_number": numbers((nth + 1).astype(np.int32)),
        "start_date": days(start),
        "end_date": days(end),
        "treatment_function_code": words(specialty, codes),
        "main_specialty_code": words(specialty, codes),
        "is_dominant": pa.array(nth == 0),
    }
    batch = c.batch("sus_apc_episode", columns, facts["person"][spell], facts["discharge"][spell])
    batch.late_ok = False
    return batch


def _episode_ids(s: Spells, spell: Ints, nth: Ints) -> Ints:
    return EPISODE_IDS * 10**12 + (s.serial[spell] - s.context.serial) * 4 + nth + s.context.serial


def sus_apc_diagnosis(s: Spells) -> Batch:
    """Diagnoses of the first episode of each spell."""
    spell, position, index, codes = s.diagnoses
    columns = {
        "spell_key": as_text(SPELL_IDS * 10**12 + s.serial[spell]),
        "episode_key": as_text(_episode_ids(s, spell, np.zeros_like(spell))),
        "position": numbers(position.astype(np.int32)),
        "code": words(index, codes),
        "present_on_admission": pa.array(position == 1),
    }
    return child_batch(
        "sus_apc_diagnosis", s.context, columns, s.facts["person"][spell], s.facts["discharge"][spell]
    )


def sus_apc_procedure(s: Spells) -> Batch:
    """One procedure for most planned spells."""
    rows = np.flatnonzero(~s.is_emergency & (s.rng.random(len(s.is_emergency)) < 0.85))
    codes, weight = hospital_codes("opcs")
    columns = {
        "spell_key": as_text(SPELL_IDS * 10**12 + s.serial[rows]),
        "episode_key": as_text(_episode_ids(s, rows, np.zeros_like(rows))),
        "position": numbers(np.ones(len(rows), np.int32)),
        "code": words(categorical(weight, len(rows), s.rng), codes),
        "procedure_date": days(s.facts["date"][rows]),
    }
    return child_batch(
        "sus_apc_procedure", s.context, columns, s.facts["person"][rows], s.facts["discharge"][rows]
    )
