"""Registrations of other systems through a mapping, and the rules between columns of our forms."""

from __future__ import annotations

import io
import json

import openpyxl
import pytest

from orchestration.settings import Home


@pytest.fixture(autouse=True)
def registration_feeds(home: Home) -> None:
    for path in sorted(home.feeds.glob("*.yaml.example")):
        if "registrations" in path.name or "aws" in path.name:
            path.with_suffix("").write_text(path.read_text(encoding="utf-8"), encoding="utf-8")


def test_servicenow_as_a_table_and_as_json(land, rows) -> None:
    labels = "Number,Channel partner,Account,State,Submitted on,Approved on,Estimated deal size\n"
    table = f"{labels}DR1,Skybridge,Acme,Under-review,2026-01-05 09:00:00,,1000\n"
    land("servicenow_registrations", "export.csv", table)
    answer = {"Number": "DR2", "Channel partner": "Skybridge", "State": "Canceled"}
    land("servicenow_registrations", "api.json", json.dumps({"result": [answer]}))
    found = rows("templates", "deal_registrations")
    assert {(row["registration_id"], row["status"]) for row in found} == {
        ("DR1", "Under review"),
        ("DR2", "Cancelled"),
    }
    assert {row["partner_name"] for row in found} == {"Skybridge"}


def test_channeltivity_keeps_what_was_deleted_there_as_cancelled(land, rows) -> None:
    land(
        "channeltivity_registrations",
        "deals.csv",
        "Deal Registration ID,Partner,Company,Status,Date Submitted,Date Approved,Estimated Value\n"
        "7,Skybridge,Acme,(Deleted),2026-01-05,,500\n",
    )
    assert rows("templates", "deal_registrations")[0]["status"] == "Cancelled"


def test_aws_partner_central_lands_from_nested_json(land, rows) -> None:
    opportunity = {
        "Id": "O1",
        "PartnerOpportunityIdentifier": "006A",
        "Origin": "Partner Referral",
        "CreatedDate": "2026-01-05T10:00:00Z",
        "LastModifiedDate": "2026-01-06T10:00:00Z",
        "Customer": {"Account": {"CompanyName": "Acme", "WebsiteUrl": "acme.com"}},
        "LifeCycle": {"Stage": "Qualified", "ReviewStatus": "Approved", "NextSteps": "call"},
    }
    land(
        "aws_partner_central", "opps.json", json.dumps({"OpportunitySummaries": [opportunity] * 2})
    )
    row = rows("templates", "deal_registrations")[0]
    assert (row["partner_id"], row["opportunity_id"]) == ("aws", "006A")
    assert (row["account_name"], row["status"]) == ("Acme", "Approved")
    assert json.loads(row["_extra"])["LifeCycle.NextSteps"] == "call"


RULES = [
    # feed, header, good row, bad row, rule, words
    (
        "deal_registrations",
        "registration_id,partner_id,status,submitted_at,approved_at",
        "1,p,Approved,2026-01-01,2026-01-02",
        "2,p,Approved,2026-01-05,2026-01-02",
        "approved_at_before_submitted_at",
        "approved_at lies before submitted_at",
    ),
    (
        "deal_registrations",
        "registration_id,partner_id,partner_name,status",
        "1,p,,Approved",
        "2,,,Approved",
        "missing_required_value",
        "partner_id and partner_name are both empty",
    ),
    (
        "rep_calendar",
        "rep_id,kind,starts_on,ends_on,factor",
        "1,leave,2026-01-01,2026-01-02,0.5",
        "2,leave,2026-01-05,2026-01-02,0.5",
        "ends_on_before_starts_on",
        "ends_on lies before starts_on",
    ),
    (
        "rep_calendar",
        "rep_id,kind,starts_on,ends_on,factor",
        "1,ramp,2026-01-01,2026-01-02,1",
        "2,ramp,2026-01-01,2026-01-02,50",
        "factor_outside_0_to_1",
        "factor is not a share",
    ),
    (
        "expectations",
        "rep_id,fiscal_quarter,metric,target",
        "1,FY2027-Q1,joint_calls,2",
        "1,Q1 2027,joint_calls,2",
        "unknown_fiscal_quarter",
        "not of the form FY2027-Q1",
    ),
    (
        "expectations",
        "rep_id,fiscal_quarter,metric,target",
        "1,FY2027-Q1,joint_calls,2",
        "1,FY2027-Q1,golf_rounds,2",
        "unknown_value",
        "is none of partner_sourced_opportunities",
    ),
    (
        "partner_plans",
        "plan_id,partner_id,starts_on,ends_on",
        "1,p,2026-01-01,2026-03-31",
        "2,p,2026-03-31,2026-01-01",
        "ends_on_before_starts_on",
        "ends_on lies before starts_on",
    ),
    (
        "support_log",
        "support_id,rep_id,kind,asked_at,given_at",
        "1,r,intro,2026-01-01,2026-01-02",
        "2,r,intro,2026-01-05,2026-01-02",
        "given_at_before_asked_at",
        "given_at lies before asked_at",
    ),
    (
        "intent_signals",
        "provider,domain,score,signal_week_start",
        "x,acme.com,84,2026-01-05",
        "x,acme.com,-4,2026-01-05",
        "negative_score",
        "score is less than zero",
    ),
]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("case", RULES, ids=[f"{case[0]} {case[4]}" for case in RULES])
def test_a_broken_rule_names_row_and_rule(land, quarantine, case, kind: str) -> None:
    feed, header, good, bad, code, words = case
    lines = [header, good, bad]
    content: str | bytes = "\n".join(lines) + "\n"
    if kind == "xlsx":
        book = openpyxl.Workbook()
        for line in lines:
            book.active.append([cell or None for cell in line.split(",")])
        stream = io.BytesIO()
        book.save(stream)
        content = stream.getvalue()
    landed = land(feed, f"{feed}.{kind}", content)
    assert (landed.rows, landed.good, landed.quarantined) == (2, 1, 1)
    (refused,) = quarantine("templates", feed)
    assert (refused["_row_number"], refused["reason_code"]) == (2, code)
    assert words in refused["reason"] and "row 2" in refused["reason"]
