"""PS-06, everywhere: each line of the list of restricted codes, in each column of each record of its form.

The list is the sample with its sensitive lines, and a line each for SNOMED CT and dm+d, of which the sample
has none. Every planted row is an event of its own, with its parent where its record has one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pyarrow.parquet as pq
import pytest
import yaml

from openphm.custodian import Home, Options, pseudonymise
from openphm.custodian.restricted import DEFINITION, DROP, RestrictedCode, RestrictedCodes
from openphm.definitions import Definitions, RecordSpec, load
from tests.faults.deliveries import Outcome, Raw, Row
from tests.support.canaries import EXAMPLES, a_row, own_key

ADDED = {"snomed": "38341003", "dmd": "322236009"}
GOOD = 2


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> Definitions:
    """The shipped definitions with a longer list."""
    overlay = tmp_path_factory.mktemp("overlay")
    body = yaml.safe_load(load().get(DEFINITION).path.read_text("utf-8"))
    line = {"match": "exact", "class": "legal", "action": DROP, "route": "inferred", "authority": "a test"}
    body["codes"] += [{"system": system, "code": code, **line} for system, code in ADDED.items()]
    (overlay / "restricted.yaml").write_text(
        yaml.safe_dump(body | {"apply": ["legal", "sensitive"]}), "utf-8"
    )
    return load(overlay)


def delivered(line: RestrictedCode) -> str:
    """A code that falls under a line and has the form of its system."""
    longer = {"hrg": "10Z", "opcs4": "1"}
    return line.code + longer.get(line.system, "") if line.is_prefix else line.code


@dataclass
class Planted:
    """Rows for each record; how many of them must go, and of how many the people."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    dropped: Counter[str] = field(default_factory=Counter)
    stripped: Counter[str] = field(default_factory=Counter)
    codes: set[str] = field(default_factory=set)

    def add(self, spec: RecordSpec, row: Row) -> None:
        self.rows.setdefault(spec.name, []).append(row)


def planted(definitions: Definitions) -> Planted:
    specs, codes, made = definitions.extracts, RestrictedCodes.of(definitions), Planted()
    for number, (spec, column, line) in enumerate(_places(specs, codes), 1):
        action = made.dropped if line.action == DROP else made.stripped
        row = a_row(spec) | own_key(spec, number) | {column: delivered(line)}
        if spec.person is not None and spec.person.how == "parent":
            parent, key = specs[str(spec.person.record)], str(spec.person.key)
            row |= {key: f"event-{number}"}
            made.add(parent, a_row(parent) | {key: f"event-{number}"})
            action[parent.name] += 1
        made.add(spec, row)
        action[spec.name] += 1
        action.update(emit.record for emit in spec.emits if {"field": column} in emit.columns.values())
        made.codes |= {delivered(line)} if line.action == DROP else set()
    for name, rows in made.rows.items():
        good = a_row(specs[name])
        rows += [good | own_key(specs[name], -number) for number in range(1, len(rows) + GOOD)]
    return made


def _places(
    specs: Mapping[str, RecordSpec], codes: RestrictedCodes
) -> Iterator[tuple[RecordSpec, str, RestrictedCode]]:
    for spec in specs.values():
        for column, system in codes.columns(spec).items() if spec.person is not None else ():
            for line in codes.codes:
                if line.system == system:
                    yield spec, column, line


@dataclass(frozen=True)
class Done:
    planted: Planted
    outcome: Outcome


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, definitions: Definitions) -> Done:
    """One delivery of everything."""
    folder = tmp_path_factory.mktemp("restricted")
    raw = Raw(folder / "raw", Home.make(folder / "home", environment={}), folder / "out")
    made = planted(definitions)
    for name, rows in made.rows.items():
        stem = definitions.extracts[name].files[0].rstrip("*") or name
        raw.write(name, rows, name=f"{stem}_2025-12.csv")
    options = Options(threads=2, memory_limit="500MB")
    document = pseudonymise(raw.folder, raw.out, raw.home, definitions, options=options)
    return Done(made, Outcome(raw.out, document))


def test_ps06_every_system_of_the_list_is_planted_in_every_kind_of_record(done: Done) -> None:
    assert len(done.planted.codes) >= 10 and sum(done.planted.dropped.values()) > 100
    assert {"sus_apc_diagnosis", "sus_apc_procedure", "sus_apc_spell", "sus_op_appointment", "gp_event",
            "gp_medication", "hes_apc_episode"} <= set(done.planted.rows)  # fmt: skip
    assert not done.planted.codes & set(EXAMPLES.values())


def test_ps06_no_restricted_code_leaves_by_any_column_of_any_record(done: Done) -> None:
    for path in sorted((done.outcome.out / "extracts").rglob("*.parquet")):
        for name, column in zip(pq.read_schema(path).names, pq.read_table(path).columns, strict=True):
            assert not done.planted.codes & set(map(str, column.to_pylist())), f"{path.name}, {name}"


def test_ps06_as_many_rows_are_withheld_as_were_planted(done: Done) -> None:
    done.outcome.assert_adds_up()
    withheld = Counter(
        row["record"] for row in done.outcome.quality("quarantine") if row["reason_code"] == "R_WITHHELD"
    )
    assert withheld == done.planted.dropped


def test_ps06_an_event_that_is_stripped_is_about_nobody(done: Done) -> None:
    for record, count in done.planted.stripped.items():
        if "person_id" in done.outcome.rows(record)[0]:
            people = [row["person_id"] for row in done.outcome.rows(record)]
            assert len({one for one in people if one.startswith("u")}) == count, record
