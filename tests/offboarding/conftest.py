"""A home with two partners, of which one leaves: `zyxquor` is in all that must go.

Everything that the leaver shared holds the word ZYXQUOR, everything of the partner that stays holds
BRANNOK, and what the ledger keeps of the leaver holds neither.
"""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from expectations.verdict import GateResult, RuleVerdict
from orchestration.company_defaults import initialise_home
from orchestration.landing import land_inbox, open_refresh
from orchestration.landing.refreshes import (
    freeze_company_assignments,
    freeze_route_comparisons,
    freeze_route_leavers,
    freeze_weekly_routes,
)
from orchestration.release import (
    CodeVersion,
    PublicTable,
    ReleaseFacts,
    landed_inputs,
    publish,
)
from orchestration.routing.journal import DeliveryJournal, Receipt
from orchestration.settings import Home, Settings

GOES = "zyxquor"
STAYS = "brannok"
LEAVER, STAYER = "leaver", "stayer"
FIRST, SECOND = datetime.date(2026, 2, 2), datetime.date(2026, 2, 9)
WEEK = datetime.date(2026, 2, 9)

_FEEDS = {
    partner: (
        f"feed: {partner}\nsource: bilateral\npartner_id: {partner}\npartner_name: {name}\n"
        "coverage: full_list\nmode: full\nsharing:\n  account_name: shared\n"
    )
    for partner, name in ((LEAVER, "Leaver Ltd."), (STAYER, "Stayer Inc."))
} | {
    "overlaps": "feed: overlaps\nsource: crossbeam\ncoverage: overlap_only\nmode: delta\n",
    "events": "feed: events\nsource: partnertap\ncoverage: overlap_only\nmode: delta\n",
}

_LIST = (
    "partner_account_id,account_name,website,status,customer_since,owner_name,owner_email,note\n"
)


def _list(word: str, rows: int) -> str:
    lines = [
        f"{word}-{number},{word} Account {number},{word}{number}.example,customer,2024-01-05,"
        f"{word} Seller,{word}{number}@seller.example,{word} note\n"
        for number in range(rows)
    ]
    return _LIST + "".join(lines)


# (folder, file, content): what lay in the inbox.
_FILES = [
    ("salesforce", "Account.csv", "Id,Name\n001A,Ours One\n001B,Ours Two\n"),
    ("salesforce", "Contact.csv", "Id,AccountId,Email\n003A,001A,known@ours-one.example\n"),
    (LEAVER, f"{GOES}_accounts.csv", _list(GOES, 4)),
    (STAYER, "accounts.csv", _list(STAYS, 3)),
    (
        "overlaps",
        "overlaps.csv",
        "record_id,partner_name,partner_record_name,partner_owner_email,standard_populations,"
        "partner_standard_populations,is_a_customer_of\n"
        f"001A,Leaver Limited,{GOES} Overlap,{GOES}@xb.example,Customers,Customers,\n"
        f"001B,Stayer Inc.,{STAYS} Overlap,{STAYS}@xb.example,Customers,Customers,\n"
        "001A,,Ours One,,Customers,,Stayer Inc.; leaver limited\n"
        f"001B,,{GOES} Only,,Customers,,Leaver Limited\n",
    ),
    (
        "events",
        "attribution_events.csv",
        "account_name,partner_org_name,event_date,event_type_display_name,event_description,"
        "event_user_name,crm_account_id\n"
        f"Ours One,Leaver Ltd.,1769990400,Intro,{GOES} told us,{GOES} Person,001A\n"
        f"Ours Two,Stayer Inc.,1769990400,Intro,{STAYS} told us,{STAYS} Person,001B\n",
    ),
    (
        "partners",
        "partners.csv",
        "partner_id,partner_name,champion\n"
        f"leaver,Leaver Ltd.,{GOES} Champion\nleaver,Leaver Limited,\n"
        f"stayer,Stayer Inc.,{STAYS} Champion\n",
    ),
    (
        "deal_registrations",
        "registrations.csv",
        "registration_id,partner_id,partner_account_id,account_id,account_name,status,approved_at,"
        "champion_email\n"
        f"r1,leaver,{GOES}-1,001A,{GOES} Account 1,Approved,2026-01-20T10:00:00Z,"
        f"{GOES}@deal.example\n"
        f"r2,stayer,{STAYS}-1,001B,{STAYS} Account 1,Approved,2026-01-20T10:00:00Z,\n",
    ),
    (
        "partner_touches",
        "touches.csv",
        "touch_id,partner_id,account_id,contact_email,touch_type,occurred_at,recorded_at,"
        "partner_seller_email,comment\n"
        "t1,leaver,001A,known@ours-one.example,intro,2026-01-20T10:00:00Z,2026-01-20T10:00:00Z,"
        f"{GOES}@seller.example,{GOES} said so\n"
        f"t2,leaver,001A,{GOES}@champion.example,intro,2026-01-21T10:00:00Z,2026-01-21T10:00:00Z,,\n"
        "t3,stayer,001B,known@ours-one.example,intro,2026-01-20T10:00:00Z,2026-01-20T10:00:00Z,"
        f"{STAYS}@seller.example,{STAYS} said so\n",
    ),
    (
        "partner_plans",
        "plans.csv",
        "plan_id,partner_id,partner_owner_name,starts_on,ends_on\n"
        f"p1,leaver,{GOES} Owner,2026-01-01,2026-03-31\n"
        f"p2,stayer,{STAYS} Owner,2026-01-01,2026-03-31\n",
    ),
    (
        "partner_plan_metrics",
        "metrics.csv",
        f"plan_id,metric_id,side,owner\np1,m1,theirs,{GOES} Owner\np2,m2,theirs,{STAYS} Owner\n",
    ),
    (
        "partner_plan_reviews",
        "reviews.csv",
        "plan_id,reviewed_on,attendees,adjustment,reason\n"
        f"p1,2026-02-01,{GOES} Owner,{GOES} more,{GOES} why\n"
        f"p2,2026-02-01,{STAYS} Owner,{STAYS} more,{STAYS} why\n",
    ),
    (
        "support_log",
        "support.csv",
        f"support_id,partner_id,kind,note\ns1,leaver,intro,{GOES} asked\n"
        f"s2,stayer,intro,{STAYS} asked\n",
    ),
    (
        "match_decisions",
        "decisions.csv",
        "crm_account_id,partner_id,partner_account_id,decision,reason\n"
        f"001A,leaver,{GOES}-1,accept,{GOES} is it\n001B,stayer,{STAYS}-1,accept,{STAYS} is it\n",
    ),
]
# A later list with a row that cannot be read, and a registration that is refused.
_LATER = [
    (
        LEAVER,
        f"{GOES}_accounts.csv",
        _list(GOES, 4) + f"{GOES}-9,{GOES} Bad,,customer,no day,,,\n",
    ),
    (
        "deal_registrations",
        "more.csv",
        "registration_id,partner_id,account_name,status,approved_at\n"
        f"r3,leaver,{GOES} Late,Approved,2026-02-01T10:00:00Z\n"
        f"r4,leaver,{GOES} Refused,Approved,no day\nr5,stayer,{STAYS} Refused,Approved,no day\n",
    ),
]

WAREHOUSE = f"""
create schema core; create schema account_mapping; create schema attribution;
create schema accountability; create schema ops;
create table account_mapping.fct_account_segments as select * from (values
    ('001A', 'leaver', '{GOES} Account 1'), ('001B', 'stayer', '{STAYS} Account 1'),
    (null, 'leaver', '{GOES} Account 2')) as t(account_id, partner_id, partner_account_name);
comment on column account_mapping.fct_account_segments.partner_id is 'The partner.';
create table account_mapping.fct_weekly_routes as select * from (values
    ('w1', date '2026-02-09', '001A', 'leaver', '{GOES} reason'),
    ('w2', date '2026-02-09', '001B', 'stayer', '{STAYS} reason'))
    as t(route_id, week_starts_on, account_id, partner_id, reason);
create table account_mapping.rpt_route_funnel as select * from (values
    ('partner', 'leaver', 7), ('partner', 'stayer', 8), ('all', 'all', 15))
    as t(slice_kind, slice_id, routed_count);
create table account_mapping.fct_company_conflicts as select * from (values
    ('co1', '{GOES}.example'), ('co3', '{STAYS}.example')) as t(company_id, key_value);
create table core.fct_company_records as select * from (values
    ('partner|leaver|{GOES}-1', 'co1', 'leaver', 'partner|leaver|{GOES}-1'),
    ('account|001A', 'co2', null, 'partner|leaver|{GOES}-2'),
    ('partner|leaver|{GOES}-2', 'co2', 'leaver', 'partner|leaver|{GOES}-2'),
    ('partner|stayer|{STAYS}-1', 'co3', 'stayer', 'partner|stayer|{STAYS}-1'))
    as t(record_id, company_id, partner_id, founder_record_id);
create table core.dim_companies as select * from (values
    ('co1', '{GOES} Account 1', 'leaver'), ('co2', '{GOES} Account 2', 'leaver'),
    ('co3', '{STAYS} Account 1', 'stayer')) as t(company_id, company_name, source_partner_id);
create table core.dim_partners as select * from (values
    ('leaver', 'Leaver Ltd.', true, date '2026-02-09'),
    ('stayer', 'Stayer Inc.', true, date '2026-02-02'))
    as t(partner_id, partner_name, is_active, last_landed_on);
create table core.dim_accounts as select '001A' as account_id, 'Ours One' as account_name;
create table attribution.fct_attribution_ledger as
    select 'l' || range as posting_id, 'leaver' as partner_id,
        (range * 1.37)::decimal(18, 2) as amount from range(100);
create table attribution.fct_partner_touches as select * from (values
    ('t1', 'leaver', '{GOES}hash', true), ('t3', 'stayer', '{STAYS}hash', true))
    as t(touch_id, partner_id, partner_seller_id, has_partner_seller);
create table accountability.fct_partner_plans as select * from (values
    ('p1', 'leaver', '{GOES} Owner'), ('p2', 'stayer', '{STAYS} Owner'))
    as t(plan_id, partner_id, partner_owner_name);
"""


@pytest.fixture(scope="session")
def prepared_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home before anybody leaves: two refreshes, two releases, a delivery."""
    home = Home(tmp_path_factory.mktemp("offboarding") / "home")
    initialise_home(home)
    for name, text in _FEEDS.items():
        home.feeds.joinpath(f"{name}.yaml").write_text(text, encoding="utf-8")
    settings = Settings(home=home, engine="duckdb", threads=2)
    for day, files in ((FIRST, _FILES), (SECOND, _LATER)):
        for folder, name, content in files:
            file = home.inbox / folder / day.isoformat() / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, encoding="utf-8")
        report = land_inbox(home)
        assert report.refused == []
        open_refresh(home)
        _freeze(home, day)
    open_refresh(home, SECOND + datetime.timedelta(days=1))
    _build_workshop(home)
    for day in (FIRST, SECOND):
        _publish(settings, day)
        with duckdb.connect(str(home.warehouse)) as connection:
            connection.execute("update core.dim_accounts set account_name = 'Ours 1'")
    _deliver(home)
    for name in ("history/runs/index.db", "gates/landing/docs.html", "dbt/target/run.json"):
        file = home.dagster / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{GOES} in an example of a check", encoding="utf-8")
    return home.root


@pytest.fixture
def home(prepared_root: Path, tmp_path: Path) -> Home:
    """A copy of the prepared home."""
    shutil.copytree(prepared_root, tmp_path / "home", symlinks=True)
    return Home(tmp_path / "home")


@pytest.fixture
def settings(home: Home) -> Settings:
    return Settings(home=home, engine="duckdb", threads=2)


def _freeze(home: Home, week: datetime.date) -> None:
    """Lists of a week, what goes with them, and ids of companies."""
    both = ((LEAVER, GOES, "001A"), (STAYER, STAYS, "001B"))
    day = week.isoformat()
    common = [
        {"week_starts_on": day, "rep_id": "r1", "account_id": account, "partner_id": partner}
        for partner, _, account in both
    ]
    routes = [
        {
            **row,
            "route_id": f"{day}-{row['partner_id']}",
            "rank": "1",
            "reason": f"{word} is theirs",
            "partner_seller_name": f"{word} Seller",
        }
        for row, (_, word, _) in zip(common, both, strict=True)
    ]
    comparisons = [{**row, "comparison_id": f"c-{day}-{row['partner_id']}"} for row in common]
    leavers = [
        {**row, "route_id": f"x-{day}-{row['partner_id']}", "left_reason": "gone"} for row in common
    ]
    assignments = [
        {
            "record_id": record,
            "company_id": "co2",
            "founder_record_id": f"partner|leaver|{GOES}-2",
            "keeper_record_id": f"partner|leaver|{GOES}-2",
            "founded_step": "1",
            "founded_on": day,
            "refresh_number": "1",
        }
        for record in ("account|001A", f"partner|leaver|{GOES}-2")
    ]
    folder = home.root / "made"
    for name, rows, freeze in (
        ("comparisons", comparisons, freeze_route_comparisons),
        ("leavers", leavers, freeze_route_leavers),
        ("routes", routes, freeze_weekly_routes),
        (f"assignments_{day}", assignments, freeze_company_assignments),
    ):
        folder.mkdir(exist_ok=True)
        file = folder / f"{name}.parquet"
        parquet.write_table(pa.Table.from_pylist(rows), file)
        freeze(home, file, week)
    shutil.rmtree(folder)


def _build_workshop(home: Home) -> None:
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(WAREHOUSE)
        recorded = home.landing / "cosell" / "landed_batches" / "*.parquet"
        connection.execute(
            "create table ops.landed_batches as "
            f"select batch_id, file as source_file from read_parquet('{recorded}') "
            "where batch_id is not null"
        )
        # What is deleted stays in the file until its block is written again.
        connection.execute(f"create table old as select '{GOES} deleted' as word from range(9999)")
        connection.execute("checkpoint; drop table old; checkpoint")


def _publish(settings: Settings, day: datetime.date) -> None:
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        found = connection.execute(
            "select schema_name, table_name from duckdb_tables() order by 1, 2"
        ).fetchall()
    docs = settings.home.root / "docs"
    docs.mkdir(exist_ok=True)
    docs.joinpath("index.html").write_text(f"{GOES} broke a rule", encoding="utf-8")
    said = RuleVerdict(
        "a_rule", "core.dim_accounts", "warning", "failed", 1, (f"{GOES} row",), f"{GOES} fails"
    )
    facts = ReleaseFacts(
        as_of=day,
        refresh_id=f"refresh-{day}",
        refresh_number=1,
        code=CodeVersion("0.1.0", None, "f" * 64),
        inputs=tuple(landed_inputs(settings.home, datetime.date(2026, 3, 1))),
    )
    tables = [PublicTable(area, name) for area, name in found]
    publish(settings, [GateResult("marts", (said,), 0.1, docs)], tables=tables, facts=facts)
    shutil.rmtree(docs)


def _deliver(home: Home) -> None:
    """A journal of what stands in a CRM and in Slack, a sheet per partner, a file of a tool."""
    with DeliveryJournal(home) as journal:
        journal.connection.execute(
            f"""
            create temp table wanted as select *, sha256(payload) as content_hash from (values
                ('001A', 'set', '{{"reason":"{GOES} is theirs"}}', 'leaver'),
                ('001B', 'set', '{{"reason":"{STAYS} is theirs"}}', 'stayer')
            ) as t(record_key, kind, payload, partner_id)
            """
        )
        journal.connection.execute(
            f"""
            create temp table digests as select *, sha256(payload) as content_hash from (values
                ('w r1 user', 'post', '{{"text":"Leaver Ltd.: {GOES} Account 1"}}', null),
                ('w r2 user', 'post', '{{"text":"Stayer Inc.: {STAYS} Account 1"}}', null)
            ) as t(record_key, kind, payload, partner_id)
            """
        )
        for target, wanted in (("salesforce", "wanted"), ("slack", "digests")):
            journal.intend(target, "there", WEEK, "release", wanted)
            intents = journal.open_intents(target, "there")
            attempt = journal.attempt(target, "there", "handle", intents)
            journal.receive(
                [Receipt(each.intent_id, "accepted", f"{each.payload}") for each in intents],
                attempt,
            )
    week = home.deliveries / WEEK.isoformat()
    for partner, word in ((LEAVER, GOES), (STAYER, STAYS)):
        sheet = week / "partners" / partner / f"accounts_{WEEK}.csv"
        sheet.parent.mkdir(parents=True)
        sheet.write_text(f"account_name\n{word} Account 1\n", encoding="utf-8")
    tool = week / "enablement" / "gong"
    tool.mkdir(parents=True)
    tool.joinpath("routed_accounts.csv").write_bytes(
        f"partner_id,reason\r\nleaver,{GOES} one\r\nstayer,{STAYS} two\r\n".encode("utf-8-sig")
    )
    tool.joinpath("routed_accounts.json").write_text(
        f'{{"schema": "s", "rows": [{{"partner_id": "leaver", "reason": "{GOES}"}}, '
        f'{{"partner_id": "stayer", "reason": "{STAYS}"}}]}}',
        encoding="utf-8",
    )
