"""PartnerTap's reports in their own shapes; all documented fields land."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from orchestration.landing.contracts import declared_table
from orchestration.settings import Home

# The tables that the documented reports land in, by the word in the file's name.
REPORTS = {
    "global-overlap-list": ("global_vertical_accounts.json", "accounts"),
    "global-opp-overlap-list": ("global_vertical_opportunities.json", "opportunities"),
    "attribution-event-detail": ("attribution_events.json", "attribution_events"),
    "pipeline-attribution-detail": ("pipeline_attribution_detail.json", "attribution_events"),
    "pipeline-attribution-summary": ("pipeline_attribution_summary.json", "pipeline_summaries"),
}
# Rows of the reference that are parameters and examples of a request and no fields of a report.
NO_FIELDS = {
    *("reportType", "page", "size", "sort", "Key", "partnerPublicIds", "eventTypeCodes"),
    *("dateRangeDays", "eventDateStart", "eventDateEnd", "oppCreatedDateDays"),
    *("oppCreatedDateStart", "oppCreatedDateEnd"),
    *("Operation", "Contains", "Range", "String", "Boolean", "UUID", "Date"),
}


def page(*content: dict[str, object]) -> str:
    envelope = {"totalElements": len(content), "totalPages": 1, "number": 0, "size": 2000}
    return json.dumps({**envelope, "content": list(content)})


def account(**changes: object) -> dict[str, object]:
    return {
        "account_name": "Acme",
        "crm_account_id": "001A",
        "duns_number": "001234567",
        "website": "acme.com",
        "number_of_employees": 1200,
        "open_pipeline_amount": 1250.55,
        "recent_open_opp_date": 1767607200,
        "partner_org_name": "Skybridge",
        "partnerOrgPublicId": "p-uuid",
        "partner_account_name": "Acme Corp",
        "partner_account_type": "Customer",
        "partner_account_owner_name": "Ann Lee",
        "partner_crm_account_id": "SB-1",
        "partner_first_match_date": 1767607200,
        "partner_open_opp": 0,
        "partner_closed_opp_won_count": "2.0",
        "partner_website": "acme.com",
        "custom_tier": "Gold",
        **changes,
    }


@pytest.fixture(autouse=True)
def partnertap_feed(home: Home) -> Path:
    path = home.feeds / "partnertap.yaml"
    path.write_text((home.feeds / "partnertap.yaml.example").read_text(), encoding="utf-8")
    return path


def test_seconds_are_times_and_custom_fields_are_kept(land, rows) -> None:
    land("partnertap", "global_vertical_accounts.json", page(account()))
    (row,) = rows("partnertap", "accounts")
    assert row["partner_first_match_date"] == "2026-01-05 10:00:00.000000"
    assert row["recent_open_opp_date"] == "2026-01-05 10:00:00.000000"
    assert (row["partner_states"], row["partner_platform_id"]) == ("customer", "p-uuid")
    assert row["open_pipeline_amount"] == "1250.55"
    assert row["duns_number"] == "001234567"
    assert json.loads(row["_extra"]) == {"custom_tier": "Gold"}


@pytest.mark.parametrize("written", ["1767607200", "1767607200.0", "1.7676072E9"])
def test_seconds_are_read_however_they_are_written(land, rows, written: str) -> None:
    content = page(account()).replace("1767607200", written)
    land("partnertap", "accounts.json", content)
    (row,) = rows("partnertap", "accounts")
    assert row["partner_first_match_date"] == "2026-01-05 10:00:00.000000"


@pytest.mark.parametrize("token", ["", " ", "N/A", "n/a", "Anonymous", None])
def test_what_stands_for_no_value_is_no_value(land, rows, token: str | None) -> None:
    masked = account(partner_account_owner_name=token, partner_first_match_date=token)
    land("partnertap", "accounts.json", page(masked, account(account_name="Other")))
    row = rows("partnertap", "accounts")[0]
    assert row["partner_account_owner_name"] is None
    assert row["partner_first_match_date"] is None


def test_milliseconds_are_quarantined_and_not_read_as_another_century(land, quarantine) -> None:
    wrong = account(partner_first_match_date=1767607200000)
    landed = land("partnertap", "accounts.json", page(wrong, account()))
    assert (landed.good, landed.quarantined) == (1, 1)
    assert quarantine("partnertap", "accounts")[0]["reason_code"] in (
        "unreadable_timestamp",
        "implausible_date",
    )


def test_matched_accounts_of_one_partner_land_among_the_accounts(land, rows) -> None:
    matched = {
        "name": "Acme",
        "accountType": "Prospect",
        "crmAccountId": "001A",
        "isCustomer": False,
        "partnerFields": {
            "partneraccountname": "Acme Corp",
            "partneraccounttype": "Customer",
            "partnercrmaccountid": "SB-1",
            "partneriscustomer": True,
            "partnerowneridname": "Anonymous",
        },
        "companyPartnerPublicId": "p-uuid",
    }
    land("partnertap", "matched_accounts.json", page(matched))
    (row,) = rows("partnertap", "accounts")
    assert (row["account_name"], row["crm_account_id"]) == ("Acme", "001A")
    assert (row["partner_account_name"], row["partner_states"]) == ("Acme Corp", "customer")
    assert (row["partner_is_customer"], row["partner_account_owner_name"]) == ("true", None)


def test_an_unmapped_type_refuses_the_file(refusal) -> None:
    sentence = refusal(
        "partnertap", "accounts.json", page(account(partner_account_type="Competitor"), account())
    )
    assert "'Competitor' (1)" in sentence


def test_opportunities_land_as_often_as_they_are_repeated(land, rows) -> None:
    repeated = [
        account(
            crm_opportunity_id="006A",
            opportunity_name="Big",
            amount=1000,
            close_date=1767607200,
            partner_org_name=partner,
        )
        for partner in ("Skybridge", "Aurelia")
    ]
    land("partnertap", "global_vertical_opportunities.json", page(*repeated))
    found = rows("partnertap", "opportunities")
    assert [row["crm_opportunity_id"] for row in found] == ["006A", "006A"]
    assert {row["partner_org_name"] for row in found} == {"Skybridge", "Aurelia"}


def documented_fields(source: Path) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    with source.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            fields.setdefault(row["report_guide"], []).append(row["api_name"])
    assert sum(len(names) for names in fields.values()) == 420
    return fields


@pytest.mark.parametrize("report", list(REPORTS))
def test_every_documented_field_lands(land, rows, shared_data: Path, report: str) -> None:
    reference = shared_data / "partnertap" / "partnertap_report_fields.csv"
    fields = [name for name in documented_fields(reference)[report] if name not in NO_FIELDS]
    name, table = REPORTS[report]
    values: dict[str, object] = {}
    declared = declared_table("partnertap", table)
    kinds = {
        each: column.kind for column in declared.columns for each in (column.name, *column.also)
    }
    words = {"boolean": True, "integer": 3, "decimal": 4.5, "timestamp": 1767607200}
    for field in fields:
        is_state = field == "partner_account_type"
        values[field] = "Customer" if is_state else words.get(kinds.get(field, ""), f"x {field}")
    assert land("partnertap", name, page(values)).good == 1
    (row,) = rows("partnertap", table)
    kept = {**json.loads(row["_extra"] or "{}")}
    landed = {
        field
        for field in fields
        if field in kept
        or any(
            row[column.name] is not None
            for column in declared.columns
            if field in (column.name, *column.also)
        )
    }
    assert landed == set(fields)
