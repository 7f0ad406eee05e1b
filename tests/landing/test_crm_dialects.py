"""The dialects in which one CRM arrives: exports, the weekly archive, connectors, odd fields."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from orchestration.errors import LandingError
from orchestration.landing import land_inbox
from orchestration.landing.crm_objects import object_of_file
from orchestration.landing.hubspot import OBJECTS as HUBSPOT_OBJECTS
from orchestration.landing.refused_files import read_refused_files
from orchestration.landing.salesforce import OBJECTS as SALESFORCE_OBJECTS

ACCOUNT = "0015500000Xyy06AAB"


@pytest.fixture
def hubspot_feed(home) -> None:
    (home.feeds / "hubspot.yaml.example").rename(home.feeds / "hubspot.yaml")


def archive_of(members: dict[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("Account", "Account"),
        ("Account_2026-02-09", "Account"),
        ("opportunity_extract", "Opportunity"),
        ("opportunity_history", "OpportunityHistory"),
        ("OpportunityHistory-2026-02-09", "OpportunityHistory"),
        ("sf_opportunity_field_history_data", "OpportunityFieldHistory"),
        ("USER_ROLE", "UserRole"),
        ("UserRole 2026", "UserRole"),
        ("Contact_history_data", "Contact"),
        ("Invoice__c", None),
        ("OpportunityLineItem", None),
        ("sf_opportunity_line_item_data", None),
        ("AccountContactRole", None),
        ("UserLogin", None),
        ("TaskFeed", None),
        ("2026-02-09", None),
    ],
)
def test_the_longest_name_of_an_object_is_meant(stem: str, name: str | None) -> None:
    found = object_of_file(SALESFORCE_OBJECTS, stem)
    assert (found.name if found else None) == name


def test_tables_of_a_hubspot_connector_say_what_they_hold() -> None:
    meeting = object_of_file(HUBSPOT_OBJECTS, "engagement_meeting_data")
    deal = object_of_file(HUBSPOT_OBJECTS, "hubspot__engagement_deal")
    assert meeting is not None and deal is not None
    assert (meeting.table.name, dict(meeting.constants)) == ("engagements", {"type": "MEETING"})
    assert (deal.table.name, dict(deal.constants)) == (
        "engagement_associations",
        {"associated_object": "deal"},
    )


def test_the_weekly_export_is_landed_object_by_object(home, drop, rows) -> None:
    drop(
        "salesforce",
        "WE_00D000000000001_1.ZIP",
        archive_of(
            {
                "Account.csv": (
                    '"Id","IsDeleted","Name","CreatedDate","SystemModstamp"\r\n'
                    f'"{ACCOUNT}","0","Acme, ""the"" one","2026-01-02 03:04:05",'
                    '"2026-02-01 00:00:00"\r\n'
                ),
                "Opportunity.csv": (
                    '"Id","AccountId","StageName","CloseDate","IsWon","CreatedDate"\r\n'
                    f'"006550000000001","{ACCOUNT}","Closed Won","2026-01-31 00:00:00","1",'
                    '"2026-01-02 03:04:05"\r\n'
                ),
                "ApexClass.csv": '"Id","Body"\r\n"1","x"\r\n',
            }
        ),
    )
    report = land_inbox(home)
    assert report.refused == []
    assert [landed.table for landed in report.landed] == ["accounts", "opportunities"]
    (account,) = rows("salesforce", "accounts")
    assert (account["name"], account["is_deleted"]) == ('Acme, "the" one', "false")
    assert account["created_date"] == "2026-01-02 03:04:05.000000"
    assert account["_source_file"].endswith("/2026-02-09/WE_00D000000000001_1.ZIP/Account.csv")
    (opportunity,) = rows("salesforce", "opportunities")
    assert (opportunity["close_date"], opportunity["is_won"]) == ("2026-01-31", "true")
    again = land_inbox(home)
    assert (again.landed, len(again.skipped)) == ([], 2)


def test_parts_of_one_object_in_two_archives_are_one_list(home, drop, rows) -> None:
    for number in (1, 2):
        content = f"Id,Name\n00155000000000{number},Part {number}\n"
        drop("salesforce", f"WE_{number}.zip", archive_of({"Account.csv": content}))
    report = land_inbox(home)
    assert report.refused == []
    assert sorted(row["name"] for row in rows("salesforce", "accounts")) == ["Part 1", "Part 2"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04 cut", "not a readable zip archive"),
        (archive_of({"ApexClass.csv": "Id\n1\n"}), "no file of an object that is landed"),
        (archive_of({}), "no file of an object that is landed"),
    ],
    ids=["cut", "nothing of ours", "empty"],
)
def test_an_archive_that_says_nothing_is_refused_in_one_sentence(
    home, drop, content: bytes, words: str
) -> None:
    drop("salesforce", "WE_1.zip", content)
    ((_, sentence),) = land_inbox(home).refused
    assert words in sentence


def test_a_damaged_member_stops_itself_alone(home, drop) -> None:
    whole = archive_of({"Account.csv": "Id,Name\n1,A\n" * 50, "User.csv": "Id,Name\n1,A\n"})
    place = whole.index(b"Account.csv") + len("Account.csv") + 4
    drop("salesforce", "WE_1.zip", whole[:place] + b"\x00\x00\x00" + whole[place + 3 :])
    report = land_inbox(home)
    assert [landed.table for landed in report.landed] == ["users"]
    ((label, sentence),) = report.refused
    assert label.endswith("WE_1.zip/Account.csv")
    assert "damaged inside its archive" in sentence


def test_the_manifest_of_an_archive_holds_for_its_members(home, drop, rows) -> None:
    whole = archive_of({"Account.csv": "Id,Name\n1,A\n"})
    manifest = {"filename": "WE_1.zip", "sha256": "0" * 64, "as_of": "2026-02-09"}
    path = drop("salesforce", "WE_1.zip", whole)
    beside = path.with_name("WE_1.zip.manifest.json")
    beside.write_text(json.dumps(manifest), encoding="utf-8")
    ((label, sentence),) = land_inbox(home).refused
    assert label.endswith("WE_1.zip")
    assert "is not the file that" in sentence
    manifest |= {"sha256": hashlib.sha256(whole).hexdigest(), "mode": "full"}
    beside.write_text(json.dumps(manifest), encoding="utf-8")
    (landed,) = land_inbox(home).landed
    assert (landed.table, landed.good) == ("accounts", 1)


def test_a_refused_member_is_told_while_its_archive_lies_there(home, drop) -> None:
    path = drop("salesforce", "WE_1.zip", archive_of({"Account.csv": "Name\nA\n"}))
    land_inbox(home)
    (refused,) = read_refused_files(home)
    assert refused.file.endswith("WE_1.zip/Account.csv")
    path.unlink()
    assert read_refused_files(home) == []


def test_a_member_that_expands_without_end_is_refused(home, drop) -> None:
    drop("salesforce", "WE_1.zip", archive_of({"Account.csv": b"a" * 100_000_000}))
    ((_, sentence),) = land_inbox(home).refused
    assert "expands to more than" in sentence


def test_an_archive_whose_names_lead_out_of_it_is_refused(home, drop) -> None:
    packed = archive_of({"Account.csv": f"Id,Name\n{ACCOUNT},A\n", "../../Lead.csv": "Id\n1\n"})
    drop("salesforce", "WE.zip", packed)
    report = land_inbox(home)
    assert not report.landed
    ((_, sentence),) = report.refused
    assert "'../../Lead.csv', a name that leads out of the archive" in sentence


def test_objects_that_nobody_uses_are_empty_and_those_that_everybody_has_are_not(
    home, drop, rows
) -> None:
    drop("salesforce", "OpportunityPartner.csv", "Id,OpportunityId,AccountToId\n")
    drop("salesforce", "Opportunity.csv", "Id,StageName,CloseDate,CreatedDate\n")
    report = land_inbox(home)
    assert [(each.table, each.rows) for each in report.landed] == [("opportunity_partners", 0)]
    ((label, sentence),) = report.refused
    assert label.endswith("Opportunity.csv") and "a header and no rows" in sentence


def test_one_archive_is_landed_through_the_inbox_only(land, drop) -> None:
    with pytest.raises(LandingError, match="put it into inbox/salesforce/"):
        land("salesforce", "WE_1.zip", archive_of({"Account.csv": "Id,Name\n1,A\n"}))


def test_a_connectors_table_and_its_custom_fields(land, rows) -> None:
    land(
        "salesforce",
        "opportunity.csv",
        "_fivetran_synced,_fivetran_deleted,id,account_id,stage_name,close_date,created_date,"
        "is_deleted,partner_account_c,pricebook_2_id\n"
        f"2026-02-01 10:00:00,true,006550000000001,{ACCOUNT},Closed Won,2026-01-31 00:00:00,"
        "2026-01-02 03:04:05,false,0015500000Xyy07,01s\n",
    )
    (row,) = rows("salesforce", "opportunities")
    assert (row["fivetran_deleted"], row["partner_account_id"]) == ("true", "0015500000Xyy07")
    assert json.loads(row["_extra"]) == {"pricebook_2_id": "01s"}


def test_a_connectors_history_mode_brings_versions_and_not_changes(land, rows) -> None:
    versions = land(
        "salesforce",
        "sf_account_history_data.csv",
        "_fivetran_active,_fivetran_start,_fivetran_end,id,name\n"
        f"true,2026-01-02 10:00:00,9999-12-31 23:59:59,{ACCOUNT},Acme\n",
    )
    changes = land(
        "salesforce",
        "AccountHistory.csv",
        "Id,AccountId,Field,OldValue,NewValue,CreatedDate\n"
        f"017,{ACCOUNT},Owner,005A,005B,2026-01-02T10:00:00Z\n",
    )
    assert (versions.table, changes.table) == ("accounts", "account_history")
    (version,) = rows("salesforce", "accounts")
    assert version["fivetran_start"] == "2026-01-02 10:00:00.000000"
    assert version["fivetran_active"] == "true"


def test_a_day_of_the_crm_is_that_day_whatever_time_a_connector_writes_behind_it(
    land, rows, quarantine
) -> None:
    land(
        "salesforce",
        "task.csv",
        "id,activity_date\n1,2019-11-11 17:23:34\n2,2019-11-11T23:59:59Z\n3,2019-11-11 17:99:99\n",
    )
    days = [row["activity_date"] for row in rows("salesforce", "tasks")]
    assert days == ["2019-11-11", "2019-11-11"]
    assert "17:99:99" in quarantine("salesforce", "tasks")[0]["reason"]


def test_headers_in_capitals_are_the_same_headers(land, rows) -> None:
    land("salesforce", "Account.csv", f"ID,NAME,NUMBEROFEMPLOYEES,ISDELETED\n{ACCOUNT},Acme,12,0\n")
    (row,) = rows("salesforce", "accounts")
    assert (row["number_of_employees"], row["is_deleted"]) == ("12", "false")


def test_people_without_a_compound_name_have_its_parts(land, rows, quarantine) -> None:
    landed = land("salesforce", "User.csv", "Id,FirstName,LastName\n0051,Ann,Lee\n0052,,\n")
    assert (landed.good, landed.quarantined) == (1, 1)
    assert "name and last_name are both empty" in quarantine("salesforce", "users")[0]["reason"]


def test_properties_of_a_hubspot_connector_and_of_the_api_fill_the_same_columns(
    land, rows, hubspot_feed
) -> None:
    land(
        "hubspot",
        "deal.csv",
        "deal_id,is_deleted,deal_pipeline_stage_id,owner_id,property_dealname,property_amount,"
        "property_createdate\n1,false,s1,9,Big,10.5,2026-01-02 10:00:00\n",
    )
    land(
        "hubspot",
        "Deal_api.csv",
        "id,dealname,dealstage,amount,hubspot_owner_id,archived,createdate\n"
        "2,Small,s1,3,9,true,2026-01-02T10:00:00.000Z\n",
    )
    found = [
        (row["id"], row["dealname"], row["dealstage"], row["amount"], row["hubspot_owner_id"])
        for row in rows("hubspot", "deals")
    ]
    assert sorted(found) == [("1", "Big", "s1", "10.5", "9"), ("2", "Small", "s1", "3", "9")]


def test_an_object_of_no_crm_names_those_there_are(home, drop, hubspot_feed) -> None:
    drop("hubspot", "ticket.csv", "id\n1\n")
    ((_, sentence),) = land_inbox(home).refused
    assert "names no known HubSpot object" in sentence
    assert "DealPropertyHistory" in sentence


# --- bad input --------------------------------------------------------------------------------

HTML = '<p>Hello,<br>\n&nbsp;"world"</p>'


def test_html_formulas_and_very_long_descriptions_are_kept_as_they_are(land, rows) -> None:
    long = "x" * 100_000
    html = HTML.replace('"', '""')
    landed = land(
        "salesforce",
        "Opportunity.csv",
        "Id,StageName,CloseDate,CreatedDate,Description,Notes__c,Score__c\n"
        f'006,Prospecting,2026-05-01,2026-01-01T00:00:00Z,"{html}",{long},=1+1\n',
    )
    assert (landed.good, landed.quarantined) == (1, 0)
    extra = json.loads(rows("salesforce", "opportunities")[0]["_extra"])
    assert (extra["Description"], len(extra["Notes__c"]), extra["Score__c"]) == (
        HTML,
        100_000,
        "=1+1",
    )


def test_odd_values_of_typed_columns_go_to_quarantine_and_nothing_is_lost(
    land, rows, quarantine
) -> None:
    landed = land(
        "salesforce",
        "Opportunity.csv",
        "Id,StageName,CloseDate,CreatedDate,Amount,IsWon\n"
        "0061,Prospecting,2026-05-01,2026-01-01T00:00:00Z,12 apples,false\n"
        "0062,Prospecting,2026-05-01,2026-01-01T00:00:00Z,#Error!,false\n"
        "0063,Prospecting,someday,2026-01-01T00:00:00Z,1,false\n"
        "0064,Prospecting,2026-05-01,2026-01-01T00:00:00Z,1,perhaps\n"
        "0065,,2026-05-01,2026-01-01T00:00:00Z,1,false\n"
        "0066,Prospecting,2026-05-01,2026-01-01T00:00:00Z,1,false\n"
        "0066,Prospecting,2026-05-01,2026-01-01T00:00:00Z,1,false\n",
    )
    assert (landed.rows, landed.good, landed.quarantined) == (7, 2, 5)
    assert {row["reason_code"] for row in quarantine("salesforce", "opportunities")} == {
        "unreadable_number",
        "unreadable_date",
        "unreadable_boolean",
        "missing_required_value",
    }


def test_an_export_without_an_optional_column_lands_and_without_a_needed_one_says_so(
    land, refusal
) -> None:
    sentence = refusal("salesforce", "OpportunitySplit.csv", "Id,SplitOwnerId\n1,005\n")
    assert "no column opportunity_id" in sentence
    assert land("salesforce", "OpportunityPartner.csv", "Id,OpportunityId,AccountToId\n1,006,001\n")


# --- real files -------------------------------------------------------------------------------


def land_folder(home, feed: str, folder: Path) -> dict[str, tuple[int, int, int]]:
    target = home.inbox / feed / "2026-02-24"
    target.mkdir(parents=True)
    for path in folder.glob("*.csv"):
        shutil.copy(path, target / path.name)
    report = land_inbox(home)
    assert report.refused == []
    return {
        Path(landed.file).name: (landed.rows, landed.good, landed.quarantined)
        for landed in report.landed
    }


def test_a_real_hubspot_connector_lands(home, shared_data: Path, hubspot_feed) -> None:
    landed = land_folder(home, "hubspot", shared_data / "crm_hubspot_connector")
    assert len(landed) == 17
    assert landed["deal_data.csv"] == (44, 44, 0)
    assert landed["merged_deal_data.csv"][2] == 0
    assert all(rows == good + refused for rows, good, refused in landed.values())


def test_a_real_salesforce_connector_lands(home, shared_data: Path) -> None:
    folder = shared_data / "crm_salesforce_connector"
    target = home.inbox / "salesforce" / "2026-02-24"
    target.mkdir(parents=True)
    unused = ("sf_order_data.csv", "sf_product_2_data.csv", "sf_opportunity_line_item_data.csv")
    for path in folder.glob("*.csv"):
        if path.name not in unused:
            shutil.copy(path, target / path.name)
    report = land_inbox(home)
    assert report.refused == []
    assert len(report.landed) == 11
    tables = {Path(landed.file).name: landed.table for landed in report.landed}
    assert tables["sf_opportunity_history_data.csv"] == "opportunities"
    assert all(landed.rows == landed.good + landed.quarantined for landed in report.landed)
