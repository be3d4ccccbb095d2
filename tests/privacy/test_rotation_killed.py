"""PS-05 with a real kill -9: a change of key, and the use of its map, stopped dead at each of their stages.

A process of its own does the work and sends itself SIGKILL at the stage, so nothing of it can tidy up. Then
the old state must be whole, and the same command, run again, must end as if nothing had happened.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from rich.console import Console

from openphm.cli.rekeying import rekey_store
from openphm.custodian import Home, Vault
from openphm.custodian.pseudonyms import pseudonymise_numbers
from openphm.custodian.rotation import finish, rotate
from openphm.definitions import load
from openphm.store import Builds
from openphm.store.rekey_map import CODE_VARIABLE, open_map
from tests.support.reidentifying import numbers
from tests.unit.custodian.test_rotation import a_store, live_people, people_of

PEOPLE = 40
ROTATING = """
import os, signal, sys
from pathlib import Path
from openphm.custodian import Home
from openphm.custodian.rotation import rotate
from openphm.definitions import load

def tell(step):
    if step == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)

def ready(made):
    print(made.map_path, made.code, flush=True)

rotate(Home.open(Path(sys.argv[1]), {}), load(), tell=tell, ready=ready)
"""
REKEYING = """
import os, signal, sys
from pathlib import Path
from rich.console import Console
import openphm.cli.rekeying as rekeying
import openphm.store.rekeying as copying
from openphm.recording import Register
from openphm.store import Builds

def die(*given, **named):
    os.kill(os.getpid(), signal.SIGKILL)

def die_after(step):
    def both(*given, **named):
        step(*given, **named)
        die()
    return both

stage = sys.argv[3]
if stage == "before the copy":
    copying._copy = die
elif stage == "after the copy":
    copying._copy = die_after(copying._copy)
elif stage == "before it is live":
    Builds.publish = die
elif stage == "after it is live":
    Builds.publish = die_after(Builds.publish)
elif stage == "before the map is destroyed":
    rekeying.destroy = die
elif stage == "in the middle of the copy":
    def slowly(source, target, people):
        target.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
        die()
    copying._copy = slowly
rekeying.rekey_store(Builds(Path(sys.argv[1])), sys.argv[2], dry_run=False, console=Console(quiet=True))
"""
ROTATION_STAGES = (
    "removing what an interrupted change left",
    "a new key",
    "the vault",
    "linkage and opt-outs",
    "the map",
    "changing over",
)
REKEY_STAGES = (
    "before the copy",
    "in the middle of the copy",
    "after the copy",
    "before it is live",
    "after it is live",
    "before the map is destroyed",
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home.make(tmp_path / "home", environment={})
    digits, key = numbers(PEOPLE), made.key()
    ids = pseudonymise_numbers(pa.array(digits), key).person_id.to_pylist()
    Vault(made.vault_path, key).keep(zip(ids, digits, strict=True))
    return made


def killed(script: str, *words: str, **more: str) -> str:
    """Run a script that kills itself; answers what it printed. Anything else than a kill is a failure."""
    environment = {**os.environ, **more}
    done = subprocess.run(
        [sys.executable, "-c", script, *words], env=environment, capture_output=True, timeout=120, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-2000:]
    return done.stdout.decode()


def test_ps05_a_rotation_killed_with_9_at_any_stage_leaves_the_old_state_whole(home: Home) -> None:
    before = people_of(home)
    for stage in ROTATION_STAGES:
        killed(ROTATING, str(home.folder), stage)
        again = Home.open(home.folder, {})
        assert (again.epoch, people_of(again)) == ("e1", before), stage
    map_path, code = killed(ROTATING, str(home.folder), "telling the desk").split()
    changed = Home.open(home.folder, {})
    after = people_of(changed)
    assert changed.epoch == "e2" and len(after) == PEOPLE and not set(after) & set(before)
    assert set(open_map(Path(map_path), code).people.values()) == set(after), "the code was told in time"
    assert finish(changed) == "e1"
    done = rotate(Home.open(home.folder, {}), load())
    assert (done.from_epoch, done.to_epoch, done.people) == ("e2", "e3", PEOPLE)


def test_ps05_a_map_whose_use_is_killed_with_9_at_any_stage_is_used_again_and_whole(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [*people_of(home), "u" + "b" * 26]
    done = rotate(home, load())
    new = set(people_of(Home.open(home.folder, {})))
    for number, stage in enumerate(REKEY_STAGES):
        builds = a_store(tmp_path / f"store{number}", before)
        old, map_path = builds.live_id(), tmp_path / f"{number}.map"
        shutil.copy2(str(done.map_path), map_path)
        killed(REKEYING, str(builds.store), str(map_path), stage, **{CODE_VARIABLE: done.code})
        assert map_path.exists(), stage
        live = Builds(builds.store).live_id()
        if stage in REKEY_STAGES[:4]:
            assert live == old and live_people(builds) == before, stage
            assert builds.verify(old, tables=True) == (), stage
        else:
            assert live != old and new < set(live_people(builds)), stage
        monkeypatch.setenv(CODE_VARIABLE, done.code)
        rekey_store(Builds(builds.store), str(map_path), dry_run=False, console=Console(quiet=True))
        ended = Builds(builds.store)
        assert not map_path.exists() and new < set(live_people(ended)), stage
        assert not set(live_people(ended)) & set(before) and len(live_people(ended)) == len(before), stage
        assert ended.verify(ended.live_id(), tables=True) == (), stage
        made = [one for one in ended.list() if one.manifest is not None and one.id != old]
        assert len(made) == 1, f"{stage}: one map makes one build"
