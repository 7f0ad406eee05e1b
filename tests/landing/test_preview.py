"""`cosell feeds preview`: a mapping to begin with, and what would become of the file by it."""

from __future__ import annotations

import datetime
from pathlib import Path

import openpyxl
import pytest

from orchestration.errors import LandingError
from orchestration.landing import land_file
from orchestration.landing.preview import Preview, preview_file
from orchestration.pages import preview_page
from orchestration.settings import Home


@pytest.fixture
def messy_workbook(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["Northwind: shared accounts, confidential"],
        [],
        ["Account Number", "Company", "Web Site", "Relationship", "Customer Since", "Owner E-Mail"],
        ["00042", "Globex", "globex.com", "Active Client", datetime.date(2020, 1, 2), "a@x.com"],
        [1001, "Initech", None, "In Negotiation", None, None],
        [123456789012345678, "Umbrella", None, "Target", None, None],
        [None, "Total: 3", None, None, None, None],
    ):
        sheet.append(row)
    path = tmp_path / "northwind_accounts_2026-02-09.xlsx"
    book.save(path)
    return path


def printed(preview: Preview) -> str:
    from rich.console import Console

    console = Console(width=100)
    with console.capture() as capture:
        console.print(preview_page(preview))
    return capture.get()


def files_of(home: Home) -> set[Path]:
    return {path for path in home.root.rglob("*") if path.is_file()}


def test_a_messy_workbook_is_mapped_and_tried_out(home, messy_workbook) -> None:
    before = files_of(home)
    preview = preview_file(home, messy_workbook)
    assert files_of(home) == before
    assert "header_row: 3" in preview.feed_yaml
    for line in (
        *("partner_account_id: Account Number", "account_name: Company", "status: Relationship"),
        *("Active Client: customer", "In Negotiation: open_opportunity", "Target: prospect"),
    ):
        assert line in preview.feed_yaml
    assert preview.landed is not None
    assert (preview.landed.good, preview.landed.quarantined) == (2, 2)
    assert [row[preview.columns.index("partner_account_id")] for row in preview.rows] == [
        "00042",
        "1001",
    ]
    assert ["lost its last digits" in reason for _, reason in preview.refused] == [True, False]
    text = printed(preview)
    for part in ("The first rows as they would land", "00042", "2 of 4 rows; 2 would land"):
        assert part in text


def test_the_proposal_is_all_that_a_new_partner_needs(home, messy_workbook) -> None:
    preview = preview_file(home, messy_workbook)
    (home.feeds / "northwind.yaml").write_text(preview.feed_yaml, encoding="utf-8")
    landed = land_file(home, "northwind", messy_workbook)
    assert (landed.good, landed.quarantined) == (2, 2)


def test_an_unmapped_state_blocks_with_its_name_and_count(home, tmp_path) -> None:
    path = tmp_path / "list_2026-02-09.csv"
    path.write_text("id,name,status\n1,A,customer\n2,B,Champion\n3,C,Champion\n")
    preview = preview_file(home, path)
    assert preview.landed is None
    assert "'Champion' (2)" in (preview.refusal or "")
    (question,) = preview.questions
    assert question.startswith("What is 'Champion' in status (2 rows")
    assert "Champion" not in preview.feed_yaml


def test_windows_1252_titles_and_semicolons(home, tmp_path) -> None:
    path = tmp_path / "fabrikam.csv"
    text = "Export vom 09.02.2026;;;\r\n\r\nKundennummer;Firma;Land;Status\r\n1;Käse;DE;Kunde\r\n"
    path.write_bytes(text.encode("cp1252"))
    preview = preview_file(home, path)
    assert "encoding: windows-1252" in preview.feed_yaml
    assert "header_row: 3" in preview.feed_yaml
    assert [row[preview.columns.index("account_name")] for row in preview.rows] == ["Käse"]


def test_a_file_of_a_feed_is_previewed_with_its_mapping(home, drop) -> None:
    path = drop("acme", "list.csv", "partner_account_id,account_name,status\n1,A,customer\n")
    preview = preview_file(home, path)
    assert not preview.is_proposed
    assert preview.landed is not None and preview.landed.good == 1


def test_a_header_that_names_nothing_of_ours_asks_which_column_it_is(home, tmp_path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("foo,bar\n1,A\n")
    preview = preview_file(home, path)
    assert preview.landed is None
    assert any("partner_account_id" in question for question in preview.questions)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\x00\x01\x02", b'"', b"1\n2\n"])
def test_what_is_no_list_is_one_sentence(home, tmp_path, content: bytes) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    try:
        preview = preview_file(home, path)
    except LandingError as error:
        assert str(error).endswith(".")
    else:
        assert preview.refusal is not None
