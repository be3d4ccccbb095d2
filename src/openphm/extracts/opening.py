"""Turn what was delivered into one plain UTF-8 text file, without trusting it.

Compressed files are unpacked whole, so that a cut-off or damaged one is noticed before a row is used;
an archive that would unpack to many times its size is stopped early. UTF-16 and CP1252 become UTF-8.
Bytes that are no text are replaced by two private marks that the reader looks for, row by row.
"""

from __future__ import annotations

import codecs
import gzip
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

from openphm.extracts.reasons import FileRejected
from openphm.extracts.sources import Source
from openphm.extracts.survey import Survey, survey_text

CHUNK = 4 << 20
LARGEST_RATIO = 200
"""A delivered text packs to a tenth, now and then a fiftieth; 200 times is an attack or a mistake."""
UNPACK_FREELY = 64 << 20
NUL_MARK = "\ue000"
"""Stands in the place of a NUL byte; private-use characters occur in no real value."""
BROKEN_MARK = "\ue001"
"""Stands in the place of bytes that are no text."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

codecs.register_error("openphm_mark", lambda error: (BROKEN_MARK, error.end))  # type: ignore[attr-defined]


def open_plain(source: Source, work: Path) -> tuple[Path, Survey]:
    """The delivered text as a UTF-8 file, and what is known of it. New files are made in `work`.

    Raises FileRejected.
    """
    path = source.path
    if source.form in ("gzip", "zip"):
        path = _unpack(source, work / "unpacked")
    encoding = _encoding_from_mark(path)
    if encoding == "utf-16":
        path = _rewrite(path, work / "utf8", _decode(source, path, "utf-16"))
    survey = survey_text(path)
    _refuse_damage(source, survey)
    if not survey.is_plain:
        path = _rewrite(path, work / "plain", _tidy(_decode(source, path, _encoding(survey))))
        again = survey_text(path)
        survey = survey.rewritten(again)
    return path, survey


def _encoding(survey: Survey) -> str:
    """CP1252 when no character of the file is valid UTF-8 beyond ASCII; else UTF-8 with broken rows."""
    return "cp1252" if survey.broken_bytes and not survey.utf8_characters else "utf-8"


def _encoding_from_mark(path: Path) -> str:
    with path.open("rb") as file:
        first = file.read(4)
    for mark, name in _BOMS:
        if first.startswith(mark):
            return name
    return "utf-8"


def _refuse_damage(source: Source, survey: Survey) -> None:
    if survey.size == 0:
        raise FileRejected(
            "F_EMPTY",
            source.name,
            "the file has no content.",
            remedy="send it again, or leave it out if there is nothing to send",
        )
    if survey.nul_bytes * 5 > survey.size:
        wide = survey.nul_bytes * 5 < survey.size * 4
        code = "F_ENCODING" if wide else "F_NUL"
        found = "every second byte is NUL, so this is UTF-16 without its mark." if wide else "NUL bytes."
        raise FileRejected(
            code, source.name, found, "Text is UTF-8, UTF-16 with a byte order mark, or CP1252.",
            "export the file again as UTF-8",
        )  # fmt: skip
    if survey.nul_tail >= 16:
        raise FileRejected(
            "F_NUL",
            source.name,
            f"the file ends in {survey.nul_tail:,} NUL bytes, as after an interrupted copy.",
            remedy="copy the file again and compare its size",
        )


def _unpack(source: Source, target: Path) -> Path:
    code = "F_GZIP" if source.form == "gzip" else "F_ZIP"
    try:
        if source.form == "gzip":
            packed = source.path.stat().st_size
            with gzip.open(source.path) as file:
                _copy_bounded(file, target, packed, source, code)
        else:
            with zipfile.ZipFile(source.path) as archive:
                packed = archive.getinfo(source.member).compress_size
                with archive.open(source.member) as file:
                    _copy_bounded(file, target, packed, source, code)
    except (EOFError, OSError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise FileRejected(
            code,
            source.name,
            "it cannot be unpacked: cut off, damaged, locked, or with something behind its end.",
            "A compressed file is whole and has its own check sum.",
            "send it again and compare the sizes",
        ) from error
    return target


def _copy_bounded(
    file: IO[bytes] | gzip.GzipFile, target: Path, packed: int, source: Source, code: str
) -> None:
    most = max(UNPACK_FREELY, packed * LARGEST_RATIO)
    written = 0
    with target.open("wb") as out:
        while chunk := file.read(CHUNK):
            written += len(chunk)
            if written > most:
                raise FileRejected(
                    code,
                    source.name,
                    f"it unpacks to more than {LARGEST_RATIO} times its size.",
                    "A delivered text unpacks to 5 to 50 times.",
                    "send the file without compression",
                )
            out.write(chunk)


def _decode(source: Source, path: Path, encoding: str) -> Iterator[str]:
    """The text in pieces. CP1252 has five unused bytes; they become marks too."""
    make = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)
    decoder = make("strict" if encoding == "utf-16" else "openphm_mark")
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield decoder.decode(chunk)
            yield decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise FileRejected(
            "F_ENCODING",
            source.name,
            "its byte order mark says UTF-16, but it is not.",
            "Text is UTF-8, UTF-16 with a byte order mark, or CP1252.",
            "export the file again as UTF-8",
        ) from error


def _tidy(pieces: Iterable[str]) -> Iterator[str]:
    """One kind of line end (\\n) and a mark for each NUL. A piece never ends between \\r and \\n."""
    held = ""
    for piece in pieces:
        text = held + piece
        held = ""
        while text.endswith("\r"):
            text, held = text[:-1], "\r" + held
        yield _one_line_end(text).replace("\0", NUL_MARK)
    if held:
        yield "\n"


def _one_line_end(text: str) -> str:
    return text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")


def _rewrite(path: Path, target: Path, pieces: Iterable[str]) -> Path:
    with target.open("w", encoding="utf-8", newline="") as out:
        for piece in pieces:
            out.write(piece)
    return target


def copy_under_plain_name(path: Path, target: Path, link: Callable[[Path, Path], None] | None = None) -> Path:
    """The file under a name without the signs * ? [ that a reader would take for a pattern."""
    (link or shutil.copyfile)(path, target)
    return target
