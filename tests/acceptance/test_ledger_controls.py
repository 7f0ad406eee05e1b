"""Finance's controls on the demo company: closing, verifying, following a dollar, sampling."""

from __future__ import annotations

import filecmp
from collections.abc import Callable, Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from orchestration.audit import write_audit_pack
from orchestration.errors import CosellError
from orchestration.explain import explain
from orchestration.explanation import Step
from orchestration.quarter_close import close_quarter
from orchestration.release import current_release, verify_quarter
from orchestration.release.quarter_verification import CLOSES, LEDGER, quarter_of_release
from orchestration.settings import Home

pytestmark = pytest.mark.slow

SAMPLE_SIZE = 6


@pytest.fixture(scope="module")
def release_rows(demo_home: Home) -> Iterator[Callable[[str], list[tuple]]]:
    release = current_release(demo_home)
    assert release is not None
    with duckdb.connect(str(release.database), read_only=True) as connection:
        yield lambda query: connection.execute(query).fetchall()


@pytest.fixture
def cases(demo_home: Home) -> dict[int, list[str]]:
    """The ids that each case was planted with."""
    rows = duckdb.execute(
        'select "case", "where" from read_csv(?)', [str(demo_home.truth / "cases.csv")]
    ).fetchall()
    return {int(number): where.split() for number, where in rows}


def step_of(home: Home, identifier: str, title: str) -> Step:
    found = explain(home, identifier)
    return next(step for step in found.steps if step.title.startswith(title))


# closing and verifying


def test_what_a_closed_quarter_held_and_what_came_since_is_what_stands(release_rows) -> None:
    rows = release_rows(
        f"select pipeline_frozen_amount + pipeline_adjustments_amount - pipeline_live_amount,"
        f" bookings_frozen_amount + bookings_adjustments_amount - bookings_live_amount,"
        f" adjustments_count from {CLOSES}"
    )
    assert rows
    assert all(pipeline == bookings == 0 for pipeline, bookings, _ in rows)
    assert any(adjustments for *_, adjustments in rows), "no late fact has reached a closed quarter"


def test_the_hash_of_every_closed_quarter_is_the_same_in_sql_and_in_python(
    demo_home: Home, release_rows
) -> None:
    release = current_release(demo_home)
    assert release is not None
    for quarter, count, sha256 in release_rows(
        f"select fiscal_quarter, postings_count, postings_sha256 from {CLOSES}"
    ):
        content = quarter_of_release(release, quarter)
        assert (len(content.postings), content.sha256) == (count, sha256), quarter


@pytest.mark.parametrize(
    ("quarter", "signed_by", "as_of", "sentence"),
    [
        ("2027Q1", "cfo", date(2026, 9, 1), "write it like FY2027-Q1"),
        ("FY1950-Q1", "cfo", date(2026, 9, 1), "has no FY1950-Q1"),
        ("FY2027-Q3", "cfo", date(2026, 9, 1), "ends on 2026-10-31"),
        ("FY2027-Q2", "cfo", date(2026, 9, 1), "FY2027-Q2 was closed by"),
        ("FY2027-Q3", "  ", date(2026, 11, 9), "name them with --signed-by"),
        ("FY2027-Q3", "cfo", date(2026, 8, 1), "ends on 2026-10-31"),
    ],
)
def test_a_close_that_is_not_possible_is_refused_in_one_sentence(
    demo_home: Home, quarter: str, signed_by: str, as_of: date, sentence: str
) -> None:
    with pytest.raises(CosellError) as refused:
        close_quarter(demo_home, quarter, signed_by, "", as_of)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_closed_quarter_verifies_until_a_file_is_tampered_with(
    cosell, demo_home: Home, copy_of_demo_home: Home
) -> None:
    closed = "FY2027-Q2"
    good = cosell("--home", demo_home.root, "verify", closed)
    assert good.exit_code == 0, good.errors
    assert verify_quarter(demo_home, closed).sha256 in good.output

    release = current_release(copy_of_demo_home)
    assert release is not None
    file = release.table_file(LEDGER)
    file.chmod(0o644)
    file.parent.chmod(0o755)
    posting_id = tamper(file, closed)
    bad = cosell("--home", copy_of_demo_home.root, "verify", closed)
    assert bad.exit_code == 1
    assert f"posting {posting_id[:8]}" in bad.errors
    assert "amount_company_currency" in bad.errors
    assert file.name in bad.errors
    assert bad.errors.count("\n") == 1

    file.unlink()
    missing = cosell("--home", copy_of_demo_home.root, "verify", closed)
    assert missing.exit_code == 1
    assert f"{file.name} of release {release.release_id} is missing" in missing.errors


def tamper(file: Path, quarter: str) -> str:
    """Add a cent to one posting of a quarter in a released Parquet file; returns its id."""
    with duckdb.connect() as connection:
        connection.execute(f"create table ledger as from read_parquet('{file}')")
        found = connection.execute(
            "update ledger set amount_company_currency = amount_company_currency + 0.01"
            " where posting_id = (select min(posting_id) from ledger where posted_quarter = ?)"
            " returning posting_id",
            [quarter],
        ).fetchone()
        assert found is not None
        connection.execute(f"copy ledger to '{file}' (format parquet)")
    return str(found[0])


def test_a_signature_freezes_what_its_signer_saw(
    cosell_process, cosell, copy_of_demo_home: Home
) -> None:
    """`cosell close` lands signature and hash; the refresh closes by them and verifies."""
    home, quarter, day = copy_of_demo_home, "FY2027-Q3", "2026-11-02"
    before = current_release(home)
    assert before is not None
    held = quarter_of_release(before, quarter)
    signed = cosell(
        "--home", home.root, "close", quarter, "--signed-by", "Dana Ortiz", "--as-of", day
    )
    assert signed.exit_code == 0, signed.errors
    assert held.sha256 in signed.output
    again = cosell("--home", home.root, "close", quarter, "--signed-by", "X", "--as-of", day)
    assert again.exit_code == 1
    assert "was signed by Dana Ortiz" in again.errors
    refreshed = cosell_process("--home", home.root, "refresh", "--as-of", day, minutes=10)
    assert refreshed.exit_code == 0, refreshed.errors
    after = current_release(home)
    assert after is not None and after.release_id != before.release_id
    assert quarter_of_release(after, quarter) == held
    verified = cosell("--home", home.root, "verify", quarter)
    assert verified.exit_code == 0, verified.errors
    assert "what Dana Ortiz signed on 2026-11-02" in verified.output


# following a dollar


def test_the_story_names_file_row_and_hash_of_every_posting(demo_home: Home, release_rows) -> None:
    ((identifier, count),) = release_rows(
        f"select opportunity_id, count(*) from {LEDGER} group by all order by 2 desc, 1 limit 1"
    )
    posted = step_of(demo_home, identifier, "What was posted")
    assert len(posted.table_rows) == count
    for row in posted.table_rows:
        file, _, rest = row[-1].partition(" row ")
        number, sha256 = rest.split()
        assert file and number.isdigit() and len(sha256) == 12
    known = step_of(demo_home, identifier, "What was known at each refresh")
    assert len(known.table_rows) >= 2


@pytest.mark.parametrize(
    ("case", "why"),
    [(14, "post_close_touch"), (15, "the lock is"), (18, "belongs to")],
)
def test_a_touch_that_earns_nothing_says_why(
    demo_home: Home, cases: dict[int, list[str]], case: int, why: str
) -> None:
    """Cases 14, 15 and 18."""
    opportunities = [planted for planted in cases[case] if planted.startswith("006")]
    reasons = [
        row[4]
        for identifier in opportunities
        for row in step_of(demo_home, identifier, "Touches").table_rows
        if row[3] == "no"
    ]
    assert any(why in reason for reason in reasons), reasons


def test_one_class_decides_and_the_others_say_why_not(demo_home: Home, release_rows) -> None:
    for attribution_class in ("sourced", "influenced", "direct"):
        ((identifier,),) = release_rows(
            "select opportunity_id from attribution.fct_attributed_opportunities"
            f" where attribution_class = '{attribution_class}' and override_id is null"
            " order by 1 limit 1"
        )
        rules = step_of(demo_home, identifier, "The rules").table_rows
        classes = {rule: decided for rule, decided, _ in rules}
        deciding = [name for name in ("sourced", "influenced", "direct") if classes[name] == "yes"]
        assert deciding == [attribution_class]
        assert all(why for *_, why in rules)


# the auditor's pack


class Tags(HTMLParser):
    """Collects what a page would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "img", "link", "iframe", "object", "form"):
            self.loaded.append(tag)
        self.loaded += [name for name, _ in attrs if name.startswith("on")]


def test_the_same_seed_gives_the_same_pack_and_another_seed_another(
    demo_home: Home, tmp_path: Path
) -> None:
    packs = [
        write_audit_pack(demo_home, "FY2027-Q1", SAMPLE_SIZE, seed, tmp_path / name)
        for name, seed in (("first", 7), ("second", 7), ("other", 8))
    ]
    first, second, other = packs
    files = sorted(path.relative_to(first.folder) for path in first.folder.rglob("*.*"))
    assert len(files) == SAMPLE_SIZE + 2
    equal, different, missing = filecmp.cmpfiles(
        first.folder, second.folder, [str(file) for file in files], shallow=False
    )
    assert len(equal) == len(files) and not different and not missing
    drawn = {deal.opportunity_id for deal in first.sample.deals}
    assert drawn != {deal.opportunity_id for deal in other.sample.deals}


def test_the_pack_holds_every_posting_of_its_deals_as_numbers(
    demo_home: Home, tmp_path: Path, release_rows
) -> None:
    from openpyxl import load_workbook

    pack = write_audit_pack(demo_home, "FY2027-Q1", SAMPLE_SIZE, 7, tmp_path / "pack")
    workbook = load_workbook(pack.workbook)
    assert not [
        cell.coordinate
        for sheet in workbook
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    sheet = workbook["Postings"]
    heads = [cell.value for cell in sheet[1]]
    amounts = [
        row[heads.index("amount company currency")]
        for row in sheet.iter_rows(min_row=2, values_only=True)
    ]
    ids = ", ".join(f"'{deal.opportunity_id}'" for deal in pack.sample.deals)
    ((count, total),) = release_rows(
        f"select count(*), sum(amount_company_currency) from {LEDGER}"
        f" where opportunity_id in ({ids})"
    )
    assert len(amounts) == count
    assert round(sum(amounts), 2) == pytest.approx(float(total), abs=0.005)
    for page in pack.folder.rglob("*.html"):
        tags = Tags()
        tags.feed(page.read_text(encoding="utf-8"))
        assert not tags.loaded, page.name


def test_a_sample_that_is_not_possible_is_refused(demo_home: Home, tmp_path: Path) -> None:
    with pytest.raises(CosellError, match="Nothing is posted in FY2040-Q1"):
        write_audit_pack(demo_home, "FY2040-Q1", 3, 1, tmp_path / "a")
    with pytest.raises(CosellError, match="between 1 and"):
        write_audit_pack(demo_home, "FY2027-Q1", 0, 1, tmp_path / "a")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("keep me")
    with pytest.raises(CosellError, match="is no audit pack"):
        write_audit_pack(demo_home, "FY2027-Q1", 1, 1, tmp_path / "mine")
    assert (tmp_path / "mine" / "letter.txt").exists()


# policies


def test_a_policy_is_compared_aside(cosell, copy_of_demo_home: Home, tmp_path: Path) -> None:
    home = copy_of_demo_home
    landed = sorted(path.name for path in home.journal.glob("*.json"))
    release = current_release(home)
    draft = tmp_path / "attribution_windows_draft.csv"
    text = (home.policies / "attribution_windows.csv").read_text(encoding="utf-8")
    draft.write_text(
        text + "draft,1998-01-01,*,1,1,1,90,Nobody is fast enough for this\n", encoding="utf-8"
    )
    result = cosell("--home", home.root, "policy", "diff", "current", draft)
    assert result.exit_code == 0, result.errors
    for heading in ("By class", "By partner", "By rep", "By quarter", "Examples"):
        assert heading in result.output
    assert "sourced" in result.output
    assert sorted(path.name for path in home.journal.glob("*.json")) == landed
    assert current_release(home) == release
    same = cosell("--home", home.root, "policy", "diff", "current", "current")
    assert same.exit_code == 1
    assert "nothing to compare" in same.errors
