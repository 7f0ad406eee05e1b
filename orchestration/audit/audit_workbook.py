"""The workbook of an audit sample: text stays text, money is a number, the bytes are the same.

What people typed into the CRM may begin with `=`, `+`, `-` or `@`: every text is written as a text
cell with Excel's own mark for it, so that nothing in it is ever computed.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.audit.sampling import Sample, SampledDeal
from orchestration.explanation import Step

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

FIXED_TIME = (2025, 1, 1, 0, 0, 0)
FIXED_MOMENT = datetime(*FIXED_TIME, tzinfo=UTC).replace(tzinfo=None)
LONGEST_TEXT = 32_000
WIDEST_COLUMN = 60
# What XML 1.0 cannot hold, and Excel would call a damaged file.
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
DEAL_COLUMNS = (
    "opportunity_id",
    "opportunity_name",
    "account",
    "class",
    "partner",
    "credited rep",
    "rule",
    "tie-break",
    "stage",
    "created on",
    "close on",
    "amount",
    "currency",
    "amount, company currency",
    "postings",
    "page",
)


def write_workbook(file: Path, sample: Sample) -> None:
    """Write the sheets Sample, Deals, Postings, What was known, Touches, Rules, Landed rows."""
    from openpyxl import Workbook

    workbook = Workbook()
    first = workbook.active
    assert first is not None  # a new workbook has one sheet
    first.title = "Sample"
    _fill(first, ("fact", "value"), about(sample))
    _fill(workbook.create_sheet("Deals"), DEAL_COLUMNS, [_deal_row(deal) for deal in sample.deals])
    postings = [posting for deal in sample.deals for posting in deal.postings]
    _fill(
        workbook.create_sheet("Postings"),
        tuple(postings[0]),
        [list(posting.values()) for posting in postings],
    )
    for sheet, title in (
        ("What was known", "What was known at each refresh"),
        ("Touches", "Touches, in and out of the window"),
        ("Rules", "The rules, in the order in which they are asked"),
    ):
        steps = [(deal.opportunity_id, _step(deal, title)) for deal in sample.deals]
        columns = next((step.table_columns for _, step in steps if step.table_columns), ())
        _fill(
            workbook.create_sheet(sheet),
            ("opportunity_id", *columns),
            [[name, *row] for name, step in steps for row in step.table_rows],
        )
    _fill(
        workbook.create_sheet("Landed rows"),
        ("opportunity_id", "table", "file", "row", "sha256", "as of", "batch", "values"),
        [
            [
                deal.opportunity_id,
                f"{row.source}.{row.table}",
                row.file,
                row.row_number,
                row.sha256,
                row.as_of,
                row.batch_id,
                ", ".join(f"{name}={value}" for name, value in row.values.items()),
            ]
            for deal in sample.deals
            for step in deal.explanation.steps
            for row in step.landed
        ],
    )
    workbook.properties.creator = "cosell"
    workbook.properties.created = workbook.properties.modified = FIXED_MOMENT
    _save_with_fixed_times(workbook, file)


def about(sample: Sample) -> list[list[Any]]:
    """What the sample is and how to draw it again."""
    return [
        ["company", sample.company],
        ["fiscal quarter", sample.fiscal_quarter],
        ["quarter", sample.closed or "open"],
        ["release", sample.release_id],
        ["deals in the sample", len(sample.deals)],
        ["deals with a posting in the quarter", sample.population],
        ["postings in the quarter", sample.postings_count],
        ["SHA-256 over these postings", sample.postings_sha256],
        ["seed", sample.seed],
        [
            "drawn again by",
            f"cosell audit sample --quarter {sample.fiscal_quarter} --n {len(sample.deals)} "
            f"--seed {sample.seed}",
        ],
        ["verified by", f"cosell verify {sample.fiscal_quarter}"],
        [
            "how it is drawn",
            "the deals with the smallest SHA-256 of `seed|opportunity id`, of all deals with a "
            "posting in the quarter",
        ],
    ]


def _step(deal: SampledDeal, title: str) -> Step:
    return next(step for step in deal.explanation.steps if step.title == title)


def _deal_row(deal: SampledDeal) -> list[Any]:
    row = deal.opportunity
    return [
        deal.opportunity_id,
        row["opportunity_name"],
        deal.account_name,
        row["attribution_class"],
        deal.partner_name,
        deal.rep_name,
        row["rule_id"],
        row["tie_break"],
        row["stage_name"],
        row["created_on"],
        row["close_on"],
        row["amount"],
        row["currency"],
        row["amount_company_currency"],
        len(deal.postings),
        deal.page,
    ]


def _fill(sheet: Worksheet, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
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


def _save_with_fixed_times(workbook: Any, file: Path) -> None:
    """Save, then copy the parts with one fixed time: openpyxl stamps the present one on each."""
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
