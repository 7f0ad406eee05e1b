"""How fast is the difference of a week found, for 10,000 reps with 50 rows each?

The product's plan (read the release, decide every field, hash, compare with the journal) beside
what it cannot be faster than: DuckDB's own anti-join of the same two sets of finished rows. Four
states of the journal: nothing delivered yet, everything delivered, a tenth of the rows changed, and
a tenth changed after eight weeks. Run: `python -m benchmarks.delivery_diff [--reps 10000]`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb

from benchmarks.results_page import Section, add_results_option, markdown_table, report_figures
from orchestration.company_defaults import initialise_home
from orchestration.crm.sessions import Patience
from orchestration.landing.feeds import load_feed
from orchestration.routing.delivery_settings import CrmSettings, SlackSettings
from orchestration.routing.journal import DeliveryJournal
from orchestration.routing.routed_list import RoutedList, read_routed_list
from orchestration.routing.salesforce_fields import SalesforceFields
from orchestration.routing.slack_messages import SlackMessages
from orchestration.settings import Home

SECTION = Section(
    "delivery_diff",
    "The difference of a week's delivery",
    "Accounts of Salesforce with eight fields each; best of three. The plan reads the "
    "release, decides and cuts every field, hashes it and compares it with the journal; the "
    "anti-join is DuckDB's own, of the same rows when all that is done.",
)
ROWS_PER_REP = 50
WEEK = date(2026, 8, 24)
FIELDS = {
    "flag": "Partner_Warm__c",
    "partner": "Partner_Warm_Partner__c",
    "segment": "Partner_Warm_Segment__c",
    "score": "Partner_Warm_Score__c",
    "rank": "Partner_Warm_Rank__c",
    "reason": "Partner_Warm_Reason__c",
    "list_week": "Partner_Warm_List_Week__c",
    "expires_on": "Partner_Warm_Expires_On__c",
}

_RELEASE = """
create table routes as
select
    'route' || range as route_id,
    date '{week}' as week_starts_on,
    'rep' || lpad(cast(range // {rows} as varchar), 6, '0') as rep_id,
    '001bm' || lpad(cast(range as varchar), 10, '0') || 'AAA' as account_id,
    'partner' || range % 40 as partner_id,
    range % {rows} + 1 as rank,
    null::bigint as previous_rank,
    cast(100 - range % {rows} as decimal(9, 4)) as score,
    'partner_customer_our_prospect' as cell,
    'one_sided_customers' as roll_up,
    'Partner ' || range % 40 || ' sells to Company ' || range || ' and we do not yet: customer '
        || 'since 2021-04-02; their seller is Ada Seller; ' || range % 7 || ' contacts known'
        || '; our last activity on 2026-0' || (1 + {version} % 9) || '-11.' as reason,
    'Ada Seller' as partner_seller_name,
    'Ask Ada Seller for an introduction to the buyer.' as suggested_next_step,
    'kept: still among the best' as change_reason,
    date '{week}' as first_listed_on,
    date '{week}' + 6 as expires_on,
    true as is_frozen
from range({reps} * {rows});
update routes set reason = reason || ' Changed.' where {changed};
create table accounts as
select account_id, 'Company ' || account_id as account_name, 'company.example' as website,
    'US' as country, 'Boston' as city, 'Retail' as industry
from routes;
create table segments as
select account_id, partner_id, 'their' || account_id as partner_account_id,
    'Company ' || account_id as partner_account_name, 'customer' as partner_state
from routes;
create table partners as
select 'partner' || range as partner_id, 'Partner ' || range as partner_name, true as is_active
from range(40);
create table reps as
select distinct rep_id, 'Rep ' || rep_id as rep_name, rep_id || '@ours.example' as email,
    true as is_active
from routes;
"""
_FILES = {
    "routes": "account_mapping.fct_weekly_routes",
    "segments": "account_mapping.fct_account_segments",
    "accounts": "core.dim_accounts",
    "partners": "core.dim_partners",
    "reps": "core.dim_reps",
}


def publish(home: Home, reps: int, week: date, version: int, changed: str = "false") -> None:
    """A release whose lists are `reps` times 50 rows; `changed` says which read otherwise."""
    folder = home.releases / f"{week}-{version:04d}-{'x' if changed != 'false' else 'y'}"
    (folder / "tables").mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(
            _RELEASE.format(
                week=week, rows=ROWS_PER_REP, reps=reps, version=version, changed=changed
            )
        )
        for table, name in _FILES.items():
            file = folder / "tables" / f"{name}.parquet"
            connection.execute(f"copy {table} to '{file}' (format parquet)")
    manifest = {
        "release_id": folder.name,
        "as_of": str(week),
        "refresh_id": "benchmark",
        "created_at": f"{week}T10:00:00+00:00",
        "content_hash": "",
        "tables": {},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    home.current_release.unlink(missing_ok=True)
    home.current_release.symlink_to(folder.name)


def target_of(home: Home) -> SalesforceFields:
    """The fields of an org that is never asked."""
    (home.feeds / "salesforce_org.yaml").write_text(
        "feed: salesforce_org\nsource: salesforce\nmode: delta\n"
        "connection:\n  instance_url: https://benchmark.example\n",
        encoding="utf-8",
    )
    settings = CrmSettings("salesforce_org", "Account", FIELDS, {})
    return SalesforceFields(settings, load_feed(home, "salesforce_org"), None, Patience())


def plan(home: Home, journal: DeliveryJournal) -> tuple[RoutedList, int]:
    """What the product does before it sends; returns how many rows would go out."""
    listed = read_routed_list(home, journal.connection, None)
    found = target_of(home).plan(listed, with_items=False)
    return listed, found.to_send + found.to_clear


def accept_all(journal: DeliveryJournal, listed: RoutedList, destination: str) -> float:
    """Write down the difference as intended and accepted; returns the seconds of the intents."""
    started = time.perf_counter()
    journal.intend("salesforce", destination, listed.week, listed.release.release_id, "changed")
    seconds = time.perf_counter() - started
    journal.connection.execute(
        "insert into receipts select nextval('receipt_ids'), intent_id, null, 'accepted', '', "
        "intended_at from open_intents"
    )
    return seconds


def anti_join(journal: DeliveryJournal) -> None:
    """The limit: both sets of finished rows are there, and only the join is left to do."""
    journal.connection.execute(
        "create or replace temp table limit_changed as select * from wanted where not exists ("
        "select 1 from standing_here where standing_here.record_key = wanted.record_key "
        "and standing_here.payload = wanted.payload)"
    )


def seconds_of(work: Callable[[], object], times: int = 3) -> float:
    """The best of some runs."""
    best = float("inf")
    for _ in range(times):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best


def measure(home: Home, reps: int) -> list[tuple[str, int, float, float]]:
    """Case, rows to send, seconds of the plan, seconds of the anti-join."""
    found: list[tuple[str, int, float, float]] = []
    destination = target_of(home).destination

    def case(name: str, journal: DeliveryJournal) -> RoutedList:
        listed, rows = plan(home, journal)
        best = seconds_of(lambda: plan(home, journal))
        found.append((name, rows, best, seconds_of(lambda: anti_join(journal))))
        return listed

    with DeliveryJournal(home) as journal:
        publish(home, reps, WEEK, 0)
        listed = read_routed_list(home, journal.connection, None)
        slack = SlackMessages(
            SlackSettings("https://slack.example/api/", 10, True, ()), {}, {}, None, Patience()
        )
        digests = slack.plan(listed, with_items=False).to_send
        seconds = seconds_of(lambda: slack.plan(listed, with_items=False), 1)
        found.append(("  … a digest per rep", digests, seconds, 0.0))
        listed = case("nothing delivered yet", journal)
        intending = accept_all(journal, listed, destination)
        found.append(("  … writing these intents down", reps * ROWS_PER_REP, intending, 0.0))
        case("everything delivered", journal)
        publish(home, reps, WEEK, 0, changed="rank % 10 = 3")
        listed = case("a tenth changed", journal)
        accept_all(journal, listed, destination)
        for number in range(1, 9):
            publish(home, reps, WEEK + timedelta(days=7 * number), number)
            listed, _ = plan(home, journal)
            accept_all(journal, listed, destination)
        publish(home, reps, WEEK + timedelta(days=56), 8, changed="rank % 10 = 3")
        case("a tenth changed, after eight weeks", journal)
    return found


def main() -> None:
    """Measure in a home of its own and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reps", type=int, default=10_000)
    add_results_option(parser)
    arguments = parser.parse_args()
    reps = arguments.reps
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        initialise_home(home)
        rows = [
            [
                name,
                f"{rows:,}",
                f"{seconds:.2f} s",
                f"{limit:.2f} s" if limit else "",
                f"{seconds / limit:.1f}" if limit else "",
            ]
            for name, rows, seconds, limit in measure(home, reps)
        ]
    columns = [f"{reps:,} reps x {ROWS_PER_REP} rows", "rows to send", "plan", "anti-join", "ratio"]
    report_figures(SECTION, markdown_table(columns, rows), writes_results=arguments.writes_results)


if __name__ == "__main__":
    main()
