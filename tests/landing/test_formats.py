"""The same rows in every format land as the same rows."""

from __future__ import annotations

import datetime
import decimal
import io
import json
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from orchestration.landing import source_rows
from orchestration.landing.contracts import declared_table

HEADERS = ["Id", "Name", "StageName", "Amount", "CloseDate", "CreatedDate", "IsWon", "PushCount"]
DAY = datetime.date(2026, 2, 3)
TIME = datetime.datetime.fromisoformat("2026-02-03 10:11:12")
ROWS: list[list[object]] = [
    ["001", 'Quoted "name", Köln', "Won", 1234.5, DAY, TIME, True, 3],
    ["002", None, "Lost", -7, DAY, TIME, False, None],
]
EXPECTED = [
    {
        "id": "001",
        "name": 'Quoted "name", Köln',
        "stage_name": "Won",
        "amount": "1234.5",
        "close_date": "2026-02-03",
        "created_date": "2026-02-03 10:11:12.000000",
        "is_won": "true",
        "push_count": "3",
    },
    {
        "id": "002",
        "name": None,
        "stage_name": "Lost",
        "amount": "-7",
        "close_date": "2026-02-03",
        "created_date": "2026-02-03 10:11:12.000000",
        "is_won": "false",
        "push_count": None,
    },
]


def delimited(delimiter: str, line_end: str = "\n", quote: bool = True) -> str:
    def cell(value: object) -> str:
        text = "" if value is None else str(value)
        return '"' + text.replace('"', '""') + '"' if quote else text

    return "".join(delimiter.join(map(cell, row)) + line_end for row in [HEADERS, *ROWS])


def workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in [HEADERS, *ROWS]:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def json_lines() -> str:
    def plain(value: object) -> object:
        return value.isoformat() if isinstance(value, datetime.date) else value

    lines = (
        json.dumps({name: plain(value) for name, value in zip(HEADERS, row, strict=True)})
        for row in ROWS
    )
    return "\n".join(lines) + "\n"


def parquet_file() -> bytes:
    table = pa.table(
        {
            "Id": ["001", "002"],
            "Name": [ROWS[0][1], None],
            "StageName": pa.array(["Won", "Lost"]).dictionary_encode(),
            "Amount": pa.array([decimal.Decimal("1234.5"), decimal.Decimal("-7.0")]),
            "CloseDate": pa.array([DAY, DAY], pa.date32()),
            "CreatedDate": pa.array([TIME, TIME], pa.timestamp("ms", tz="UTC")),
            "IsWon": [True, False],
            "PushCount": pa.array([3, None], pa.int16()),
        }
    )
    stream = io.BytesIO()
    parquet.write_table(table, stream)
    return stream.getvalue()


FORMATS = [
    # title, name, content
    ("CSV", "Opportunity.csv", delimited(",")),
    ("CSV with CRLF", "Opportunity.csv", delimited(",", "\r\n")),
    ("CSV with CR", "Opportunity.csv", delimited(",", "\r")),
    ("CSV with a byte order mark", "Opportunity.csv", b"\xef\xbb\xbf" + delimited(",").encode()),
    ("CSV in UTF-16", "Opportunity.csv", delimited(",").encode("utf-16")),
    ("CSV with semicolons", "Opportunity.csv", delimited(";")),
    ("CSV with blank lines", "Opportunity.csv", "\n\n" + delimited(",").replace("\n", "\n\n")),
    ("CSV without last line end", "Opportunity.csv", delimited(",").rstrip("\n")),
    ("TSV", "Opportunity.tsv", delimited("\t")),
    ("TSV named .txt", "Opportunity.txt", delimited("\t")),
    ("Excel", "Opportunity.xlsx", workbook()),
    ("JSON lines", "Opportunity.jsonl", json_lines()),
    ("JSON lines with blank lines", "Opportunity.ndjson", "\n" + json_lines() + "\n\n"),
    ("Parquet", "Opportunity.parquet", parquet_file()),
]


@pytest.mark.parametrize(("title", "name", "content"), FORMATS, ids=[case[0] for case in FORMATS])
def test_every_format_lands_the_same_rows(land, rows, title: str, name: str, content) -> None:
    landed = land("salesforce", name, content)
    assert (landed.rows, landed.quarantined) == (2, 0)
    found = rows("salesforce", "opportunities")
    declared = declared_table("salesforce", "opportunities").column_names
    for row, expected in zip(found, EXPECTED, strict=True):
        kept = {name: row[name] for name in declared if name in expected or row[name] is not None}
        kept["amount"] = kept["amount"].removesuffix(".0")
        assert kept == expected
    assert [row["_row_number"] for row in found] == [1, 2]


@pytest.mark.parametrize(
    ("title", "name", "content"),
    [case for case in FORMATS if not case[1].endswith("xlsx")],
    ids=[case[0] for case in FORMATS if not case[1].endswith("xlsx")],
)
def test_a_large_file_is_streamed_to_the_same_rows(
    land, rows, monkeypatch, title: str, name: str, content
) -> None:
    for module in ("delimited", "json_lines"):
        monkeypatch.setattr(f"orchestration.landing.{module}.STREAM_ABOVE_BYTES", 0)
    test_every_format_lands_the_same_rows(land, rows, title, name, content)
    assert source_rows.STREAM_ABOVE_BYTES > 0


def test_rows_keep_their_numbers_around_ragged_ones_when_streamed(
    land, rows, quarantine, monkeypatch
) -> None:
    monkeypatch.setattr("orchestration.landing.delimited.STREAM_ABOVE_BYTES", 0)
    lines = [f"{n},A{n}" if n % 7 else f"{n}" for n in range(1, 1001)]
    landed = land("salesforce", "Account.csv", "Id,Name\n" + "\n".join(lines) + "\n")
    assert (landed.rows, landed.good, landed.quarantined) == (1000, 858, 142)
    assert all(row["id"] == str(row["_row_number"]) for row in rows("salesforce", "accounts"))
    refused = quarantine("salesforce", "accounts")
    assert [row["_row_number"] for row in refused] == list(range(7, 1001, 7))


def test_windows_1252_when_the_feed_says_so(land, rows, feed_lines) -> None:
    feed_lines("salesforce", "encoding: windows-1252")
    land("salesforce", "Account.csv", "Id,Name\n1,Café – “x”\n".encode("cp1252"))
    assert rows("salesforce", "accounts")[0]["name"] == "Café – “x”"


def test_decimal_commas_when_the_feed_says_so(land, rows, feed_lines) -> None:
    feed_lines("salesforce", "decimal: comma")
    land("salesforce", "Account.csv", "Id;Name;AnnualRevenue\n1;A;1234,5\n")
    assert rows("salesforce", "accounts")[0]["annual_revenue"] == "1234.5"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("Opportunity.xlsx", workbook()),
        ("Opportunity.jsonl", json_lines()),
        ("Opportunity.json", json.dumps([json.loads(line) for line in json_lines().splitlines()])),
        ("Opportunity.parquet", parquet_file()),
    ],
    ids=["workbook", "JSON lines", "JSON", "Parquet"],
)
def test_decimal_commas_do_not_touch_numbers_that_are_numbers_in_the_file(
    land, rows, feed_lines, name: str, content
) -> None:
    feed_lines("salesforce", "decimal: comma")
    land("salesforce", name, content)
    assert rows("salesforce", "opportunities")[0]["amount"] == "1234.5"


def test_titles_above_the_header_are_skipped(land, rows, feed_lines) -> None:
    feed_lines("acme", "header_row: 3")
    land(
        "acme",
        "list.csv",
        "Accounts of Acme,,\n,,\npartner_account_id,account_name,status\n1,A,customer\n",
    )
    assert rows("bilateral", "partner_accounts")[0]["account_name"] == "A"


def test_a_workbook_of_people(land, rows, quarantine, feed_lines) -> None:
    """Titles, a sheet by name, empty rows, day numbers, formulas' values, a totals row."""
    feed_lines("acme", "sheet: Accounts\nheader_row: 2")
    book = openpyxl.Workbook()
    book.active.title = "Cover"
    sheet = book.create_sheet("Accounts")
    sheet.append(["Accounts of Acme"])
    sheet.append(
        ["partner_account_id", "account_name", "status", "customer_since", "employees", None]
    )
    sheet.append([1001, "Globex", "customer", 46062, 12.0, None])
    sheet.append([])
    sheet.append(["0042", "Initech", "prospect", datetime.date(2020, 1, 2), None, None])
    sheet.append([123456789012345678, "Umbrella", "prospect", None, None, None])
    sheet.append([None, "Total: 3", None, None, None, None])
    stream = io.BytesIO()
    book.save(stream)
    landed = land("acme", "list.xlsx", stream.getvalue())
    assert (landed.rows, landed.good, landed.quarantined) == (4, 2, 2)
    first, second = rows("bilateral", "partner_accounts")
    assert (first["partner_account_id"], first["customer_since"], first["employees"]) == (
        "1001",
        "2026-02-09",
        "12",
    )
    assert (second["partner_account_id"], second["customer_since"]) == ("0042", "2020-01-02")
    assert [row["_row_number"] for row in (first, second)] == [1, 3]
    refused = quarantine("bilateral", "partner_accounts")
    assert [row["reason_code"] for row in refused] == ["lost_digits", "missing_required_value"]


def test_a_formula_is_read_as_its_value(land, rows) -> None:
    book = openpyxl.Workbook()
    for row in (["Id", "Name", "AnnualRevenue"], ["1", "A", "=40+2"]):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    # openpyxl writes formulas without the values that a spreadsheet program keeps beside them; how
    # it writes their absence depends on the XML library that is installed.
    empty = b"<v />" if b"<v />" in sheet_of(stream) else b"<v></v>"
    land("salesforce", "Account.xlsx", with_part(stream, empty, b"<v>42</v>"))
    assert rows("salesforce", "accounts")[0]["annual_revenue"] == "42"


def test_a_workbook_that_counts_days_from_1904(land, rows) -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    for row in (["plan_id", "reviewed_on"], ["1", 44600]):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    land("partner_plan_reviews", "reviews.xlsx", stream.getvalue())
    assert rows("templates", "partner_plan_reviews")[0]["reviewed_on"] == "2026-02-09"


def sheet_of(workbook_stream: io.BytesIO) -> bytes:
    """The first sheet as it lies in the workbook."""
    with zipfile.ZipFile(workbook_stream) as source:
        return source.read("xl/worksheets/sheet1.xml")


def with_part(workbook_stream: io.BytesIO, old: bytes, new: bytes) -> bytes:
    """The workbook with a piece of its first sheet replaced."""
    changed = io.BytesIO()
    with zipfile.ZipFile(workbook_stream) as source, zipfile.ZipFile(changed, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                assert old in content
                content = content.replace(old, new)
            target.writestr(entry, content)
    return changed.getvalue()


def test_nested_json_and_missing_keys(land, rows) -> None:
    land(
        "salesforce",
        "Account.jsonl",
        '{"Id": 1, "Name": "A", "Owner": {"Name": "x/y~z"}, "a/b~c": [1, 2]}\n'
        '{"Name": "B", "Id": "2", "AnnualRevenue": 1e6}\n',
    )
    first, second = rows("salesforce", "accounts")
    assert json.loads(first["_extra"]) == {"Owner": '{"Name":"x/y~z"}', "a/b~c": "[1,2]"}
    assert (first["id"], second["id"]) == ("1", "2")
    assert float(second["annual_revenue"]) == 1_000_000


@pytest.mark.parametrize(
    "name",
    [
        "Account it's.csv",
        "Account ä 公司.csv",
        "Account-..csv",
        "Account_[1]*?.csv",
        "Account_[1]*?.jsonl",
        "Account_'; drop table x; --.csv",
        "Account_%s{}.csv",
    ],
)
def test_names_of_files_are_only_names(land, rows, quarantine, name: str) -> None:
    content = (
        '{"Id": "1", "Name": "A"}\n{"Name": "B"}\n'
        if name.endswith("jsonl")
        else "Id,Name\n1,A\n,B\n"
    )
    landed = land("salesforce", name, content)
    assert (landed.good, landed.quarantined) == (1, 1)
    assert rows("salesforce", "accounts")[0]["_source_file"] == f"salesforce/2026-02-09/{name}"
    assert name in quarantine("salesforce", "accounts")[0]["reason"]


def test_headers_are_only_names(land, rows, quarantine) -> None:
    header = 'Id,Name,"it\'s; ""x"" -- {}",select,,%s'
    land("salesforce", "Account.csv", f"{header}\n1,A,b,c,d,e\n,A,b,c,d,e\n")
    extra = {'it\'s; "x" -- {}': "b", "select": "c", "column_5": "d", "%s": "e"}
    assert json.loads(rows("salesforce", "accounts")[0]["_extra"]) == extra
    assert json.loads(quarantine("salesforce", "accounts")[0]["row_json"]) == {"Name": "A", **extra}
