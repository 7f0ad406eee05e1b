"""What a good file becomes: the shape of a batch, its values, what is kept of the original."""

from __future__ import annotations

import datetime
import hashlib
import json

import pyarrow.parquet as parquet
import pytest

from orchestration.landing import declared_tables
from orchestration.landing.contracts import LANDING_COLUMNS, QUARANTINE_COLUMNS
from orchestration.landing.schema import landed_schema

OPPORTUNITIES = """\
Id,Name,StageName,Amount,CloseDate,CreatedDate,IsWon,Region__c
1,Big deal,Prospecting,+1500,02/23/26,02/20/26 08:55 PM,TRUE,West
2, padded ,Prospecting,,2/3/2026,02/21/26 08:55 PM,,
"""


def test_every_declared_table_can_be_read_before_anything_landed(home) -> None:
    for table in declared_tables():
        folder = home.landing / table.source / table.name
        assert [path.name for path in folder.iterdir()] == ["00000000_schema.parquet"]
        schema = parquet.read_schema(folder / "00000000_schema.parquet")
        assert schema.names == [*table.column_names, *(name for name, _ in LANDING_COLUMNS)]


def test_a_batch_has_exactly_the_schema_of_its_table(home, land) -> None:
    landed = land("salesforce", "Opportunity.csv", OPPORTUNITIES)
    path = home.landing / "salesforce" / "opportunities" / f"{landed.batch_id}.parquet"
    table = next(table for table in declared_tables() if table.name == "opportunities")
    assert parquet.read_schema(path).remove_metadata() == landed_schema(table)
    assert parquet.ParquetFile(path).metadata.row_group(0).column(0).compression == "ZSTD"


def test_values_are_rewritten_to_one_dialect(land, rows) -> None:
    land("salesforce", "Opportunity.csv", OPPORTUNITIES)
    first, second = rows("salesforce", "opportunities")
    assert first["amount"] == "1500"
    assert first["close_date"] == "2026-02-23"
    assert first["created_date"] == "2026-02-20 20:55:00.000000"
    assert first["is_won"] == "true"
    assert second["close_date"] == "2026-02-03"
    assert (second["name"], second["amount"], second["is_won"]) == ("padded", None, None)
    assert first["owner_id"] is None, "a column that the file lacks is NULL"


def test_what_was_rewritten_and_what_was_not_declared_is_kept(land, rows) -> None:
    land("salesforce", "Opportunity.csv", OPPORTUNITIES)
    first, second = rows("salesforce", "opportunities")
    assert json.loads(first["_extra"]) == {"Region__c": "West"}
    assert second["_extra"] is None
    assert json.loads(first["_original_values"]) == {
        "amount": "+1500",
        "close_date": "02/23/26",
        "created_date": "02/20/26 08:55 PM",
        "is_won": "TRUE",
    }
    assert json.loads(second["_original_values"])["name"] == " padded "


def test_canonical_values_leave_no_original(land, rows) -> None:
    land(
        "salesforce",
        "Opportunity.csv",
        "id,stage_name,close_date,created_date,amount,is_won\n"
        "1,Won,2026-02-03,2026-02-03 10:00:00.000000,-1234.5,true\n",
    )
    assert rows("salesforce", "opportunities")[0]["_original_values"] is None


def test_each_row_says_where_it_came_from(land, rows, journal_entry) -> None:
    landed = land("salesforce", "Opportunity.csv", OPPORTUNITIES)
    second = rows("salesforce", "opportunities")[1]
    assert second["_batch_id"] == landed.batch_id
    assert second["_source_file"] == "salesforce/2026-02-09/Opportunity.csv"
    assert second["_source_sha256"] == hashlib.sha256(OPPORTUNITIES.encode()).hexdigest()
    assert second["_row_number"] == 2
    assert second["_as_of"] == datetime.date(2026, 2, 9)
    assert second["_landed_at"] == datetime.datetime.fromisoformat(
        journal_entry(landed.batch_id)["landed_at"]
    )


def test_the_journal_says_how_the_file_was_read(land, journal_entry) -> None:
    landed = land("salesforce", "Opportunity.csv", OPPORTUNITIES)
    entry = journal_entry(landed.batch_id)
    assert landed.batch_id.startswith("20260209_salesforce_")
    assert len(landed.batch_id.rsplit("_", 1)[1]) == 12
    assert (entry["rows"], entry["good"], entry["quarantined"]) == (2, 2, 0)
    assert (entry["mode"], entry["coverage"], entry["partner_id"]) == ("full", "full_list", None)
    assert entry["as_of_from"] == "folder"
    assert entry["columns"]["stage_name"] == "StageName"
    assert entry["dialect"]["dates"] == "us"
    assert entry["dialect"]["delimiter"] == ","


def test_a_partner_list_carries_its_partner(land, rows, journal_entry, feed_lines) -> None:
    feed_lines("acme", "columns:\n  account_name: Company\nvalues:\n  status:\n    Klant: customer")
    landed = land(
        "acme",
        "list.csv",
        "partner_account_id,Company,Status,partner_id,Employees\n"
        "A1,Globex,klant,other,1200\nA2,Initech,Open Opportunity,,12.0\n",
    )
    first, second = rows("bilateral", "partner_accounts")
    assert (first["partner_id"], first["account_name"], first["status"]) == (
        "acme",
        "Globex",
        "customer",
    )
    assert json.loads(first["_extra"]) == {"partner_id": "other"}
    assert (second["status"], second["employees"]) == ("open_opportunity", "12")
    assert journal_entry(landed.batch_id)["partner_id"] == "acme"


@pytest.mark.parametrize(
    ("title", "columns", "row", "expected"),
    [
        ("optional bounds", "expires_on", "9999-12-31", None),
        ("optional bounds, since ever", "expires_on", "0001-01-01", None),
        ("an ordinary day", "expires_on", "2026-12-31", "2026-12-31"),
    ],
)
def test_open_ended_days_are_no_days(land, rows, title, columns, row, expected) -> None:
    land("priority_overrides", "list.csv", f"account_id,{columns}\nA1,{row}\n")
    assert rows("templates", "priority_overrides")[0]["expires_on"] == expected


def test_case_4_the_first_rate_of_a_currency_holds_since_ever(land, rows) -> None:
    land(
        "salesforce",
        "DatedConversionRate.csv",
        "Id,IsoCode,ConversionRate,StartDate,NextStartDate\n"
        "1,EUR,0.92,0000-12-30,2026-01-01\n2,EUR,0.93,2026-01-01,9999-12-31\n",
    )
    first, second = rows("salesforce", "dated_conversion_rates")
    assert (first["start_date"], first["next_start_date"]) == ("1970-01-01", "2026-01-01")
    assert (second["start_date"], second["next_start_date"]) == ("2026-01-01", None)


def test_rows_that_occur_twice_are_kept_twice(land, rows) -> None:
    land("salesforce", "Account.csv", "Id,Name\n1,A\n1,A\n1,B\n")
    assert [row["name"] for row in rows("salesforce", "accounts")] == ["A", "A", "B"]


def test_case_13_an_id_keeps_its_leading_zeros(land, rows) -> None:
    land("salesforce", "Account.csv", "Id,Name,DunsNumber\n001,A,00123\n")
    row = rows("salesforce", "accounts")[0]
    assert (row["id"], row["duns_number"]) == ("001", "00123")


def test_case_39_a_mere_day_stays_that_day_for_the_company(land, rows) -> None:
    """The company sits in New York: midnight in London would be the day before."""
    land(
        "salesforce",
        "Opportunity.csv",
        "Id,StageName,CloseDate,CreatedDate\n1,Won,2026-02-01,2026-02-01\n",
    )
    assert rows("salesforce", "opportunities")[0]["created_date"] == "2026-02-01 05:00:00.000000"


def test_naive_times_are_of_the_zone_that_the_feed_declares(land, rows, feed_lines) -> None:
    feed_lines("partner_touches", "time_zone: Europe/Berlin")
    land(
        "partner_touches",
        "touches.csv",
        "touch_id,partner_id,touch_type,occurred_at,recorded_at\n"
        "1,acme,intro,2026-02-01 10:00,2026-02-01T10:00:00Z\n",
    )
    row = rows("templates", "partner_touches")[0]
    assert row["occurred_at"] == "2026-02-01 09:00:00.000000"
    assert row["recorded_at"] == "2026-02-01 10:00:00.000000"


@pytest.mark.parametrize(
    "name",
    [
        "Account.csv",
        "account.csv",
        "ACCOUNT_extract.csv",
        "Account_2026-02-09.csv",
        "Account-all.csv",
        "Account v2.csv",
    ],
)
def test_the_files_name_begins_with_the_object(land, name: str) -> None:
    assert land("salesforce", name, "Id,Name\n1,A\n").table == "accounts"


def test_private_files_stay_private(home, land) -> None:
    landed = land("salesforce", "Account.csv", "Id,Name\n1,A\n")
    path = home.landing / "salesforce" / "accounts" / f"{landed.batch_id}.parquet"
    assert path.stat().st_mode & 0o077 == 0
    assert (home.journal / f"{landed.batch_id}.json").stat().st_mode & 0o077 == 0


def test_the_columns_of_quarantine_are_the_declared_ones(home, land) -> None:
    landed = land("salesforce", "Account.csv", "Id,Name\n1,A\n,B\n")
    path = home.quarantine / "salesforce" / "accounts" / f"{landed.batch_id}.parquet"
    assert parquet.read_schema(path).names == [name for name, _ in QUARANTINE_COLUMNS]
