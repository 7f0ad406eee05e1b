"""Text files before anyone parses them: one pass that hashes, checks and, where needed, recodes.

What is refused here would otherwise surface as nonsense in some column: a wrong encoding, a
spreadsheet named .csv, a line without end. Memory is bounded whatever the file holds.
"""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from orchestration.errors import LandingError
from orchestration.landing.feeds import ENCODINGS

MAXIMUM_LINE_BYTES = 16 * 1024 * 1024
_BLOCK_BYTES = 1024 * 1024

_BINARY_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a zip archive or Excel workbook (.xlsx)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)"),
    (b"PAR1", "a Parquet file (.parquet)"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"%PDF", "a PDF document"),
)


@dataclass(frozen=True)
class TextFile:
    """A checked text file: `path` is UTF-8 (a recoded copy where the original is not).

    beginning: bytes before the text (a byte order mark). line_end: LF, or CR where the file has no
    LF. encoding: as the file was read.
    """

    path: Path
    sha256: str
    size: int
    beginning: int
    line_end: str
    has_quotes: bool
    has_nul: bool
    encoding: str


def check_text_file(
    path: Path,
    label: str,
    encoding: str,
    feed_file: str,
    copy: Path,
    line_may_be_long: bool = False,
) -> TextFile:
    """Hash and check the text file at `path`; `copy` is where a recoded copy may be written.

    line_may_be_long: a JSON document is often one line. `encoding` is a name of ENCODINGS. Raises
    LandingError naming the line and the mend.
    """
    with path.open("rb") as stream:
        head = stream.read(8)
        stream.seek(0)
        if not head:
            raise LandingError(f"{label} is empty (0 bytes): ask for the file again.")
        for beginning, what in _BINARY_BEGINNINGS:
            if head.startswith(beginning):
                raise LandingError(
                    f"{label} is not text but {what}: give it the ending that fits, or save it "
                    "as CSV."
                )
        codec, mark = _codec(head, encoding)
        check = _TextCheck(label, encoding, codec, feed_file, line_may_be_long)
        if codec == "utf-8":
            check.run(stream, mark, None)
            return check.result(path, mark)
        with copy.open("wb") as target:
            check.run(stream, mark, target)
        return check.result(copy, 0)


def _codec(head: bytes, encoding: str) -> tuple[str, int]:
    """Python's codec and the length of the byte order mark."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8", len(codecs.BOM_UTF8)
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le", 2
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be", 2
    return ENCODINGS[encoding], 0


class _TextCheck:
    """One pass over one file: the counts so far and where the present line began."""

    def __init__(
        self, label: str, encoding: str, codec: str, feed_file: str, line_may_be_long: bool
    ) -> None:
        self.line_may_be_long = line_may_be_long
        self.label = label
        self.encoding = encoding
        self.codec = codec
        self.feed_file = feed_file
        self.hash = hashlib.sha256()
        self.size = 0
        self.line_feeds = 0
        self.carriage_returns = 0
        self.line_bytes = 0
        self.nul_bytes = 0
        self.has_quotes = False
        self.is_blank = True

    def run(self, stream: BinaryIO, mark: int, target: BinaryIO | None) -> None:
        decoder = codecs.getincrementaldecoder(self.codec)()
        self._hash(stream.read(mark))
        while block := stream.read(_BLOCK_BYTES):
            self._hash(block)
            text = self._decode(decoder, block, final=False)
            if target is not None:
                block = text.encode("utf-8", errors="replace")
                target.write(block)
            self._measure(block)
        self._decode(decoder, b"", final=True)
        if self.is_blank:
            raise LandingError(
                f"{self.label} is empty (nothing but blanks): ask for the file again."
            )
        if self.codec == "utf-8" and self.nul_bytes * 3 > self.size:
            raise LandingError(
                f"{self.label} is UTF-16 without its byte order mark: save it as UTF-8, or declare "
                f"`encoding: utf-16` in {self.feed_file}."
            )

    def _hash(self, block: bytes) -> None:
        self.hash.update(block)
        self.size += len(block)

    def _decode(self, decoder: codecs.IncrementalDecoder, block: bytes, final: bool) -> str:
        try:
            return decoder.decode(block, final)
        except UnicodeDecodeError as error:
            line = self.line_number(error.object[: error.start])
            raise LandingError(self._wrong_encoding(line, error.object[error.start])) from None

    def line_number(self, before: bytes) -> int:
        """Number of the line that follows `before` in the block at hand, 1 = first."""
        if self.line_feeds or b"\n" in before or not self.carriage_returns:
            return self.line_feeds + before.count(b"\n") + 1
        return self.carriage_returns + before.count(b"\r") + 1

    def _wrong_encoding(self, line: int, byte: int) -> str:
        found = f"{self.label}, line {line}: the byte 0x{byte:02X} is not"
        if self.codec == "utf-8":
            return (
                f"{found} UTF-8: save the file as UTF-8, or, if it comes from Windows, declare "
                f"`encoding: windows-1252` in {self.feed_file}."
            )
        return f"{found} {self.encoding}: mend `encoding:` in {self.feed_file}."

    def _measure(self, block: bytes) -> None:
        self.nul_bytes += block.count(0)
        self.has_quotes = self.has_quotes or b'"' in block
        self.is_blank = self.is_blank and not block.strip()
        first, last = _first_and_last_line_end(block)
        if first < 0:
            self.line_bytes += len(block)
        else:
            self.line_bytes += first
            self._refuse_endless_line()
            self.line_bytes = len(block) - last - 1
        self._refuse_endless_line()
        self.line_feeds += block.count(b"\n")
        self.carriage_returns += block.count(b"\r")

    def _refuse_endless_line(self) -> None:
        if self.line_bytes > MAXIMUM_LINE_BYTES and not self.line_may_be_long:
            raise LandingError(
                f"{self.label}, line {self.line_number(b'')}: the line is longer than 16 MiB, so "
                "its line ends are missing: export the file again with one row per line."
            )

    def result(self, path: Path, mark: int) -> TextFile:
        return TextFile(
            path=path,
            sha256=self.hash.hexdigest(),
            size=path.stat().st_size,
            beginning=mark,
            line_end="\n" if self.line_feeds or not self.carriage_returns else "\r",
            has_quotes=self.has_quotes,
            has_nul=self.nul_bytes > 0,
            encoding=self.codec,
        )


def _first_and_last_line_end(block: bytes) -> tuple[int, int]:
    """Places of the first and the last LF or CR, (-1, -1) when there is none."""
    ends = [place for place in (block.find(b"\n"), block.find(b"\r")) if place >= 0]
    first = min(ends) if ends else -1
    return first, max(block.rfind(b"\n"), block.rfind(b"\r"))


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
