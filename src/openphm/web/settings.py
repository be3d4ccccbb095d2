"""What a running suite was started with."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from openphm.core.errors import UsageError

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class Settings:
    """Where the store is, who may come in and how.

    is_demo     made-up users with a role switch, on this machine alone
    names       further names that a Host header may have
    overlay     the site's own definitions
    disclosure  the rule for small numbers on every page
    memory      of the engine, for each opened build
    """

    store: Path
    host: str = "127.0.0.1"
    port: int = 8420
    is_demo: bool = False
    is_tls: bool = False
    names: tuple[str, ...] = ()
    overlay: Path | None = None
    disclosure: str = "default"
    memory: str = "1GB"
    threads: int | None = None

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
    def hosts(self) -> tuple[str, ...]:
        """The names in a Host header that are ours."""
        return (*(LOOPBACK if self.is_loopback else (self.host,)), *self.names)

    def check(self) -> None:
        """Raise UsageError when the demo could be reached from another machine."""
        if self.is_demo and not self.is_loopback:
            raise UsageError(
                f"--host {self.host}",
                "the demo lets everybody choose who they are, so it answers this machine alone",
                "With --demo the host is 127.0.0.1, ::1 or localhost.",
                "leave --host out, or leave --demo out and set up sign-in",
            )
