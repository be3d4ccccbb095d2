"""Nothing in the repository names a machine, a package index or a person."""

import re

from openphm.core import NHSNumber
from tests.architecture.source import ROOT, kept_files, shown

TEXT = {".py", ".md", ".toml", ".yaml", ".yml", ".sql", ".txt", ".lock", ".csv", ".html", ".cff", ""}
# Spelt in halves so that this file does not find itself.
INDEX_ADDRESS = re.compile("py" + r"pi\.org|python" + r"hosted|index" + "-url|deb\\." + "debian")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:ho" + r"me|ro" + r"ot|wo" + r"rk)/[A-Za-z.]")
SPACED_NUMBER = re.compile(r"(?<!\d)\d{3} \d{3} \d{4}(?!\d)")
TEN_DIGITS = re.compile(r"(?<![\w.])\d{10}(?![\w.])")


def _texts() -> list[tuple[str, str]]:
    return [
        (shown(p), p.read_text(encoding="utf-8", errors="replace")) for p in kept_files() if p.suffix in TEXT
    ]


def test_no_package_index_is_named() -> None:
    assert not [name for name, text in _texts() if INDEX_ADDRESS.search(text)]


def test_no_path_of_a_machine_is_named() -> None:
    assert not [name for name, text in _texts() if MACHINE_PATH.search(text)]


def test_every_nhs_number_is_one_that_is_never_issued() -> None:
    found = []
    for name, text in _texts():
        for line in text.splitlines():
            numbers = SPACED_NUMBER.findall(line)
            # Ten digits alone may be a SNOMED concept; beside the words they are meant as a number.
            numbers += TEN_DIGITS.findall(line) if "nhs" in line.lower() else []
            if any(n for n in map(NHSNumber.parse, numbers) if n and not n.is_test_number):
                found.append(name)
    assert not found


def test_every_locked_package_has_hashes_and_no_address() -> None:
    for name in ("requirements.lock", "requirements-test.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        pinned = [part for part in re.split(r"\n(?=\S)", text) if part and not part.startswith("#")]
        assert pinned, name
        assert not [p.split()[0] for p in pinned if "==" not in p or "--hash=sha256:" not in p], name
        assert "://" not in text, name


def test_both_locks_pin_the_same_versions() -> None:
    def pins(name: str) -> set[str]:
        return set(
            re.findall(r"^\S+==\S+(?: ;[^\\]*)?", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
        )

    assert pins("requirements.lock") <= pins("requirements-test.lock")
