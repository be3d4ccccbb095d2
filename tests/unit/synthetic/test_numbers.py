"""NHS numbers of the made-up ICS."""

from openphm.core.identifiers import NHSNumber
from openphm.synthetic.draws import Streams
from openphm.synthetic.nhs_numbers import deal_numbers, number_texts, numbers_of_nobody
from openphm.synthetic.settings import LARGEST


def test_every_number_is_valid_never_issued_and_dealt_once() -> None:
    dealt = deal_numbers(Streams(4, -1))
    sample = [
        NHSNumber.parse(text) for text in number_texts(dealt, dealt[:2000] * 0 + range(2000)).to_pylist()
    ]
    assert all(number and number.is_test_number for number in sample)
    assert len(set(dealt.tolist())) == len(dealt)


def test_there_are_enough_numbers_for_the_largest_ics_and_those_who_left() -> None:
    assert len(deal_numbers(Streams(1, -1))) > 1.1 * LARGEST


def test_nobodys_numbers_are_valid_and_nobodys() -> None:
    dealt = deal_numbers(Streams(1, -1))
    nobodys = numbers_of_nobody(dealt, 5000).to_pylist()
    people = set(number_texts(dealt, dealt[:5000] * 0 + range(5000)).to_pylist())
    assert nobodys
    assert not people & set(nobodys)
    assert all(NHSNumber.parse(text) for text in nobodys)
