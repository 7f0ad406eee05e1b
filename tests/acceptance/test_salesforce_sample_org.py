"""A real Salesforce org, in its own date dialect, beside a partner's list of real companies.

The figures were counted in the files themselves (`cut`, `grep -c`, a spreadsheet), never with this
project's code; how is said beside each of them.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

pytestmark = pytest.mark.slow

# The newest LastModifiedDate in the export is 03/07/26.
EXPORTED_ON = "2026-03-08"
OBJECTS = ("Account", "Contact", "Lead", "Opportunity", "OpportunityHistory")

FEED = """
feed: meridian
source: bilateral
table: partner_accounts
partner_id: meridian
partner_name: Meridian Systems
coverage: full_list
mode: full
cadence_days: 30
undated: refuse
dates: us
columns:
  partner_account_id: Account Number
  account_name: Company
  status: Relationship
  customer_since: Client Since
  crm_account_id: Your ID
  industry: Sector
  city: Headquarters
values:
  status:
    Active Client: customer
    In Negotiation: open_opportunity
    Target: prospect
"""

# Seven accounts of the org as the partner knows them: our id, the partner's spelling, their state.
HANDED_BACK = (
    ("001bm00001ZL8U9AAL", "EDGE COMMUNICATIONS INC", "Active Client"),
    ("001bm00001ZL8UJAA1", "Gene Point", "Active Client"),
    ("001bm00001ZL8UEAA1", "United Oil and Gas", "Target"),
    ("001bm00001ZL8UAAA1", "Burlington Textiles", "In Negotiation"),
    ("001bm00001ZM1LyAAL", "Farmers Cooperative", "Active Client"),
    ("001bm00001ZMQX5AAP", "Zenith Industrial", "Target"),
    ("001bm00001ZMa9pAAD", "American Banking", "Active Client"),
)
# The first 40 companies of the index; the first 24 of them as clients, the others as targets.
INDEX_CLIENTS = 24
INDEX_COMPANIES = 40


def write_partner_list(constituents: Path, file: Path) -> None:
    with constituents.open(encoding="utf-8", newline="") as stream:
        companies = list(csv.DictReader(stream))[:INDEX_COMPANIES]
    with file.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(
            [
                "Account Number",
                "Company",
                "Relationship",
                "Client Since",
                "Your ID",
                "Sector",
                "Headquarters",
            ]
        )
        for number, (crm_id, name, state) in enumerate(HANDED_BACK):
            since = "6/30/2019" if state == "Active Client" else ""
            rows.writerow([f"M-{number:04}", name, state, since, crm_id, "", ""])
        for number, company in enumerate(companies):
            state = "Active Client" if number < INDEX_CLIENTS else "Target"
            rows.writerow(
                [
                    company["Symbol"],
                    company["Security"],
                    state,
                    "",
                    "",
                    company["GICS Sector"],
                    company["Headquarters Location"].split(",")[0],
                ]
            )


@pytest.fixture(scope="module")
def home(
    cosell_process: Callable, shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A home refreshed once from the org's five objects and the partner's list."""
    root = tmp_path_factory.mktemp("sample_org") / "home"
    assert cosell_process("--home", root, "init").exit_code == 0
    crm = root / "inbox" / "salesforce" / EXPORTED_ON
    crm.mkdir(parents=True)
    for name in OBJECTS:
        shutil.copy(shared_data / "crm_salesforce_sample_org" / f"{name}.csv", crm)
    (root / "config" / "feeds" / "meridian.yaml").write_text(FEED, encoding="utf-8")
    partner = root / "inbox" / "meridian" / EXPORTED_ON
    partner.mkdir(parents=True)
    write_partner_list(
        shared_data / "companies" / "sp500_constituents.csv", partner / "accounts.csv"
    )
    result = cosell_process("--home", root, "refresh", minutes=6)
    assert result.exit_code == 0, result.errors
    return root


@pytest.fixture(scope="module")
def release(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(home / "releases/current/cosell.duckdb"), read_only=True) as opened:
        yield opened


def one(release: duckdb.DuckDBPyConnection, query: str) -> tuple:
    row = release.execute(query).fetchone()
    assert row is not None
    return row


def test_every_row_of_every_file_landed(release) -> None:
    """Lines of each file less its header (`wc -l`; quoted line ends counted by hand)."""
    landed = dict(
        release.execute(
            "select table_name, good_count from ops.landed_batches"
            " where source in ('salesforce', 'bilateral')"
        ).fetchall()
    )
    assert landed == {
        "accounts": 18,
        "contacts": 25,
        "leads": 22,
        "opportunities": 36,
        "opportunity_history": 48,
        "partner_accounts": 47,
    }
    assert one(release, "select sum(quarantined_count) from ops.landed_batches") == (0,)


def test_the_18_accounts_are_there_by_name(release) -> None:
    assert one(release, "select count(*) from core.dim_accounts") == (18,)
    assert one(
        release,
        "select account_name, industry, city from core.dim_accounts"
        " where account_id = '001bm00001ZL8UAAA1'",
    ) == ("Burlington Textiles Corp of America", "Apparel", "Burlington")


def test_opportunities_by_outcome_count_and_add_up(release) -> None:
    """Column IsClosed and IsWon counted, Amount summed in a spreadsheet; 5 amounts are empty."""
    outcomes = release.execute(
        "select case when is_won then 'won' when is_closed then 'lost' else 'open' end,"
        " count(*), sum(coalesce(amount, 0)), sum(case when amount is null then 1 else 0 end)"
        " from attribution.fct_attributed_opportunities group by 1 order by 1"
    ).fetchall()
    assert outcomes == [
        ("lost", 8, Decimal("830000.00"), 2),
        ("open", 16, Decimal("2115000.00"), 3),
        ("won", 12, Decimal("2815000.00"), 0),
    ]


def test_two_digit_years_and_half_days_are_read_as_they_were_meant(release) -> None:
    """02/03/24 is 3 February 2024: 31 of the 36 close then; 4 on 03/31/26 and 1 on 02/23/26."""
    days = release.execute(
        "select close_on, count(*) from attribution.fct_attributed_opportunities"
        " group by close_on order by close_on"
    ).fetchall()
    assert days == [(date(2024, 2, 3), 31), (date(2026, 2, 23), 1), (date(2026, 3, 31), 4)]


def test_the_ledger_holds_what_was_created_and_what_was_won(release) -> None:
    """All 36 were created in February 2026 (FY2027-Q1); all 12 won closed on 02/03/24 (FY2025-Q1).

    5,760,000 = 830,000 lost + 2,115,000 open + 2,815,000 won. Nobody recorded a touch, so all of
    it is direct.
    """
    balances = release.execute(
        "select measure, origin_quarter, attribution_class, sum(amount_company_currency)"
        " from attribution.fct_attribution_ledger group by all order by measure"
    ).fetchall()
    assert balances == [
        ("bookings", "FY2025-Q1", "direct", Decimal("2815000.00")),
        ("pipeline_created", "FY2027-Q1", "direct", Decimal("5760000.00")),
    ]


def test_the_ledger_agrees_with_the_crm_to_the_cent(release) -> None:
    assert one(
        release,
        "select sum(crm_total_amount), sum(abs(difference_amount))"
        " from attribution.rpt_ledger_reconciliation",
    ) == (Decimal("8575000.00"), Decimal("0.00"))


def test_accounts_and_companies_fall_into_the_cells_that_a_person_puts_them_in(release) -> None:
    """11 accounts have a customer's Type; of the 7 others, 3 have an open opportunity.

    Handed back: 4 of the 11 (2 their clients, 2 not) and 3 of the 7 (2 their clients, 1 not);
    the list is full, so the other 7 and 4 are ours alone, and the index companies theirs alone.
    """
    cells = dict(
        release.execute(
            "select cell, count(*) from account_mapping.fct_account_segments group by cell"
        ).fetchall()
    )
    assert cells == {
        "shared_customer": 2,
        "our_customer_partner_prospect": 2,
        "partner_customer_our_prospect": 2,
        "shared_prospect": 1,
        "our_customer_only": 7,
        "our_prospect_only": 4,
        "partner_customer_only": INDEX_CLIENTS,
        "partner_prospect_only": INDEX_COMPANIES - INDEX_CLIENTS,
    }


def test_only_the_ids_that_were_handed_back_match(release) -> None:
    matched = release.execute(
        "select crm_account_id from account_mapping.fct_account_matches"
        " where decision in ('automatic', 'accepted') order by crm_account_id"
    ).fetchall()
    assert matched == sorted((crm_id,) for crm_id, _, _ in HANDED_BACK)


def test_an_opportunity_is_followed_to_its_line_in_the_export(cosell_process, home: Path) -> None:
    """United Oil Refinery Generators, 915000: the 20th data row of Opportunity.csv."""
    result = cosell_process("--home", home, "explain", "006bm00000LKJNgAAP")
    assert result.exit_code == 0, result.errors
    assert "915,000.00" in result.output
    assert f"{EXPORTED_ON}/Opportunity.csv, row 20" in result.output
    assert "02/03/24" in result.output, "the file's own words"


def test_a_second_refresh_of_the_same_files_publishes_nothing(cosell_process, home: Path) -> None:
    before = sorted(path.name for path in (home / "releases").iterdir())
    result = cosell_process("--home", home, "refresh", minutes=6)
    assert result.exit_code == 0, result.errors
    assert sorted(path.name for path in (home / "releases").iterdir()) == before
