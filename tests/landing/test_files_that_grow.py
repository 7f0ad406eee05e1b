"""How far a file may unpack before it is no list of accounts."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from orchestration.errors import LandingError
from orchestration.landing.compressed_files import content_name, copy_bounded
from orchestration.landing.source_rows import SourceFile
from orchestration.landing.spreadsheets import _checked_archive, cell_text

MEBIBYTE = 1024 * 1024


class Zeros(io.RawIOBase):
    """A stream of so many bytes, made without memory."""

    def __init__(self, size: int) -> None:
        self.left = size
        self.block = bytes(MEBIBYTE)

    def read(self, size: int = -1) -> bytes:
        taken = min(size, self.left)
        self.left -= taken
        return self.block if taken == MEBIBYTE else bytes(taken)


class Counter(io.RawIOBase):
    """A file that only counts what is written."""

    size = 0

    def write(self, block: bytes) -> int:
        self.size += len(block)
        return len(block)


@pytest.mark.parametrize(
    ("packed", "allowed"),
    [
        (10, 64 * MEBIBYTE),
        (MEBIBYTE, 200 * MEBIBYTE),
        (10**9, 16 * 1024 * MEBIBYTE),
    ],
    ids=["a small file", "two hundred times", "sixteen gibibytes"],
)
def test_a_file_unpacks_to_so_much_and_not_to_a_byte_more(packed: int, allowed: int) -> None:
    target = Counter()
    copy_bounded(Zeros(allowed), target, packed, "inbox/list.csv.gz")  # type: ignore[arg-type]
    assert target.size == allowed
    with pytest.raises(LandingError, match=f"expands to more than {allowed // MEBIBYTE} MiB"):
        copy_bounded(Zeros(allowed + 1), Counter(), packed, "inbox/list.csv.gz")  # type: ignore[arg-type]


def test_the_ending_of_a_compression_is_no_part_of_the_name() -> None:
    names = {"surge.csv.gz": "surge.csv", "surge.csv.GZ": "surge.csv", "surge.csv": "surge.csv"}
    for name, content in names.items():
        assert content_name(Path("inbox") / name) == Path("inbox") / content


def test_a_workbook_may_expand_to_200_mib_and_not_to_a_byte_more(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/media/picture.bin", "w") as entry,
    ):
        for _ in range(200):
            entry.write(bytes(MEBIBYTE))
    file = SourceFile(path, "inbox/book.xlsx")
    assert _checked_archive(file) == "1899-12-30"
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/media/dot.bin", b"0")
    size = path.stat().st_size // 1024
    with pytest.raises(LandingError, match=f"expands from {size} KiB to more than 200 MiB"):
        _checked_archive(file)


@pytest.mark.parametrize(
    ("cell", "text", "with_comma"),
    [
        (999_999_999_999_999.0, "999999999999999", "999999999999999"),
        (1e15, "1.00000000000000e+15", "1.00000000000000e+15"),
        (-1e15, "-1.00000000000000e+15", "-1.00000000000000e+15"),
        (1.5, "1.5", "1,5"),
        (-0.25, "-0.25", "-0,25"),
        (7, "7", "7"),
        (True, "true", "true"),
        (False, "false", "false"),
        ("", None, None),
        (None, None, None),
        ("1.5", "1.5", "1.5"),
    ],
)
def test_a_cell_is_the_text_that_its_number_spells(cell, text, with_comma) -> None:
    assert (cell_text(cell, False), cell_text(cell, True)) == (text, with_comma)
