"""A company with Salesforce and HubSpot side by side, landed twice, as readers find it.

Each file has the shape of its system. What is asserted are the things that leave no trace of their
own in a CRM: owners of the past, merges, deletes, stages that are gone, labels, splits, quotas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

pytestmark = pytest.mark.slow

FIRST, SECOND = "2026-02-09", "2026-02-16"


def long_id(short: str) -> str:
    """The id of 18 characters, by the rule as Salesforce documents it: capitals are counted."""
    suffix = ""
    for first in (0, 5, 10):
        capitals = sum(
            1 << place
            for place, letter in enumerate(short[first : first + 5])
            if "A" <= letter <= "Z"
        )
        suffix += "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[capitals]
    return short + suffix


ACME_SHORT = "0015500000Xyy06"
ACME = long_id(ACME_SHORT)
LOSER, PARTNER = long_id("001550000000LOS"), long_id("001550000000PAR")
ANN, BOB, CYD = long_id("0055500000AnnAA"), long_id("0055500000BobAA"), long_id("0055500000CydAA")
QUEUE = long_id("00G550000000QUE")
DEAL, GONE, HELD, LEFT_OUT, ENDED = (
    long_id(f"006550000000{each}") for each in ("DEA", "GON", "HEL", "LEF", "END")
)
# What a connector's history mode writes: a version whose end is open is the active one.
VERSIONS = (
    "_fivetran_active,_fivetran_start,_fivetran_end,id,account_id,name,stage_name,amount,"
    "close_date,owner_id,created_date"
)

SALESFORCE: dict[str, dict[str, str]] = {
    FIRST: {
        "Account.csv": f"""Id,Name,Type,OwnerId,ParentId,IsDeleted,MasterRecordId,SystemModstamp
{ACME},Acme Corp,Customer - Direct,{ANN},,false,,2026-02-01T10:00:00Z
{LOSER},ACME (old),Prospect,{ANN},,false,,2026-02-01T10:00:00Z
{PARTNER},Meridian Partners,Partner,{ANN},,false,,2026-02-01T10:00:00Z
""",
        "User.csv": f"""Id,Name,Email,IsActive,ManagerId
{ANN},Ann,ann@example.com,true,{CYD}
{BOB},Bob,bob@example.com,true,{CYD}
{CYD},Cyd,cyd@example.com,true,{CYD}
""",
        "Group.csv": f"Id,Name,Type\n{QUEUE},Inbound queue,Queue\n",
        "Opportunity.csv": f"""Id,AccountId,Name,StageName,Amount,CloseDate,OwnerId,CreatedDate,\
Partner_Account__c,Partner_Involvement__c
{DEAL},{ACME_SHORT},Big,Negotiation/Review,1000,2026-04-01,{BOB},2026-01-05T10:00:00Z,{PARTNER},\
Sourced
{GONE},{LOSER},Gone,Prospecting,500,2026-04-01,{ANN},2026-01-05T10:00:00Z,,
{HELD},{ACME},Held,Prospecting,,2026-04-01,{QUEUE},2026-01-05T10:00:00Z,,
{LEFT_OUT},{ACME},Left,Prospecting,70,2026-04-01,{ANN},2026-01-05T10:00:00Z,,
""",
        "OpportunityFieldHistory.csv": f"""Id,OpportunityId,Field,OldValue,NewValue,CreatedDate
017550000000001AAA,{DEAL[:15]},Owner,Ann,Bob,2026-01-20T10:00:00Z
017550000000002AAA,{DEAL[:15]},Owner,{ANN[:15]},{BOB},2026-01-20T10:00:00Z
017550000000003AAA,006550000000XXXAAA,Owner,{ANN},{BOB},2026-01-20T10:00:00Z
""",
        "OpportunityHistory.csv": f"""Id,OpportunityId,StageName,Amount,CloseDate,CreatedDate
008550000000001AAA,{DEAL},Prospecting,800,2026-03-01,2026-01-05T10:00:00Z
008550000000002AAA,{DEAL},Negotiation/Review,1000,2026-04-01,2026-01-25T10:00:00Z
""",
        "OpportunitySplitType.csv": """Id,DeveloperName,IsTotalValidated
1ST1,Revenue,true
1ST2,Overlay,false
""",
        "OpportunitySplit.csv": f"""Id,OpportunityId,SplitOwnerId,SplitPercentage,SplitTypeId
1SP1,{DEAL},{ANN},60,1ST1
1SP2,{DEAL},{BOB},40,1ST1
1SP3,{DEAL},{CYD},100,1ST2
""",
        "sf_opportunity_history.csv": f"""{VERSIONS}
false,2026-01-06 10:00:00,2026-01-08 10:00:00,{ENDED},{ACME},Ended,Prospecting,5,2026-04-01,\
{ANN},2026-01-05 10:00:00
true,2026-01-08 10:00:00,9999-12-31 23:59:59,{ENDED},{ACME},Ended,Prospecting,6,2026-04-01,\
{ANN},2026-01-05 10:00:00
""",
        "Period.csv": """Id,Type,StartDate,EndDate,QuarterLabel
2PE1,Quarter,2026-02-01,2026-04-30,Q1
""",
        "ForecastingQuota.csv": f"""Id,QuotaOwnerId,QuotaAmount,PeriodId,CurrencyIsoCode
3QU1,{ANN},90000,2PE1,EUR
3QU2,{BOB},50000,2PE1,USD
""",
    },
    SECOND: {
        "Account.csv": f"""Id,Name,Type,OwnerId,ParentId,IsDeleted,MasterRecordId,SystemModstamp
{ACME},Acme Corp,Customer - Direct,{ANN},,false,,2026-02-01T10:00:00Z
{LOSER},ACME (old),Prospect,{ANN},,true,{ACME_SHORT},2026-02-12T10:00:00Z
{PARTNER},Meridian Partners,Partner,{ANN},,false,,2026-02-01T10:00:00Z
""",
        "sf_opportunity_history.csv": f"""{VERSIONS}
false,2026-01-06 10:00:00,2026-01-08 10:00:00,{ENDED},{ACME},Ended,Prospecting,5,2026-04-01,\
{ANN},2026-01-05 10:00:00
false,2026-01-08 10:00:00,2026-02-12 10:00:00,{ENDED},{ACME},Ended,Prospecting,6,2026-04-01,\
{ANN},2026-01-05 10:00:00
""",
        "Opportunity.csv": f"""Id,AccountId,Name,StageName,Amount,CloseDate,OwnerId,CreatedDate,\
IsDeleted
{DEAL},{ACME},Big,Negotiation/Review,1200,2026-04-01,{BOB},2026-01-05T10:00:00Z,false
{GONE},{LOSER},Gone,Prospecting,500,2026-04-01,{ANN},2026-01-05T10:00:00Z,true
{HELD},{ACME},Held,Prospecting,,2026-04-01,{QUEUE},2026-01-05T10:00:00Z,false
""",
    },
}
DEALS = (
    "deal_id,is_deleted,deal_pipeline_id,deal_pipeline_stage_id,owner_id,property_dealname,"
    "property_amount,property_closedate,property_createdate\n"
)
HUBSPOT: dict[str, dict[str, str]] = {
    FIRST: {
        "company.csv": "id,is_deleted,property_name,property_domain,property_lifecyclestage,"
        "property_hs_merged_object_ids\n"
        "500,false,Beta Inc,beta.example,customer,501\n"
        "502,false,Reseller Ltd,reseller.example,,\n",
        "deal.csv": DEALS
        + "1,false,default,s1,77,Beta deal,100.5,2026-05-01 04:30:00,2026-01-02 10:00:00\n"
        + "2,false,default,s1,77,Twin deal,40,2026-05-01 04:30:00,2026-01-02 10:00:00\n"
        + "3,false,default,s2,78,Orphan,7,,2026-01-02 10:00:00\n"
        + "4,false,default,s2,78,Won,9,2026-02-05 15:00:00,2026-01-02 10:00:00\n",
        "deal_pipeline_stage.csv": "stage_id,pipeline_id,label,closed_won,is_closed,"
        "_fivetran_deleted\n"
        "s1,default,Contract Sent,false,false,true\ns2,default,Closed Won,true,true,false\n",
        "deal_company.csv": "company_id,deal_id,type_id,category,label\n"
        "502,1,36,USER_DEFINED,Reseller\n500,1,5,HUBSPOT_DEFINED,Primary\n501,2,5,HUBSPOT_DEFINED,\n",
        "deal_property_history.csv": "deal_id,timestamp,name,value,source\n"
        "1,2026-01-02 10:00:00,hubspot_owner_id,78,CRM_UI\n"
        "1,2026-01-20 10:00:00,hubspot_owner_id,77,CRM_UI\n",
        "owner.csv": "owner_id,email,first_name,last_name,type\n77,h@example.com,Hub,Owner,PERSON\n"
        "78,x@example.com,Ex,Owner,PERSON\n",
        "engagement_meeting.csv": "engagement_id,start_time,end_time,title\n"
        "9,2026-02-03 15:00:00,2026-02-03 15:30:00,Intro\n",
        "engagement_company.csv": "company_id,engagement_id,type_id\n500,9,1\n",
    },
    SECOND: {
        "merged_deal.csv": "deal_id,merged_deal_id\n1,2\n",
        "deal.csv": DEALS
        + "1,false,default,s1,77,Beta deal,140.5,2026-05-01 04:30:00,2026-01-02 10:00:00\n"
        + "3,false,default,s2,78,Orphan,7,,2026-01-02 10:00:00\n"
        + "4,false,default,s2,78,Won,9,2026-02-05 15:00:00,2026-01-02 10:00:00\n",
    },
}
# Lists that shrink by a fifth would be taken for cut ones (case 31): deals that stay as they are.
for day in (FIRST, SECOND):
    SALESFORCE[day]["Opportunity.csv"] += "".join(
        f"00655000000STA{number}AAA,{ACME},Stays,Prospecting,1,2026-04-01,{ANN},2026-01-05T10:00:00Z"
        + (",,\n" if day == FIRST else ",false\n")
        for number in range(6)
    )
    HUBSPOT[day]["deal.csv"] += "".join(
        f"10{number},false,default,s1,78,Stays,1,2026-05-05 15:00:00,2026-01-02 10:00:00\n"
        for number in range(6)
    )
RATES = "policy_version,effective_from,currency,plan_rate,reason\n2026.1,2020-01-01,EUR,0.9,plan\n"


@pytest.fixture(scope="module")
def release(
    cosell_process: Callable, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A home refreshed after each of the two landings."""
    root = tmp_path_factory.mktemp("both_crms") / "home"
    assert cosell_process("--home", root, "init").exit_code == 0
    feeds = root / "config" / "feeds"
    (feeds / "hubspot.yaml.example").rename(feeds / "hubspot.yaml")
    with (feeds / "salesforce.yaml").open("a", encoding="utf-8") as stream:
        stream.write("  partner_involvement: Partner_Involvement__c\n")
    (root / "config" / "policy" / "plan_rates.csv").write_text(RATES, encoding="utf-8")
    for day in (FIRST, SECOND):
        for feed, files in (("salesforce", SALESFORCE[day]), ("hubspot", HUBSPOT[day])):
            write_files(root / "inbox" / feed / day, files)
        result = cosell_process("--home", root, "refresh", minutes=6)
        assert result.exit_code == 0, result.errors
    database = root / "releases" / "current" / "cosell.duckdb"
    with duckdb.connect(str(database), read_only=True) as opened:
        yield opened


def write_files(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")


def rows(release: duckdb.DuckDBPyConnection, query: str, *values: object) -> list[tuple[Any, ...]]:
    return release.execute(query, list(values)).fetchall()


def test_accounts_of_both_crms_live_side_by_side_and_losers_of_merges_do_not(release) -> None:
    """Case 8: Salesforce names the survivor on the loser, HubSpot the loser on the survivor."""
    listed = rows(release, "select account_id from core.dim_accounts order by all")
    assert {each for (each,) in listed} == {ACME, PARTNER, "hubspot:500", "hubspot:502"}
    merged = rows(
        release, "select account_id, merged_accounts_count from core.dim_accounts order by all"
    )
    assert dict(merged)[ACME] == 1
    assert dict(merged)["hubspot:500"] == 1


def test_a_deal_belongs_to_one_account_whichever_form_its_id_has(release) -> None:
    found = dict(
        rows(
            release,
            "select opportunity_id, account_id from attribution.fct_attributed_opportunities",
        )
    )
    assert found[DEAL] == ACME
    assert found["hubspot:1"] == "hubspot:500"
    assert found["hubspot:3"] is None


def test_the_owner_of_a_day_is_known_from_either_history(release) -> None:
    """Case 1."""
    owners = rows(
        release,
        "select opportunity_id, field_value, effective_at::date::text"
        " from core.fct_opportunity_history where field_name = 'owner'"
        " and opportunity_id in (?, 'hubspot:1') order by 1, 3",
        DEAL,
    )
    assert owners == [
        (DEAL, ANN, "2026-01-05"),
        (DEAL, BOB, "2026-01-20"),
        ("hubspot:1", "hubspot:78", "2026-01-02"),
        ("hubspot:1", "hubspot:77", "2026-01-20"),
    ]


def test_stage_and_amount_of_a_day_are_known(release) -> None:
    found = rows(
        release,
        "select field_name, field_value, effective_at::date::text"
        " from core.fct_opportunity_history where opportunity_id = ? and field_name <> 'owner'"
        " order by 1, 3",
        DEAL,
    )
    assert found == [
        ("amount", "800.00", "2026-01-05"),
        ("amount", "1000.00", "2026-01-25"),
        ("amount", "1200.00", "2026-02-16"),
        ("close_date", "2026-03-01", "2026-01-05"),
        ("close_date", "2026-04-01", "2026-01-25"),
        ("stage", "Prospecting", "2026-01-05"),
        ("stage", "Negotiation/Review", "2026-01-25"),
    ]


def test_observations_begin_unknown_and_end_with_the_delete(release) -> None:
    """Case 7: deleted by its flag, gone from the full list, without an active version, merged."""
    found = rows(
        release,
        "select opportunity_id, state, observed_on::text from core.fct_opportunity_observations"
        " where opportunity_id in (?, ?, ?, 'hubspot:2') order by 1, 3",
        GONE,
        LEFT_OUT,
        ENDED,
    )
    for identifier in (GONE, LEFT_OUT, ENDED, "hubspot:2"):
        assert [each[1:] for each in found if each[0] == identifier] == [
            ("unknown", "0001-01-01"),
            ("open", FIRST),
            ("deleted", SECOND),
        ]


def test_a_file_that_repeats_what_is_known_is_no_observation(release) -> None:
    found = rows(
        release,
        "select state from core.fct_opportunity_observations where opportunity_id = ? order by"
        " known_step",
        HELD,
    )
    assert found == [("unknown",), ("open",)]


def test_a_deleted_stage_keeps_its_name_and_its_place(release) -> None:
    """Case 28."""
    found = rows(
        release,
        "select opportunity_id, stage_name, is_closed, is_won from"
        " attribution.fct_attributed_opportunities"
        " where opportunity_id in ('hubspot:1', 'hubspot:3', 'hubspot:4') order by 1",
    )
    # A deal that is won on no day cannot be booked: it stays open until there is one.
    assert found == [
        ("hubspot:1", "Contract Sent", False, False),
        ("hubspot:3", "Closed Won", False, False),
        ("hubspot:4", "Closed Won", True, True),
    ]


def test_overlay_splits_are_told_from_revenue(release) -> None:
    """Case 26."""
    found = rows(
        release,
        "select split_owner_rep_id, split_share, is_additive from core.fct_opportunity_splits"
        " order by 1",
    )
    assert found == [
        (ANN, Decimal("0.6"), True),
        (BOB, Decimal("0.4"), True),
        (CYD, Decimal("1"), False),
    ]


def test_quotas_are_in_company_currency(release) -> None:
    """Case 46."""
    found = rows(
        release,
        "select rep_id, quota_amount_company_currency, starts_on::text from core.fct_quotas"
        " order by 1",
    )
    assert found == [
        (ANN, Decimal("100000.00"), "2026-02-01"),
        (BOB, Decimal("50000.00"), "2026-02-01"),
    ]


def test_queues_hold_deals_and_nobody_manages_themselves(release) -> None:
    """Cases 23 and 24."""
    assert rows(release, "select rep_name from core.dim_reps where rep_id = ?", QUEUE) == [
        ("Inbound queue",)
    ]
    lines = rows(
        release,
        "select rep_id, manager_id, depth from core.dim_reporting_lines"
        " where is_current order by 1",
    )
    assert lines == [(ANN, CYD, 1), (BOB, CYD, 1)]


def test_the_ledger_ties_to_both_crms(release) -> None:
    unexplained = rows(
        release,
        "select count(*) from attribution.rpt_ledger_reconciliation where difference_amount <> 0",
    )
    assert unexplained == [(0,)]


def test_every_row_tells_where_it_came_from(release) -> None:
    found = rows(
        release,
        "select opportunity_id, source_file, source_row_number"
        " from core.fct_opportunity_observations where known_step > 0"
        " and opportunity_id in (?, 'hubspot:1') order by known_step, 1",
        DEAL,
    )
    assert [each[1:] for each in found] == [
        (f"salesforce/{FIRST}/Opportunity.csv", 1),
        (f"hubspot/{FIRST}/deal.csv", 1),
        (f"salesforce/{SECOND}/Opportunity.csv", 1),
        (f"hubspot/{SECOND}/deal.csv", 1),
    ]
