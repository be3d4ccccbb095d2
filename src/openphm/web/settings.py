"""What a running suite was started with."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from openphm.core.errors import UsageError
from openphm.core.shapes import Shapes
from openphm.direct_care import CustodianService
from openphm.web.provider_file import ProviderFile

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class Settings:
    """Where the store is, who may come in and how.

    is_demo     made-up users with a role switch, on this machine alone
    names       further names that a Host header may have
    overlay     the site's own definitions
    sign_in     the provider that says who somebody is, where this is no demo
    disclosure  the rule for small numbers on every page
    custodian   where requests to re-identify go; none are asked without it
    shapes      where places lie, for maps; none are drawn without them
    is_warmed   ask the usual pages of the whole system when it starts, so that nobody waits for them
    """

    store: Path
    host: str = "127.0.0.1"
    port: int = 8420
    is_demo: bool = False
    names: tuple[str, ...] = ()
    overlay: Path | None = None
    sign_in: ProviderFile | None = None
    disclosure: str = "default"
    custodian: CustodianService | None = None
    shapes: Shapes | None = None
    is_warmed: bool = False

    @property
    def is_loopback(self) -> bool:
        """Only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def is_tls(self) -> bool:
        """People reach it over an encrypted connection, its own or a proxy's."""
        return self.sign_in is not None and self.sign_in.is_tls

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names in a Host header that are ours."""
        own = LOOPBACK if self.is_loopback else (self.host,)
        return (*own, *((self.sign_in.host,) if self.sign_in else ()), *self.names)

    def check(self) -> None:
        """Raise UsageError when the demo could be reached from another machine, or nobody could sign in."""
        if self.is_demo and not self.is_loopback:
            raise UsageError(
                f"--host {self.host}",
                "the demo lets everybody choose who they are, so it answers this machine alone",
                "With --demo the host is 127.0.0.1, ::1 or localhost.",
                "leave --host out, or leave --demo out and set up sign-in",
            )
        if not self.is_demo and self.sign_in is None:
            raise UsageError(
                "serve",
                "nothing says who may come in",
                "A suite needs a sign-in file, or --demo on this machine alone.",
                "write a sign-in file (docs/how-to/serve-the-suite.md) and name it with --sign-in",
            )
        if self.sign_in is not None and not self.sign_in.is_tls and not self.is_loopback:
            raise UsageError(
                f"--host {self.host}",
                "figures and cookies would travel unencrypted",
                "Beyond this machine, public_url of the sign-in file begins with https://.",
                "put the suite behind a proxy with TLS, and write its address there",
            )
