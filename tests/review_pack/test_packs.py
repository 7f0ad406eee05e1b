"""Markdown and PDF say what the page says; whose pack, of which week, and where it lies."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from markdown_it import MarkdownIt
from pypdf import PdfReader

from orchestration.review_pack.document import Document
from orchestration.review_pack.writing import contents, write_packs
from orchestration.settings import Home
from tests.review_pack.conftest import PackOnDisk, change_release, lean_copy

pytestmark = pytest.mark.slow


def rendered(pack: PackOnDisk) -> str:
    """The Markdown file as HTML, with raw HTML allowed: as the most trusting reader shows it."""
    text = pack.pack.files["md"].read_text(encoding="utf-8")
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(text)


def rows_of(document: Document) -> int:
    tables = [table for section in document.sections for table in section.tables]
    evidence = sum(len(section.evidence) for section in document.sections)
    return sum(len(table.rows) for table in tables) + evidence


def test_markdown_keeps_every_row_and_lets_no_name_become_markup(hostile_pack: PackOnDisk) -> None:
    pack = hostile_pack
    html = rendered(pack)
    bodies = re.findall(r"<tbody>(.*?)</tbody>", html, re.DOTALL)
    assert sum(body.count("<tr>") for body in bodies) == rows_of(pack.pack.document)
    for table in re.findall(r"<table>(.*?)</table>", html, re.DOTALL):
        counts = {row.count("</td>") + row.count("</th>") for row in table.split("</tr>")[:-1]}
        assert len(counts) == 1, "a name ended a cell"
    assert not re.search(r"<(script|img|iframe)|href=\"(?!#)", html)
    anchors = set(re.findall(r'<a id="([^"]+)"', html))
    links = set(re.findall(r'href="#([^"]+)"', html))
    assert (
        links
        == anchors
        == {each.key for section in pack.pack.document.sections for each in section.evidence}
    )
    assert "\u202e" not in html


@pytest.mark.parametrize("which", ["demo_pack", "hostile_pack"])
def test_the_pdf_says_the_same_is_tagged_and_does_nothing(which: str, request) -> None:
    pack: PackOnDisk = request.getfixturevalue(which)
    reader = PdfReader(pack.pack.files["pdf"])
    catalog = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in catalog
    assert catalog["/Lang"] == "en"
    assert "/OpenAction" not in catalog and "/JavaScript" not in catalog.get("/Names", {})
    # The ids fill the last pages and take their time to be read.
    pages: list[str] = []
    while "The ids behind the figures" not in (pages or [""])[-1]:
        pages.append(" ".join(reader.pages[len(pages)].extract_text().split()))
    text = " ".join(pages)
    document = pack.pack.document
    for section in document.sections:
        assert section.title in text
        for fact in section.facts:
            assert fact.value.text in text
    actions = [
        note.get_object().get("/A", {}).get("/S")
        for page in reader.pages
        for note in page.get("/Annots", [])
    ]
    assert set(actions) <= {None, "/GoTo"}


def test_the_same_release_gives_the_same_bytes(demo_pack: PackOnDisk, demo_home: Home) -> None:
    made = dict(contents(demo_pack.pack.document))
    for ending, file in demo_pack.pack.files.items():
        assert made[ending] == file.read_bytes()


def test_a_past_week_is_told_as_it_was_known_then(
    demo_pack: PackOnDisk, busy_manager: str, tmp_path: Path
) -> None:
    asked = demo_pack.pack.document.week_starts_on - timedelta(days=5)
    (pack,) = write_packs(demo_pack.home, busy_manager, asked, tmp_path)
    document = pack.document
    assert document.week_starts_on <= asked < document.week_starts_on + timedelta(days=7)
    assert document.day == document.week_starts_on + timedelta(days=6)
    targets = next(section for section in document.sections if section.anchor == "targets")
    (told,) = demo_pack.rows(
        "select count(*) from accountability.fct_ae_weeks where through_on = ?"
        " and list_contains(?, rep_id) and actual is not null",
        document.day,
        demo_pack.team,
    )[0]
    assert told > 10
    listed = {each.records[0] for each in targets.evidence}
    wanted = demo_pack.rows(
        "select 'ae_week_id ' || ae_week_id from accountability.fct_ae_weeks"
        " where through_on = ? and list_contains(?, rep_id) and actual is not null",
        document.day,
        demo_pack.team,
    )
    assert {each for (each,) in wanted} == listed


def test_what_changed_is_what_the_crm_said_otherwise_a_week_before(demo_pack: PackOnDisk) -> None:
    document = demo_pack.pack.document
    changes = next(section for section in document.sections if section.anchor == "changes")
    (deals,) = [table for table in changes.tables if table.caption == "Partner opportunities"]
    moved = demo_pack.rows(
        """
        with at_day as (
            select days.day, seen.* from (values (?), (?)) as days (day)
            inner join core.fct_opportunity_observations as seen
                on seen.observed_on <= days.day
                and days.day < coalesce(seen.observed_until_on, date '9999-12-31')
        )
        select opportunity_id from at_day
        inner join attribution.fct_attributed_opportunities as deals using (opportunity_id)
        where deals.attribution_class <> 'direct' and deals.exclusion is null
        group by opportunity_id
        having list_contains(?, max_by(at_day.owner_rep_id, day))
            and count(distinct coalesce(state, '') || coalesce(at_day.stage_name, '')
                || coalesce(at_day.amount, -1) || coalesce(at_day.close_on, date '0001-01-01')) > 1
            and (max_by(state, day) = 'open' or count(distinct state) > 1)
        """,
        document.day,
        document.day - timedelta(days=7),
        demo_pack.team,
    )
    assert {row[0].detail for row in deals.rows} == {each for (each,) in moved}


def test_packs_of_all_managers_lie_in_the_weeks_folder_and_nobody_else_reads_them(
    cosell, demo_pack: PackOnDisk, tmp_path: Path
) -> None:
    home = lean_copy(demo_pack.home, tmp_path / "home")
    quarter, manager = demo_pack.quarter, demo_pack.pack.document.manager.identifier
    # Two managers are enough here.
    change_release(
        home,
        "create table kept as select manager_id from core.dim_reporting_lines"
        f" where is_current and depth = 1 and manager_id <> '{manager}'"
        " and rep_id in (select rep_id"
        f" from accountability.fct_ae_quarters where fiscal_quarter = '{quarter}')"
        " group by manager_id order by count(*), manager_id limit 1",
        "delete from core.dim_reporting_lines where manager_id not in (select * from kept)"
        f" and manager_id <> '{manager}'",
        "drop table kept",
    )
    result = cosell("--home", home.root, "review", "--all")
    assert result.exit_code == 0, result.errors
    week = demo_pack.pack.document.week_starts_on
    folder = home.deliveries / str(week) / "reviews"
    files = sorted(folder.iterdir())
    assert [file.suffix for file in files] == [".html", ".md", ".pdf"] * 2
    assert all(str(file) in result.output for file in files)
    assert {file.stat().st_mode & 0o077 for file in (*files, folder)} == {0}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--manager", "Nobody At All"), "No manager has the name, e-mail or id 'Nobody At All'"),
        (("--manager", "{near}"), "did you mean"),
        (("--manager", "{name}", "--week", "2031-01-06"), "--week 2031-01-06 cannot be told"),
        (("--manager", "{name}", "--week", "1999-01-04"), "Nobody had a team in the week"),
        ((), "write either --manager NAME or --all"),
        (("--manager", "{name}", "--all"), "write either --manager NAME or --all"),
    ],
)
def test_what_cannot_be_told_is_one_sentence(
    cosell, demo_home: Home, busy_manager: str, arguments: tuple[str, ...], sentence: str, tmp_path
) -> None:
    filled = [each.format(name=busy_manager, near=busy_manager[:-2] + "x") for each in arguments]
    result = cosell("--home", demo_home.root, "review", *filled, "--out", tmp_path / "none")
    assert result.exit_code == 1
    assert sentence in result.errors and len(result.errors.strip().splitlines()) == 1
    assert not (tmp_path / "none").exists()


def test_an_older_release_without_the_tables_says_so(
    cosell, demo_home: Home, busy_manager: str, tmp_path: Path
) -> None:
    home = lean_copy(demo_home, tmp_path / "home")
    change_release(home, "drop table attribution.fct_rep_partner_records")
    result = cosell("--home", home.root, "review", "--manager", busy_manager)
    assert result.exit_code == 1
    assert "has no attribution.fct_rep_partner_records: run `cosell refresh`" in result.errors


def test_records_add_up_to_the_published_figures(demo_home: Home) -> None:
    """The table of records and the table of figures agree for every rep, partner and quarter."""
    with duckdb.connect(str(demo_home.current_release / "cosell.duckdb"), read_only=True) as found:
        different = found.execute(
            """
            with counted as (
                select rep_id, partner_id, fiscal_quarter,
                    count(*) filter (where figure = 'partner_touches') as touches,
                    count(*) filter (where figure = 'opportunities_won'
                        and attribution_class = 'influenced') as won,
                    coalesce(sum(amount_company_currency) filter (where figure = 'bookings'
                        and attribution_class = 'sourced'), 0) as booked,
                    coalesce(sum(amount_company_currency) filter (where is_open
                        and attribution_class = 'direct'), 0) as open_direct
                from attribution.fct_rep_partner_records group by all
            )
            select * from counted
            full join attribution.rpt_rep_partner_pipeline as published
                on counted.rep_id is not distinct from published.rep_id
                and counted.partner_id is not distinct from published.partner_id
                and counted.fiscal_quarter is not distinct from published.fiscal_quarter
            where (touches, won, booked, open_direct) is distinct from (
                published.partner_touches_count, published.won_influenced_opportunities_count,
                published.sourced_bookings_amount, published.open_direct_pipeline_amount)
            """
        ).fetchall()
    assert different == []
