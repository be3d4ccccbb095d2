"""The custodian's home: keys, vault, work space. It belongs to zone I and to one user.

custodian.json     epoch and key check value; no secret
keys/<epoch>.key   the root key, 0600
vault.sqlite       person_id to encrypted NHS number, 0600
linkage.sqlite     who records without a number are, 0600
linkage.json       how many were linked and how well; counts alone
review.csv         pairs for somebody to look at, with names, 0600
work/              identifiable rows while a command runs; emptied before and after
audit.jsonl        what was done here and what was refused; no identity
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from openphm.audit import AuditLog
from openphm.core import CustodianRefused
from openphm.custodian.key_files import FileKeys
from openphm.custodian.key_vault import VAULT_ADDRESS, VaultKeys
from openphm.custodian.keys import (
    KEY_VARIABLE,
    EnvironmentKeys,
    KeyProvider,
    KeyStore,
    RootKey,
    refuse_wrong_key,
)
from openphm.custodian.private_files import write_private

FIRST_EPOCH = "e1"
OPERATOR = "operator"
"""Who acts, in the log, when somebody works at the command line of the custodian's own machine."""
_SETTINGS = "custodian.json"


@dataclass(frozen=True)
class Home:
    """An existing custodian home."""

    folder: Path
    epoch: str
    check_value: str
    environment: Mapping[str, str]

    @classmethod
    def open(cls, folder: Path, environment: Mapping[str, str] | None = None) -> Home:
        """Open a home. Raises CustodianRefused when there is none or others may enter it."""
        settings = folder / _SETTINGS
        if not settings.is_file():
            raise CustodianRefused(
                str(folder.name),
                "this is not a custodian home.",
                "A home is made once and kept: it holds the key that links one month to the next.",
                "run `openphm custodian init --home DIR`",
            )
        if folder.stat().st_mode & 0o077:
            _log_of(folder).append("custodian.home_refused", actor=OPERATOR)
            raise CustodianRefused(
                str(folder.name),
                "other users of this machine may enter the custodian home.",
                "The home belongs to its owner alone (mode 0700).",
                "chmod 700 the folder",
            )
        try:
            read = json.loads(settings.read_text("utf-8"))
            epoch, check_value = str(read["epoch"]), str(read["key_check_value"])
        except (ValueError, KeyError, TypeError) as error:
            raise CustodianRefused(
                _SETTINGS, "the settings of the home are damaged.", remedy="restore them from the backup"
            ) from error
        return cls(folder, epoch, check_value, os.environ if environment is None else environment)

    @classmethod
    def make(cls, folder: Path, environment: Mapping[str, str] | None = None) -> Home:
        """Make a home with a new key. Raises CustodianRefused when the folder already is one."""
        environment = os.environ if environment is None else environment
        if (folder / _SETTINGS).exists():
            raise CustodianRefused(
                str(folder.name),
                "this is already a custodian home.",
                "A second key would cut every person's history in two.",
                "use it as it is, or name another folder",
            )
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        (folder / "keys").mkdir(mode=0o700, exist_ok=True)
        provider = provider_of(folder, environment)
        if isinstance(provider, KeyStore):
            key = RootKey.make(FIRST_EPOCH)
            provider.store(key)
        else:
            key = provider.root_key(FIRST_EPOCH)
        _write_settings(folder, key, provider)
        return cls.open(folder, environment)

    @property
    def provider(self) -> KeyProvider:
        """Where the keys of this home come from."""
        return provider_of(self.folder, self.environment)

    def key(self) -> RootKey:
        """The root key in force, checked. Raises CustodianRefused; the log says so."""
        try:
            key = self.provider.root_key(self.epoch)
            refuse_wrong_key(key, self.check_value)
        except CustodianRefused as refused:
            said = "; ".join(problem.found for problem in refused.problems)
            self.log.append(
                "custodian.key_refused", actor=OPERATOR, detail={"epoch": self.epoch, "found": said}
            )
            raise
        return key

    @property
    def log(self) -> AuditLog:
        """What was done in this home and what was refused."""
        return _log_of(self.folder)

    @property
    def vault_path(self) -> Path:
        return self.of_epoch("vault")

    @property
    def linkage_path(self) -> Path:
        return self.of_epoch("linkage")

    def of_epoch(self, name: str, epoch: str = "") -> Path:
        """A database of the home under the key of an epoch (the one in force when none is named)."""
        epoch = epoch or self.epoch
        return self.folder / (f"{name}.sqlite" if epoch == FIRST_EPOCH else f"{name}-{epoch}.sqlite")

    @property
    def review_path(self) -> Path:
        return self.folder / "review.csv"

    @property
    def report_path(self) -> Path:
        return self.folder / "linkage.json"

    @contextmanager
    def alone(self) -> Iterator[Path]:
        """An empty work folder, 0700, for one run at a time; it is gone afterwards, whatever happened.

        What a killed run left behind is removed first: it holds identifiable rows.
        """
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise CustodianRefused(
                    str(self.folder.name),
                    "another run is using this home.",
                    "One run at a time works with the identifiable rows of a home.",
                    "wait until it has ended",
                ) from error
            work = self.folder / "work"
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir(mode=0o700)
            try:
                yield work
            finally:
                shutil.rmtree(work, ignore_errors=True)
        finally:
            os.close(lock)

    def put_in_force(self, key: RootKey) -> Home:
        """Change over to another key: one file is replaced whole, and that is the moment it happens."""
        _write_settings(self.folder, key, self.provider, before=self.epoch)
        return Home.open(self.folder, self.environment)


def _log_of(folder: Path) -> AuditLog:
    return AuditLog(folder / "audit.jsonl")


def _write_settings(folder: Path, key: RootKey, provider: KeyProvider, before: str = "") -> None:
    settings = {
        "format": 1, "epoch": key.epoch, "key_check_value": key.check_value, "keys": provider.name,
    }  # fmt: skip
    if before:
        settings["epoch_before"] = before
    write_private(folder / _SETTINGS, (json.dumps(settings, indent=2) + "\n").encode())


def provider_of(folder: Path, environment: Mapping[str, str]) -> KeyProvider:
    """A key in the environment (development), HashiCorp Vault when its address is given, or the key file."""
    if environment.get(KEY_VARIABLE):
        return EnvironmentKeys(environment)
    if environment.get(VAULT_ADDRESS):
        return VaultKeys(environment)
    return FileKeys(folder / "keys", environment)
