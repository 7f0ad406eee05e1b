"""Real files: exports of a Salesforce developer org, with US days and AM/PM, as they are."""

from __future__ import annotations

import datetime
import json
import shutil
from pathlib import Path

import pytest

from orchestration.landing import land_inbox

AS_OF = "2026-02-24"


@pytest.fixture
def sample_org(home, shared_data: Path):
    folder = home.inbox / "salesforce" / AS_OF
    folder.mkdir(parents=True)
    for path in (shared_data / "crm_salesforce_sample_org").glob("*.csv"):
        shutil.copy(path, folder)
    report = land_inbox(home)
    assert report.refused == []
    return {landed.table: landed for landed in report.landed}


def test_every_row_lands(sample_org) -> None:
    assert {name: (landed.rows, landed.quarantined) for name, landed in sample_org.items()} == {
        "accounts": (18, 0),
        "contacts": (25, 0),
        "leads": (22, 0),
        "opportunities": (36, 0),
        "opportunity_history": (48, 0),
    }


def test_us_days_with_am_and_pm_are_recognised(sample_org, rows, journal_entry) -> None:
    for table in ("leads", "opportunities", "opportunity_history"):
        assert journal_entry(sample_org[table].batch_id)["dialect"]["dates"] == "us"
    history = {row["id"]: row for row in rows("salesforce", "opportunity_history")}
    change = history["008bm00000UoqOjAAJ"]
    assert change["created_date"] == "2026-02-23 20:55:00.000000"
    assert change["close_date"] == "2021-01-27"
    assert json.loads(change["_original_values"])["created_date"] == "02/23/26 08:55 PM"


def test_a_day_without_time_stays_that_day_in_new_york(sample_org, rows) -> None:
    opportunities = rows("salesforce", "opportunities")
    assert {row["created_date"][:10] for row in opportunities} <= {"2026-02-23", "2026-02-24"}
    assert opportunities[0]["created_date"] == "2026-02-23 05:00:00.000000"
    assert {row["_as_of"] for row in opportunities} == {datetime.date(2026, 2, 24)}


def test_columns_that_nobody_declared_are_kept(sample_org, rows) -> None:
    extra = json.loads(rows("salesforce", "opportunities")[0]["_extra"])
    assert extra["Opportunity Lifecycle (Days)"] == "14"
