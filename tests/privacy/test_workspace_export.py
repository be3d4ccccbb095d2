"""The approved-workspace export: whose rows it holds, under which ids, who may make one, what is logged."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from openphm.access import Scope
from openphm.audit import AuditLog
from openphm.cli.main import run
from openphm.core.errors import AccessRefused, StoreError
from openphm.custodian import Home
from openphm.population import Population, open_in_scope
from openphm.population.workspace import export
from openphm.store import Builds
from tests.support.store import a_store
from tests.support.villages import VILLAGE

APPROVAL = "DSA-2026-014"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_store(tmp_path_factory.mktemp("village") / "store", VILLAGE)


def exported(store: Path, path: Path, *words: str) -> Path:
    assert run(["export", str(path), "--store", str(store), "--approval", APPROVAL, "--quiet", *words]) == 0
    return path


def asked(path: Path, select: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(select).fetchall()


def in_build(store: Path, select: str) -> list[dict[str, object]]:
    with Builds(store).current().open() as engine:
        rows: list[dict[str, object]] = engine.query(select).to_pylist()
    return rows


def test_only_the_people_of_the_place_are_in_it_and_all_of_their_rows(store: Path, tmp_path: Path) -> None:
    file = exported(store, tmp_path / "w.duckdb", "--place", "Y00003")
    practices = asked(file, "SELECT practice_code, COUNT(*) FROM segments.window GROUP BY ALL")
    assert practices == [("Y00003", 12)]
    for table in ("person.person", "person.registration", "attributes.person_attribute", "person.month"):
        (mine,) = asked(file, f"SELECT COUNT(*) FROM {table}")
        (row,) = in_build(
            store,
            f"SELECT COUNT(*) AS n FROM {table} WHERE person_key IN "
            "(SELECT person_key FROM segments.window WHERE practice_code = 'Y00003')",
        )
        assert mine == (row["n"],), table
    assert asked(file, "SELECT COUNT(*) FROM reference.practice") == [(3,)]


def test_two_exports_and_the_build_share_no_id_and_no_order(store: Path, tmp_path: Path) -> None:
    first, second = (exported(store, tmp_path / f"{n}.duckdb") for n in "ab")
    ids = "SELECT person_id FROM person.person"
    one, two = ({row[0] for row in asked(file, ids)} for file in (first, second))
    held = {row["person_id"] for row in in_build(store, ids)}
    assert (
        len(one) == len(two) == len({row[0] for row in asked(first, "SELECT person_key FROM person.person")})
    )
    assert not one & two
    assert not one & held
    births = "SELECT birth_month, sex_code FROM person.person"
    assert asked(first, births) != asked(second, births)
    assert sorted(map(str, asked(first, births))) == sorted(map(str, asked(second, births)))


def test_events_and_their_costs_still_belong_together(store: Path, tmp_path: Path) -> None:
    file = exported(store, tmp_path / "w.duckdb")
    joined = asked(
        file,
        "SELECT e.point_of_delivery, SUM(c.cost_gbp) FROM activity.event AS e "
        "JOIN costs.event_cost AS c USING (event_id) "
        "GROUP BY ALL ORDER BY ALL",
    )
    held = in_build(
        store,
        "SELECT e.point_of_delivery AS p, SUM(c.cost_gbp) AS gbp "
        "FROM activity.event e JOIN costs.event_cost c "
        "ON c.event_id = e.event_id WHERE e.person_key IN (SELECT person_key FROM segments.window) "
        "GROUP BY ALL ORDER BY ALL",
    )
    assert joined == [(row["p"], row["gbp"]) for row in held]


def test_the_file_is_read_only_and_says_what_it_is(store: Path, tmp_path: Path) -> None:
    file = exported(store, tmp_path / "w.duckdb", "--tables", "person.person,segments.window")
    assert not stat.S_IMODE(file.stat().st_mode) & 0o222
    said = dict(asked(file, "SELECT name, value FROM workspace.manifest"))
    assert said["approval"] == APPROVAL
    assert said["places"] == "whole system"
    assert "person.month" not in str(said["tables"])
    names = {row[0] for row in asked(file, "SELECT schema_name || '.' || table_name FROM duckdb_tables()")}
    assert {"person.person", "segments.window", "definitions.segment_rule"} <= names
    assert not {name for name in names if name.startswith(("person.month", "quality", "lineage", "lent"))}


def test_it_is_remembered_with_its_approval_before_it_appears(store: Path, tmp_path: Path) -> None:
    exported(store, tmp_path / "w.duckdb", "--place", "Y00003")
    last = list(AuditLog.beside(store).entries())[-1]
    assert last.event == "release.workspace"
    assert (last.detail["approval"], last.detail["places"]) == (APPROVAL, "Y00003")
    assert len(str(last.detail["sha256"])) == 64


def failing(_: object) -> None:
    raise StoreError("audit log", "there is no room left on the disk")


def test_what_cannot_be_remembered_is_not_exported(store: Path, tmp_path: Path) -> None:
    with open_in_scope(store, Scope.whole_system()) as population, pytest.raises(StoreError, match="no room"):
        export(population, tmp_path / "w.duckdb", approval=APPROVAL, by="a", before_publishing=failing)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def totals_only(store: Path) -> Iterator[Population]:
    with open_in_scope(store, Scope.whole_system().aggregate_only()) as population:
        yield population


def test_a_scope_of_totals_and_a_missing_approval_are_refused(
    store: Path, tmp_path: Path, totals_only: Population, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "w.duckdb"
    with pytest.raises(AccessRefused, match="totals and rates only"):
        export(totals_only, file, approval=APPROVAL, by="a", before_publishing=failing)
    assert run(["export", str(file), "--store", str(store)]) == 16
    assert "no approval is named" in capsys.readouterr().err
    assert run(["export", str(file), "--store", str(store), "--approval", "?"]) == 16
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--tables", "person.persn"), "write 'person.person'"),
        (("--tables", "quality.file"), "cannot be exported"),
    ],
)
def test_a_table_that_may_not_go_is_refused(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    file = tmp_path / "w.duckdb"
    assert run(["export", str(file), "--store", str(store), "--approval", APPROVAL, *words]) == 2
    assert said in capsys.readouterr().err
    file.write_text("mine", "utf-8")
    assert run(["export", str(file), "--store", str(store), "--approval", APPROVAL]) == 2
    assert file.read_text("utf-8") == "mine"


def lent(home: Path, recipient: str, path: Path) -> Path:
    assert run(["custodian", "export-key", recipient, str(path), "--home", str(home)]) == 0
    return path


def ids_for(store: Path, home: Path, folder: Path, recipient: str) -> set[object]:
    """The ids in a new export to a recipient. The key that was lent for it is gone afterwards."""
    folder.mkdir()
    key = lent(home, recipient, folder / "lent.key")
    file = exported(store, folder / "w.duckdb", "--recipient-key", str(key))
    assert not key.exists()
    name = recipient.strip().upper()
    assert ("recipient", name) in asked(file, "SELECT name, value FROM workspace.manifest")
    assert list(AuditLog.beside(store).entries())[-1].detail["recipient"] == name
    return {row[0] for row in asked(file, "SELECT person_id FROM person.person")}


def test_a_person_has_one_id_for_a_recipient_and_another_for_the_next(store: Path, tmp_path: Path) -> None:
    home = Home.make(tmp_path / "home", environment={}).folder
    other = Home.make(tmp_path / "other", environment={}).folder
    first = ids_for(store, home, tmp_path / "a", "UNI01")
    assert first == ids_for(store, home, tmp_path / "b", " uni01")
    apart = [
        ids_for(store, home, tmp_path / "c", "UNI02"),
        ids_for(store, other, tmp_path / "d", "UNI01"),
        {row["person_id"] for row in in_build(store, "SELECT person_id FROM person.person")},
    ]
    assert first and not any(first & one for one in apart)


def test_a_key_that_others_can_read_or_that_is_none_makes_no_export(store: Path, tmp_path: Path) -> None:
    home = Home.make(tmp_path / "home", environment={}).folder
    key = lent(home, "UNI01", tmp_path / "lent.key")
    assert run(["custodian", "export-key", "UNI01", str(key), "--home", str(home)]) == 2
    assert run(["custodian", "export-key", "a b", str(tmp_path / "n.key"), "--home", str(home)]) == 2
    words = ["export", str(tmp_path / "w.duckdb"), "--store", str(store), "--approval", APPROVAL]
    key.chmod(0o644)
    assert run([*words, "--recipient-key", str(key)]) == 14
    key.chmod(0o600)
    key.write_text(
        '{"format": "openphm recipient key 1", "recipient": "UNI01", "epoch": "e1", "key": "AAAA"}'
    )
    assert run([*words, "--recipient-key", str(key)]) == 14
    assert not (tmp_path / "w.duckdb").exists() and key.exists()
