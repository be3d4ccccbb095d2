"""Codes in a wrong form: some a reader can mend, some not, by the reader's own rules."""

import pyarrow as pa
import pytest

from openphm.definitions import load
from openphm.extracts.codes import fits, normalise
from openphm.synthetic.dirt import mendable, unmendable
from openphm.synthetic.records.batch import words

CODES = {
    "icd10": ("I10", "E119", "J459", "C787"),
    "opcs4": ("W381", "C751"),
    "bnf": ("0407020Q0AAAFAF", "0601022B0AAABAB", "040702040AAAAAA"),
    "snomed": ("195967001", "984661000000105"),
}
FIELDS = {
    "icd10": ("sus_apc_diagnosis", "code"),
    "opcs4": ("sus_apc_procedure", "code"),
    "bnf": ("gp_medication", "bnf_code"),
    "snomed": ("gp_event", "code"),
}


@pytest.mark.parametrize(("pattern", "code"), [(p, c) for p, codes in CODES.items() for c in codes])
def test_spoilt_codes_are_mendable_or_lost(pattern: str, code: str) -> None:
    record, name = FIELDS[pattern]
    spec = load().extracts[record].field(name).pattern
    assert spec is not None
    assert mendable(code, pattern) != code
    assert normalise(spec, mendable(code, pattern).strip()) == code
    assert not fits(spec, normalise(spec, unmendable(code, pattern)))


def test_a_dictionary_holds_each_text_once() -> None:
    array = words(pa.array([0, 1, 2, -1, 2]).to_numpy(), ["a", "b", "a"])
    assert array.to_pylist() == ["a", "b", "a", None, "a"]
    assert array.dictionary.to_pylist() == ["a", "b"]
