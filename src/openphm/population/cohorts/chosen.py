"""Choose a cohort: by the id of a definition, by a YAML file, by plain data or by a criterion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openphm.core.errors import DefinitionError, nearest
from openphm.criteria import All, Criterion, Known, parse
from openphm.definitions import Definition, Definitions
from openphm.definitions.cohorts import CohortFile, read_cohort, read_cohort_file

What = str | Path | Mapping[str, Any] | Criterion


@dataclass(frozen=True)
class Chosen:
    """What a cohort is: its id, its criterion, and the names of its steps.

    file  the definition as it was read; None for a criterion made in Python
    """

    id: str
    title: str
    criterion: Criterion
    file: CohortFile | None = None
    used: tuple[Definition, ...] = field(default=(), compare=False)

    @property
    def written(self) -> Any:
        """The criterion as plain data, as it stands in the file."""
        return self.file.criteria if self.file else self.criterion.plain()

    @property
    def steps(self) -> tuple[Criterion, ...]:
        """The parts of a top-level `all`, in order; otherwise the one criterion."""
        return self.criterion.of if isinstance(self.criterion, All) else (self.criterion,)

    @property
    def names(self) -> tuple[str, ...]:
        """Each step in plain words: those of the file, or the criterion itself on one line."""
        given = self.file.names if self.file else ()
        own = tuple(one_line(step) for step in self.steps)
        return tuple(given) if len(given) == len(own) else own


def one_line(criterion: Criterion) -> str:
    """A criterion on one line: `attribute: age, at_least: 41`."""
    return _words(criterion.plain())


def _words(plain: object) -> str:
    if isinstance(plain, Mapping):
        return ", ".join(f"{key}: {_inner(value)}" for key, value in plain.items())
    return _inner(plain)


def _inner(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + _words(value) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_inner(one) for one in value) + "]"
    return str(value)


def choose(what: What, definitions: Definitions, known: Known) -> Chosen:
    """The cohort that is meant. Raises DefinitionError with every problem of it."""
    if isinstance(what, Criterion):
        return Chosen("cohort", "A criterion", what)
    if isinstance(what, Mapping):
        return _of_file(read_cohort(what, "cohort"), known)
    text = str(what)
    if isinstance(what, Path) or text.endswith((".yaml", ".yml")):
        return _of_file(read_cohort_file(Path(what)), known)
    return _of_id(text, definitions, known)


def _of_id(id_: str, definitions: Definitions, known: Known) -> Chosen:
    wanted = id_ if id_.startswith("cohorts/") else f"cohorts/{id_}"
    held = {one.id: one for one in definitions.all("cohorts")}
    if wanted not in held:
        close = nearest(wanted, held)
        raise DefinitionError(
            f"cohort '{id_[:60]}'",
            "There is no such cohort.",
            f"Cohorts: {', '.join(sorted(held)) or 'none'}; or the path of a YAML file.",
            f"did you mean '{close}'?" if close else "",
        )
    found = held[wanted]
    return _of_file(read_cohort(found.body, found.label), known, used=(found,))


def _of_file(file: CohortFile, known: Known, *, used: tuple[Definition, ...] = ()) -> Chosen:
    criterion = parse(file.criteria, known, file.label, cohort=file.id)
    return Chosen(file.id, file.title, criterion, file, used)
