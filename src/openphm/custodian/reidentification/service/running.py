"""Run the service: on loopback, or with TLS; nowhere else."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import uvicorn

from openphm.core import CustodianRefused
from openphm.custodian.reidentification.desk import Desk
from openphm.custodian.reidentification.service.app import make_app


@dataclass(frozen=True)
class Address:
    """Where the service listens, and the names it answers to."""

    host: str = "127.0.0.1"
    port: int = 8010
    names: tuple[str, ...] = ()
    certificate: Path | None = None
    key: Path | None = None

    @property
    def is_tls(self) -> bool:
        return self.certificate is not None and self.key is not None

    @property
    def is_loopback(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names in a Host header that are ours."""
        own = ("127.0.0.1", "localhost", "[::1]") if self.is_loopback else (self.host,)
        return (*own, *self.names)


def check_address(address: Address) -> None:
    """Raise CustodianRefused unless identities stay on this machine or travel under TLS."""
    if not address.is_loopback and not address.is_tls:
        raise CustodianRefused(
            "--host",
            "identities would travel unencrypted.",
            "Loopback only, unless a certificate and its key are given.",
            "give --tls-certificate and --tls-key, or leave --host out",
        )
    for path in (address.certificate, address.key):
        if path is not None and not path.is_file():
            raise CustodianRefused(
                path.name, "there is no such file.", remedy="name the certificate and its key"
            )


def run(desk: Desk, address: Address) -> None:
    """Serve until stopped. One process: its threads share the force of the log's disk."""
    check_address(address)
    uvicorn.run(
        make_app(desk, hosts=address.hosts, is_tls=address.is_tls),
        host=address.host,
        port=address.port,
        ssl_certfile=address.certificate,
        ssl_keyfile=address.key,
        ssl_version=ssl.PROTOCOL_TLS_SERVER,
        # an access log would hold the addresses of people's machines; the audit log says who did what
        access_log=False,
        log_level="warning",
        server_header=False,
        date_header=True,
        workers=1,
        limit_concurrency=64,
        timeout_keep_alive=5,
    )
