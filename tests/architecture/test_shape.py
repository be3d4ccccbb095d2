"""Files and functions stay small enough to hold in mind, and names say something."""

import ast
import re
from collections.abc import Callable

from tests.architecture.source import PACKAGE, kept_files, parsed, python_files, shown

AIM_LINES, MOST_LINES = 300, 400
MOST_FUNCTION_LINES = 60
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "processor"}


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring, which may be as long as it needs."""
    said = ast.get_docstring(node, clean=False)
    whole = (node.end_lineno or node.lineno) - node.lineno + 1
    return whole - (said.count("\n") + 1 if said else 0)


def test_no_file_is_too_long(record_property: Callable[[str, object], None]) -> None:
    lengths = {shown(p): len(p.read_text(encoding="utf-8").splitlines()) for p in python_files()}
    long = {name: lines for name, lines in lengths.items() if lines > AIM_LINES}
    record_property("files past the aim", sorted(long))
    assert not {name: lines for name, lines in long.items() if lines > MOST_LINES}


def test_no_function_is_too_long() -> None:
    long = {
        f"{shown(path)}: {node.name}": _length(node)
        for path in python_files()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) > MOST_FUNCTION_LINES
    }
    assert not long


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = [shown(p) for p in python_files() if VAGUE & set(re.split(r"[_/]", shown(p).removesuffix(".py")))]
    assert not vague


def test_every_module_says_why_it_exists() -> None:
    silent = [
        shown(p)
        for p in python_files()
        if p.read_text(encoding="utf-8").strip() and not ast.get_docstring(parsed(p))
    ]
    assert not silent


def test_nothing_is_left_unfinished() -> None:
    # Spelt in two halves so that this test does not find itself.
    marks = re.compile("TO" + "DO|FIX" + "ME|raise Not" + "ImplementedError")
    assert not [shown(p) for p in python_files() if marks.search(p.read_text(encoding="utf-8"))]


def test_nothing_large_is_kept() -> None:
    large = {shown(p): p.stat().st_size for p in kept_files() if p.stat().st_size > 600 * 1024}
    assert not large


def test_nothing_made_is_kept_beside_the_source() -> None:
    kinds = {".duckdb", ".parquet", ".pyc", ".tmp"}
    assert not [shown(p) for p in kept_files() if p.suffix in kinds and p.is_relative_to(PACKAGE)]
