"""Change the key: every pseudonym gets a new form, and nothing happens until all of it is ready.

    1  what an interrupted change left is removed             4  the map is sealed, its code told
    2  a new key is kept beside the one in force              5  custodian.json is replaced: it has happened
    3  vault, linkage and opt-outs are written under it       6  `finish` destroys the old key and databases

Until step 5 the home is in its old state, whole. The map and its code go to zone P (`builds rekey MAP`) by
two ways; nothing in it leads to an NHS number.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from openphm.core import CustodianRefused
from openphm.custodian.home import OPERATOR, Home
from openphm.custodian.keys import KeyStore, RootKey
from openphm.custodian.linkage import Registry
from openphm.custodian.objections import Objections
from openphm.custodian.opt_out_policy import OptOutPolicy
from openphm.custodian.private_files import write_private
from openphm.custodian.pseudonyms import person_ids
from openphm.custodian.vault import Vault
from openphm.definitions import Definitions
from openphm.store.rekey_map import RekeyMap, new_map_id, seal_map

_DATABASES = ("vault", "linkage", "optouts/lists")
_AT_A_TIME = 50_000
Step = Callable[[str], None]


@dataclass(frozen=True)
class Rotated:
    """What a change of key did, or would do. code: opens the map; it is kept nowhere."""

    from_epoch: str
    to_epoch: str
    people: int
    map_path: Path | None = None
    code: str = ""


def rotate(
    home: Home,
    definitions: Definitions,
    *,
    dry_run: bool = False,
    tell: Step | None = None,
    ready: Callable[[Rotated], None] | None = None,
) -> Rotated:
    """Change over to a new key. Raises CustodianRefused; the home is then as it was.

    ready: is told the map and its code before the change happens, so that no kill can lose the code
    """
    say = tell or _say_nothing
    old_key = home.key()
    to_epoch = f"e{int(home.epoch.removeprefix('e')) + 1}"
    vault = Vault(home.vault_path, old_key)
    if dry_run:
        return Rotated(home.epoch, to_epoch, vault.count())
    provider = home.provider
    if not isinstance(provider, KeyStore):
        raise CustodianRefused(
            "the key",
            "a key in the environment cannot be changed here.",
            "It is for development.",
            "make a home with a key file, or in HashiCorp Vault",
        )
    _refuse_unfinished(home)
    with home.alone():
        say("removing what an interrupted change left")
        _remove(home, to_epoch)
        provider.forget(to_epoch)
        say("a new key")
        new_key = RootKey.make(to_epoch)
        provider.store(new_key)
        say("the vault")
        people = _write_vault(vault, Vault(home.of_epoch("vault", to_epoch), new_key), new_key)
        say("linkage and opt-outs")
        Registry(home.linkage_path, old_key).copied_to(home.of_epoch("linkage", to_epoch), new_key, people)
        Objections(home, old_key).copied_to(Objections(home, new_key))
        say("the map")
        sealed, code = seal_map(RekeyMap(new_map_id(), home.epoch, to_epoch, people))
        path = home.folder / f"rekey-{home.epoch}-{to_epoch}.map"
        write_private(path, sealed)
        done = Rotated(home.epoch, to_epoch, len(people), path, code)
        if ready is not None:
            ready(done)
        say("changing over")
        home.log.append(
            "custodian.key_changed",
            actor=OPERATOR,
            detail={"from": home.epoch, "to": to_epoch, "people": len(people)},
        )
        changed = home.put_in_force(new_key)
    say("telling the desk")
    Objections(changed, new_key).tell_desk(OptOutPolicy.of(definitions), date.today())
    return done


def finish(home: Home) -> str:
    """Destroy the key before and what was kept under it; answers its epoch. Raises CustodianRefused."""
    before = epoch_before(home)
    if not before:
        raise CustodianRefused(
            "custodian.json",
            "no change of key waits to be finished.",
            remedy="run `openphm custodian rotate`",
        )
    home.key()
    home.log.append("custodian.old_key_destroyed", actor=OPERATOR, detail={"epoch": before})
    with home.alone():
        _remove(home, before)
        provider = home.provider
        if isinstance(provider, KeyStore):
            provider.forget(before)
        settings = json.loads((home.folder / "custodian.json").read_text("utf-8"))
        settings.pop("epoch_before")
        write_private(home.folder / "custodian.json", (json.dumps(settings, indent=2) + "\n").encode())
    return before


def epoch_before(home: Home) -> str:
    """The epoch whose key is still kept, or nothing."""
    return str(json.loads((home.folder / "custodian.json").read_text("utf-8")).get("epoch_before", ""))


def _refuse_unfinished(home: Home) -> None:
    if epoch_before(home):
        raise CustodianRefused(
            "custodian.json",
            "the change of key before this one was not finished.",
            "Two old keys at a time are one too many to guard.",
            "run `openphm custodian rotate --finish` when zone P has applied its map",
        )


def _write_vault(old: Vault, new: Vault, key: RootKey) -> dict[str, str]:
    """Fill the vault of the new key; answers old pseudonym -> new one."""
    people: dict[str, str] = {}
    for part in old.everybody(_AT_A_TIME):
        digits = [one[1] for one in part]
        made = person_ids(digits, key)
        new.keep(zip(made, digits, strict=True))
        people.update(zip((one[0] for one in part), made, strict=True))
    return people


def _remove(home: Home, epoch: str) -> None:
    for name in _DATABASES:
        home.of_epoch(name, epoch).unlink(missing_ok=True)
    for path in home.folder.glob(f"rekey-*-{epoch}.map"):
        path.unlink()


def _say_nothing(what: str) -> None:
    pass
