"""The same seed gives the same files; a planted service does what its plan says."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.csv as pacsv
import pytest
from click.testing import CliRunner

from openphm.cli.synthesise import command
from openphm.definitions import load
from openphm.synthetic import Dirt
from openphm.synthetic.chunks import Made as ChunkMade
from openphm.synthetic.chunks import World, make_chunk
from openphm.synthetic.draws import Streams
from openphm.synthetic.places import make_places
from openphm.synthetic.planted import read_plant
from openphm.synthetic.population import make_roll
from openphm.synthetic.settings import Settings
from openphm.synthetic.unit_costs import UnitCosts
from openphm.synthetic.vocabulary import Vocabulary
from tests.spec.synthetic.conftest import Made


def sums(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(f.relative_to(folder)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_the_same_seed_gives_the_same_bytes(make: Callable[..., Made], file_format: str) -> None:
    wishes = {"people": 300, "years": 2, "seed": 8, "file_format": file_format}
    first, second = make(**wishes), make(**wishes)
    assert sums(first.folder) == sums(second.folder)


def test_csv_and_parquet_hold_the_same_rows_and_another_seed_other_people(
    make: Callable[..., Made],
) -> None:
    wishes = {"people": 300, "years": 2, "seed": 8}
    parquet, csv = make(**wishes), make(**wishes, file_format="csv")
    other = make(people=300, years=2, seed=1)
    assert parquet.truth("people")["birth_date"] != other.truth("people")["birth_date"]
    assert parquet.summary.rows == csv.summary.rows
    for record in ("sus_apc_spell", "gp_event"):
        text = sum(pacsv.read_csv(path).num_rows for path in (csv.folder / "extracts" / record).glob("*.csv"))
        assert text == parquet.record(record).num_rows


def test_chunks_of_people_do_not_share_keys(make: Callable[..., Made]) -> None:
    made = make(people=900, years=2, dirt=Dirt.none(), chunk=300)
    for record, key in (
        ("gp_event", "event_key"),
        ("sus_apc_spell", "spell_key"),
        ("gp_patient", "patient_key"),
    ):
        keys = Counter(made.record(record)[key].to_pylist())
        assert max(keys.values()) == 1
    homes = Counter(r["uprn"] for r in made.rows("gp_patient", "uprn"))
    assert max(homes.values()) < 200


def test_a_planted_service_lowers_attendances_of_those_enrolled() -> None:
    definitions, whole, settings = load(), Streams(11, -1), Settings(20_000, seed=11)
    costs = UnitCosts.load(definitions, settings.as_at)
    world = World(
        settings,
        make_roll(settings, whole),
        make_places(whole),
        Vocabulary(definitions),
        costs,
        read_plant("none"),
    )
    before = make_chunk(world, 0, Streams(11, 0))
    after = make_chunk(replace(world, plant=read_plant("default")), 0, Streams(11, 0))
    planted = after.planted
    assert planted is not None
    since = np.full(before.life.count, 10**6)
    since[planted.found[planted.enrolled]] = planted.index_day[planted.enrolled]

    def later(made: ChunkMade) -> int:
        ed = made.life.facts["ed"]
        return int((ed["date"] > since[ed["person"]]).sum())

    lost = len(before.life.facts["ed"]["date"]) - len(after.life.facts["ed"]["date"])
    assert later(before) - later(after) == lost == planted.removed.sum()
    assert later(after) / later(before) == pytest.approx(0.70, abs=0.12)
    assert len(set(planted.pcn[planted.enrolled].tolist())) <= 4
    assert 0 < planted.enrolled.sum() < len(planted.found)


def test_those_enrolled_are_listed_as_the_service_would(make: Callable[..., Made]) -> None:
    made = make(people=5_000, years=3, seed=3)
    found = made.truth("planted_service").to_pylist()
    enrolled = {r["nhs_number"]: r["index_date"] for r in found if r["is_enrolled"]}
    assert enrolled
    listed = pacsv.read_csv(made.folder / "enrolments" / "demo_high_intensity.csv").to_pylist()
    assert {str(r["NHS_NUMBER"]): r["ENROLLED_DATE"] for r in listed} == {
        number: date.fromordinal(day.toordinal() + 1) for number, day in enrolled.items()
    }


def test_the_command_writes_and_says_what_it_wrote(tmp_path: Path) -> None:
    out = tmp_path / "raw"
    done = CliRunner().invoke(command, [str(out), "--people", "200", "--years", "2"])
    assert done.exit_code == 0, done.output
    assert "200 people" in done.output
    assert {path.name for path in out.iterdir()} == {
        "extracts", "reference", "truth", "enrolments", "boundaries.geojson",
    }  # fmt: skip
    assert list((out / "extracts" / "gp_event").glob("*.csv"))


def test_the_command_leaves_a_folder_that_is_in_use_alone(tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("mine", encoding="utf-8")
    done = CliRunner().invoke(command, [str(tmp_path), "--people", "200"])
    assert done.exit_code != 0
    assert kept.read_text(encoding="utf-8") == "mine"
    assert list(tmp_path.iterdir()) == [kept]
