"""Intent files: Bombora's without headers, 6sense's tables, JSON and Salesforce fields."""

from __future__ import annotations

import gzip
import json

import pytest

from orchestration.settings import Home

MASTER_SURGE = (
    ",0-lightower.net,,,,,0,,US\n"
    ',acme.com,"201-500 (Medium)","Software, Internet",Business,partner analytics,84,'
    '"Boston[71]|[77]",US\n'
    "Beta Inc,beta.com,,,Business,co-selling,25,Chicago[63],US\n"
)
ADAT = (
    "Acme,acme.com,Medium,Software,Business,partner analytics,84,A,Boston,71,A,US\n"
    "Acme,acme.com,Medium,Software,Business,partner analytics,84,A,Chicago,63,B,US\n"
)


@pytest.fixture(autouse=True)
def intent_feeds(home: Home) -> None:
    for name in ("bombora", "sixsense"):
        text = (home.feeds / f"{name}.yaml.example").read_text(encoding="utf-8")
        (home.feeds / f"{name}.yaml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("packed", [False, True])
def test_a_surge_file_without_header_lands_whole(land, rows, packed: bool) -> None:
    content = MASTER_SURGE.encode()
    name = "ClientA_MasterSurge_20150719.csv"
    landed = (
        land("bombora", f"{name}.gz", gzip.compress(content), day=None)
        if packed
        else land("bombora", name, content, day=None)
    )
    assert (landed.rows, landed.good) == (3, 3)
    blank, surging, below = rows("bombora", "topic_scores")
    assert (blank["domain"], blank["topic"], blank["composite_score"]) == (
        "0-lightower.net",
        None,
        "0",
    )
    assert (surging["topic"], surging["composite_score"]) == ("partner analytics", "84")
    assert surging["metros"] == "Boston[71]|[77]"
    assert below["composite_score"] == "25"
    assert {row["signal_week_start"] for row in (blank, surging, below)} == {"2015-07-19"}
    assert str(surging["_as_of"]) == "2015-07-19"


def test_the_week_is_that_of_the_name_and_not_of_the_folder(land, rows) -> None:
    land("bombora", "surge_20260201.csv", MASTER_SURGE)
    row = rows("bombora", "topic_scores")[0]
    assert (row["signal_week_start"], str(row["_as_of"])) == ("2026-02-01", "2026-02-09")


def test_the_width_tells_the_two_layouts_apart(land, rows) -> None:
    land("bombora", "adat_20260201.csv", ADAT)
    first, second = rows("bombora", "topic_scores")
    assert (first["metro_area"], first["metro_composite_score"]) == ("Boston", "71")
    assert second["metro_area"] == "Chicago"


def test_a_header_is_read_where_there_is_one(land, rows) -> None:
    report = "Company,Domain,Topic,Composite Score\nAcme,acme.com,co-selling,66\n"
    land("bombora", "comprehensive_20260201.csv", report)
    (row,) = rows("bombora", "topic_scores")
    assert (row["topic"], row["composite_score"]) == ("co-selling", "66")


def test_the_summary_is_one_row_per_company(land, rows) -> None:
    report = "Company,Domain,Average Score,Topic Count,Topic Count Delta\nAcme,acme.com,71,9,-2\n"
    landed = land("bombora", "surge_summary_20260201.csv", report)
    assert landed.table == "company_scores"
    (row,) = rows("bombora", "company_scores")
    assert (row["average_score"], row["topics_count_change"]) == ("71", "-2")


def test_another_width_is_refused_and_headers_may_be_declared(
    refusal, land, rows, feed_lines
) -> None:
    sentence = refusal("bombora", "surge_20260201.csv", "Acme,acme.com,co-selling,66\n")
    assert "no header and 4 columns" in sentence and "9 or 12" in sentence
    feed_lines("bombora", "headers:\n  - Company\n  - Domain\n  - Topic\n  - Score")
    land("bombora", "surge_20260201.csv", "Acme,acme.com,co-selling,66\n")
    assert rows("bombora", "topic_scores")[0]["composite_score"] == "66"


def test_a_gzip_bomb_and_a_cut_archive_are_refused(refusal) -> None:
    bomb = gzip.compress(b"a" * 100_000_000)
    assert "expands to more than" in refusal("bombora", "surge_20260201.csv.gz", bomb)
    cut = gzip.compress(MASTER_SURGE.encode() * 100)[:-20]
    assert "not a complete gzip" in refusal("bombora", "surge_20260208.csv.gz", cut)


def test_products_of_the_api_are_rows_of_their_own(land, rows) -> None:
    answer = {
        "company": {"domain": "acme.com", "name": "Acme", "country": "US", "is_blacklisted": False},
        "scores": [
            {
                "product": "core",
                "intent_score": 84,
                "buying_stage": "Decision",
                "profile_score": 70,
                "profile_fit": "Strong",
                "is_6QA": True,
            },
            {"product": "addon", "intent_score": 20, "buying_stage": "Target"},
        ],
        "segments": {"ids": [1, 2], "names": ["a", "b"]},
    }
    landed = land("sixsense", "companies.json", json.dumps([answer, answer]))
    assert landed.good == 4
    core, addon = rows("sixsense", "company_scores")[:2]
    assert (core["domain"], core["product"], core["intent_score"]) == ("acme.com", "core", "84")
    assert (core["buying_stage"], core["is_6qa"], core["profile_fit"]) == (
        "Decision",
        "true",
        "Strong",
    )
    assert (addon["product"], addon["intent_score"]) == ("addon", "20")


def test_the_table_of_scores_lands(land, rows) -> None:
    land(
        "sixsense",
        "company_score.csv",
        "company_domain,product,product_display_name,intent_score,buying_stage,profile_score,"
        "profile_fit,is_6_qa\nacme.com,core,Core,84,Purchase,70,Weak,true\n",
    )
    (row,) = rows("sixsense", "company_scores")
    assert (row["domain"], row["buying_stage"], row["is_6qa"]) == ("acme.com", "Purchase", "true")


def test_the_fields_in_salesforce_land_from_either_export(land, rows) -> None:
    export = (
        "Id,Name,Website,accountIntentScore6sense__c,accountBuyingStage6sense__c,"
        "accountProfileFit6sense__c,accountProfileScore6sense__c,account6QA6sense__c\n"
        "001A,Acme,acme.com,84,Decision,Strong,70,true\n"
    )
    land("sixsense", "Account.csv", export)
    land("salesforce", "Account.csv", export)
    (own,) = rows("sixsense", "company_scores")
    assert (own["crm_account_id"], own["intent_score"], own["is_6qa"]) == ("001A", "84", "true")
    (row,) = rows("salesforce", "accounts")
    assert (row["sixsense_intent_score"], row["sixsense_buying_stage"]) == ("84", "Decision")
