"""One quick pass over the bytes of a text file: what is in it, and how many lines it has.

The count of lines made here is independent of the reader that later splits them into fields; both must
agree, or the file is not loaded. About one gigabyte a second, memory of a few chunks.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

CHUNK = 4 << 20
LONGEST_LINE = 64 << 20


@dataclass(frozen=True)
class Survey:
    """What one pass over the bytes found.

    lines            lines with something in them, the header included
    quoted_ends      line ends within quotation marks: a field goes over the line end, or a mark is not
                     closed
    utf8_characters  valid characters beyond ASCII
    broken_bytes     places that are not valid UTF-8
    odd_line_ends    line ends other than \\n and \\r\\n
    ends_whole       the last byte is a line end
    has_marks        NUL bytes or broken bytes were replaced by marks
    """

    size: int = 0
    lines: int = 0
    quoted_ends: int = 0
    nul_bytes: int = 0
    nul_tail: int = 0
    utf8_characters: int = 0
    broken_bytes: int = 0
    odd_line_ends: int = 0
    ends_whole: bool = True
    has_marks: bool = False
    changed_characters: int = 0

    @property
    def is_plain(self) -> bool:
        """True when a reader may take the file as it is."""
        return not (self.nul_bytes or self.broken_bytes or self.odd_line_ends)

    def rewritten(self, again: Survey) -> Survey:
        """The survey of the rewritten file, with what is only known from the first one."""
        is_cp1252 = bool(self.broken_bytes) and not self.utf8_characters
        return replace(
            again,
            has_marks=bool(self.nul_bytes or self.broken_bytes),
            changed_characters=self.broken_bytes if is_cp1252 else 0,
            ends_whole=self.ends_whole,
        )


def survey_text(path: Path) -> Survey:
    """Survey a file of text. Reads it once."""
    tally = _Tally()
    for piece in _whole_lines(path):
        tally.take(piece)
    return tally.answer()


def _whole_lines(path: Path) -> Iterator[bytes]:
    """The bytes of a file in pieces that end with a line, except the last and over-long ones."""
    held = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            cut = chunk.rfind(b"\n") + 1
            if cut == 0 and len(held) < LONGEST_LINE:
                held += chunk
                continue
            yield held + chunk[:cut] if cut else held + chunk
            held = chunk[cut:] if cut else b""
    if held:
        yield held


class _Tally:
    def __init__(self) -> None:
        self._survey = Survey()
        self._decoder = codecs.getincrementaldecoder("utf-8")("openphm_count")
        self._last = b"\n"

    def take(self, piece: bytes) -> None:
        before = self._survey
        line_ends = piece.count(b"\n")
        returns = piece.count(b"\r")
        odd_ends = returns - piece.count(b"\r\n") + piece.count(b"\r\r\n") if returns else 0
        nul_bytes = piece.count(b"\0")
        characters, broken = (0, 0) if piece.isascii() else self._characters(piece)
        trailing = len(piece) - len(piece.rstrip(b"\0")) if nul_bytes else 0
        self._survey = replace(
            before,
            size=before.size + len(piece),
            lines=before.lines + line_ends + (piece[-1:] != b"\n") - _blank_lines(piece),
            quoted_ends=before.quoted_ends + _line_ends_in_quotes(piece),
            nul_bytes=before.nul_bytes + nul_bytes,
            nul_tail=before.nul_tail + trailing if trailing == len(piece) else trailing,
            utf8_characters=before.utf8_characters + characters,
            broken_bytes=before.broken_bytes + broken,
            odd_line_ends=before.odd_line_ends + odd_ends,
        )
        self._last = piece[-1:]

    def _characters(self, piece: bytes) -> tuple[int, int]:
        text = self._decoder.decode(piece)
        broken = text.count(_BROKEN)
        return len(text) - len(text.encode("ascii", "ignore")) - broken, broken

    def answer(self) -> Survey:
        return replace(self._survey, ends_whole=self._last in (b"\n", b"\r"))


_BROKEN = "\ue001"
codecs.register_error("openphm_count", lambda error: (_BROKEN, error.end))  # type: ignore[attr-defined]


def _blank_lines(piece: bytes) -> int:
    if piece[:1] not in (b"\n", b"\r") and b"\n\n" not in piece and b"\n\r\n" not in piece:
        return 0
    lines = piece.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return sum(1 for line in lines if not line.strip(b"\r"))


def _line_ends_in_quotes(piece: bytes) -> int:
    """Line ends that stand between an odd and an even quotation mark, counted from the piece's begin."""
    if b'"' not in piece:
        return 0
    values = np.frombuffer(piece, dtype=np.uint8)
    inside = np.bitwise_xor.accumulate((values == ord('"')).view(np.uint8))
    inside &= (values == ord("\n")).view(np.uint8)
    return int(np.count_nonzero(inside)) + (piece.count(b'"') % 2)
