"""A small company whose finance changes a policy after a quarter was closed (case 47).

Four deals of one quarter, each with one touch; the quarter closes; then a new file of the policy
judges joint calls otherwise from June on, and from the beginning of the year on in one more row of
windows. What the file does not speak of stays as it was booked, and what it does is posted into the
open quarter, named as the policy's doing, and explained to the cent.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.long]

FIRST, SECOND, THIRD = "2026-04-20", "2026-05-11", "2026-06-22"
ANN, BOSS = "005550000000ANNIA0", "005550000000BOSIA0"
ACME, PARTNER = "001550000000ACMIA0", "001550000000PARIA0"
LATE, TIMELY, CALLED, LED = (f"00655000000{name}IA0" for name in ("0LAT", "0TIM", "0CAL", "0LED"))
JUNE = "006550000000JUNIA0"
LEAD = "00Q550000000LEDIA0"

OPPORTUNITY = "Id,AccountId,Name,StageName,Amount,CloseDate,OwnerId,CreatedDate,Type\n"
DEALS = f"""{LATE},{ACME},Late,Prospecting,100,2026-09-01,{ANN},2026-03-02T15:00:00Z,New Business
{TIMELY},{ACME},Timely,Prospecting,200,2026-09-01,{ANN},2026-03-02T15:00:00Z,New Business
{CALLED},{ACME},Called,Prospecting,400,2026-09-01,{ANN},2026-03-02T15:00:00Z,New Business
{LED},{ACME},Led,Prospecting,800,2026-09-01,{ANN},2026-03-30T15:00:00Z,New Business
"""
TOUCH = (
    "touch_id,partner_id,account_id,opportunity_id,touch_type,occurred_at,recorded_at,"
    "our_rep_email\n"
)
BY_ANN = "ann@example.com\n"
FILES: dict[str, dict[str, str]] = {
    FIRST: {
        "partners/partners.csv": "partner_id,partner_name,crm_account_id,partner_manager_email\n"
        f"mer,Meridian,{PARTNER},boss@example.com\n",
        "salesforce/User.csv": "Id,Name,Email,IsActive,ManagerId\n"
        f"{ANN},Ann,ann@example.com,true,{BOSS}\n{BOSS},Boss,boss@example.com,true,\n",
        "salesforce/Account.csv": "Id,Name,Type,OwnerId\n"
        f"{ACME},Acme Corp,Prospect,{ANN}\n{PARTNER},Meridian,Partner,{ANN}\n",
        "salesforce/Opportunity.csv": OPPORTUNITY + DEALS,
        "salesforce/Lead.csv": "Id,Status,CreatedDate,IsConverted,ConvertedAccountId,"
        f"ConvertedOpportunityId\n{LEAD},Working,2026-03-01T15:00:00Z,false,,\n",
        "salesforce/Task.csv": "Id,WhoId,WhatId,OwnerId,Subject,ActivityDate,Status,Type,"
        "CreatedDate,Partner_Account__c\n"
        f"00T550000000001AAA,{LEAD},,{ANN},Intro on the lead,2026-03-20,Completed,Partner Intro,"
        f"2026-03-20T15:00:00Z,{PARTNER}\n",
        "partner_touches/touches.csv": TOUCH
        # written down 20 days after the creation of the deal
        + f"t1,mer,{ACME},{LATE},intro,2026-02-20T15:00:00Z,2026-03-22T15:00:00Z,"
        + BY_ANN
        + f"t2,mer,{ACME},{TIMELY},intro,2026-02-20T15:00:00Z,2026-02-20T15:00:00Z,"
        + BY_ANN
        + f"t3,mer,{ACME},{CALLED},joint_call,2026-03-20T15:00:00Z,2026-03-20T15:00:00Z,"
        + BY_ANN,
    },
    SECOND: {
        "salesforce/Opportunity.csv": OPPORTUNITY
        + DEALS
        + f"{JUNE},{ACME},May,Prospecting,1600,2026-09-01,{ANN},2026-05-05T15:00:00Z,"
        "New Business\n",
    },
    THIRD: {
        # What becomes known late is posted when it is known: the lead had led to a deal.
        "salesforce/Lead.csv": "Id,Status,CreatedDate,IsConverted,ConvertedAccountId,"
        f"ConvertedOpportunityId\n{LEAD},Converted,2026-03-01T15:00:00Z,true,{ACME},{LED}\n",
        "partner_touches/touches.csv": TOUCH
        + f"t4,mer,{ACME},{JUNE},joint_call,2026-06-08T15:00:00Z,2026-06-08T15:00:00Z,"
        + BY_ANN,
    },
}
NEW_TOUCH_TYPE = "2026.2,2026-06-01,joint_call,engagement,,From June on a call is no influence\n"
NEW_WINDOWS = "2026.2,2026-01-01,*,30,30,14,90,This year a month is given to log a touch\n"


@pytest.fixture(scope="module")
def home(cosell_process: Callable, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Refreshed after each landing; both policies have a new row before the last."""
    root: Path = tmp_path_factory.mktemp("policies") / "home"
    assert cosell_process("--home", root, "init").exit_code == 0
    for day, files in FILES.items():
        for name, content in files.items():
            feed, file = name.split("/")
            place = root / "inbox" / feed / day / file
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(content, encoding="utf-8")
        if day == THIRD:
            for policy, row in (
                ("touch_types", NEW_TOUCH_TYPE),
                ("attribution_windows", NEW_WINDOWS),
            ):
                with (root / "config" / "policy" / f"{policy}.csv").open(
                    "a", encoding="utf-8"
                ) as stream:
                    stream.write(row)
        result = cosell_process("--home", root, "refresh", minutes=6)
        assert result.exit_code == 0, result.errors
    return root


@pytest.fixture(scope="module")
def release(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(
        str(home / "releases" / "current" / "cosell.duckdb"), read_only=True
    ) as opened:
        yield opened


def postings(release: duckdb.DuckDBPyConnection, deal: str) -> list[tuple[Any, ...]]:
    return release.execute(
        "select posted_quarter, origin_quarter, attribution_class, amount, reason"
        " from attribution.fct_attribution_ledger where opportunity_id = ?"
        " order by known_step, amount",
        [deal],
    ).fetchall()


def test_what_the_new_file_judges_otherwise_is_posted_now_and_named(release) -> None:
    """The closed quarter keeps what was booked in it; the correction names the policy."""
    assert postings(release, LATE) == [
        ("FY2027-Q1", "FY2027-Q1", "direct", Decimal(100), "opening_balance"),
        ("FY2027-Q2", "FY2027-Q1", "direct", Decimal(-100), "policy_changed"),
        ("FY2027-Q2", "FY2027-Q1", "sourced", Decimal(100), "policy_changed"),
    ]


def test_what_the_new_file_does_not_speak_of_stays_as_it_was(release) -> None:
    """The call of March was judged by the row of its day, and that row still says the same."""
    assert postings(release, CALLED) == [
        ("FY2027-Q1", "FY2027-Q1", "influenced", Decimal(400), "opening_balance")
    ]
    assert [row[2] for row in postings(release, TIMELY)] == ["sourced"]
    strengths = release.execute(
        "select touch_id, strength, touch_policy_version from attribution.fct_partner_touches"
        " where touch_type = 'joint_call' order by touch_id"
    ).fetchall()
    assert strengths == [("t3", "qualifying", "2026.1"), ("t4", "engagement", "2026.2")]


def test_the_new_file_judges_what_is_of_its_own_days(release) -> None:
    assert [row[2] for row in postings(release, JUNE)] == ["direct"]
    (verdict,) = release.execute(
        "select verdict from attribution.fct_partner_claims where opportunity_id = ?", [JUNE]
    ).fetchall()
    assert verdict == ("no_qualifying_kind",)


def test_a_lead_that_was_converted_late_is_a_fact_and_not_the_policys_doing(release) -> None:
    """Case 17: the intro on the lead sources the deal from the step in which it was known."""
    assert postings(release, LED) == [
        ("FY2027-Q1", "FY2027-Q1", "direct", Decimal(800), "opening_balance"),
        ("FY2027-Q2", "FY2027-Q1", "direct", Decimal(-800), "class_changed"),
        ("FY2027-Q2", "FY2027-Q1", "sourced", Decimal(800), "class_changed"),
    ]


def test_the_restatement_explains_all_of_it(release) -> None:
    found = release.execute(
        "select rep_id, partner_id, attribution_class, cause, reason, movement_amount,"
        " closed_amount, live_amount from attribution.rpt_restatements"
        " where fiscal_quarter = 'FY2027-Q1' order by movement_amount"
    ).fetchall()
    assert found == [
        (ANN, None, "direct", "facts", "class_changed", -800, 900, 0),
        (ANN, None, "direct", "policy", "policy_changed", -100, 900, 0),
        (ANN, "mer", "sourced", "policy", "policy_changed", 100, 200, 1100),
        (ANN, "mer", "sourced", "facts", "class_changed", 800, 200, 1100),
    ]


def test_rebuilt_from_landing_the_ledger_is_the_same_to_the_byte(
    home: Path, release, cosell_process: Callable
) -> None:
    """Policies that became known later judge from their own step on in a rebuild too."""
    order = "select * from attribution.fct_attribution_ledger order by posting_id"
    grown = release.execute(order).fetchall()
    again = home.parent / "again"
    shutil.copytree(home, again, symlinks=True)
    (again / "warehouse.duckdb").unlink()
    shutil.rmtree(again / "releases")
    result = cosell_process("--home", again, "refresh", minutes=6)
    assert result.exit_code == 0, result.errors
    database = again / "releases" / "current" / "cosell.duckdb"
    with duckdb.connect(str(database), read_only=True) as rebuilt:
        assert rebuilt.execute(order).fetchall() == grown
