"""Workbooks as partners send them: what is read, and what hides and is refused."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

HEADER = ["partner_account_id", "account_name", "status"]
ROW = ["1", "Globex", "customer"]


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def a_list() -> tuple[openpyxl.Workbook, Worksheet]:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for row in (HEADER, ROW):
        sheet.append(row)
    return book, sheet


def with_entry(content: bytes, name: str) -> bytes:
    stream = io.BytesIO(content)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr(name, b"x")
    return stream.getvalue()


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_refused(refusal, state: str) -> None:
    book, _ = a_list()
    book.create_sheet("Margins").sheet_state = state
    sentence = refusal("acme", "list.xlsx", saved(book))
    assert "the hidden sheet 'Margins'" in sentence
    assert "ask for the list without it" in sentence


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("list.xlsm", None),
        ("list.xlsx", "xl/vbaProject.bin"),
        ("list.xlsx", "xl/macrosheets/sheet1.xml"),
    ],
)
def test_macros_are_refused(refusal, name: str, entry: str | None) -> None:
    book, _ = a_list()
    content = saved(book) if entry is None else with_entry(saved(book), entry)
    sentence = refusal("acme", name, content)
    assert "macros, which are never opened" in sentence
    assert "as .xlsx without macros, or as CSV" in sentence


def test_links_to_other_workbooks_are_refused(refusal) -> None:
    book, _ = a_list()
    content = with_entry(saved(book), "xl/externalLinks/externalLink1.xml")
    assert "links to other workbooks" in refusal("acme", "list.xlsx", content)


def test_a_formula_without_its_value_is_refused(refusal) -> None:
    """It would be read as an empty cell: a value lost without a word."""
    book, sheet = a_list()
    sheet["B2"] = '=CONCATENATE("Glo","bex")'
    sentence = refusal("acme", "list.xlsx", saved(book))
    assert "cell B2" in sentence
    assert "never computed" in sentence


def test_a_formula_in_text_is_text(land, rows) -> None:
    book, sheet = a_list()
    sheet["B2"] = "=HYPERLINK(1)"
    sheet["B2"].data_type = "s"
    assert land("acme", "list.xlsx", saved(book)).good == 1
    assert rows("bilateral", "partner_accounts")[0]["account_name"] == "=HYPERLINK(1)"


@pytest.mark.parametrize("column", ["A", "C"])
def test_merged_header_cells_name_their_columns(land, rows, feed_lines, column: str) -> None:
    """A title, and a header of two lines: some names over both, one group over two columns."""
    feed_lines("acme", "header_row: 3")
    book = openpyxl.Workbook()
    sheet = book.active
    first = openpyxl.utils.column_index_from_string(column)
    lines = [
        ["Shared accounts"],
        ["partner_account_id", "Account", None, "status"],
        [None, "account_name", "website", None],
        ["0042", "Globex", "globex.com", "customer"],
    ]
    for number, line in enumerate(lines, start=1):
        for place, value in enumerate(line, start=first):
            sheet.cell(number, place, value)
    sheet.merge_cells(start_row=2, end_row=3, start_column=first, end_column=first)
    sheet.merge_cells(start_row=2, end_row=2, start_column=first + 1, end_column=first + 2)
    sheet.merge_cells(start_row=2, end_row=3, start_column=first + 3, end_column=first + 3)
    assert land("acme", "list.xlsx", saved(book)).good == 1
    (row,) = rows("bilateral", "partner_accounts")
    found = [row[name] for name in ("partner_account_id", "account_name", "website", "status")]
    assert found == ["0042", "Globex", "globex.com", "customer"]


def test_a_header_over_two_columns_names_both(land, rows) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([*HEADER, "Contact", None])
    sheet.append([*ROW, "Ann", "ann@globex.com"])
    sheet.merge_cells("D1:E1")
    assert land("acme", "list.xlsx", saved(book)).good == 1
    extra = rows("bilateral", "partner_accounts")[0]["_extra"]
    assert extra == '{"Contact":"Ann","Contact 2":"ann@globex.com"}'


def test_yes_no_and_one_are_states_where_the_feed_says_so(land, rows, feed_lines) -> None:
    feed_lines(
        "acme",
        "columns:\n  status: Is Customer\nvalues:\n  status:\n    Yes: customer\n    Y: customer\n"
        "    1: customer\n    true: customer\n    No: prospect",
    )
    book = openpyxl.Workbook()
    for row in (
        ["partner_account_id", "account_name", "Is Customer"],
        *(["a", "A", "Yes"], ["b", "B", "y"], ["c", "C", 1], ["d", "D", True], ["e", "E", "NO"]),
    ):
        book.active.append(row)
    land("acme", "list.xlsx", saved(book))
    states = [row["status"] for row in rows("bilateral", "partner_accounts")]
    assert states == ["customer"] * 4 + ["prospect"]
