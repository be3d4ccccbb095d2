"""Keys: derived by purpose, kept in a file of their own, checked before anything is written."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest

from openphm.core import CustodianRefused
from openphm.custodian import Home
from openphm.custodian.key_files import PASSPHRASE_VARIABLE
from openphm.custodian.keys import KEY_VARIABLE, RootKey

KEY = RootKey("e1", bytes(range(32)))


def test_each_purpose_domain_and_epoch_has_a_key_of_its_own() -> None:
    keys = {
        RootKey(epoch, KEY.secret).derive(purpose, domain)
        for epoch in ("e1", "e2")
        for purpose in ("person", "vault")
        for domain in ("", "nhs")
    }
    assert len(keys) == 8


def test_derivation_is_hkdf_sha256() -> None:
    """Written out with hmac alone (RFC 5869): extract, then one step of expand."""
    import hashlib
    import hmac

    extracted = hmac.digest(b"openphm-pseudonym-v1", KEY.secret, "sha256")
    expanded = hmac.new(extracted, b"person|nhs|e1" + b"\x01", hashlib.sha256).digest()
    assert KEY.derive("person", "nhs") == expanded


def test_a_key_never_shows_itself() -> None:
    shown = repr(KEY) + str(KEY)
    assert KEY.secret.hex() not in shown and repr(KEY.secret) not in shown


def test_a_home_is_made_once_and_opens_again_with_the_same_key(tmp_path: Path) -> None:
    home = Home.make(tmp_path / "home", environment={})
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "home/keys/e1.key").stat().st_mode & 0o777 == 0o600
    assert Home.open(tmp_path / "home", environment={}).key() == home.key()
    with pytest.raises(CustodianRefused, match="already a custodian home"):
        Home.make(tmp_path / "home", environment={})


def test_ps01_another_key_is_refused_before_any_output(tmp_path: Path) -> None:
    Home.make(tmp_path / "one", environment={})
    Home.make(tmp_path / "two", environment={})
    (tmp_path / "one/keys/e1.key").write_bytes((tmp_path / "two/keys/e1.key").read_bytes())
    with pytest.raises(CustodianRefused, match="not the key"):
        Home.open(tmp_path / "one", environment={}).key()


def test_a_missing_key_is_refused(tmp_path: Path) -> None:
    home = Home.make(tmp_path / "home", environment={})
    (tmp_path / "home/keys/e1.key").unlink()
    with pytest.raises(CustodianRefused, match="no key file"):
        home.key()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_fp11_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    home = Home.make(tmp_path / "home", environment={})
    (tmp_path / "home/keys/e1.key").chmod(mode)
    with pytest.raises(CustodianRefused, match="other users"):
        home.key()


def test_fp11_a_home_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    Home.make(tmp_path / "home", environment={})
    (tmp_path / "home").chmod(0o755)
    with pytest.raises(CustodianRefused, match="0700"):
        Home.open(tmp_path / "home", environment={})


def test_a_folder_that_is_no_home_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CustodianRefused, match="custodian init"):
        Home.open(tmp_path, environment={})


def test_a_wrapped_key_opens_with_its_pass_phrase_only(tmp_path: Path) -> None:
    phrase = {PASSPHRASE_VARIABLE: "a long and made up phrase"}
    home = Home.make(tmp_path / "home", environment=phrase)
    stored = json.loads((tmp_path / "home/keys/e1.key").read_text())
    assert stored["wrapped"] and base64.b64decode(stored["key"])[:32] != home.key().secret
    with pytest.raises(CustodianRefused, match="no pass phrase"):
        Home.open(tmp_path / "home", environment={}).key()
    with pytest.raises(CustodianRefused, match="does not open"):
        Home.open(tmp_path / "home", environment={PASSPHRASE_VARIABLE: "another"}).key()
    assert Home.open(tmp_path / "home", environment=phrase).key() == home.key()


def test_a_damaged_key_file_is_told_as_such(tmp_path: Path) -> None:
    home = Home.make(tmp_path / "home", environment={})
    (tmp_path / "home/keys/e1.key").write_text("{not json")
    with pytest.raises(CustodianRefused, match="damaged"):
        home.key()


def test_a_key_in_the_environment_is_for_development_only(tmp_path: Path) -> None:
    environment = {KEY_VARIABLE: base64.b64encode(os.urandom(32)).decode()}
    home = Home.make(tmp_path / "home", environment=environment)
    assert not list((tmp_path / "home/keys").iterdir())
    assert home.key().check_value == home.check_value
    with pytest.raises(CustodianRefused, match="production"):
        Home.open(tmp_path / "home", environment=environment | {"OPENPHM_ENVIRONMENT": "production"}).key()
    with pytest.raises(CustodianRefused, match="does not hold a key"):
        Home.open(tmp_path / "home", environment={KEY_VARIABLE: "c2hvcnQ="}).key()


def test_one_run_at_a_time_uses_a_home_and_leaves_nothing_in_it(tmp_path: Path) -> None:
    home = Home.make(tmp_path / "home", environment={})
    (tmp_path / "home/work").mkdir()
    (tmp_path / "home/work/left-by-a-killed-run.parquet").write_text("rows")
    with home.alone() as work:
        assert not list(work.iterdir())
        (work / "rows").write_text("identifiable")
        with pytest.raises(CustodianRefused, match="another run"), home.alone():
            pass
    assert not (tmp_path / "home/work").exists()
