"""The partner's sheet: its own rows, the agreed fields, nothing of anybody else (case 45).

Two files per partner, CSV and XLSX, in a folder of its own. Their names say nothing but the week.
A partner without sharing terms, or without a row this week, gets no file at all.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Mapping, Sequence

from orchestration.routing.audience import NamesAnotherPartnerError, PartnerAudience
from orchestration.routing.delivered_files import DeliveredFiles, MadeFile
from orchestration.routing.partner_rows import partner_rows
from orchestration.routing.routed_list import RoutedList
from orchestration.safe_sheets import csv_text, fill_sheet, save_workbook
from orchestration.settings import Home

_PLAIN_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_IDENTIFYING = ("partner_account_id", "account_name")


class PartnerSheets(DeliveredFiles):
    """The sheets of every partner that has a row this week."""

    name = "partner_sheets"

    def __init__(self, home: Home, audiences: Mapping[str, PartnerAudience]) -> None:
        """audiences: every partner of the company, as a reader."""
        super().__init__(home)
        self.audiences = audiences

    def make(self, listed: RoutedList, held_back: list[str]) -> list[MadeFile]:
        """Two files per partner."""
        partners = listed.connection.execute(
            "select partner_id, count(*) from routed group by all order by all"
        ).fetchall()
        made: list[MadeFile] = []
        for partner_id, count in partners:
            audience = self.audiences[partner_id]
            if not {*_IDENTIFYING} & {*audience.fields}:
                held_back.append(
                    f"{partner_id}: {count:,} rows, because its feed's `sharing:` lets no "
                    "account's name or id out"
                )
                continue
            rows = sheet_rows(listed, audience, held_back)
            if not rows:
                continue
            columns = ("week_starts_on", *audience.fields)
            cells = [[str(listed.week), *row.values()] for row in rows]
            folder = f"{listed.week}/partners/{folder_name(partner_id)}"
            for ending, content in (
                ("csv", _csv(columns, cells)),
                ("xlsx", _workbook(columns, cells)),
            ):
                made.append(
                    MadeFile(
                        path=f"{folder}/accounts_{listed.week}.{ending}",
                        content=content,
                        partner_id=partner_id,
                        summary=f"{len(rows):,} rows of {partner_id}: {', '.join(columns)}",
                    )
                )
        return made


def sheet_rows(
    listed: RoutedList, audience: PartnerAudience, held_back: list[str]
) -> list[dict[str, str]]:
    """The partner's rows with the agreed fields; a row that names another partner is held back."""
    rows: list[dict[str, str]] = []
    for row in partner_rows(listed, audience.partner_id):
        try:
            rows.append(audience.shown(row))
        except NamesAnotherPartnerError as error:
            held_back.append(f"row {row['route_id']}: {error}")
    return rows


def folder_name(partner_id: str) -> str:
    """The partner's id as a folder: what a platform calls a partner may hold anything."""
    if _PLAIN_NAME.fullmatch(partner_id):
        return partner_id
    return f"partner-{hashlib.sha256(partner_id.encode()).hexdigest()[:16]}"


def _csv(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([csv_text(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _workbook(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    from openpyxl import Workbook

    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None  # a new workbook has one sheet
    sheet.title = "Accounts"
    fill_sheet(sheet, columns, rows)
    written = io.BytesIO()
    save_workbook(workbook, written)
    return written.getvalue()
