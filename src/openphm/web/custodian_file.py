"""The custodian file: where re-identification requests go, the key that signs them, and the agreements.

address: https://custodian.example.nhs.uk          # where the suite sends requests
page: https://custodian.example.nhs.uk             # where people open it; the same when left out
key_file: suite.key                                # made by `openphm reidentify key`
key_name: suite-1                                  # its name in the custodian's register
agreements:
  dsa-2026-01: Warm homes
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from openphm.definitions.entry import Entry
from openphm.definitions.own_file import read_own_file
from openphm.definitions.problems import Problems
from openphm.web.provider_file import is_safe


@dataclass(frozen=True)
class CustodianFile:
    """Where a custodian is found, and with which key and under which agreements it is asked."""

    address: str
    page: str
    key_file: Path
    key_name: str
    agreements: Mapping[str, str]


def read_custodian_file(path: Path) -> CustodianFile:
    """The file, checked. Raises DefinitionError with every problem; the key itself is not read."""
    problems = Problems()
    file = read_own_file(path, problems, thing="custodian")
    problems.raise_if_any()
    assert file is not None  # a file that cannot be read is a problem
    entry = Entry(file.body, file.label, problems)
    address = str(entry.text("address"))
    page = entry.text("page", "") or address
    key_file = entry.text("key_file")
    key_name = entry.text("key_name", "suite-1")
    agreements = entry.entry("agreements")
    named = {one: str(agreements.text(one)) for one in agreements.names()} if agreements else {}
    entry.done()
    for key, url in (("address", address), ("page", page)):
        if not is_safe(url):
            problems.add(
                entry.at(key),
                "it is not an https address.",
                allowed="https://…, or http:// on this machine alone",
            )
    if not named:
        problems.add(
            entry.at("agreements"), "it names none.", allowed="The id of each agreement, and its title."
        )
    problems.raise_if_any()
    return CustodianFile(address, str(page), path.parent / str(key_file), str(key_name), named)
