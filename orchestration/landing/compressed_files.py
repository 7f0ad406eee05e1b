"""Files that arrive gzipped, as weekly intent files do: unpacked, with a bound on their size."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import IO

from orchestration.errors import LandingError

COMPRESSED_SUFFIX = ".gz"
MAXIMUM_UNPACKED_BYTES = 16 * 1024**3
MAXIMUM_EXPANSION = 200
_FREE_EXPANSION_BYTES = 64 * 1024 * 1024
_BLOCK_BYTES = 1024 * 1024


def content_name(path: Path) -> Path:
    """The path without the ending of a compression: `surge.csv.gz` as `surge.csv`."""
    return path.with_suffix("") if path.suffix.lower() == COMPRESSED_SUFFIX else path


def copy_bounded(
    packed: IO[bytes] | gzip.GzipFile, target: IO[bytes], packed_bytes: int, label: str
) -> None:
    """Copy what `packed` unpacks to; LandingError where it grows beyond what lists do."""
    allowed = max(_FREE_EXPANSION_BYTES, packed_bytes * MAXIMUM_EXPANSION)
    allowed = min(allowed, MAXIMUM_UNPACKED_BYTES)
    written = 0
    while block := packed.read(_BLOCK_BYTES):
        written += len(block)
        if written > allowed:
            raise LandingError(
                f"{label} expands to more than {allowed // 1024**2} MiB, which no list does: "
                "unpack it and look at it before it lands."
            )
        target.write(block)


def unpack(path: Path, label: str, copy: Path) -> Path:
    """`path` itself, or `copy` with what it holds; LandingError when it is damaged or a bomb."""
    if path.suffix.lower() != COMPRESSED_SUFFIX:
        return path
    try:
        with gzip.open(path, "rb") as packed, copy.open("wb") as target:
            copy_bounded(packed, target, path.stat().st_size, label)
    except (gzip.BadGzipFile, zlib.error, EOFError):
        raise LandingError(
            f"{label} is not a complete gzip file: ask for the file again."
        ) from None
    return copy
