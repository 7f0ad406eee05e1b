"""The page in a real headless Chromium: its figures, its width, its silence, its accessibility.

Screenshots of each width are left in `screenshots/` (ignored by git) for people to look at.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from orchestration.review_pack.html_page import html_page
from tests.review_pack.accessibility import violations
from tests.review_pack.conftest import HOSTILE, PackOnDisk

pytestmark = pytest.mark.slow

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync")
WIDTHS = (360, 1280)
PAPER_WIDTH = 718
# A figure that is published as it stands leads to its row.
PUBLISHED_ROW = re.compile(r"\w+_id \S+")
TABLE = """
(caption) => {
  const table = [...document.querySelectorAll("table")].find(
    each => each.caption.textContent.startsWith(caption));
  return table && [...table.tBodies[0].rows].map(row => [...row.cells].map(cell =>
    (cell.querySelector(":scope > a, :scope > span") || cell).textContent));
}
"""
TOO_WIDE = """
() => [...document.querySelectorAll("body *")]
  .filter(each => !each.closest("thead, svg, details:not([open])"))
  .filter(each => each.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(each => each.outerHTML.slice(0, 120))
"""
# Each figure that is a link, with the ids in the row that it leads to.
FIGURES = """
() => [...document.querySelectorAll("section a[href^='#']")].map(link => {
  const row = document.getElementById(link.getAttribute("href").slice(1));
  return [link.textContent, row.cells[1].textContent,
    [...row.querySelectorAll("td:last-child span")].map(each => each.textContent)];
})
"""


@dataclass
class Shown:
    """A page of Chromium, what it asked for and what it said."""

    page: Page
    requests: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def table(self, caption: str) -> list[list[str]]:
        rows: list[list[str]] | None = self.page.evaluate(TABLE, caption)
        assert rows is not None, f"no table {caption!r}"
        return rows


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("there is no Chromium on the PATH (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", *QUIET]
        )
        yield started
        started.close()


@pytest.fixture
def show(browser: Browser) -> Iterator[Callable[..., Shown]]:
    opened: list[Page] = []

    def open_page(file: Path, width: int = 1280) -> Shown:
        page = browser.new_page(viewport={"width": width, "height": 900})
        opened.append(page)
        shown = Shown(page)
        page.on("request", lambda request: shown.requests.append(request.url))
        page.on("console", lambda message: shown.said.append(message.text))
        page.on("pageerror", lambda error: shown.said.append(str(error)))
        page.on("dialog", lambda dialog: shown.said.append(dialog.message))
        page.goto(file.as_uri())
        return shown

    yield open_page
    for page in opened:
        page.close()


@pytest.fixture(params=["demo_pack", "hostile_pack"])
def any_pack(request: pytest.FixtureRequest) -> PackOnDisk:
    found: PackOnDisk = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_is_silent_fits_its_width_and_asks_for_nothing(
    any_pack: PackOnDisk, show, width: int, repository: Path, request
) -> None:
    file = any_pack.pack.files["html"]
    shown = show(file, width)
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= width
    assert shown.page.evaluate(TOO_WIDE) == []
    for closed in shown.page.locator("details").all():
        closed.evaluate("each => each.open = true")
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= width
    assert shown.page.evaluate(TOO_WIDE) == []
    assert shown.requests == [file.as_uri()]
    assert shown.said == []
    kept = repository / "screenshots"
    kept.mkdir(exist_ok=True)
    name = request.node.callspec.params["any_pack"].replace("_pack", "")
    shown.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = false)")
    shown.page.screenshot(path=kept / f"review_{name}_{width}.png", full_page=True)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_keeps_the_rules_of_accessibility(any_pack: PackOnDisk, show, width: int) -> None:
    shown = show(any_pack.pack.files["html"], width)
    shown.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert violations(shown.page) == []


def test_on_paper_nothing_is_cut_off_and_no_link_is_in_the_way(demo_pack: PackOnDisk, show) -> None:
    shown = show(demo_pack.pack.files["html"], PAPER_WIDTH + 80)
    shown.page.emulate_media(media="print")
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= PAPER_WIDTH + 80
    assert shown.page.locator("nav").is_hidden()
    assert shown.page.evaluate(TOO_WIDE) == []


FAULTS = {
    "contrast": "document.querySelector('.lead').style.color = '#aab4bd'",
    "heading-order": "document.querySelector('h2').outerHTML = '<h4>skipped</h4>'",
    "scope": "document.querySelector('td').outerHTML = '<th>no scope</th>'",
    "row-header": "document.querySelector('tbody th').outerHTML = '<td>not a header</td>'",
    "caption": "document.querySelector('caption').remove()",
    "drawing-without-words": "document.querySelector('svg desc').remove()",
    "link-dead": "document.querySelector('section a').setAttribute('href', '#nowhere')",
    "id-twice": "document.querySelector('footer').id = 'headline'",
    "lang": "document.documentElement.removeAttribute('lang')",
    "title": "document.title = ''",
    "colour-alone": "document.querySelector('.good, .bad').textContent = ''",
    "role-lost": "document.querySelector('tbody tr').style.display = 'block';"
    "document.querySelector('tbody tr').removeAttribute('role')",
}


@pytest.fixture(scope="module")
def short_page(demo_pack: PackOnDisk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sections of the page, which hold one of everything that may be broken."""
    document = demo_pack.pack.document
    shown = [each for each in document.sections if each.anchor in ("headline", "engagement")]
    file = tmp_path_factory.mktemp("short") / "page.html"
    file.write_text(html_page(replace(document, sections=shown)), encoding="utf-8")
    return file


@pytest.mark.parametrize("rule", FAULTS)
def test_a_page_that_breaks_a_rule_is_found(short_page: Path, show, rule: str) -> None:
    page = show(short_page).page
    assert violations(page) == []
    page.evaluate(FAULTS[rule])
    assert [each for each in violations(page) if each.startswith(rule)]


def test_every_figure_is_the_number_or_the_sum_of_the_ids_it_leads_to(any_pack, show) -> None:
    figures: list[tuple[str, str, list[str]]] = show(any_pack.pack.files["html"]).page.evaluate(
        FIGURES
    )
    counted = summed = 0
    for shown, listed, ids in figures:
        assert shown == listed
        assert ids
        if PUBLISHED_ROW.fullmatch(ids[0]):
            continue
        if re.fullmatch(r"[\d,]+", shown):
            assert int(shown.replace(",", "")) == len(ids)
            counted += 1
        elif re.fullmatch(r"-?[\d,]+\.\d\d", shown):
            amounts = [Decimal(each.rsplit(" ", 1)[1].replace(",", "")) for each in ids]
            assert Decimal(shown.replace(",", "")) == sum(amounts)
            summed += 1
    assert counted > 40 and summed > 5


def test_a_figure_opens_the_list_of_its_ids(demo_pack: PackOnDisk, show) -> None:
    page = show(demo_pack.pack.files["html"]).page
    figure = page.locator("#engagement table a").first
    row = page.locator(str(figure.get_attribute("href")))
    assert not row.is_visible()
    figure.click()
    row.wait_for(state="visible")


def test_reps_and_partners_are_those_of_the_published_table(demo_pack: PackOnDisk, show) -> None:
    columns = (
        *("partner_touches_count", "joint_calls_count"),
        *("sourced_opportunities_count", "influenced_opportunities_count"),
        *("sourced_pipeline_amount", "influenced_pipeline_amount"),
        *("sourced_bookings_amount", "influenced_bookings_amount"),
    )
    published = demo_pack.rows(
        f"select rep_name, partner_name, {', '.join(columns)}"
        " from attribution.rpt_rep_partner_pipeline"
        " where fiscal_quarter = ? and partner_id is not null and list_contains(?, rep_id)"
        f" and ({' or '.join(f'{each} <> 0' for each in columns)})"
        " order by rep_name, partner_name",
        demo_pack.quarter,
        demo_pack.team,
    )
    shown = show(demo_pack.pack.files["html"]).table("Reps and partners in")
    assert shown == [_as_shown(row) for row in published]


def _as_shown(row: tuple[Any, ...]) -> list[str]:
    return [f"{value:,}" if not isinstance(value, str) else value for value in row]


def test_targets_are_those_of_the_published_quarter(demo_pack: PackOnDisk, show) -> None:
    page = show(demo_pack.pack.files["html"]).page
    table = page.locator("table", has=page.locator("caption", has_text="Targets of"))
    heads = table.locator("thead th").all_inner_texts()
    shown = {
        (row.locator("th").inner_text(), head): cell.locator(
            ":scope > a, :scope > span"
        ).inner_text()
        for row in table.locator("tbody tr").all()
        for head, cell in zip(heads[1:], row.locator("td").all(), strict=True)
    }
    published = demo_pack.rows(
        "select reps.rep_name, quarters.metric, quarters.actual, quarters.fair_target"
        " from accountability.fct_ae_quarters as quarters"
        " inner join core.dim_reps as reps on quarters.rep_id = reps.rep_id"
        " where quarters.fiscal_quarter = ? and list_contains(?, quarters.rep_id)"
        " and quarters.metric in ('partner_touches', 'bookings')",
        demo_pack.quarter,
        demo_pack.team,
    )
    assert len(published) >= 8
    titles = {"partner_touches": "Partner touches", "bookings": "Bookings"}
    for name, metric, actual, fair in published:
        done, target = shown[name, titles[metric]].replace(",", "").split(" of ")
        assert (Decimal(done), Decimal(target)) == (actual, fair)


def test_open_deals_by_stage_are_those_of_the_published_table(demo_pack: PackOnDisk, show) -> None:
    published = demo_pack.rows(
        "select stage_name,"
        " count(*) filter (where attribution_class = 'sourced'),"
        " coalesce(sum(amount_company_currency) filter (where attribution_class = 'sourced'), 0),"
        " count(*) filter (where attribution_class = 'influenced'),"
        " coalesce(sum(amount_company_currency) filter (where attribution_class = 'influenced'), 0)"
        " from attribution.fct_attributed_opportunities"
        " where not is_closed and not is_deleted and exclusion is null"
        " and attribution_class <> 'direct' and list_contains(?, owner_rep_id)"
        " group by stage_name, stage_number order by stage_number desc",
        demo_pack.team,
    )
    shown = show(demo_pack.pack.files["html"]).table("By stage")
    wanted = [
        [stage, f"{sourced:,}", f"{amount:,.2f}", f"{influenced:,}", f"{other:,.2f}"]
        for stage, sourced, amount, influenced, other in published
    ]
    assert shown == wanted and len(shown) > 2


def test_routed_accounts_are_those_of_the_newest_list_whose_week_is_over(
    demo_pack: PackOnDisk, show
) -> None:
    day = demo_pack.pack.document.day
    published = demo_pack.rows(
        "select reps.rep_name, count(*),"
        " count(*) filter (where is_touched_in_time), count(*) filter (where touched_on is null)"
        " from account_mapping.fct_route_outcomes as routes"
        " inner join core.dim_reps as reps on routes.rep_id = reps.rep_id"
        " where list_contains(?, routes.rep_id) and week_starts_on = ("
        "   select max(week_starts_on) from account_mapping.fct_route_outcomes"
        "   where touch_due_on < ? and list_contains(?, rep_id))"
        " group by reps.rep_name order by reps.rep_name",
        demo_pack.team,
        day,
        demo_pack.team,
    )
    shown = show(demo_pack.pack.files["html"]).table("The list of")
    assert [row[:4] for row in shown] == [_as_shown(row) for row in published]


def test_names_that_would_do_harm_are_only_shown(hostile_pack: PackOnDisk, show) -> None:
    shown = show(hostile_pack.pack.files["html"])
    assert shown.page.locator("script, iframe, object, embed, link, img").count() == 0
    heading = shown.page.locator("h1").inner_text()
    assert " ".join(HOSTILE.replace("\u202e", " ").split()) in heading
    assert "\u202e" not in shown.page.content()
    assert shown.page.locator("#hygiene table").count() == 2
    assert "1 of 2" in shown.table("Asked and given")[0]
    assert shown.page.locator("caption", has_text="Early warnings").count() == 1
    assert shown.said == []


def test_the_page_is_left_out_of_hygiene_only_without_its_table(any_pack, show) -> None:
    (has_table,) = any_pack.rows(
        "select count(*) from information_schema.tables"
        " where table_name = 'fct_opportunity_hygiene'"
    )[0]
    shown = show(any_pack.pack.files["html"])
    assert shown.page.locator("#hygiene").count() == has_table
