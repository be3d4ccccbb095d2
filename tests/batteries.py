"""python -m tests.batteries: run the 40 cases of the batteries and write the table of their results.

A case is every test whose name holds its id (`test_ri_01_…`, `test_ps07_…`), or that stands in a file which
is all of one case. The page is docs/governance/batteries.md; `tests/privacy/test_batteries.py` fails when it
is out of date.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "tests" / "privacy" / "batteries.yaml"
PAGE = ROOT / "docs" / "governance" / "batteries.md"
_NAMED = re.compile(r"def (test_(ri|au|ps)_?(\d\d)_\w+)\(")
_WHOLE_FILES = {"tests/privacy/test_canaries.py": "PS-02"}
INTRODUCTION = """# The batteries: 40 things that must not work, tried

Made by `python -m tests.batteries`, which runs them. Each case is one or more tests with its id in the name;
they run in `make test`, and a failing one stops a release. RI: re-identification. PS: pseudonymisation.
AU: the audit log.

| id | somebody tries | what must happen | tests | result |
|---|---|---|---|---|
"""


def cases() -> dict[str, dict[str, str]]:
    """id -> threat and what must happen."""
    read: dict[str, dict[str, str]] = yaml.safe_load(CASES.read_text("utf-8"))
    return read


def found_by_case() -> dict[str, list[tuple[str, str]]]:
    """id -> (file, test function) of every test that carries the id."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        name, text = path.relative_to(ROOT).as_posix(), path.read_text("utf-8")
        for function, battery, number in _NAMED.findall(text):
            found[f"{battery.upper()}-{number}"].append((name, function))
        if name in _WHOLE_FILES:
            found[_WHOLE_FILES[name]] += [(name, one) for one in re.findall(r"^def (test_\w+)\(", text, re.M)]
    return found


class _Outcomes:
    """Collects what became of each test function."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            file, function = report.nodeid.split("::")[0], report.nodeid.split("::")[-1].split("[")[0]
            self.counts[file, function][report.outcome] += 1


def page(counts: dict[tuple[str, str], Counter[str]]) -> str:
    """The table, with the result of each case."""
    rows = []
    by_case = found_by_case()
    for case, said in cases().items():
        tests = by_case[case]
        total: Counter[str] = Counter()
        for test in tests:
            total += counts.get(test, Counter({"not run": 1}))
        result = ", ".join(f"{number} {outcome}" for outcome, number in sorted(total.items()))
        named = "<br>".join(f"`{function}`" for _, function in tests)
        rows.append(f"| {case} | {said['threat']} | {said['must']} | {named} | {result} |")
    return INTRODUCTION + "\n".join(rows) + "\n"


def main() -> None:
    outcomes = _Outcomes()
    files = sorted({str(ROOT / file) for tests in found_by_case().values() for file, _ in tests})
    code = pytest.main(["-q", "-p", "no:cacheprovider", *files], plugins=[outcomes])
    PAGE.write_text(page(outcomes.counts), encoding="utf-8")
    sys.exit(code)


if __name__ == "__main__":
    main()
