"""The sign-in file: which OpenID Connect provider says who somebody is, and where the suite is found.

issuer: https://login.example.nhs.uk
client_id: openphm
client_secret_file: /etc/openphm/client-secret     # left out for a public client
public_url: https://phm.example.nhs.uk
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from openphm.core.errors import UsageError
from openphm.definitions.entry import Entry
from openphm.definitions.own_file import read_own_file
from openphm.definitions.problems import Problems


@dataclass(frozen=True)
class ProviderFile:
    """A provider and how it knows us. The secret is read from a file of its own and never shown."""

    issuer: str
    client_id: str
    public_url: str
    secret_file: Path | None = None
    scope: str = "openid profile"

    @property
    def secret(self) -> str | None:
        """The client's secret. Raises UsageError when its file cannot be read."""
        if self.secret_file is None:
            return None
        try:
            return self.secret_file.read_text("utf-8").strip()
        except OSError as error:
            raise UsageError("client_secret_file", f"it cannot be read: {error.strerror}") from None

    @property
    def return_url(self) -> str:
        """Where the provider sends people back to."""
        return f"{self.public_url}/sign-in/return"

    @property
    def is_tls(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def host(self) -> str:
        return urlsplit(self.public_url).hostname or ""


def read_provider_file(path: Path) -> ProviderFile:
    """The file, checked. Raises DefinitionError with every problem."""
    problems = Problems()
    file = read_own_file(path, problems, thing="sign-in")
    problems.raise_if_any()
    assert file is not None  # a file that cannot be read is a problem
    entry = Entry(file.body, file.label, problems)
    secret = entry.text("client_secret_file", "")
    made = ProviderFile(
        str(entry.text("issuer")),
        str(entry.text("client_id")),
        str(entry.text("public_url")).rstrip("/"),
        path.parent / secret if secret else None,
        entry.text("scope", "openid profile"),
    )
    entry.done()
    for key, url in (("issuer", made.issuer), ("public_url", made.public_url)):
        if not is_safe(url):
            problems.add(
                entry.at(key),
                "it is not an https address.",
                allowed="https://…, or http:// on this machine alone",
            )
    problems.raise_if_any()
    return made


def is_safe(url: str) -> bool:
    """Encrypted, or within this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    host = parts.hostname or ""
    try:
        return parts.scheme == "http" and (host == "localhost" or ip_address(host).is_loopback)
    except ValueError:
        return False
