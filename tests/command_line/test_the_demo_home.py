"""What the verbs say about a finished demo."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.settings import Home

pytestmark = pytest.mark.slow


def published(home: Home, query: str) -> tuple:
    database = home.current_release / "cosell.duckdb"
    with duckdb.connect(str(database), read_only=True) as release:
        row = release.execute(query).fetchone()
    assert row is not None, "the demo holds no such row"
    return row


def test_the_demo_answers_the_first_question(demo_output: str) -> None:
    assert "Which reps engage partners, and what did it produce?" in demo_output
    assert "engaged no partner" in demo_output
    assert "CRM total" in demo_output


def test_the_demo_says_what_to_open_and_what_to_type(demo_output: str, demo_home: Home) -> None:
    database = demo_home.current_release.relative_to(demo_home.root.parent) / "cosell.duckdb"
    assert str(database) in demo_output
    assert "index.html" in demo_output
    command = next(line.split() for line in demo_output.splitlines() if " explain " in line)
    opportunity = command[-1]
    assert published(
        demo_home,
        "select count(*) from attribution.fct_attributed_opportunities"
        f" where opportunity_id = '{opportunity}'",
    ) == (1,)


def test_the_summary_on_screen_is_the_ledger_to_the_cent(demo_output: str, demo_home: Home) -> None:
    (total,) = published(
        demo_home,
        "select cast(sum(crm_total_amount) as varchar) from attribution.rpt_ledger_reconciliation"
        " where measure = 'bookings' and fiscal_quarter ="
        " (select max(fiscal_quarter) from core.dim_fiscal_days"
        "  where day_on = (select max(as_of) from ops.refreshes))",
    )
    whole, cents = total.split(".")
    assert f"{int(whole):,}.{cents}" in demo_output


def test_a_second_demo_changes_nothing(cosell_process, copy_of_demo_home: Home) -> None:
    before = sorted(path.name for path in copy_of_demo_home.releases.iterdir())
    result = cosell_process("--home", copy_of_demo_home.root, "demo", minutes=5)
    assert result.exit_code == 0, result.errors
    assert "already holds this demo" in result.output
    assert sorted(path.name for path in copy_of_demo_home.releases.iterdir()) == before


def test_another_demo_needs_force(cosell, demo_home: Home) -> None:
    result = cosell("--home", demo_home.root, "demo", "--seed", "7")
    assert result.exit_code == 1
    assert "--force" in result.errors


def test_status_names_release_feeds_and_refused_rows(cosell, demo_home: Home) -> None:
    result = cosell("--home", demo_home.root, "status")
    assert result.exit_code == 0
    release = demo_home.current_release.resolve().name
    assert release in result.output
    assert "salesforce" in result.output


def test_releases_mark_the_current_one(cosell, demo_home: Home) -> None:
    result = cosell("--home", demo_home.root, "releases")
    current = [line for line in result.output.splitlines() if "●" in line]
    assert len(current) == 1
    assert demo_home.current_release.resolve().name in current[0]


class TestExplain:
    """Every kind of id leads to a landed file, its hash and a row."""

    def follow(self, cosell, home: Home, *arguments: str) -> str:
        result = cosell("--home", home.root, "explain", *arguments)
        assert result.exit_code == 0, result.errors
        assert "sha256" in result.output
        assert "unchanged" in result.output
        return result.output

    def test_sourced_opportunity(self, cosell, demo_home: Home) -> None:
        opportunity, touches, row = published(
            demo_home,
            "select opportunity_id, evidence_touch_ids, source_row_number"
            " from attribution.fct_attributed_opportunities"
            " where attribution_class = 'sourced' and is_won order by 1 limit 1",
        )
        page = self.follow(cosell, demo_home, opportunity)
        assert "What was posted" in page
        assert touches.split(", ")[0] in page
        assert f"row {row}," in page
        assert page.count("sha256") >= 2, "the opportunity's row and the touch's"

    def test_posting(self, cosell, demo_home: Home) -> None:
        posting, opportunity = published(
            demo_home,
            "select posting_id, opportunity_id from attribution.fct_attribution_ledger"
            " where corrects_posting_id is not null order by 1 limit 1",
        )
        page = self.follow(cosell, demo_home, posting)
        assert opportunity in page
        assert "corrects" in page

    def test_touch(self, cosell, demo_home: Home) -> None:
        (touch,) = published(
            demo_home, "select touch_id from attribution.fct_partner_touches order by 1 limit 1"
        )
        assert "What it earned" in self.follow(cosell, demo_home, touch)

    def test_account_and_its_match_with_one_partner(self, cosell, demo_home: Home) -> None:
        account, partner, record = published(
            demo_home,
            "select crm_account_id, partner_id, partner_account_id"
            " from account_mapping.fct_account_matches"
            " where decision = 'automatic' order by all limit 1",
        )
        assert partner in self.follow(cosell, demo_home, account)
        page = self.follow(cosell, demo_home, account, partner)
        assert record in page
        assert page.count("sha256") >= 2, "our row and the partner's"

    def test_route(self, cosell, demo_home: Home) -> None:
        (route,) = published(
            demo_home,
            "select route_id from account_mapping.fct_weekly_routes"
            " where is_frozen order by 1 limit 1",
        )
        assert "The routed row" in self.follow(cosell, demo_home, route)

    def test_merged_account_leads_to_its_survivor(self, cosell, demo_home: Home) -> None:
        files = demo_home.landing / "salesforce" / "accounts" / "*.parquet"
        merged = duckdb.execute(
            f"select id, master_record_id from read_parquet('{files}')"
            " where master_record_id is not null and master_record_id <> id order by 1 limit 1"
        ).fetchone()
        assert merged is not None
        page = self.follow(cosell, demo_home, merged[0])
        assert "Merged away" in page

    def test_short_salesforce_id(self, cosell, demo_home: Home) -> None:
        (opportunity,) = published(
            demo_home,
            "select min(opportunity_id) from attribution.fct_attributed_opportunities",
        )
        assert opportunity in self.follow(cosell, demo_home, opportunity[:15])

    def test_unknown_id_says_what_may_be_asked(self, cosell, demo_home: Home) -> None:
        result = cosell("--home", demo_home.root, "explain", "006nothing")
        assert result.exit_code == 1
        assert "006nothing" in result.errors
        assert result.errors.count("\n") == 1
