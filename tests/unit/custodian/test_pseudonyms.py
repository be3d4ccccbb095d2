"""Pseudonyms against Python's own hmac and hashlib, the rule for NHS numbers, and the vault."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openphm.core import CustodianRefused, NHSNumber, PersonId
from openphm.core.identifiers import nhs_check_digit
from openphm.custodian import Vault
from openphm.custodian.keyed_sql import household_sql, keyed_id_sql, load_keys, unlinked_person_sql
from openphm.custodian.keys import RootKey
from openphm.custodian.pseudonyms import (
    in_letters,
    pseudonymise_local_ids,
    pseudonymise_numbers,
    valid_numbers,
)
from openphm.store import DuckDBEngine

KEY = RootKey("e1", bytes(range(32)))
OTHER = RootKey("e1", bytes(range(1, 33)))
NUMBERS = st.integers(999_000_000, 999_999_998).filter(lambda n: nhs_check_digit(str(n)) is not None)


def by_hand(digits: str, key: RootKey = KEY) -> str:
    digest = hmac.new(key.derive("person", "nhs"), b"nhs\0" + digits.encode(), hashlib.sha256).digest()
    return "p" + letters_by_hand(digest[:8]) + letters_by_hand(digest[8:16])


def letters_by_hand(half: bytes) -> str:
    """A number to the base of 26, its last thirteen letters."""
    value, letters = int.from_bytes(half), ""
    while len(letters) < 13:
        value, letter = divmod(value, 26)
        letters = chr(ord("a") + letter) + letters
    return letters


@given(st.lists(NUMBERS, max_size=20))
def test_person_id_is_hmac_sha256_of_the_number(stems: list[int]) -> None:
    digits = [f"{stem}{nhs_check_digit(str(stem))}" for stem in stems]
    made = pseudonymise_numbers(pa.array(digits, pa.string()), KEY)
    assert made.person_id.to_pylist() == [by_hand(one) for one in digits]
    assert made.digits.to_pylist() == digits
    assert all(PersonId(one).is_linked for one in made.person_id.to_pylist())


def test_known_answer() -> None:
    """Fixed once and for all: a change here would cut every person's history in two."""
    made = pseudonymise_numbers(pa.array(["999 000 0018", "9990000019", None]), KEY)
    assert made.person_id.to_pylist() == [by_hand("9990000018"), None, None]
    assert made.person_id[0].as_py() == "pgrekfoykzcgirugbtjxuqkpoir"


def test_another_key_gives_other_pseudonyms() -> None:
    raw = pa.array(["9990000018"])
    assert pseudonymise_numbers(raw, KEY).person_id != pseudonymise_numbers(raw, OTHER).person_id


def test_local_numbers_of_two_sources_are_two_people() -> None:
    raw = pa.array(["12345"])
    first = pseudonymise_local_ids(raw, "council_person", KEY)
    assert first != pseudonymise_local_ids(raw, "hes_person", KEY)
    assert first == pseudonymise_local_ids(raw, "council_person", KEY)


@given(st.lists(st.one_of(st.from_regex(r"[0-9]{9,11}", fullmatch=True), st.text(max_size=12)), max_size=30))
def test_the_rule_for_a_column_is_the_rule_for_one_number(texts: list[str]) -> None:
    found = valid_numbers(pa.array(texts, pa.string()))
    assert found.tolist() == [NHSNumber.is_valid(text) for text in texts]


@given(st.lists(st.binary(min_size=16, max_size=16), max_size=10))
def test_letters_are_each_half_to_the_base_of_26(digests: list[bytes]) -> None:
    wanted = ["x" + letters_by_hand(one[:8]) + letters_by_hand(one[8:]) for one in digests]
    assert in_letters(digests, "x") == wanted


def test_keyed_ids_in_sql_are_the_hash_of_key_and_value() -> None:
    values = ["", "A1", "Ünïcode", "x" * 200]
    with DuckDBEngine() as engine:
        load_keys(engine, KEY, ["sus_apc", "household", "unlinked"])
        engine.load_rows("x.v", pa.table({"v": pa.array([*values, None])}))
        rows = engine.query(
            f"SELECT v, {keyed_id_sql('v', 'sus_apc')} AS k, {household_sql('v')} AS h, "
            f"{unlinked_person_sql('v')} AS u FROM x.v"
        ).to_pylist()
    for row in rows:
        if row["v"] is None:
            assert (row["k"], row["h"], row["u"]) == (None, None, None)
            continue
        digest = {
            domain: hashlib.sha256(KEY.derive("keyed id", domain) + row["v"].encode()).hexdigest()
            for domain in ("sus_apc", "household", "unlinked")
        }
        assert row["k"] == f"k{digest['sus_apc'][:9]}k{digest['sus_apc'][9:18]}"
        assert row["h"] == f"h{digest['household'][:9]}h{digest['household'][9:18]}"
        assert row["u"] == "u" + digest["unlinked"][:26].translate(str.maketrans("0123456789", "ghijklmnop"))
        assert not PersonId(row["u"]).is_linked


def test_the_vault_gives_back_what_was_kept_and_nothing_else(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault.sqlite", KEY)
    person = by_hand("9990000018")
    assert vault.keep([(person, "9990000018")]) == 1
    assert vault.keep([(person, "9990000018")]) == 0
    assert vault.open(person) == "9990000018"
    assert vault.open(by_hand("9990000026")) is None
    assert (tmp_path / "vault.sqlite").stat().st_mode & 0o777 == 0o600
    assert b"9990000018" not in (tmp_path / "vault.sqlite").read_bytes()


def test_ps08_a_row_moved_to_another_person_is_noticed(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault.sqlite", KEY)
    one, two = by_hand("9990000018"), by_hand("9990000026")
    vault.keep([(one, "9990000018"), (two, "9990000026")])
    with sqlite3.connect(tmp_path / "vault.sqlite") as connection:
        connection.execute(
            "UPDATE person SET sealed = (SELECT sealed FROM person WHERE person_id = ?) WHERE person_id = ?",
            [two, one],
        )
    connection.close()
    with pytest.raises(CustodianRefused, match="moved or changed"):
        vault.open(one)
    assert vault.open(two) == "9990000026"


def test_a_vault_of_another_key_does_not_open(tmp_path: Path) -> None:
    person = by_hand("9990000018")
    Vault(tmp_path / "vault.sqlite", KEY).keep([(person, "9990000018")])
    with pytest.raises(CustodianRefused):
        Vault(tmp_path / "vault.sqlite", OTHER).open(person)


def test_many_numbers_are_quick() -> None:
    stems = np.arange(999_000_000, 999_110_000)
    digits = pa.array([f"{stem}{nhs_check_digit(str(stem))}" for stem in stems])
    begun = time.process_time()
    made = pseudonymise_numbers(digits, KEY)
    seconds = time.process_time() - begun
    assert len(set(made.person_id.to_pylist()) - {None}) == len(digits) - made.digits.null_count
    assert seconds < 5, f"{len(digits):,} numbers took {seconds:.1f} s of processor time"
