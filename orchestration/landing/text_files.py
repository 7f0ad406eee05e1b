"""Text files before anyone parses them: one pass that hashes, checks and, where needed, recodes.

What is refused here would otherwise surface as nonsense in some column: a wrong encoding, a
spreadsheet named .csv, a line without end. Memory is bounded whatever the file holds.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
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
        check = _TextCheck(path, label, encoding, codec, mark, feed_file)
        check.line_may_be_long = line_may_be_long
        if codec == "utf-8":
            check.run(stream, None)
            return check.result(path, mark)
        with copy.open("wb") as target:
            check.run(stream, target)
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
    """One pass over one file: what was found so far and how long the present line is.

    checked: bytes of the text, behind its mark of `mark` bytes, in the blocks before this one.
    """

    def __init__(
        self, path: Path, label: str, encoding: str, codec: str, mark: int, feed_file: str
    ) -> None:
        self.path = path
        self.line_may_be_long = False
        self.label = label
        self.encoding = encoding
        self.codec = codec
        self.mark = mark
        self.feed_file = feed_file
        self.hash = hashlib.sha256()
        self.checked = 0
        self.has_line_feeds = False
        self.has_carriage_returns = False
        self.line_bytes = 0
        self.nul_bytes = 0
        self.has_quotes = False
        self.is_blank = True

    def run(self, stream: BinaryIO, target: BinaryIO | None) -> None:
        decoder = codecs.getincrementaldecoder(self.codec)()
        self.hash.update(stream.read(self.mark))
        # The hash of a block is taken by another thread while this one looks at it.
        with ThreadPoolExecutor(1) as beside:
            hashed: Future[None] | None = None
            while block := stream.read(_BLOCK_BYTES):
                if hashed is not None:
                    hashed.result()
                hashed = beside.submit(self.hash.update, block)
                self._look_at(decoder, block, target)
                self.checked += len(block)
        self._decode(decoder, b"", final=True)
        if self.is_blank:
            raise LandingError(
                f"{self.label} is empty (nothing but blanks): ask for the file again."
            )
        if self.codec == "utf-8" and self.nul_bytes * 3 > self.checked:
            raise LandingError(
                f"{self.label} is UTF-16 without its byte order mark: save it as UTF-8, or declare "
                f"`encoding: utf-16` in {self.feed_file}."
            )

    def _look_at(
        self, decoder: codecs.IncrementalDecoder, block: bytes, target: BinaryIO | None
    ) -> None:
        if target is not None:
            text = self._decode(decoder, block, final=False)
            block = text.encode("utf-8", errors="replace")
            target.write(block)
        elif not block.isascii() or decoder.getstate()[0]:
            # Text without accents, which most is, cannot be wrong.
            self._decode(decoder, block, final=False)
        self._measure(block)

    def _decode(self, decoder: codecs.IncrementalDecoder, block: bytes, final: bool) -> str:
        try:
            return decoder.decode(block, final)
        except UnicodeDecodeError as error:
            line = self._line_number(error.object[: error.start])
            raise LandingError(self._wrong_encoding(line, error.object[error.start])) from None

    def _line_number(self, before: bytes) -> int:
        """Number of the line that follows `before` in the block at hand, 1 = first.

        Counted only here, from the beginning: most files are never asked for it.
        """
        decoder = codecs.getincrementaldecoder(self.codec)(errors="replace")
        line_feeds = carriage_returns = 0
        for block in self._blocks_before(before):
            text = decoder.decode(block)
            line_feeds += text.count("\n")
            carriage_returns += text.count("\r")
        return (line_feeds or carriage_returns) + 1

    def _blocks_before(self, before: bytes) -> Iterator[bytes]:
        with self.path.open("rb") as stream:
            stream.seek(self.mark)
            left = self.checked
            while left > 0 and (block := stream.read(min(left, _BLOCK_BYTES))):
                left -= len(block)
                yield block
        yield before

    def _wrong_encoding(self, line: int, byte: int) -> str:
        found = f"{self.label}, line {line}: the byte 0x{byte:02X} is not"
        if self.codec == "utf-8":
            return (
                f"{found} UTF-8: save the file as UTF-8, or, if it comes from Windows, declare "
                f"`encoding: windows-1252` in {self.feed_file}."
            )
        return f"{found} {self.encoding}: mend `encoding:` in {self.feed_file}."

    def _measure(self, block: bytes) -> None:
        self.nul_bytes += block.count(0) if b"\0" in block else 0
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
        self.has_line_feeds = self.has_line_feeds or b"\n" in block
        self.has_carriage_returns = self.has_carriage_returns or b"\r" in block

    def _refuse_endless_line(self) -> None:
        if self.line_bytes > MAXIMUM_LINE_BYTES and not self.line_may_be_long:
            raise LandingError(
                f"{self.label}, line {self._line_number(b'')}: the line is longer than 16 MiB, so "
                "its line ends are missing: export the file again with one row per line."
            )

    def result(self, path: Path, mark: int) -> TextFile:
        return TextFile(
            path=path,
            sha256=self.hash.hexdigest(),
            size=path.stat().st_size,
            beginning=mark,
            line_end="\n" if self.has_line_feeds or not self.has_carriage_returns else "\r",
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
