"""Imports point down, and every room stands on a floor."""

import ast
import re
import subprocess
import sys
import tomllib

import pytest

from tests.architecture.source import PACKAGE, ROOT, parsed, python_files, rooms, rooms_imported, shown

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
STRUCTURE = (ROOT / "docs" / "explanation" / "structure.md").read_text(encoding="utf-8")

# A command opens one room; these it may open besides, to answer and to remember, and `definitions` to read
# the overlay a user named (docs/explanation/structure.md, "The command line").
ANSWERING = {"access", "pages", "release", "recording", "audit", "definitions", "core", "cli"}


def _contract(name: str) -> dict[str, object]:
    return next(c for c in SETTINGS["contracts"] if c["id"] == name)


def test_import_rules_hold() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_room_stands_on_a_floor() -> None:
    layers = " ".join(_contract("floors")["layers"])  # type: ignore[arg-type]
    on_a_floor = set(re.findall(r"[a-z_]+", layers))
    assert set(rooms()) <= on_a_floor


@pytest.mark.parametrize("room", rooms())
def test_every_room_has_a_line_in_the_structure_page(room: str) -> None:
    assert re.search(rf"^\| `{room}` \|", STRUCTURE, re.MULTILINE), (
        f"add `{room}` to docs/explanation/structure.md"
    )


@pytest.mark.parametrize("room", rooms())
def test_every_room_says_why_it_exists(room: str) -> None:
    said = ast.get_docstring(parsed(PACKAGE / room / "__init__.py"))
    assert said, f"src/openphm/{room}/__init__.py needs a docstring that says what the room is for"


def test_tools_are_held_to_the_rules_of_tools() -> None:
    tools = {
        f"openphm.{t}"
        for t in ("projections", "evaluation", "risk", "reports", "direct_care")
        if t in rooms()
    }
    for name in ("tools-not-store", "tools-never-build"):
        assert tools <= set(_contract(name)["source_modules"]), name  # type: ignore[arg-type]


def test_core_loads_only_the_four_listed_packages() -> None:
    asked = {
        call.args[0].value
        for path in (PACKAGE / "core").glob("*.py")
        for call in ast.walk(parsed(path))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in {"_package", "import_module", "__import__"}
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }
    assert asked == {"pandas", "polars", "pyarrow", "matplotlib.pyplot"}


COMMANDS = sorted((PACKAGE / "cli").glob("*.py")) if (PACKAGE / "cli").is_dir() else []


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.name)
def test_every_command_opens_one_room(path: object) -> None:
    name = path.relative_to(PACKAGE).as_posix()  # type: ignore[attr-defined]
    opened = rooms_imported(path) - ANSWERING  # type: ignore[arg-type]
    assert len(opened) <= 1, f"{name} opens {sorted(opened)}"


def test_nobody_reaches_into_the_private_names_of_another_room() -> None:
    found = []
    for path in python_files():
        room = path.relative_to(PACKAGE).parts[0]
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("openphm."):
                other = node.module.split(".")[1]
                private = [n.name for n in node.names if n.name.startswith("_") and n.name != "__version__"]
                if other != room and private:
                    found.append(f"{shown(path)}: {', '.join(private)}")
    assert not found
