"""Vendoring: put the browser's files of other projects into the package, so that no page fetches elsewhere.

For maintainers: `python -m openphm.web.vendoring`. It needs npm; whoever installs OpenPHM does not. Each
tarball must have the sha512 written here. What is left out: the two @font-face rules of nhsuk-frontend
(Frutiger is licensed for NHS bodies alone and would be fetched from an NHS host) and every image that shows
the NHS logo, which is a protected mark. What is changed: the interpreter of Vega takes three functions from
the vega that the page has loaded, where its own import would need a bundler.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "static" / "vendor"
LOCK = FOLDER / "vendor.lock.json"
_FONT_FACE = re.compile(r"@font-face\{[^}]*\}")
_BARE_IMPORT = re.compile(r"^import (\{[^}]*\}) from 'vega-util';$", re.MULTILINE)
_ICONS = ("arrow-down", "arrow-up", "arrow-up-down", "cross")


@dataclass(frozen=True)
class Package:
    """One npm package, and the files of it that are kept: from the tarball, to our folder."""

    name: str
    version: str
    sha512: str
    licence: str
    files: dict[str, str]


_NHSUK = "package/dist/nhsuk/"
PACKAGES = (
    Package(
        "nhsuk-frontend",
        "10.6.1",
        "PZorqQZjZx/A26yJoskCL9z0ib6AtkAyF0o4K/RHr8zRrJyXrUOCnMbjy0VNXsGO4tfTNMwqlkwATKs4a0xayw==",
        "MIT",
        {
            f"{_NHSUK}nhsuk-frontend.min.css": "nhsuk-frontend.min.css",
            f"{_NHSUK}nhsuk-frontend.min.js": "nhsuk-frontend.min.js",
            **{
                f"{_NHSUK}assets/images/nhsuk-icon-{name}.svg": f"images/nhsuk-icon-{name}.svg"
                for name in _ICONS
            },
        },
    ),
    Package(
        "htmx.org",
        "2.0.11",
        "Thx/WtpeOQqSrqBCw/A1cwGJGg4UrVa3+sW0GmrM3p4gJgO89ecH4qtbnyzDDWFvBTqjnIMCgELTNt636dtamA==",
        "0BSD",
        {"package/dist/htmx.min.js": "htmx.min.js"},
    ),
    Package(
        "vega",
        "6.4.0",
        "rHXCq2LpEWCLMjXBEj7hocY9G0/i5TGYRayGGSj06VTF4+l2IG2Z7oeZKCjWbUh/7hTE/mVhbaOPB72wCElh6g==",
        "BSD-3-Clause",
        {"package/build/vega.min.js": "vega/vega.min.js"},
    ),
    Package(
        "vega-lite",
        "6.4.3",
        "d/7hPjfz560UERaQuTmGgIVfXAe3g2hJWeC+igDeaGohUdEoNrHLXgR/yTOBT8vV/lIuuKnw+0/xWWblkDwkMQ==",
        "BSD-3-Clause",
        {"package/build/vega-lite.min.js": "vega/vega-lite.min.js"},
    ),
    Package(
        "vega-embed",
        "7.3.0",
        "wQ8s5GaSzqoKgmRfbRolgBrjE2CP7ZKHXqH7NijxMqPjpdWxSs4Dn8tvp9g0giQvh2cK+3p56sxjWWM0wNngGw==",
        "BSD-3-Clause",
        {"package/build/vega-embed.min.js": "vega/vega-embed.min.js"},
    ),
    Package(
        "vega-interpreter",
        "2.3.2",
        "JDAoi3taFcCDLujZG84TNNUXdkAZ5WsSHssx8lWVYaxb9Slsjk7v7PtRIYXpSlUwLaKGRBqoJ9KDs36Z0eMEIw==",
        "BSD-3-Clause",
        {"package/build/vega-interpreter.js": "vega/vega-interpreter.mjs"},
    ),
)


def main() -> None:
    """Fetch, check, strip and write; then the lock."""
    locked = []
    for package in PACKAGES:
        with tempfile.TemporaryDirectory() as folder:
            tarball = _fetched(package, Path(folder))
            written = _unpacked(package, tarball)
        files = {name: hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() for name in sorted(written)}
        locked.append(
            {
                "name": package.name,
                "version": package.version,
                "sha512_of_tarball": package.sha512,
                "licence": package.licence,
                "sha256": files,
            }
        )
    LOCK.write_text(json.dumps(locked, indent=1) + "\n", "utf-8")


def _fetched(package: Package, folder: Path) -> Path:
    subprocess.run(
        ["npm", "pack", "--silent", f"{package.name}@{package.version}"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    tarball = next(folder.glob("*.tgz"))
    found = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if found != package.sha512:
        raise SystemExit(f"{package.name} {package.version}: the tarball is not the one that was checked.")
    return tarball


def _unpacked(package: Package, tarball: Path) -> list[str]:
    with tarfile.open(tarball) as archive:
        for inside, name in package.files.items():
            member = archive.extractfile(inside)
            if member is None:
                raise SystemExit(f"{package.name}: {inside} is not a file.")
            target = FOLDER / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(_ours(name, member.read()))
    return list(package.files.values())


def _ours(name: str, content: bytes) -> bytes:
    """Style sheets without another host's fonts and with images beside them; scripts without a map."""
    if name.endswith(".css"):
        text = _FONT_FACE.sub("", content.decode("utf-8")).replace("/assets/images/", "images/")
        text = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", text)
        if "://" in re.sub(r"http://www\.w3\.org/\S*", "", text):
            raise SystemExit(f"{name} still names another host.")
        return text.encode("utf-8")
    if name.endswith(".mjs"):
        text, n_changed = _BARE_IMPORT.subn(r"const \1 = globalThis.vega;", content.decode("utf-8"))
        if n_changed != 1 or re.search(r"^import ", text, re.MULTILINE):
            raise SystemExit(f"{name} imports something that no page has.")
        return re.sub(r"//# sourceMappingURL=.*", "", text).encode("utf-8")
    if name.endswith(".js"):
        return re.sub(rb"//# sourceMappingURL=.*", b"", content)
    return content


if __name__ == "__main__":
    main()
