"""The project's own source, as the architecture tests read it."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "openphm"


@cache
def python_files() -> tuple[Path, ...]:
    """Every module of the package."""
    return tuple(sorted(PACKAGE.rglob("*.py")))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def rooms() -> list[str]:
    """The folders of the package that hold Python."""
    return sorted(p.name for p in PACKAGE.iterdir() if p.is_dir() and any(p.glob("*.py")))


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def rooms_imported(path: Path) -> set[str]:
    """The rooms a module imports when it runs, wherever in the module the import stands."""
    tree = parsed(path)
    for_types = {
        inner
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and isinstance(block.test, ast.Name) and block.test.id == "TYPE_CHECKING"
        for inner in ast.walk(block)
    }
    found: set[str] = set()
    for node in set(ast.walk(tree)) - for_types:
        names: list[str] = []
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [node.module] if node.module != "openphm" else [f"openphm.{n.name}" for n in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("openphm.")}
    return found & set(rooms())


@cache
def kept_files() -> tuple[Path, ...]:
    """The files git keeps, or every plain file when this is not a git checkout."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False, text=True
    ).stdout.split("\0")
    named = [ROOT / name for name in listing if name]
    return tuple(p for p in named if p.is_file()) or python_files()
