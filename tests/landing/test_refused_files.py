"""Files that cannot be landed: one sentence each, nothing written, other files unaffected."""

from __future__ import annotations

import datetime
import io
import os
import tracemalloc
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from orchestration.errors import LandingError
from orchestration.landing import files, journal, land_file, land_inbox
from orchestration.landing.text_files import MAXIMUM_LINE_BYTES

HEADER = "Id,Name,Type"
LIST_HEADER = "partner_account_id,account_name,status"


def workbook(rows: list[list[object]], title: str = "Sheet") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def parquet_bytes() -> bytes:
    stream = io.BytesIO()
    parquet.write_table(pa.table({"Id": ["1"], "Name": ["A"]}), stream)
    return stream.getvalue()


REFUSED = [
    # title, feed, file name, content, parts of the sentence
    ("an empty file", "salesforce", "Account.csv", b"", ["is empty", "ask for the file again"]),
    ("blanks alone", "salesforce", "Account.csv", b"\xef\xbb\xbf \n\n", ["is empty"]),
    ("a header with no rows", "salesforce", "Account.csv", f"{HEADER}\n", ["header and no rows"]),
    ("a header without line end", "salesforce", "Account.csv", HEADER, ["header and no rows"]),
    (
        "Windows-1252 that nobody declared",
        "salesforce",
        "Account.csv",
        f"{HEADER}\n1,A,\n2,Café,\n".encode("cp1252"),
        ["line 3", "0xE9", "UTF-8", "`encoding: windows-1252` in config/feeds/salesforce.yaml"],
    ),
    (
        "a character cut in half",
        "salesforce",
        "Account.csv",
        f"{HEADER}\n1,Café".encode()[:-1],
        ["line 2", "UTF-8"],
    ),
    (
        "UTF-16 without its mark",
        "salesforce",
        "Account.csv",
        f"{HEADER}\n1,A,\n".encode("utf-16-le"),
        ["UTF-16", "encoding: utf-16"],
    ),
    (
        "a quote that is never closed",
        "salesforce",
        "Account.csv",
        f'{HEADER}\n1,A,x\n2,"B,y\n3,C,z\n',
        ["inside a quoted value", "row 2"],
    ),
    (
        "a quote that is never closed in the last column",
        "salesforce",
        "Account.csv",
        f'{HEADER}\n1,A,x\n2,B,"y\n',
        ["inside a quoted value", "row 2"],
    ),
    (
        "a file cut in the middle of a quoted value",
        "salesforce",
        "Account.csv",
        f'{HEADER}\n1,A,x\n2,B,"half a va',
        ["inside a quoted value", "row 2"],
    ),
    (
        "a file cut in the middle of a row",
        "salesforce",
        "Account.csv",
        f"{HEADER}\n1,A,x\n2,B",
        ["ends in the middle of row 2", "2 of 3 fields", "ask for it again"],
    ),
    (
        "rows glued together by missing quotes",
        "salesforce",
        "Account.csv",
        f'{HEADER}\n1,"A,x\n2,"B,y\n3,C,z\n',
        ["row 1: a quote is not closed", "run into each other"],
    ),
    (
        "a header with an open quote",
        "salesforce",
        "Account.csv",
        'Id,"Name\n1,A\n',
        ["header with a quote that is never closed"],
    ),
    (
        "duplicate headers",
        "salesforce",
        "Account.csv",
        "Id,Name,name,Type,Id\n1,A,B,C,1\n",
        ["'Id'", "'Name'", "'name'", "more than once"],
    ),
    (
        "two headers for one column",
        "salesforce",
        "Account.csv",
        "Id,Name,OwnerId,Owner ID\n1,A,x,y\n",
        ["'OwnerId' and 'Owner ID'", "owner_id: OwnerId"],
    ),
    (
        "a renamed column",
        "salesforce",
        "Account.csv",
        "Id,Account Name,Type\n1,A,x\n",
        [
            "no column name",
            "Id, Account Name, Type",
            "`name: Account Name` under `columns:` in config/feeds/salesforce.yaml",
        ],
    ),
    (
        "neither of two columns",
        "expectations",
        "expectations.csv",
        "fiscal_quarter,metric,target\nFY2027-Q1,joint_calls,1\n",
        ["no column rep_id or rep_email"],
    ),
    (
        "an object that nobody knows",
        "salesforce",
        "Quote.csv",
        f"{HEADER}\n1,A,x\n",
        ["no known Salesforce object", "Account", "OpportunityHistory"],
    ),
    (
        "states that nobody mapped",
        "acme",
        "list.csv",
        f"{LIST_HEADER}\n1,A,Client\n2,B,Client\n3,C,lead\n4,D,customer\n",
        [
            "'Client' (2), 'lead' (1)",
            "customer, former_customer, open_opportunity, prospect",
            "`values: status:` in config/feeds/acme.yaml",
        ],
    ),
    (
        "days that can be read in two ways",
        "acme",
        "list.csv",
        f"{LIST_HEADER},customer_since\n1,A,customer,02/03/2026\n",
        ["'02/03/2026'", "declare `dates: us` or `dates: eu` in config/feeds/acme.yaml"],
    ),
    (
        "days in two dialects",
        "acme",
        "list.csv",
        f"{LIST_HEADER},customer_since\n1,A,customer,02/23/2026\n2,B,customer,23/02/2026\n",
        ["two ways", "declare `dates: us` or `dates: eu`"],
    ),
    (
        "an ending that nobody reads",
        "salesforce",
        "Account.pdf",
        b"%PDF-1.4",
        ["'.pdf'", ".csv", ".parquet"],
    ),
    ("no ending", "salesforce", "Account", b"Id\n1\n", ["'none'", ".csv"]),
    (
        "a workbook named .csv",
        "salesforce",
        "Account.csv",
        workbook([["Id", "Name"], ["1", "A"]]),
        ["Excel workbook", "ending that fits"],
    ),
    (
        "a damaged workbook",
        "salesforce",
        "Account.xlsx",
        workbook([["Id", "Name"], ["1", "A"]])[:2000],
        ["not a readable Excel workbook"],
    ),
    (
        "text named .xlsx",
        "salesforce",
        "Account.xlsx",
        b"Id,Name\n1,A\n",
        ["not a readable Excel workbook"],
    ),
    (
        "a workbook with an empty sheet",
        "salesforce",
        "Account.xlsx",
        workbook([]),
        ["no header in line 1"],
    ),
    (
        "a workbook with a header alone",
        "salesforce",
        "Account.xlsx",
        workbook([["Id", "Name"]]),
        ["header and no rows"],
    ),
    (
        "a damaged Parquet file",
        "salesforce",
        "Account.parquet",
        parquet_bytes()[:-20],
        ["not a readable Parquet file"],
    ),
    (
        "a line that is no JSON",
        "salesforce",
        "Account.jsonl",
        b'{"Id": "1", "Name": "A"}\n{"Id": "2", "Na',
        ["row 2", "not a complete JSON object"],
    ),
    (
        "a JSON array of texts",
        "salesforce",
        "Account.json",
        b'["1", "2"]\n',
        ["item 1", "list of objects"],
    ),
    (
        "a day in the future",
        "salesforce",
        "Account_2999-01-01.csv",
        f"{HEADER}\n1,A,x\n",
        ["2999-01-01", "in the future"],
    ),
]


@pytest.mark.parametrize(
    ("title", "feed", "name", "content", "parts"), REFUSED, ids=[case[0] for case in REFUSED]
)
def test_a_bad_file_is_refused_in_one_sentence(
    refusal, title: str, feed: str, name: str, content, parts: list[str]
) -> None:
    day = None if "2999" in name else datetime.date(2026, 2, 9)
    sentence = refusal(feed, name, content, day)
    assert sentence.startswith(f"inbox/{feed}/")
    assert name in sentence
    for part in parts:
        assert part in sentence


@pytest.mark.parametrize(
    ("title", "feed", "name", "content", "parts"), REFUSED, ids=[case[0] for case in REFUSED]
)
def test_a_bad_file_never_stops_the_feeds_other_files(
    home, drop, title: str, feed: str, name: str, content, parts: list[str]
) -> None:
    good = {
        "salesforce": ("User.csv", "Id,Name\n1,A\n"),
        "acme": ("good.csv", f"{LIST_HEADER}\n1,A,customer\n"),
        "expectations": (
            "good.csv",
            "rep_id,fiscal_quarter,metric,target\n1,FY2027-Q1,joint_calls,1\n",
        ),
    }
    drop(feed, name, content, None if "2999" in name else datetime.date(2026, 2, 9))
    drop(feed, *good[feed])
    report = land_inbox(home)
    assert [landed.good for landed in report.landed] == [1]
    ((file, sentence),) = report.refused
    assert file.endswith(name)
    assert parts[0] in sentence


def test_an_unknown_feed_names_the_closest(refusal) -> None:
    sentence = refusal("salesfroce", "Account.csv", f"{HEADER}\n1,A,x\n")
    assert "did you mean 'salesforce'" in sentence
    assert "config/feeds/salesfroce.yaml" in sentence


def test_a_file_that_is_not_there(home) -> None:
    with pytest.raises(LandingError, match=r"Account\.csv does not exist"):
        land_file(home, "salesforce", home.inbox / "salesforce" / "Account.csv")


def test_a_directory(home) -> None:
    folder = home.inbox / "salesforce" / "Account.csv"
    folder.mkdir()
    with pytest.raises(LandingError, match="is a directory"):
        land_file(home, "salesforce", folder)


def test_a_pipe_is_not_waited_for(home) -> None:
    pipe = home.inbox / "salesforce" / "Account.csv"
    os.mkfifo(pipe)
    with pytest.raises(LandingError, match="no regular file"):
        land_file(home, "salesforce", pipe)


def test_a_partner_list_without_a_day(refusal) -> None:
    sentence = refusal("acme", "list.csv", f"{LIST_HEADER}\n1,A,customer\n", None)
    assert "does not say which day it describes" in sentence
    assert "inbox/acme/YYYY-MM-DD/" in sentence
    assert "--as-of" in sentence


def test_a_sheet_that_is_not_there(refusal, feed_lines) -> None:
    feed_lines("acme", "sheet: Accounts")
    sentence = refusal("acme", "list.xlsx", workbook([["x"], ["y"]], title="Cover"))
    assert "no sheet 'Accounts', only Cover" in sentence
    assert "config/feeds/acme.yaml" in sentence


def test_a_header_row_behind_the_end(refusal, feed_lines) -> None:
    feed_lines("acme", "header_row: 9")
    assert "no header in line 9" in refusal("acme", "list.csv", f"{LIST_HEADER}\n1,A,customer\n")
    assert "no header in line 9" in refusal("acme", "list.xlsx", workbook([["a"], ["b"]]))


def test_a_wrongly_declared_encoding(refusal, feed_lines) -> None:
    feed_lines("salesforce", "encoding: windows-1252")
    sentence = refusal("salesforce", "Account.csv", f"{HEADER}\n1,".encode() + b"\x81,x\n")
    assert "0x81 is not windows-1252" in sentence


def test_a_line_of_200_mb_is_refused_with_little_memory(home, drop) -> None:
    path = drop("salesforce", "Account.csv", f"{HEADER}\n1,")
    with path.open("r+b") as stream:
        stream.truncate(200 * 1024 * 1024)
        stream.seek(0, io.SEEK_END)
        stream.write(b"\n")
    tracemalloc.start()
    with pytest.raises(LandingError, match="line 2: the line is longer than 16 MiB"):
        land_file(home, "salesforce", path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * MAXIMUM_LINE_BYTES


def test_a_quoted_value_of_many_short_lines_has_a_limit(home, drop) -> None:
    path = drop("salesforce", "Account.csv", f'{HEADER}\n1,"')
    with path.open("ab") as stream:
        for _ in range(20):
            stream.write(b"x" * 99 + b"\n" + b"y" * (1024 * 1024))
    with pytest.raises(LandingError, match="inside a quoted value"):
        land_file(home, "salesforce", path)


@pytest.mark.parametrize(
    ("title", "name", "content", "part"),
    [
        ("glued rows", "Account.csv", f'{HEADER}\n1,"A,x\n2,"B,y\n', "run into each other"),
        ("too many ragged rows", "Account.csv", f"{HEADER}\n" + "1,A\n" * 5, "more than 3 rows"),
        ("half an object", "Account.jsonl", '{"Id": "1", "Na', "not a complete JSON object"),
    ],
)
def test_what_stops_a_stream_is_said(
    refusal, monkeypatch, title: str, name: str, content: str, part: str
) -> None:
    for module in ("delimited", "json_lines"):
        monkeypatch.setattr(f"orchestration.landing.{module}.STREAM_ABOVE_BYTES", 0)
    monkeypatch.setattr("orchestration.landing.delimited._MAXIMUM_RAGGED_ROWS", 3)
    assert part in refusal("salesforce", name, content)


def test_a_workbook_that_expands_without_end(refusal) -> None:
    stream = io.BytesIO(workbook([["Id", "Name"], ["1", "A"]]))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", bytes(210 * 1024 * 1024))
    assert "expands" in refusal("salesforce", "Account.xlsx", stream.getvalue())


def test_a_stray_cell_at_the_end_of_the_sheet(refusal) -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "Id", "stray"
    stream = io.BytesIO()
    book.save(stream)
    sentence = refusal("salesforce", "Account.xlsx", stream.getvalue())
    assert "row 1048576 and column 16384" in sentence
    assert "stray cells" in sentence


def test_a_file_that_changes_while_it_is_read(home, drop, monkeypatch) -> None:
    path = drop("salesforce", "Account.csv", f"{HEADER}\n1,A,x\n")
    check = files.check_text_file

    def check_and_grow(*arguments):
        checked = check(*arguments)
        with path.open("a") as stream:
            stream.write("2,B,y\n")
        return checked

    monkeypatch.setattr(files, "check_text_file", check_and_grow)
    with pytest.raises(LandingError, match="changed while it was read"):
        land_file(home, "salesforce", path)


def test_a_file_that_may_not_be_read(home, drop, monkeypatch) -> None:
    path = drop("salesforce", "Account.csv", f"{HEADER}\n1,A,x\n")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files, "check_text_file", refuse)
    with pytest.raises(LandingError, match=r"cannot be read \(Permission denied\)"):
        land_file(home, "salesforce", path)


def test_landing_on_a_full_disk_leaves_nothing(home, drop, monkeypatch) -> None:
    path = drop("salesforce", "Account.csv", f"{HEADER}\n1,A,x\n")

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal, "_flush", refuse)
    with pytest.raises(LandingError, match="No space left on device"):
        land_file(home, "salesforce", path)
    monkeypatch.undo()
    assert land_file(home, "salesforce", path).status == "landed"
