"""Is a YAML file from anybody read safely, and do codes stay what they are?"""

from __future__ import annotations

from datetime import date

import pytest

from openphm.definitions import yaml_reader
from openphm.definitions.problems import Problems
from openphm.definitions.yaml_reader import read_yaml, resolve_scalar


def read(text: str | bytes) -> tuple[object, list[str]]:
    problems = Problems()
    content = text.encode() if isinstance(text, str) else text
    value = read_yaml(content, "mine.yaml", problems)
    return value, [f"{one.where}: {one.found}" for one in problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0407", "0407"), ("01", "01"), ("NO", "NO"), ("on", "on"), ("yes", "yes"), ("1_000", "1_000"),
        ("12:30", "12:30"), ("2E10", "2E10"), ("0x1F", "0x1F"), ("12", 12), ("-3", -3), ("0.24", 0.24),
        ("true", True), ("null", None), ("", None), ("2026-11-22", date(2026, 11, 22)),
        ("2026-13-22", "2026-13-22"),
        ("925861000000102", 925861000000102),
    ],
)  # fmt: skip
def test_plain_values_mean_what_an_analyst_expects(text: str, value: object) -> None:
    assert resolve_scalar(text) == value
    assert type(resolve_scalar(text)) is type(value)


def test_a_file_is_read_into_plain_values() -> None:
    value, problems = read("a: {b: [1, '2', c]}\nd: |\n  text\n")
    assert value == {"a": {"b": [1, "2", "c"]}, "d": "text\n"}
    assert not problems


def test_an_alias_is_refused_so_that_a_bomb_cannot_be_built() -> None:
    value, problems = read("a: &x [1, 2]\nb: [*x, *x]\n")
    assert value is None
    assert problems == ["mine.yaml, line 2: an alias (*x) is used."]


@pytest.mark.parametrize(
    "text", ["a: !!python/object/apply:os.system [ls]\n", "a: !secret 1\n", "a: !x {b: 1}\n"]
)
def test_a_tag_is_refused(text: str) -> None:
    value, problems = read(text)
    assert value is None
    assert "the tag" in problems[0]


def test_a_key_that_stands_twice_is_found() -> None:
    value, problems = read("a: 1\nb: 2\na: 3\n")
    assert value is None
    assert problems == ["mine.yaml, line 3: the key 'a' stands twice."]


def test_deep_nesting_is_refused_without_a_crash() -> None:
    value, problems = read("[" * 5_000)
    assert value is None
    assert "nesting is deeper" in problems[0]


def test_a_huge_file_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_reader, "MAX_BYTES", 10)
    value, problems = read("a: " + "1" * 20)
    assert value is None
    assert "23 bytes" in problems[0]


def test_too_many_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_reader, "MAX_VALUES", 100)
    value, problems = read("a: [" + "1, " * 200 + "]")
    assert value is None
    assert "more than 100 values" in problems[0]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"a: \xff\n", "not UTF-8"),
        (b"a: [1\nb: 2\n", "line"),
        (b"- 1\n- 2\n", "not a mapping"),
        (b"a: 1\n---\nb: 2\n", "second document"),
        (b"? [1, 2]\n: 3\n", "a key is not text"),
        (b"a: \x00\n", ""),
        (b"", "not a mapping"),
    ],
)
def test_what_cannot_be_read_is_said_once_and_plainly(content: bytes, found: str) -> None:
    value, problems = read(content)
    assert value is None
    assert len(problems) == 1
    assert found in problems[0]


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    value, problems = read(b"\xef\xbb\xbfid: cohorts/x\n")
    assert value == {"id": "cohorts/x"}
    assert not problems
