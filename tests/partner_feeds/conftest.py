"""One small company whose partners send every shape of file, built as far as the marts."""

from __future__ import annotations

import datetime
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from orchestration.company_defaults import initialise_home
from orchestration.dbt_invocation import DbtProject, close_warehouse
from orchestration.landing import (
    ensure_landing_schema,
    land_company_configuration,
    land_inbox,
    open_refresh,
)
from orchestration.settings import Home, load_settings

FIRST, SECOND, THIRD = (datetime.date(2026, 1, day) for day in (5, 12, 19))

# Our accounts: id, name, website, created, 6sense's score.
ACCOUNTS = [
    ("001A", "Acme", "acme.com", "2025-01-01", "84"),
    ("001B", "Brightside", "brightside.io", "2025-02-01", ""),
    ("001C", "Acme East", "acme.com", "2025-06-01", ""),
    ("001D", "Delta Foods", "delta-foods.com", "2025-03-01", ""),
    ("001E", "Ember", "ember.dev", "2025-03-01", ""),
]
# What each of the shapes says: our id, their name, their website, their populations.
OVERLAPS = [
    ("001A", "Acme Corp", "acme.com", ["Customers", "Prospects"]),
    ("001B", "Brightside Inc", "brightside.io", ["Open Opportunities"]),
    ("001D", "Delta Foods", "delta-foods.com", ["VIP"]),
]
OWNER = ("Ann Lee", "ann@partner.example")


def csv_of(headers: list[str], rows: list[list[str]]) -> bytes:
    return "\n".join(",".join(row) for row in [headers, *rows]).encode() + b"\n"


def share(rows: list[tuple[str, str, str, list[str]]]) -> bytes:
    """The view OVERLAPS: a row per pair of populations."""
    headers = [
        *("ENTITY_ID", "ENTITY_TYPE", "POPULATION_NAME", "PARTNER_NAME"),
        *("PARTNER_POPULATION_NAME", "PARTNER_AE_NAME", "PARTNER_AE_EMAIL"),
        *("PARTNER_RECORD_NAME", "PARTNER_RECORD_WEBSITE"),
    ]
    return csv_of(
        headers,
        [
            [ours, "account", our_population, "Somebody", population, *OWNER, name, website]
            for ours, name, website, populations in rows
            for population in populations
            for our_population in ("Prospects", "Named Accounts")
        ],
    )


def databricks(rows: list[tuple[str, str, str, list[str]]]) -> bytes:
    """The table `overlaps`: the same as Parquet with ids of its own."""
    records = [
        {
            "population_id": 1,
            "partner_population_id": number,
            "population_name": "Prospects",
            "partner_population_name": population,
            "master_id": ours,
            "mdm_type": "account",
            "partner_organization_id": "org-1",
            "partner_master_id": f"m-{ours}",
            "partner_name": "Somebody",
            "partner_ae_name": OWNER[0],
            "partner_ae_email": OWNER[1],
            "partner_record_name": name,
            "partner_record_website": website,
        }
        for ours, name, website, populations in rows
        for number, population in enumerate(populations)
    ]
    stream = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(records), stream)
    return stream.getvalue()


def item(ours: str, name: str, website: str, populations: list[str], **changes: Any) -> dict:
    return {
        "partner_name": "Somebody",
        "partner_id": "org-1",
        "populations": [{"id": 1, "name": "Prospects"}],
        "partner_populations": [{"id": each, "name": each} for each in populations],
        "partner_owner": {"owner_name": OWNER[0], "owner_email": OWNER[1]},
        "record_id": ours,
        "record_name": "Our " + name,
        "crossbeam_record_id": f"x-{ours}",
        "partner_record_type": "account",
        "partner_record_name": name,
        "partner_record_website": website,
        "partner_crossbeam_record_id": f"y-{ours}",
        "is_deleted": False,
        **changes,
    }


def dump(items: list[dict], key: str = "items") -> bytes:
    return json.dumps({key: items, "pagination": {"has_more": False}}).encode()


def salesforce_object(rows: list[tuple[str, str, str, list[str]]]) -> bytes:
    headers = [
        *("Id", "xbeamprod__Account__c", "xbeamprod__Partner_Name__c"),
        *("xbeamprod__Partner_Populations__c", "xbeamprod__Partner_Record_Name__c"),
        *("xbeamprod__Partner_Record_Website__c", "xbeamprod__Partner_Record_Owner_Name__c"),
        "xbeamprod__Partner_Record_Owner_Email__c",
    ]
    return csv_of(
        headers,
        [
            [f"a0{number}", ours, "Package Partner", ";".join(populations), name, website, *OWNER]
            for number, (ours, name, website, populations) in enumerate(rows)
        ],
    )


def exported_list(rows: list[tuple[str, str, str, list[str]]]) -> bytes:
    headers = ["Account ID", "Record", "domain", "partner status", "partner owner", "owner mail"]
    return csv_of(
        headers,
        [
            [ours, name, website, ";".join(populations), *OWNER]
            for ours, name, website, populations in rows
        ],
    )


FEEDS = {
    # Each shape speaks for a partner of its own, so that one warehouse holds all of them.
    "shape_share": "partner_id: share",
    "shape_databricks": "partner_id: databricks",
    "shape_dump": "partner_id: dump",
    "shape_list": "partner_id: list\ncolumns:\n  our_record_id: Account ID\n"
    "  partner_record_name: Record\n  partner_record_website: domain\n"
    "  partner_states: partner status\n  partner_owner_name: partner owner\n"
    "  partner_owner_email: owner mail",
    "crossbeam": "mode: delta",
    "reveal_rho": "source: reveal\npartner_id: rho\npartner_name: Rho\ncoverage: full_list",
    "partnertap": "source: partnertap",
    "bombora": "source: bombora\nmode: delta\ncoverage: full_list",
    "pages": "partner_id: pages",
    "by_state": "columns:\n  our_record_id: Account ID",
}
_DEFAULTS = {"source": "crossbeam", "coverage": "overlap_only", "mode": "full"}
_VALUES = "values:\n  partner_states:\n    VIP: other\n"


def write_feed(home: Home, name: str, lines: str) -> None:
    said = {line.split(":")[0] for line in lines.splitlines()}
    defaults = "".join(f"{key}: {value}\n" for key, value in _DEFAULTS.items() if key not in said)
    values = _VALUES if "source" not in said else ""
    path = home.feeds / f"{name}.yaml"
    path.write_text(f"feed: {name}\n{defaults}{lines}\n{values}", encoding="utf-8")


def drop(home: Home, feed: str, day: datetime.date, name: str, content: bytes) -> None:
    folder = home.inbox / feed / day.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def drop_everything(home: Home) -> None:
    """Three Mondays of files."""
    names = ["Id", "Name", "Website", "CreatedDate", "accountIntentScore6sense__c"]
    drop(home, "salesforce", FIRST, "Account.csv", csv_of(names, [list(row) for row in ACCOUNTS]))
    drop(
        home,
        "salesforce",
        FIRST,
        "Opportunity.csv",
        csv_of(
            ["Id", "AccountId", "Name", "StageName", "CloseDate", "CreatedDate", "Amount"],
            [["006A", "001A", "Big", "Prospecting", "2026-06-30", "2026-01-02", "1000"]],
        ),
    )
    drop(
        home, "salesforce", FIRST, "xbeamprod__Crossbeam_Overlap__c.csv", salesforce_object(_said())
    )
    drop(
        home,
        "by_state",
        FIRST,
        "My list.csv",
        b"Account ID,Company,Is a Prospect of,Is an Opportunity for,Is a Customer of\n"
        b"001A,Acme,,Gamma Partner,Tau Partner; Rho\n001E,Ember,NONE,NONE,Tau Partner\n",
    )
    drop(home, "shape_share", FIRST, "OVERLAPS.csv", share(OVERLAPS))
    drop(home, "shape_databricks", FIRST, "overlaps.parquet", databricks(OVERLAPS))
    drop(home, "shape_dump", FIRST, "overlaps.json", dump([item(*row) for row in OVERLAPS]))
    drop(home, "shape_list", FIRST, "list.csv", exported_list(OVERLAPS))
    # Pages of one dump, in files of their own.
    for number, row in enumerate(OVERLAPS):
        drop(home, "pages", FIRST, f"overlaps_{number}.json", dump([item(*row)], "data"))
    _drop_changes(home)
    _drop_other_platforms(home)
    drop(
        home,
        "partners",
        FIRST,
        "partners.csv",
        csv_of(
            ["partner_id", "partner_name"],
            [["skybridge", "Skybridge"], ["package", "Package Partner"]],
        ),
    )
    drop(
        home,
        "partners",
        SECOND,
        "partners.csv",
        csv_of(
            ["partner_id", "partner_name"],
            [["skybridge", "Nimbus Cloud"], ["package", "Package Partner"]],
        ),
    )


def _said() -> list[tuple[str, str, str, list[str]]]:
    return [(*row[:3], ["Prospects"] if "VIP" in row[3] else row[3]) for row in OVERLAPS]


def _drop_changes(home: Home) -> None:
    """A dump that continues from its cursor: a change, a tombstone of ids only, a return."""
    acme, bright, _ = OVERLAPS
    named = {"partner_name": "Skybridge", "partner_id": "org-2"}
    first = [item(*row, **named) for row in OVERLAPS]
    drop(home, "crossbeam", FIRST, "overlaps.json", dump(first))
    gone = {
        "partner_id": "org-2",
        "crossbeam_record_id": "x-001B",
        "partner_crossbeam_record_id": "y-001B",
        "partner_populations": [],
        "is_deleted": True,
    }
    second = [item(*acme[:3], ["Prospects"], **named), gone]
    drop(home, "crossbeam", SECOND, "overlaps.json", dump(second))
    third = [item(*bright, partner_name="Nimbus Cloud", partner_id="org-2")]
    # Our own upload shown back: the platform names our own company (case 35).
    third.append(item(*acme, partner_name="Your Company", partner_id="org-3"))
    drop(home, "crossbeam", THIRD, "overlaps.json", dump(third))
    signal = {
        "event_id": "e1",
        "event_type": "partner_deal_closed_won",
        "triggered_at": "2026-01-10T10:00:00Z",
        "record_id": "001A",
        "partner_id": "org-2",
        "partner_name": "Skybridge",
    }
    own = {**signal, "event_id": "e2", "event_type": "own_deal_opened"}
    drop(home, "crossbeam", SECOND, "signals.json", dump([signal, own], "data"))


def _drop_other_platforms(home: Home) -> None:
    reveal = ["Company Name", "Account Status", "Open Opportunity", "Website"]
    drop(
        home,
        "reveal_rho",
        FIRST,
        "export.csv",
        csv_of(
            reveal,
            [
                ["Acme Corp", "Customer", "Yes", "acme.com"],
                ["Brightside", "Prospect", "Yes", "brightside.io"],
                ["Delta", "Partner", "No", "delta-foods.com"],
                ["Unknown to us", "Prospect", "No", "nobody-we-know.com"],
            ],
        ),
    )
    account = {
        "account_name": "Acme",
        "crm_account_id": "001A",
        "website": "acme.com",
        "partner_org_name": "Tap Partner",
        "partner_account_name": "Acme Corp",
        "partner_account_type": "Prospect",
        "partner_crm_account_id": "TP-1",
        "partner_open_opp": 2,
        "partner_first_match_date": 1767607200,
    }
    manual = {**account, "crm_account_id": "MANUAL-1", "partner_crm_account_id": "TP-2"}
    manual |= {"partner_account_name": "Ember", "partner_website": "ember.dev"}
    masked = {**account, "partner_org_name": "Other Partner", "partner_account_type": "N/A"}
    masked |= {"partner_open_opp": None, "partner_account_owner_name": "Anonymous"}
    content = {"content": [account, manual, masked], "totalElements": 3, "totalPages": 1}
    drop(home, "partnertap", FIRST, "accounts.json", json.dumps(content).encode())
    event = {
        "account_name": "Acme",
        "partner_org_name": "Tap Partner",
        "event_date": 1767952800,
        "event_type_display_name": "Workflow",
        "event_subtype_display_name": "Intro Completed",
        "event_source": "PartnerTap",
        "crm_account_id": "001A",
        "custom_event_opportunity_id": "006A",
    }
    events = [event, {**event, "event_source": "CRM", "event_date": 1768039200}]
    drop(
        home,
        "partnertap",
        SECOND,
        "attribution_events.json",
        json.dumps({"content": events}).encode(),
    )
    # The same introduction, reported by hand too (case 21).
    drop(
        home,
        "partner_touches",
        SECOND,
        "touches.csv",
        b"touch_id,partner_id,account_id,opportunity_id,touch_type,occurred_at,recorded_at\n"
        b"t1,tap_partner,001A,006A,intro,2026-01-09 15:00,2026-01-10 09:00\n",
    )
    opportunities = [
        {**account, "crm_opportunity_id": "006A", "amount": 1000, "partner_org_name": partner}
        for partner in ("Tap Partner", "Other Partner")
    ]
    drop(
        home,
        "partnertap",
        SECOND,
        "opportunities.json",
        json.dumps({"content": opportunities}).encode(),
    )
    surge = (
        b",acme.com,,,,partner analytics,84,,US\n,brightside.io,,,,co-selling,25,Boston[71],US\n"
        b",delta-foods.com,,,,,0,,US\n"
    )
    drop(home, "bombora", SECOND, "MasterSurge_20260111.csv", surge)


@pytest.fixture(scope="session")
def built_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The home after three refreshes of landing, its warehouse built once as far as the marts."""
    home = Home(tmp_path_factory.mktemp("partner_feeds") / "home")
    initialise_home(home)
    for name, lines in FEEDS.items():
        write_feed(home, name, lines)
    ensure_landing_schema(home)
    drop_everything(home)
    for day in (FIRST, SECOND, THIRD):
        report = land_inbox(home, until=day)
        assert report.refused == []
        land_company_configuration(home, day)
        open_refresh(home, day)
    build(home)
    close_warehouse()
    return home


@pytest.fixture(scope="session")
def warehouse(built_home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse of the built home."""
    with duckdb.connect(str(built_home.warehouse), read_only=True) as connection:
        yield connection


def build(home: Home) -> None:
    """Build the stations in the order of the flow; every model and data test must pass."""
    project = DbtProject(load_settings(home.root))
    assert project.manifest
    for station in ("staging", "matching", "marts"):
        wrong = [
            (each.name, each.message)
            for each in project.build(station)
            if each.status not in ("success", "pass")
        ]
        assert wrong == [], station


@pytest.fixture(scope="session")
def rows(warehouse: duckdb.DuckDBPyConnection) -> Callable[..., list[dict[str, Any]]]:
    """The rows of a query as dictionaries."""

    def read(query: str, *parameters: object) -> list[dict[str, Any]]:
        result = warehouse.execute(query, list(parameters))
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    return read
