"""A home with a small release of weekly lists, and the places that it is delivered to."""

from __future__ import annotations

import datetime
import json
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
import pytest

from orchestration.company_defaults import initialise_home
from orchestration.routing import Delivery, deliver
from orchestration.settings import Home
from tests.crm.conftest import HURRIED, TOKEN, certificate, tls, trusted  # noqa: F401 - fixtures
from tests.crm.hubspot_server import HubSpotServer
from tests.crm.salesforce_server import SalesforceServer, SObject
from tests.routing.slack_server import SlackServer

WEEK = datetime.date(2026, 8, 24)
NEXT_WEEK = WEEK + datetime.timedelta(days=7)

_SHAPES = {
    "account_mapping.fct_weekly_routes": """
        route_id varchar, week_starts_on date, rep_id varchar, account_id varchar,
        partner_id varchar, rank bigint, previous_rank bigint, score decimal(9, 4), cell varchar,
        roll_up varchar, reason varchar, partner_seller_name varchar,
        suggested_next_step varchar, change_reason varchar, first_listed_on date,
        expires_on date, is_frozen boolean""",
    "account_mapping.fct_account_segments": """
        account_id varchar, partner_id varchar, partner_account_id varchar,
        partner_account_name varchar, partner_state varchar""",
    "core.dim_accounts": """
        account_id varchar, account_name varchar, website varchar, country varchar, city varchar,
        industry varchar""",
    "core.dim_partners": "partner_id varchar, partner_name varchar, is_active boolean",
    "core.dim_reps": "rep_id varchar, rep_name varchar, email varchar, is_active boolean",
}

SALESFORCE_FIELDS = {
    "Partner_Warm__c": {"type": "boolean"},
    "Partner_Warm_Partner__c": {"type": "string", "length": 80},
    "Partner_Warm_Segment__c": {"type": "string", "length": 60},
    "Partner_Warm_Score__c": {"type": "double"},
    "Partner_Warm_Rank__c": {"type": "double"},
    "Partner_Warm_Reason__c": {"type": "string", "length": 255},
    "Partner_Warm_List_Week__c": {"type": "date"},
    "Partner_Warm_Expires_On__c": {"type": "date"},
}


def account_id(number: int) -> str:
    return f"001bm0000{number:06d}AAA"


def company_id(number: int) -> str:
    return f"hubspot:{9000 + number}"


@dataclass
class Company:
    """What the release holds; tests change it and publish again."""

    home: Home
    routes: list[dict[str, Any]] = field(default_factory=list)
    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    partners: dict[str, tuple[str, bool]] = field(default_factory=dict)
    reps: dict[str, tuple[str, str | None, bool]] = field(default_factory=dict)
    as_of: datetime.date = WEEK
    releases: int = 0

    def route(self, rep: str, account: str, partner: str, **more: Any) -> None:
        """One routed row, ranked behind the rep's others of that week."""
        week = more.get("week_starts_on", WEEK)
        before = [r for r in self.routes if (r["rep_id"], r["week_starts_on"]) == (rep, week)]
        self.accounts.setdefault(account, {"account_name": f"Company {account[-6:]}"})
        row = {
            "route_id": f"{week}-{rep}-{account}-{partner}",
            "week_starts_on": week,
            "rep_id": rep,
            "account_id": account,
            "partner_id": partner,
            "rank": len(before) + 1,
            "score": 70 - len(before),
            "cell": "partner_customer_our_prospect",
            "roll_up": "one_sided_customers",
            "reason": f"{self.partners[partner][0]} sells to it and we do not yet.",
            "partner_seller_name": "Ada Seller",
            "suggested_next_step": "Ask Ada Seller for an introduction.",
            "change_reason": "first list",
            "expires_on": week + datetime.timedelta(days=6),
            "is_frozen": True,
        }
        self.routes.append({**row, **more})

    def publish(self) -> None:
        """Write a release of all this and let readers see it."""
        self.releases += 1
        folder = self.home.releases / f"{self.as_of}-{self.releases:04d}"
        (folder / "tables").mkdir(parents=True)
        segments = [
            {
                "account_id": each["account_id"],
                "partner_id": each["partner_id"],
                "partner_account_id": f"their-{each['account_id'][-4:]}",
                "partner_account_name": self.accounts[each["account_id"]].get("their_name"),
                "partner_state": "customer",
            }
            for each in self.routes
        ]
        tables: dict[str, list[dict[str, Any]]] = {
            "account_mapping.fct_weekly_routes": self.routes,
            "account_mapping.fct_account_segments": segments,
            "core.dim_accounts": [{"account_id": k, **v} for k, v in self.accounts.items()],
            "core.dim_partners": [
                {"partner_id": key, "partner_name": name, "is_active": is_active}
                for key, (name, is_active) in self.partners.items()
            ],
            "core.dim_reps": [
                {"rep_id": key, "rep_name": name, "email": email, "is_active": is_active}
                for key, (name, email, is_active) in self.reps.items()
            ],
        }
        with duckdb.connect() as connection:
            for name, rows in tables.items():
                file = folder / "tables" / f"{name}.parquet"
                self._write(connection, file, _SHAPES[name], rows)
        manifest = {
            "release_id": folder.name,
            "as_of": self.as_of.isoformat(),
            "refresh_id": "r",
            "created_at": f"2026-08-24T10:{self.releases:02d}:00+00:00",
            "content_hash": "h",
            "tables": {name: {"rows": len(rows)} for name, rows in tables.items()},
        }
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        self.home.current_release.unlink(missing_ok=True)
        self.home.current_release.symlink_to(folder.name)

    @staticmethod
    def _write(
        connection: duckdb.DuckDBPyConnection, file: Path, shape: str, rows: list[dict[str, Any]]
    ) -> None:
        connection.execute(f"create or replace table made ({shape})")
        columns = [name for name, *_ in connection.execute("describe made").fetchall()]
        if rows:
            given = [{name: row.get(name) for name in columns} for row in rows]
            connection.register("given", pyarrow.Table.from_pylist(given))
            connection.execute("insert into made select * from given")
        connection.execute(f"copy made to '{file}' (format parquet)")

    def settings(self, text: str) -> None:
        """Replace `config/delivery.yaml`."""
        self.home.delivery_file.write_text(text, encoding="utf-8")

    def feed(self, partner: str, *shared: str) -> None:
        """A partner's feed with sharing terms."""
        terms = "".join(f"  {name}: shared\n" for name in shared)
        (self.home.feeds / f"{partner}.yaml").write_text(
            f"feed: {partner}\nsource: bilateral\npartner_id: {partner}\n"
            f"partner_name: {self.partners[partner][0]}\ncoverage: full_list\nmode: full\n"
            + (f"sharing:\n{terms}" if shared else ""),
            encoding="utf-8",
        )

    def deliver(self, **options: Any) -> Delivery:
        return deliver(self.home, patience=HURRIED, **options)


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Two reps, three partners (one has left), five routed accounts, four in Salesforce."""
    home = Home(tmp_path / "home")
    initialise_home(home)
    made = Company(home)
    made.partners = {
        "alpen": ("Alpenglow Data", True),
        "north": ("Northgate Identity", True),
        "gone": ("Copperfield Systems", False),
    }
    made.reps = {
        "rep1": ("Rita Moss", "Rita.Moss@ours.example", True),
        "rep2": ("Omar Tan", "omar.tan@ours.example", True),
    }
    made.route("rep1", account_id(1), "alpen")
    made.route("rep1", account_id(2), "north")
    made.route("rep2", account_id(3), "alpen")
    made.route("rep2", account_id(4), "north")
    made.route("rep2", company_id(5), "alpen")
    made.settings("enablement:\n  enabled: no\n")
    made.publish()
    return made


@pytest.fixture
def org(tls: ssl.SSLContext) -> Iterator[SalesforceServer]:  # noqa: F811 - the fixture
    with SalesforceServer(tls, TOKEN) as server:
        server.objects["Account"] = SObject(
            {"Id": "id", **{name: str(each["type"]) for name, each in SALESFORCE_FIELDS.items()}},
            [{"Id": account_id(number)} for number in range(1, 9)],
            described={name: dict(each) for name, each in SALESFORCE_FIELDS.items()},
        )
        yield server


@pytest.fixture
def portal(tls: ssl.SSLContext) -> Iterator[HubSpotServer]:  # noqa: F811 - the fixture
    names = ("", "_partner", "_segment", "_score", "_rank", "_reason", "_list_week", "_expires_on")
    with HubSpotServer(tls, TOKEN) as server:
        server.properties["companies"] = [
            {"name": f"partner_warm{name}", "type": "string"} for name in names
        ]
        server.records["companies"] = [
            {"id": str(9000 + number), "properties": {}} for number in range(400)
        ]
        yield server


@pytest.fixture
def slack(tls: ssl.SSLContext) -> Iterator[SlackServer]:  # noqa: F811 - the fixture
    with SlackServer(tls, TOKEN) as server:
        for email in ("rita.moss@ours.example", "omar.tan@ours.example"):
            server.add_user(email)
        yield server


@pytest.fixture
def connected(
    company: Company,
    trusted: None,  # noqa: F811 - the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Company]:
    """The company with the given servers in its settings, and credentials in the environment."""
    for source in ("SALESFORCE", "HUBSPOT", "SLACK"):
        monkeypatch.setenv(f"COSELL_{source}_ACCESS_TOKEN", TOKEN)

    def connect(
        org: SalesforceServer | None = None,
        portal: HubSpotServer | None = None,
        slack: SlackServer | None = None,
        slack_more: str = "",
    ) -> Company:
        text = (company.home.config / "delivery.yaml").read_text(encoding="utf-8")
        defaults = _default_sections()
        if org is not None:
            _live_feed(company.home, "salesforce_org", "salesforce", f"instance_url: {org.url}")
            text += defaults["salesforce"]
        if portal is not None:
            _live_feed(company.home, "hubspot_portal", "hubspot", f"url: {portal.url}")
            text += defaults["hubspot"]
        if slack is not None:
            text += f"slack:\n  enabled: yes\n  url: {slack.url}/api\n{slack_more}"
        company.settings(text)
        return company

    return connect


def _default_sections() -> dict[str, str]:
    """The CRMs' sections of the default settings, switched on."""
    from importlib import resources

    from orchestration import company_defaults

    lines = (resources.files(company_defaults) / "delivery.yaml").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    name = ""
    for line in lines.splitlines(keepends=True):
        if line[:1].isalpha():
            name = line.split(":")[0]
        if name:
            found[name] = found.get(name, "") + line.replace("enabled: no", "enabled: yes")
    return found


def _live_feed(home: Home, name: str, source: str, connection: str) -> None:
    (home.feeds / f"{name}.yaml").write_text(
        f"feed: {name}\nsource: {source}\nmode: delta\nconnection:\n  {connection}\n",
        encoding="utf-8",
    )
