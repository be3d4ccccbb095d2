"""The clerk: find the definition files, read them, let a site's overlay override them.

    definitions = load(Path("our-overlay"))
    definitions.get("segments/life_course").body["subsegments"]

A site keeps its own folder. A file there with the id of one of ours takes its place whole; a file in
its `extracts/` that holds `local_names:` only adds column names. Everything is checked before anything
is used, and all problems come in one error.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from openphm.core.errors import DefinitionError, nearest
from openphm.definitions.contents import Contents, read_contents
from openphm.definitions.definition import Definition
from openphm.definitions.entry import Entry
from openphm.definitions.extract_reader import read_extracts
from openphm.definitions.extract_specs import RecordSpec
from openphm.definitions.frozen import freeze, thaw
from openphm.definitions.header import KINDS, read_header
from openphm.definitions.parameters import merge, resolve
from openphm.definitions.problems import Problems
from openphm.definitions.sidecar import attach_sidecar
from openphm.definitions.tables import table_rows
from openphm.definitions.yaml_reader import read_yaml

SHIPPED = Path(__file__).parent
MAX_FILES = 5_000


@dataclass(frozen=True)
class Definitions:
    """All definitions in force, checked. Nothing in it can be changed."""

    by_id: Mapping[str, Definition]
    extracts: Mapping[str, RecordSpec]
    contents: Contents

    def get(self, id_: str) -> Definition:
        """The definition of an id. Raises DefinitionError with the nearest known id."""
        if id_ in self.by_id:
            return self.by_id[id_]
        near = nearest(id_, self.by_id)
        raise DefinitionError(
            "definitions", f"'{id_}' is not defined.", "`openphm definitions list` shows all ids.",
            f"write '{near}' if that is what you mean" if near else "add a file with this id to the overlay",
        )  # fmt: skip

    def all(self, kind: str) -> tuple[Definition, ...]:
        """The definitions of one kind that are in force (draft or active), in order of id."""
        return tuple(one for one in self if one.kind == kind and one.status != "withdrawn")

    def used(self) -> list[dict[str, str]]:
        """id, version and checksum of every definition: what a build's manifest keeps."""
        return [one.used() for one in self]

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of the `definitions.*` tables; `tables.COLUMNS` declares their columns and types."""
        return self._tables

    @cached_property
    def _tables(self) -> dict[str, list[dict[str, Any]]]:
        return table_rows(self.contents)

    def __iter__(self) -> Iterator[Definition]:
        return (self.by_id[id_] for id_ in sorted(self.by_id))


def load(overlay: Path | str | None = None) -> Definitions:
    """All definitions, with a site's overlay folder over ours. Raises DefinitionError."""
    return _load_shipped() if overlay is None else _load(Path(overlay))


@lru_cache(maxsize=1)
def _load_shipped() -> Definitions:
    return _load(None)


def _load(overlay: Path | None) -> Definitions:
    problems = Problems()
    by_id: dict[str, Definition] = {}
    extra: list[Definition] = []
    for definition in _read_folder(SHIPPED, problems, is_overlay=False):
        _add(by_id, definition, problems)
    if overlay is not None:
        _read_overlay(overlay, by_id, extra, problems)
    problems.raise_if_any()
    ordered = [_with_parameters(by_id[id_], problems) for id_ in sorted(by_id)]
    by_id.update({one.id: one for one in ordered})
    extracts = read_extracts([one for one in ordered if one.kind == "extracts"] + extra, problems)
    contents = read_contents(ordered, problems)
    problems.raise_if_any()
    for one in extra:
        by_id[one.id + "@overlay" if one.id in by_id else one.id] = one
    return Definitions(MappingProxyType(by_id), extracts, contents)


def _read_overlay(
    overlay: Path, by_id: dict[str, Definition], extra: list[Definition], problems: Problems
) -> None:
    if not overlay.is_dir():
        problems.add(
            str(overlay.name), "the overlay folder does not exist.", allowed="a folder of definition files"
        )
        return
    for definition in _read_folder(overlay, problems, is_overlay=True):
        if (
            definition.kind == "extracts"
            and "local_names" in definition.body
            and "records" not in definition.body
        ):
            extra.append(definition)
        else:
            _add(by_id, definition, problems)


def _with_parameters(definition: Definition, problems: Problems) -> Definition:
    """The definition with each `$name` replaced by the value of that parameter."""
    if "parameters" not in definition.body or definition.kind == "attributes":
        return definition
    body = resolve(thaw(definition.body), definition.label, problems)
    return replace(definition, body=freeze(body))


def _based_on(definition: Definition, by_id: dict[str, Definition], problems: Problems) -> Definition:
    """An overlay file with `based_on` gives only what differs from the file it names."""
    base_id = definition.body.get("based_on")
    if base_id is None or not definition.is_overlay:
        return definition
    if base_id not in by_id:
        problems.add_unknown(f"{definition.label}, based_on", str(base_id), by_id, thing="definition")
        return definition
    base = by_id[base_id]
    body = merge(thaw(base.body), thaw(definition.body))
    digest = hashlib.sha256(f"{base.sha256}{definition.sha256}".encode()).hexdigest()
    return replace(definition, body=freeze(body), sha256=digest)


def _add(by_id: dict[str, Definition], definition: Definition, problems: Problems) -> None:
    """Take a definition in; within one folder an id stands once, an overlay file overrides ours."""
    other = by_id.get(definition.id)
    if other is not None and other.is_overlay == definition.is_overlay:
        problems.add(
            f"{definition.label}, id",
            f"'{definition.id}' is used twice (also in {other.label}).",
            remedy="give one of them another id, or remove it",
        )
    by_id[definition.id] = _based_on(definition, by_id, problems)


def _read_folder(folder: Path, problems: Problems, *, is_overlay: bool) -> list[Definition]:
    paths = sorted(path for path in folder.rglob("*") if path.suffix in (".yaml", ".yml"))
    if len(paths) > MAX_FILES:
        problems.add(folder.name, f"{len(paths):,} files.", allowed=f"up to {MAX_FILES:,} definition files")
        return []
    found = [
        read_file(path, path.relative_to(folder).as_posix(), problems, is_overlay=is_overlay)
        for path in paths
    ]
    return [one for one in found if one is not None]


def read_file(path: Path, label: str, problems: Problems, *, is_overlay: bool = False) -> Definition | None:
    """One definition file, or None after noting what is wrong with it."""
    content = path.read_bytes()
    body = read_yaml(content, label, problems)
    if body is None:
        return None
    header = read_header(Entry(body, label, problems))
    if header is None:
        return None
    if not is_overlay and label not in (f"{header.id}.yaml", f"{header.id}.yml"):
        problems.add(
            f"{label}, id", f"'{header.id}' does not fit the file's place.", allowed=f"the id {label[:-5]}"
        )
    if header.kind not in KINDS:
        return None
    body, sidecar = attach_sidecar(body, path, label, problems)
    digest = hashlib.sha256(content + sidecar).hexdigest()
    return Definition(header, freeze(body), digest, path, label, is_overlay)
