"""What a user can meet has a heading in the docs, and every link leads somewhere."""

import re
from pathlib import Path

import pytest

from docs.generate.commands import all_commands, options_of
from openphm.core import errors
from openphm.extracts.reasons import FILE_REASONS, ROW_REASONS
from tests.architecture.source import ROOT, kept_files, shown

DOCS = ROOT / "docs"
PAGES = [path for path in kept_files() if path.suffix == ".md"]
KINDS = [
    kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.OpenPHMError)
]


def _headings(page: str) -> str:
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if line.startswith("#"))


@pytest.mark.parametrize(
    "kind", [k for k in KINDS if k is not errors.OpenPHMError], ids=lambda kind: kind.__name__
)
def test_every_exit_code_has_a_heading(kind: type[errors.OpenPHMError]) -> None:
    assert re.search(
        rf"^#+ {kind.exit_code} .*`{kind.__name__}`", _headings("reference/errors.md"), re.MULTILINE
    )


@pytest.mark.parametrize("code", sorted({*ROW_REASONS, *FILE_REASONS}))
def test_every_reason_code_is_explained(code: str) -> None:
    """Rows and files are refused for a reason with a code; each code stands in the docs."""
    assert f"| `{code}` |" in (DOCS / "reference" / "errors.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", all_commands())
def test_every_command_has_a_heading(command: str) -> None:
    assert re.search(rf"^#+ `{re.escape(command)}[ `]", _headings("reference/commands.md"), re.MULTILINE)


def _examples() -> list[tuple[str, str]]:
    """Every `openphm …` line of a code block in the hand-written pages."""
    found = []
    for page in PAGES:
        if page.name in {"commands.md", "definitions.md", "extracts.md", "data-dictionary.md"}:
            continue
        blocks = re.findall(r"^```\w*\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
        lines = [line.strip() for block in blocks for line in block.splitlines()]
        found += [(shown(page), line) for line in lines if re.match(r"(?:\.venv/bin/)?openphm ", line)]
    return found


@pytest.mark.parametrize(("page", "line"), _examples())
def test_every_example_is_a_command_with_options_it_has(page: str, line: str) -> None:
    words = line.removeprefix(".venv/bin/").split(" #")[0].split()
    command = max((c for c in all_commands() if words[: len(c.split())] == c.split()), key=len, default=None)
    assert command, f"{page}: there is no such command"
    known = options_of(command)
    assert {word.split("=")[0] for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = [t.split("#")[0] for t in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"[a-z]+:", t)]
    assert not [t for t in targets if t and not (page.parent / t).exists()]


def test_every_page_can_be_found_from_the_index() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    linked = {(DOCS / t.split("#")[0]).resolve() for t in re.findall(r"\]\(([^)\s]+)\)", index)}
    pages = {p for p in PAGES if p.is_relative_to(DOCS) and p.name != "index.md"}
    assert not {shown(p) for p in pages if p.resolve() not in linked}


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = sorted(int(p.name[:4]) for p in (DOCS / "decisions").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))
