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


def test_the_proposal_says_what_was_found_and_asks_to_check_the_rest(home, tmp_path) -> None:
    path = tmp_path / "Shared_accounts_list_fabrikam_2026-02-09.csv"
    path.write_text("id,name,status,Colour,Hue\n1,A,customer,red,\n2,B,Lost client,,\n")
    assert preview_file(home, path).feed_yaml == (
        "# Proposed from the file; check coverage (full_list: an account that is not listed is\n"
        "# not theirs), mode (delta: what is not listed is unchanged) and sharing.\n"
        "# Kept in _extra, mapped to nothing: Colour, Hue\n"
        "feed: shared_fabrikam\n"
        "source: bilateral\n"
        "table: partner_accounts\n"
        "partner_id: shared_fabrikam\n"
        "partner_name: Shared Fabrikam\n"
        "coverage: overlap_only\n"
        "mode: full\n"
        "cadence_days: 30\n"
        "undated: refuse\n"
        "dates: auto\n"
        "columns:\n"
        "  partner_account_id: id\n"
        "  account_name: name\n"
        "values:\n"
        "  status:\n"
        "    Lost client: former_customer\n"
        "sharing:\n"
        "  account_name: internal\n"
    )


@pytest.mark.parametrize(
    ("name", "feed"),
    [("Accounts List.csv", "accounts_list"), ("2026-02-09.csv", "partner"), ("x.csv", "x")],
)
def test_a_new_feed_is_named_after_the_words_of_the_file(home, tmp_path, name: str, feed) -> None:
    (tmp_path / name).write_text("id,name,status\n1,A,customer\n")
    assert preview_file(home, tmp_path / name).feed == feed


def test_of_many_rows_the_first_eight_are_shown_good_and_refused(home, tmp_path) -> None:
    path = tmp_path / "list_2026-02-09.csv"
    good = "".join(f"{number},A{number},customer\n" for number in range(1, 12))
    path.write_text("id,name,status\n" + good + ",B,customer\n" * 11)
    preview = preview_file(home, path)
    assert [row[preview.columns.index("account_name")] for row in preview.rows] == [
        f"A{number}" for number in range(1, 9)
    ]
    assert [number for number, _ in preview.refused] == list(range(12, 20))


def test_a_file_with_its_only_accent_at_the_end_is_windows_1252(home, tmp_path) -> None:
    path = tmp_path / "list_2026-02-09.csv"
    path.write_bytes("id,status,name\n1,customer,Café\n".encode("cp1252"))
    preview = preview_file(home, path)
    assert "encoding: windows-1252" in preview.feed_yaml
    assert [row[preview.columns.index("account_name")] for row in preview.rows] == ["Café"]


def test_the_first_mebibyte_is_looked_at_and_may_end_within_a_character(home, tmp_path) -> None:
    path = tmp_path / "list_2026-02-09.csv"
    line = "1,mystery," + "é" * 27 + "\n"
    assert len(line.encode()) == 65
    # 65 is odd: some line is cut within an é wherever the head ends.
    path.write_bytes(("id,status,name\n" + line * 20_000).encode())
    preview = preview_file(home, path)
    assert "encoding" not in preview.feed_yaml
    looked_at = (1024 * 1024 - len("id,status,name\n") + 64) // 65
    assert f"({looked_at} rows among the first)" in preview.questions[0]


@pytest.mark.parametrize(
    ("lines", "header_row"),
    [
        # The line that knows the most names, not the first that knows two.
        (["id,name,x,y", "id,name,status,city", "1,A,customer,B"], 2),
        # Of two that know as many, the first.
        (["id,name,status", "company,website,status", "1,A,customer"], 1),
        # A name twice is no line of names.
        (["id,name,name", "id,name,status", "1,A,customer"], 2),
        # One known name is too few; the first line as wide as half the file, without numbers.
        (["Report", "foo,name,bar", "1,A,customer"], 2),
        (["7 rows,of,things", "foo,bar,baz", "a,b,c"], 2),
    ],
)
def test_the_header_is_the_line_that_looks_most_like_one(
    home, tmp_path, lines: list[str], header_row: int
) -> None:
    path = tmp_path / "list_2026-02-09.csv"
    path.write_text("\n".join(lines) + "\n")
    text = preview_file(home, path).feed_yaml
    assert ("header_row" in text) == (header_row > 1)
    assert header_row == 1 or f"header_row: {header_row}\n" in text


def test_each_header_is_taken_once_and_the_best_name_first(home, tmp_path) -> None:
    path = tmp_path / "list_2026-02-09.csv"
    path.write_text("Account ID,ID,Account Names,Status,Region,State\n1,2,A,customer,B,C\n")
    text = preview_file(home, path).feed_yaml
    for part in ("partner_account_id: Account ID", "account_name: Account Names"):
        assert part in text
    assert "state: " not in text
    assert "mapped to nothing: ID, Region" in text
