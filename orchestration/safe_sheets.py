"""Sheets that people open: no text in them is ever computed, and equal rows give equal bytes.

What people typed into a CRM or a partner's list may begin with `=`, `+`, `-` or `@`. In a workbook
every text is a text cell with Excel's own mark for it; in CSV, which has no such mark, an
apostrophe stands before it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

FIXED_TIME = (2025, 1, 1, 0, 0, 0)
FIXED_MOMENT = datetime(*FIXED_TIME, tzinfo=UTC).replace(tzinfo=None)
LONGEST_TEXT = 32_000
WIDEST_COLUMN = 60
# What XML 1.0 cannot hold, and Excel would call a damaged file.
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# What spreadsheets take for the beginning of a formula; some read the wide forms like the narrow.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_text(value: object) -> str:
    """A value as a CSV cell; a text that would be computed gets an apostrophe before it."""
    text = "" if value is None else str(value)
    is_formula = isinstance(value, str) and text.lstrip(" \u00a0").startswith(FORMULA_STARTS)
    return f"'{text}" if is_formula else text


def fill_sheet(sheet: Worksheet, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a header and rows: texts as text, amounts as numbers, days as days."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    widths = [len(column) for column in columns]
    for place, column in enumerate(columns, start=1):
        cell = sheet.cell(row=1, column=place, value=column.replace("_", " "))
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="22405F")
        cell.alignment = Alignment(vertical="center")
    for number, row in enumerate(rows, start=2):
        for place, value in enumerate(row, start=1):
            written = _write(sheet, number, place, value)
            widths[place - 1] = max(widths[place - 1], min(len(written), WIDEST_COLUMN))
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width + 2
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(max(len(columns), 1))}{max(sheet.max_row, 1)}"


def _write(sheet: Worksheet, row: int, column: int, value: Any) -> str:
    """Write one cell; returns how it reads, for the width of its column."""
    cell = sheet.cell(row=row, column=column)
    if value is None:
        return ""
    if isinstance(value, Decimal):
        cell.value = value
        cell.number_format = "#,##0.00" if value == round(value, 2) else "#,##0.000000"
        return f"{value:,}"
    if isinstance(value, bool | int):
        cell.value = value
        return str(value)
    if isinstance(value, datetime):
        cell.value = value.replace(tzinfo=None)
        cell.number_format = "yyyy-mm-dd hh:mm:ss"
        return "2026-01-01 00:00:00"
    if isinstance(value, date):
        cell.value = value
        cell.number_format = "yyyy-mm-dd"
        return "2026-01-01"
    text = NOT_IN_XML.sub("\ufffd", str(value))[:LONGEST_TEXT]
    cell.value = text
    cell.data_type = "s"
    cell.quotePrefix = True
    return text


def save_workbook(workbook: Any, file: Path | BinaryIO) -> None:
    """Save, then copy the parts with one fixed time: openpyxl stamps the present one on each."""
    workbook.properties.creator = "cosell"
    workbook.properties.created = workbook.properties.modified = FIXED_MOMENT
    written = BytesIO()
    workbook.save(written)
    # Saving sets the time of the change once more.
    stamp = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(<)")
    with (
        zipfile.ZipFile(written) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = stamp.sub(rb"\g<1>2025-01-01T00:00:00Z\g<2>", content)
            part = zipfile.ZipInfo(name, FIXED_TIME)
            part.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(part, content)
