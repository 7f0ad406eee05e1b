"""Excel workbooks: cells become the text that everything else is read from.

A workbook is an archive, and an archive can claim to be small: what it expands to, and how many
cells lie between its first and its last one, is measured before it is opened, because opening it
reserves memory for all of them.
"""

from __future__ import annotations

import contextlib
import datetime
import itertools
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.errors import LandingError, one_sentence
from orchestration.landing.feeds import Feed
from orchestration.landing.headers import checked_headers
from orchestration.landing.source_rows import SourceFile, SourceRows, column_aliases

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

MAXIMUM_EXPANDED_BYTES = 200 * 1024 * 1024
MAXIMUM_EXPANSION = 100
MAXIMUM_CELLS = 30_000_000
_BLOCK_BYTES = 1024 * 1024
_ROWS_PER_BATCH = 20_000
# A cell with content; a styled cell without content closes itself with "/>".
_CELL = re.compile(rb'<(?:\w+:)?c r="([A-Z]{1,3})([0-9]{1,7})"[^<>/]*>')
_LONGEST_TAG_BYTES = 256
# A formula without the value that a spreadsheet program saves beside it.
_UNSAVED_FORMULA = re.compile(
    rb'<(?:\w+:)?c r="([A-Z]{1,3}[0-9]{1,7})"[^<>]*>'
    rb"<(?:\w+:)?f(?:[^<>]*/>|[^<>]*>[^<]*</(?:\w+:)?f>)"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
_LONGEST_FORMULA_BYTES = 16 * 1024
_EPOCH_1900 = "1899-12-30"
_EPOCH_1904 = "1904-01-01"
_EXACT_INTEGERS = 10**15


def open_spreadsheet(file: SourceFile, feed: Feed) -> SourceRows:
    """The rows of one sheet; formulas are read as the values that were saved beside them.

    Raises LandingError for a workbook that is damaged, locked or oversized, and for what hides
    from those who look at it: macros, links to other files, hidden sheets, unsaved formulas.
    """
    epoch = _EPOCH_1900
    _refuse_macros(file)
    if zipfile.is_zipfile(file.path):
        epoch = _checked_archive(file)
    workbook, sheet = _open_sheet(file, feed)
    try:
        _refuse_hidden_sheets(file.label, workbook)
        return _read_sheet(file, feed, sheet, epoch)
    finally:
        workbook.close()


def first_lines(path: Path, label: str, count: int) -> list[tuple[int, list[str]]]:
    """The first lines of the first sheet that hold anything, with their numbers, as texts.

    Raises LandingError for what `open_spreadsheet` refuses.
    """
    file = SourceFile(path, label)
    _refuse_macros(file)
    if zipfile.is_zipfile(path):
        _checked_archive(file)
    anything = Feed(name="preview", source="bilateral", table=None, file="the feed's file")
    workbook, sheet = _open_sheet(file, anything)
    try:
        _refuse_hidden_sheets(label, workbook)
        lines = [
            (line, [cell_text(cell, False) or "" for cell in cells])
            for line, cells in itertools.islice(_numbered_lines(sheet), count)
        ]
    finally:
        workbook.close()
    return [each for each in lines if any(text.strip() for text in each[1])]


def _refuse_macros(file: SourceFile) -> None:
    """Refuse macros by the ending that promises them, and by the streams that hold them."""
    holds_macros = file.path.suffix.lower() == ".xlsm"
    if zipfile.is_zipfile(file.path):
        with contextlib.suppress(zipfile.BadZipFile), zipfile.ZipFile(file.path) as archive:
            names = [entry.filename.lower() for entry in archive.infolist()]
            holds_macros |= any(name.endswith(("vbaproject.bin", "macrosheets/")) for name in names)
            holds_macros |= any("/macrosheets/" in name for name in names)
            if any("/externallinks/" in name for name in names):
                raise LandingError(
                    f"{file.label} has links to other workbooks, whose values may be old or not "
                    "meant for us: ask for the list without them (break the links, or save the "
                    "sheet as CSV)."
                )
    else:
        # The names of an old workbook's parts are in UTF-16.
        holds_macros |= "_VBA_PROJECT".encode("utf-16-le") in file.path.read_bytes()
    if holds_macros:
        raise LandingError(
            f"{file.label} is a workbook with macros, which are never opened: ask for the list as "
            ".xlsx without macros, or as CSV."
        )


def _refuse_hidden_sheets(label: str, workbook: CalamineWorkbook) -> None:
    from python_calamine import SheetVisibleEnum

    hidden = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible != SheetVisibleEnum.Visible
    ]
    if hidden:
        raise LandingError(
            f"{label} has the hidden sheet {hidden[0]!r}, which may hold what nobody meant to "
            "send: ask for the list without it (unhide and delete the sheet), or as CSV."
        )


def _open_sheet(file: SourceFile, feed: Feed) -> tuple[CalamineWorkbook, CalamineSheet]:
    from python_calamine import CalamineError, CalamineWorkbook, WorksheetNotFound

    try:
        workbook = CalamineWorkbook.from_path(str(file.path))
        if feed.sheet is None:
            return workbook, workbook.get_sheet_by_index(0)
        return workbook, workbook.get_sheet_by_name(feed.sheet)
    except WorksheetNotFound:
        raise LandingError(
            f"{file.label} has no sheet {feed.sheet!r}, only {', '.join(workbook.sheet_names)}: "
            f"mend `sheet:` in {feed.file}."
        ) from None
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise LandingError(
            f"{file.label} is not a readable Excel workbook ({one_sentence(str(error))[:160]}): "
            "save it again without a password, or as CSV."
        ) from None


def _read_sheet(file: SourceFile, feed: Feed, sheet: CalamineSheet, epoch: str) -> SourceRows:
    import pyarrow as pa

    lines = _numbered_lines(sheet)
    headers, header_line = _header(lines, feed, file.label)
    headers = _merged_headers(sheet, headers, header_line)
    width = len(headers)
    comma = feed.decimal == "comma"
    batches: list[Any] = []
    kept: list[list[str | None]] = []
    numbers: list[int] = []
    names = column_aliases(width)
    schema = pa.schema([("_row_number", pa.int64()), *((name, pa.string()) for name in names)])

    def flush() -> None:
        columns = [[row[place] for row in kept] for place in range(width)]
        arrays = [pa.array(numbers, pa.int64())]
        arrays += [pa.array(column, pa.string()) for column in columns]
        batches.append(pa.RecordBatch.from_arrays(arrays, schema=schema))
        kept.clear()
        numbers.clear()

    for line, cells in lines:
        texts = [cell_text(cell, comma) for cell in cells]
        if not any(texts):
            continue
        texts += [None] * (width - len(texts))
        kept.append(texts)
        numbers.append(line - header_line)
        if len(kept) == _ROWS_PER_BATCH:
            flush()
    flush()
    table = pa.Table.from_batches(batches, schema=schema)
    headers, places = _named_columns(headers, table)
    return SourceRows(
        label=file.label,
        headers=checked_headers(headers, file.label),
        expressions=[names[place] for place in places],
        open_arrow=lambda: table,
        rows_scanned=lambda: int(table.num_rows),
        serial_epoch=epoch,
        dialect={"sheet": sheet.name},
    )


def _numbered_lines(sheet: CalamineSheet) -> Iterator[tuple[int, list[Any]]]:
    """Each line of the sheet with its number, 1 = the sheet's first."""
    yield from enumerate(sheet.iter_rows(), start=1)


def _header(
    lines: Iterator[tuple[int, list[Any]]], feed: Feed, label: str
) -> tuple[list[str], int]:
    for line, cells in lines:
        texts = [cell_text(cell, False) or "" for cell in cells]
        if line >= feed.header_row and any(text.strip() for text in texts):
            return texts, line
    raise LandingError(
        f"{label} has no header in line {feed.header_row} of its sheet: mend `header_row:` or "
        f"`sheet:` in {feed.file}, or ask for the file with its header."
    )


def _merged_headers(sheet: CalamineSheet, headers: list[str], header_line: int) -> list[str]:
    """Headers with the text of the merged cell that covers an empty one.

    A cell merged over several lines holds its text in the first of them, above the header's line.
    One merged over several columns names the first; the others are numbered behind its text.
    """
    named = list(headers)
    # Lines of a range count from the sheet's first, columns too, but rows begin with the first
    # column that holds anything.
    left = sheet.start[1] if sheet.start is not None else 0
    for first, last in sheet.merged_cell_ranges or []:
        if not first[0] < header_line <= last[0] + 1:
            continue
        text = cell_text(sheet.to_python(skip_empty_area=False)[first[0]][first[1]], False) or ""
        columns = range(max(first[1] - left, 0), min(last[1] + 1 - left, len(named)))
        for number, place in enumerate(columns, start=1):
            if not named[place].strip() and text.strip():
                named[place] = text if number == 1 else f"{text.strip()} {number}"
    return named


def _named_columns(headers: list[str], table: Any) -> tuple[list[str], list[int]]:
    """Headers and their places without the nameless columns that hold nothing."""
    places = [
        place
        for place, header in enumerate(headers)
        if header.strip() or table.column(place + 1).null_count < table.num_rows
    ]
    return [headers[place] for place in places], places


def cell_text(value: Any, decimal_comma: bool) -> str | None:
    """A cell as text: whole numbers without a point, dates as ISO, empty cells as None."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, float):
        # Beyond 15 digits a spreadsheet has lost the number; its exponent says so later.
        if value.is_integer():
            return str(int(value)) if abs(value) < _EXACT_INTEGERS else f"{value:.14e}"
        return repr(value).replace(".", ",") if decimal_comma else repr(value)
    return str(value)


def _checked_archive(file: SourceFile) -> str:
    """Day zero of the workbook's day numbers; raises LandingError for a bomb or a damaged file."""
    try:
        with zipfile.ZipFile(file.path) as archive:
            size = file.path.stat().st_size
            claimed = sum(entry.file_size for entry in archive.infolist())
            _refuse_expansion(file.label, size, claimed)
            measure = _ArchiveMeasure(file.label, size)
            for entry in archive.infolist():
                measure.add(archive, entry)
            return measure.epoch
    except (
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        EOFError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise LandingError(
            f"{file.label} is not a readable Excel workbook ({one_sentence(str(error))[:160]}): "
            "save it again without a password, or as CSV."
        ) from None


def _refuse_expansion(label: str, size: int, expanded: int) -> None:
    if expanded > MAXIMUM_EXPANDED_BYTES and expanded > MAXIMUM_EXPANSION * size:
        raise LandingError(
            f"{label} expands from {size // 1024} KiB to more than "
            f"{MAXIMUM_EXPANDED_BYTES // 1024**2} MiB, which no list of accounts does: save the "
            "sheet as CSV."
        )


class _ArchiveMeasure:
    """What the entries of a workbook really expand to, and how far its cells reach."""

    def __init__(self, label: str, size: int) -> None:
        self.label = label
        self.size = size
        self.expanded = 0
        self.epoch = _EPOCH_1900

    def add(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
        """Expand one entry block by block; nothing is kept."""
        # Any part may be declared a sheet, whatever its folder.
        may_be_sheet = entry.filename.endswith(".xml")
        is_book = entry.filename == "xl/workbook.xml"
        extent = _SheetExtent(self.label)
        with archive.open(entry) as stream:
            rest = b""
            while block := stream.read(_BLOCK_BYTES):
                self.expanded += len(block)
                _refuse_expansion(self.label, self.size, self.expanded)
                if is_book and re.search(rb'date1904="(?:1|true)"', block):
                    self.epoch = _EPOCH_1904
                if may_be_sheet:
                    rest = extent.add(rest + block)


class _SheetExtent:
    """The rectangle from A1 to the last cell with content."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.columns: set[bytes] = set()
        self.rows = 0

    def add(self, block: bytes) -> bytes:
        """Measure the cells of a block; returns what may continue in the next one."""
        unsaved = _UNSAVED_FORMULA.search(block)
        if unsaved:
            raise LandingError(
                f"{self.label} has a formula without its value in cell "
                f"{unsaved[1].decode('ascii')}, and formulas are never computed here: open and "
                "save it in a spreadsheet program, or send the values."
            )
        found = _CELL.findall(block)
        if found:
            self.columns.update(letters for letters, _ in found)
            self.rows = max(self.rows, *(int(row) for _, row in found))
            width = max(_column_number(letters) for letters in self.columns)
            if width * self.rows > MAXIMUM_CELLS:
                raise LandingError(
                    f"{self.label} has a cell in row {self.rows} and column {width}, so its sheet "
                    f"spans more than {MAXIMUM_CELLS // 10**6} million cells: delete the stray "
                    "cells or save the sheet as CSV."
                )
        # The cell that the block cuts; of a longer one, only its tag is known.
        cell = block[block.rfind(b"<c ") :] if b"<c " in block else b""
        if b"</c>" not in cell and b"<f" in cell and len(cell) < _LONGEST_FORMULA_BYTES:
            return cell
        tail = block[block.rfind(b"<") :]
        return tail if len(tail) < _LONGEST_TAG_BYTES else b""


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
