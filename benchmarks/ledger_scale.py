"""The ledger of a large company: all refreshes from landed rows, and one more week of 1 % change.

What runs is the SQL that dbt compiles, in one DuckDB with two threads and 12 GiB. The company is
written straight into the landed tables: a first load, then a delta per week.

    python -m benchmarks.ledger_scale --opportunities 2000000 --activities 20000000 --refreshes 24
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.results_page import Section, add_results_option, markdown_table, report_figures
from tests.ledger.compiled_ledger import CompiledLedger, Warehouse, compile_ledger
from tests.ledger.histories import write_history
from tests.ledger.landing_steps import land_step, record_refresh

SECTION = Section(
    "ledger_scale",
    "The ledger at scale",
    "The compiled models in one DuckDB with two threads and 12 GiB; then one more week of 1 %"
    " changed deals and its activities.",
)
FIRST_MONDAY = date(2026, 1, 5)
FIRST_STEP = 2
PARTNERS = 12
USERS = 2_000
OPPORTUNITIES_PER_ACCOUNT = 4
CHANGED_SHARE = 100
PARTNER_SHARE = 12
SHOWN_MODELS = 12
GIBIBYTE = 1024**2


@dataclass(frozen=True)
class Size:
    """How large the company is."""

    opportunities: int
    activities: int
    refreshes: int

    @property
    def accounts(self) -> int:
        """Accounts that the opportunities hang on."""
        return max(1, self.opportunities // OPPORTUNITIES_PER_ACCOUNT)


def week_of(number: int) -> date:
    """The Monday of a refresh."""
    return FIRST_MONDAY + timedelta(weeks=number - 1)


def land_company(warehouse: Warehouse, size: Size) -> None:
    """Settings and policies, accounts, people and partners."""
    configuration = write_history(())[0]
    configuration.known_on = FIRST_MONDAY
    land_step(warehouse, configuration)
    warehouse.connection.execute(
        f"""
        insert into landing_salesforce.accounts (id, name, is_deleted, {_FACTS})
        select 'A' || i, 'Account ' || i, 'false', {_facts("accounts", 1, "i + 1000")}
        from range({size.accounts}) as r(i)
        """
    )
    warehouse.connection.execute(
        f"""
        insert into landing_salesforce.users (id, name, manager_id, {_FACTS})
        select 'U' || i, 'User ' || i, 'U' || (i // 10), {_facts("users", 1, "i + 1000")}
        from range({USERS}) as r(i)
        """
    )
    warehouse.connection.execute(
        f"""
        insert into landing_policy.activity_touch_types
            (policy_version, effective_from, activity_type, touch_type, reason, {_FACTS})
        select 'v0', '1998-01-01', name, name, 'scale', {_facts("activity_touch_types", 1, "1")}
        from (values ('intro'), ('referral'), ('joint_call'), ('technical_validation'), ('meeting'))
            as types(name)
        """
    )
    for source, table in (
        ("salesforce", "accounts"),
        ("salesforce", "users"),
        ("policy", "activity_touch_types"),
    ):
        _record_batch(warehouse, source, table, 1)
    warehouse.has_changed |= {
        "landing_salesforce.accounts",
        "landing_salesforce.users",
        "landing_policy.activity_touch_types",
    }


_FACTS = "_batch_id, _source_file, _source_sha256, _landed_at, _as_of, _row_number"


def _batch(table: str, number: int) -> str:
    return f"scale_{table}_{number:03d}"


def _facts(table: str, number: int, row: str) -> str:
    day = week_of(number)
    return (
        f"'{_batch(table, number)}', '{table}/{day}.csv', '{_batch(table, number)}', "
        f"timestamp '{day} 06:00:00', date '{day}', {row}"
    )


def _record_batch(warehouse: Warehouse, source: str, table: str, number: int) -> None:
    day = str(week_of(number))
    warehouse.land(
        "cosell",
        "landed_batches",
        [
            {
                "refresh_number": str(number),
                "batch_id": _batch(table, number),
                "feed": source,
                "source": source,
                "table_name": table,
                "file": f"{table}/{day}.csv",
                "sha256": _batch(table, number),
                "mode": "delta",
                "rows_count": "1",
                "good_count": "1",
                "quarantined_count": "0",
                "as_of": day,
                "known_on": day,
                "known_step": str(1 if source == "policy" else FIRST_STEP + number - 1),
                "landed_at": f"{day} 06:00:00",
                "_row_number": 1,
            }
        ],
    )


def land_week(warehouse: Warehouse, size: Size, number: int) -> None:
    """What one refresh learns: new and changed opportunities, new activities."""
    day = week_of(number)
    # The first load holds what is older; each later week brings its share of the rest.
    is_known = f"created_week < {number}" if number == 1 else f"created_week = {number - 1}"
    changed = f"hash(i, {number}) % {CHANGED_SHARE} = 0 and created_week < {number - 1}"
    wanted = is_known if number == 1 else f"(({is_known}) or ({changed}))"
    warehouse.connection.execute(
        f"""
        insert into landing_salesforce.opportunities (
            id, name, account_id, owner_id, stage_name, amount, currency_iso_code, type, close_date,
            created_date, system_modstamp, is_deleted, {_FACTS}
        )
        select
            '006' || i, 'Deal ' || i, 'A' || (i % {size.accounts}),
            'U' || (hash(i, {number} // 8) % {USERS}),
            case
                when closes_on <= date '{day}' and hash(i) % 3 = 0 then 'Won'
                when closes_on <= date '{day}' then 'Lost'
                else 'Open'
            end,
            cast(1000 + hash(i, {number}) % 90000 as varchar) || '.00',
            case when hash(i, 7) % 5 = 0 then 'EUR' else 'USD' end,
            case when hash(i, 9) % 10 = 0 then 'Renewal' else 'New' end,
            cast(least(closes_on, date '{day}' + 90) as varchar),
            cast(created_on as varchar) || ' 15:00:00',
            '{day} 05:00:00', 'false', {_facts("opportunities", number, "i")}
        from (
            select
                i,
                case
                    when i % 10 < 9 then 0
                    else 1 + hash(i, 3) % {max(1, size.refreshes - 1)}
                end as created_week,
                case
                    when i % 10 < 9
                    then date '{FIRST_MONDAY}' - cast(1 + hash(i, 4) % 300 as integer)
                    else date '{FIRST_MONDAY}' + cast(
                        7 * (hash(i, 3) % {max(1, size.refreshes - 1)}) + hash(i, 4) % 7 as integer
                    )
                end as created_on,
                created_on + cast(20 + hash(i, 5) % 120 as integer) as closes_on
            from range({size.opportunities}) as r(i)
        )
        where {wanted}
        """
    )
    # Activities of the year before come with the first load, then as many each week.
    first_share = 0.9
    weekly = int(size.activities * (1 - first_share)) // max(1, size.refreshes - 1)
    start = 0 if number == 1 else int(size.activities * first_share) + weekly * (number - 2)
    count = int(size.activities * first_share) if number == 1 else weekly
    warehouse.connection.execute(
        f"""
        insert into landing_salesforce.tasks (
            id, what_id, account_id, owner_id, subject, activity_date, status, type, is_closed,
            created_date, partner_account_id, is_deleted, is_recurrence, {_FACTS}
        )
        select
            '00T' || i,
            case when hash(i, 1) % 2 = 0 then '006' || (hash(i, 2) % {size.opportunities}) end,
            'A' || (hash(i, 3) % {size.accounts}),
            'U' || (hash(i, 4) % {USERS}), 'Call', cast(day_on as varchar), 'Completed',
            ['intro', 'referral', 'joint_call', 'technical_validation', 'meeting']
                [cast(1 + hash(i, 6) % 5 as bigint)],
            'true', cast(day_on as varchar) || ' 18:00:00',
            case
                when hash(i, 7) % {PARTNER_SHARE} = 0 then 'CRM-P' || (1 + hash(i, 8) % 3)
            end,
            'false', 'false', {_facts("tasks", number, "i")}
        from (
            select i, date '{day}' - cast(1 + hash(i, 5) % {330 if number == 1 else 7} as integer)
                as day_on
            from range({start}, {start + count}) as r(i)
        )
        """
    )
    for table in ("opportunities", "tasks"):
        _record_batch(warehouse, "salesforce", table, number)
    warehouse.has_changed |= {"landing_salesforce.opportunities", "landing_salesforce.tasks"}
    record_refresh(warehouse, number, day)


def timed(warehouse: Warehouse, label: str) -> tuple[float, float, float]:
    """Refresh and show what took longest; seconds of wall and processor, peak memory in GiB."""
    started, busy = time.monotonic(), time.process_time()
    seconds = warehouse.refresh()
    whole, processor = time.monotonic() - started, time.process_time() - busy
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / GIBIBYTE
    print(f"{label}: {whole:.1f} s, {memory:.1f} GiB at most", file=sys.stderr)
    for relation, spent in sorted(seconds.items(), key=lambda item: -item[1])[:SHOWN_MODELS]:
        print(f"    {spent:7.2f} s  {relation}", file=sys.stderr)
    return whole, processor, memory


def measure(compiled: CompiledLedger, size: Size, folder: Path) -> str:
    """The whole ledger from landed rows, then one more week, as a table."""
    warehouse = Warehouse(compiled, file=folder / "scale.duckdb", threads=2, memory="12GB")
    land_company(warehouse, size)
    for number in range(1, size.refreshes):
        land_week(warehouse, size, number)
    full, full_processor, full_memory = timed(warehouse, "from nothing")
    land_week(warehouse, size, size.refreshes)
    weekly, weekly_processor, weekly_memory = timed(warehouse, "one more week")
    counted = warehouse.rows(
        "select (select count(*) from attribution.fct_attribution_ledger) as postings,"
        " (select count(*) from landing_salesforce.opportunities) as opportunity_rows,"
        " (select count(*) from landing_salesforce.tasks) as activity_rows"
    )[0]
    rows = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counted.items())
    return markdown_table(
        [rows, "wall", "processor", "peak memory", "share of the whole (goal: 0.10)"],
        [
            [
                f"{size.refreshes - 1} refreshes from nothing",
                f"{full:.1f} s",
                f"{full_processor:.1f} s",
                f"{full_memory:.1f} GiB",
                "1",
            ],
            [
                "one more week",
                f"{weekly:.1f} s",
                f"{weekly_processor:.1f} s",
                f"{weekly_memory:.1f} GiB",
                f"{weekly / full:.2f}, of processor {weekly_processor / full_processor:.2f}",
            ],
        ],
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--opportunities", type=int, default=200_000)
    parser.add_argument("--activities", type=int, default=2_000_000)
    parser.add_argument("--refreshes", type=int, default=24)
    add_results_option(parser)
    chosen = parser.parse_args(arguments)
    size = Size(chosen.opportunities, chosen.activities, chosen.refreshes)
    with TemporaryDirectory() as folder:
        compiled = compile_ledger(Path(folder) / "compiled")
        figures = measure(compiled, size, Path(folder))
    report_figures(SECTION, figures, writes_results=chosen.writes_results)


if __name__ == "__main__":
    main()
