"""Crossbeam's files in their own shapes."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import given, settings, strategies

from orchestration.landing.contracts import declared_table
from orchestration.settings import Home

ENVELOPE = {"pagination": {"limit": 100, "next_href": None, "next_cursor": "c1", "has_more": False}}

SHARE = (
    "ENTITY_ID,ENTITY_TYPE,POPULATION_NAME,PARTNER_NAME,PARTNER_POPULATION_NAME,PARTNER_AE_NAME,"
    "PARTNER_AE_EMAIL,PARTNER_AE_PHONE,PARTNER_AE_TITLE,MATCHED_AT,UPDATED_AT,CREATED_AT,"
    "PARTNER_DOMAIN,PARTNER_RECORD_NAME,PARTNER_RECORD_WEBSITE,PARTNER_RECORD_TYPE,"
    "PARTNER_RECORD_COUNTRY,PARTNER_RECORD_INDUSTRY,PARTNER_RECORD_EMPLOYEES\n"
    "001A,account,Prospects,Skybridge,Customers,Ann Lee,ann@skybridge.example,,,"
    "2026-01-05 10:00:00.000 +0000,2026-02-01 10:00:00.000 -0800,2026-01-05 10:00:00.000 +0000,"
    "skybridge.example,Acme Corp,acme.com,Customer,United States,Software,1200\n"
    "001A,account,Target List,Skybridge,Open Opportunities,Ann Lee,ann@skybridge.example,,,"
    "2026-01-05 10:00:00.000 +0000,2026-02-01 10:00:00.000 -0800,2026-01-05 10:00:00.000 +0000,"
    "skybridge.example,Acme Corp,acme.com,Customer,United States,Software,1200\n"
)


def item(**changes: object) -> dict[str, object]:
    """One row of /v1/overlaps/accounts with every documented key."""
    return {
        "partner_name": "Skybridge",
        "partner_logo_url": "https://logo.example/s.png",
        "partner_id": "0b54a9d2-0001-4000-8000-000000000001",
        "populations": [{"id": 1, "name": "Prospects"}],
        "partner_populations": [{"id": 7, "name": "Customers"}, {"id": 8, "name": "Prospects"}],
        "partner_owner": {
            "owner_name": "Ann Lee",
            "owner_email": "ann@skybridge.example",
            "owner_phone": None,
            "crossbeam_owner_id": "o1",
        },
        "partner_source_data": [{"field_name": "ARR", "field_value": 12.50}],
        "record_id": "001A",
        "record_name": "Acme",
        "record_website": "acme.com",
        "record_email": None,
        "crossbeam_record_id": "x1",
        "partner_record_type": "account",
        "partner_record_name": "Acme Corp",
        "partner_record_website": "acme.com",
        "partner_crossbeam_record_id": "y1",
        "is_deleted": False,
        **changes,
    }


@pytest.fixture(autouse=True)
def crossbeam_feed(home: Home) -> Path:
    path = home.feeds / "crossbeam.yaml"
    path.write_text((home.feeds / "crossbeam.yaml.example").read_text(), encoding="utf-8")
    return path


def test_the_view_of_the_share_lands_with_its_populations(land, rows, feed_lines) -> None:
    assert land("crossbeam", "OVERLAPS.csv", SHARE).good == 2
    first, second = rows("crossbeam", "account_overlaps")
    assert first["our_record_id"] == "001A"
    assert (first["our_populations"], second["our_populations"]) == ("Prospects", "Target List")
    assert (first["partner_states"], second["partner_states"]) == ("customer", "open_opportunity")
    assert first["partner_populations"] == "Customers"
    assert first["partner_owner_email"] == "ann@skybridge.example"
    assert first["partner_record_employees"] == "1200"
    assert first["matched_at"] == "2026-01-05 10:00:00.000000"
    assert first["updated_at"] == "2026-02-01 18:00:00.000000"


def test_the_table_of_databricks_lands_as_parquet(land, rows) -> None:
    columns = {
        "organization_id": ["o"],
        "population_id": [1],
        "population_name": ["Prospects"],
        "master_id": ["001A"],
        "mdm_type": ["account"],
        "partner_organization_id": ["p-uuid"],
        "partner_population_id": [7],
        "partner_population_name": ["Customers"],
        "partner_master_id": ["y1"],
        "partner_name": ["Skybridge"],
        "partner_record_name": ["Acme Corp"],
        "partner_record_website": ["acme.com"],
        "partner_record_employees": [1200],
    }
    stream = io.BytesIO()
    parquet.write_table(pa.table(columns), stream)
    assert land("crossbeam", "overlaps.parquet", stream.getvalue()).good == 1
    (row,) = rows("crossbeam", "account_overlaps")
    assert (row["our_record_id"], row["partner_crossbeam_record_id"]) == ("001A", "y1")
    assert (row["partner_platform_id"], row["partner_states"]) == ("p-uuid", "customer")


@pytest.mark.parametrize("key", ["items", "data"])
@pytest.mark.parametrize("layout", ["one page", "list of pages", "page per line", "bare list"])
def test_a_dump_of_the_api_lands_one_row_per_item(land, rows, key: str, layout: str) -> None:
    pages = [{key: [item()], **ENVELOPE}, {key: [item(record_id="001B")], **ENVELOPE}]
    content = {
        "one page": json.dumps({key: [item(), item(record_id="001B")], **ENVELOPE}, indent=2),
        "list of pages": json.dumps(pages),
        "page per line": "\n".join(json.dumps(page) for page in pages) + "\n",
        "bare list": json.dumps([item(), item(record_id="001B")]),
    }[layout]
    landed = land("crossbeam", "overlaps_accounts.json", content)
    assert (landed.rows, landed.good) == (2, 2)
    first, second = rows("crossbeam", "account_overlaps")
    assert [first["our_record_id"], second["our_record_id"]] == ["001A", "001B"]
    assert first["partner_states"] == "customer; prospect"
    assert first["partner_populations"] == "Customers; Prospects"
    assert (first["our_populations"], first["is_deleted"]) == ("Prospects", "false")
    assert first["partner_owner_name"] == "Ann Lee"
    kept = json.loads(first["_extra"])
    assert json.loads(kept["partner_source_data.field_value"]) == ["12.5"]


def test_an_unmapped_population_refuses_the_file_with_name_and_count(refusal) -> None:
    odd = [{"id": 9, "name": "VIP, North"}]
    content = json.dumps({"items": [item(partner_populations=odd), item(), item()]})
    sentence = refusal("crossbeam", "overlaps.json", content)
    assert "'VIP, North' (1)" in sentence
    assert "values: partner_states:" in sentence


def test_a_mapped_population_says_the_state(land, rows) -> None:
    free = [{"id": 9, "name": "Customers - Free"}, {"id": 3, "name": "Target Accounts"}]
    land("crossbeam", "overlaps.json", json.dumps({"items": [item(partner_populations=free)]}))
    (row,) = rows("crossbeam", "account_overlaps")
    assert row["partner_states"] == "customer; other"
    assert row["partner_populations"] == "Customers - Free; Target Accounts"


def test_a_tombstone_needs_no_more_than_its_ids(land, rows) -> None:
    gone = {
        "partner_id": "p-uuid",
        "crossbeam_record_id": "x1",
        "partner_crossbeam_record_id": "y1",
        "partner_populations": [],
        "is_deleted": True,
    }
    assert land("crossbeam", "overlaps.json", json.dumps({"data": [gone]})).good == 1
    assert rows("crossbeam", "account_overlaps")[0]["is_deleted"] == "true"


def test_a_malformed_time_is_quarantined_by_name(land, rows, quarantine) -> None:
    signal = {
        "event_id": "e1",
        "event_type": "partner_deal_opened",
        "triggered_at": "2025-10-28T10:00:00Z",
        "record_id": "001A",
        "partner_name": "Skybridge",
        "populations": [{"id": 1, "name": "Prospects", "segment": "prospects"}],
        "partner_data": {"deal": {"name": "Big", "stage": "Won", "is_won": True}},
    }
    broken = {**signal, "event_id": "e2", "triggered_at": "2025-10-028T10:00:00Z"}
    landed = land("crossbeam", "signals_accounts.json", json.dumps({"data": [signal, broken]}))
    assert (landed.rows, landed.good, landed.quarantined) == (2, 1, 1)
    (row,) = rows("crossbeam", "signals")
    assert (row["event_id"], row["deal_name"], row["deal_is_won"]) == ("e1", "Big", "true")
    (refused,) = quarantine("crossbeam", "signals")
    assert refused["reason_code"] == "unreadable_timestamp"
    assert "triggered_at" in refused["reason"] and "2025-10-028T10:00:00Z" in refused["reason"]


def test_records_give_the_crm_id_of_each_record(land, rows) -> None:
    record = {
        "crm_data": [{"field_name": "Type", "field_value": "Prospect"}],
        "populations": [{"id": 1, "name": "Prospects"}],
        "record_type": "account",
        "record_name": "Acme",
        "crossbeam_record_id": "x1",
        "record_id": "001A",
        "record_website": "acme.com",
        "owner": {"owner_name": "Bo", "owner_email": "bo@ours.example", "owner_phone": None},
    }
    land("crossbeam", "records_accounts.json", json.dumps({"items": [record], **ENVELOPE}))
    (row,) = rows("crossbeam", "records")
    assert (row["our_crossbeam_record_id"], row["our_record_id"]) == ("x1", "001A")
    assert row["owner_email"] == "bo@ours.example"


def test_an_exported_list_lands_through_its_mapping(land, rows, feed_lines) -> None:
    feed_lines(
        "crossbeam",
        "columns:\n  our_record_name: Record\n  our_record_website: domain\n"
        "  partner_states: partner status\n  partner_owner_name: partner owner\n"
        "  matched_at: overlap detected at",
    )
    land(
        "crossbeam",
        "Q1 list.csv",
        "Record,domain,our status,partner status,partner name,partner owner,overlap detected at\n"
        "Acme,acme.com,Prospect,Customer,Skybridge,Ann Lee,2026-01-05\n",
    )
    (row,) = rows("crossbeam", "account_overlaps")
    assert (row["partner_name"], row["partner_states"]) == ("Skybridge", "customer")
    assert (row["our_record_name"], row["partner_owner_name"]) == ("Acme", "Ann Lee")


def test_the_salesforce_object_lands_among_the_overlaps(land, rows) -> None:
    headers = (
        "Id,Name,xbeamprod__Account__c,xbeamprod__Lead__c,xbeamprod__Crossbeam_EID__c,"
        "xbeamprod__Partner_Name__c,xbeamprod__Partner_Populations__c,"
        "xbeamprod__Partner_Standard_Populations__c,xbeamprod__Standard_Populations__c,"
        "xbeamprod__Partner_Record_Name__c,xbeamprod__Partner_Record_Website__c,"
        "xbeamprod__Partner_Record_Owner_Name__c,xbeamprod__Create_Date__c,IsDeleted"
    )
    line = (
        "a01,Acme - Skybridge,001A,,e1,Skybridge,VIP; Everybody,Customers;Prospects,Prospects,"
        "Acme Corp,acme.com,Ann Lee,2026-01-05T10:00:00.000Z,false"
    )
    landed = land("salesforce", "xbeamprod__Crossbeam_Overlap__c.csv", f"{headers}\n{line}\n")
    assert (landed.source, landed.table) == ("crossbeam", "account_overlaps")
    (row,) = rows("crossbeam", "account_overlaps")
    assert (row["our_record_id"], row["partner_states"]) == ("001A", "customer; prospect")
    assert (row["overlap_id"], row["partner_name"]) == ("e1", "Skybridge")
    assert row["matched_at"] == "2026-01-05 10:00:00.000000"


@pytest.mark.parametrize(
    ("title", "content", "words"),
    [
        ("cut short", json.dumps({"items": [item()]})[:-20], ["not complete", "ask for the file"]),
        ("no items", json.dumps({"items": [], **ENVELOPE}), ["holds an empty list"]),
        ("no objects", json.dumps({"data": [1, 2]}), ["item 1", "not an object"]),
        ("deep", "[" * 100_000 + "]" * 100_000, ["nests deeper"]),
        (
            "a key twice",
            '{"items": [{"record_id": "1", "record_id": "2"}]}',
            ["'record_id' occurs"],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 20 else "",
)
def test_what_is_no_dump_is_refused_in_one_sentence(refusal, title, content, words) -> None:
    sentence = refusal("crossbeam", "overlaps.json", content)
    for word in words:
        assert word in sentence


def test_a_page_alone_is_no_whole_dump(refusal, land, drop) -> None:
    page = {"items": [item()], "pagination": {"next_cursor": "c1", "has_more": True}}
    sentence = refusal("crossbeam", "overlaps_1.json", json.dumps(page))
    assert "none lies beside it" in sentence and "mode: delta" in sentence
    drop("crossbeam", "overlaps_2.json", json.dumps({"items": [item(record_id="001B")]}))
    assert land("crossbeam", "overlaps_1.json", json.dumps(page)).good == 1


def test_a_damaged_dump_lands_whole_or_says_one_sentence(fuzzed) -> None:
    """Truncated, mutated and enriched with what JSON allows and reports do not."""
    whole = json.dumps({"items": [item(), item(record_id="001B")], **ENVELOPE}).encode()
    pieces = [b"null", b'{"a":' * 60, b"[", b"\\ud800", b"\\u0000", b"1e999", b"NaN", b'"', b"\xff"]

    @settings(max_examples=80, deadline=None)
    @given(
        strategies.lists(
            strategies.tuples(
                strategies.integers(0, len(whole)),
                strategies.integers(0, 40),
                strategies.sampled_from([b"", *pieces]),
            ),
            min_size=1,
            max_size=4,
        )
    )
    def lands_or_is_refused(changes: list[tuple[int, int, bytes]]) -> None:
        content = whole
        for place, cut, put in changes:
            content = content[:place] + put + content[place + cut :]
        fuzzed("crossbeam", "overlaps.json", content)

    lands_or_is_refused()


def test_every_column_of_the_share_and_of_databricks_has_a_place() -> None:
    """The documented names fill declared columns; two that say nothing new stay in `_extra`."""
    table = declared_table("crossbeam", "account_overlaps")
    known = {name for column in table.columns for name in (column.name, *column.also)}
    share = {name.lower() for name in SHARE.split("\n", maxsplit=1)[0].split(",")}
    assert share <= known
