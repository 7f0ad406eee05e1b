"""Landing: files become immutable Parquet batches, rows that cannot be read go to quarantine.

The public doors are the names below. `contracts` declares what a table is and each source's
module declares its tables; `files` lands one file and `inbox` all of them; `configuration` lands
what the company decided; `refreshes` records what was known when. Nothing here imports Dagster.
"""

from orchestration.landing.configuration import land_company_configuration
from orchestration.landing.contracts import Column, Table, declared_table, declared_tables
from orchestration.landing.feeds import Feed, load_feed, load_feeds
from orchestration.landing.files import LandedFile, land_file
from orchestration.landing.inbox import InboxReport, land_inbox
from orchestration.landing.journal import JournalEntry, read_journal
from orchestration.landing.refreshes import (
    Refresh,
    freeze_ae_quarters,
    freeze_ae_weeks,
    freeze_company_assignments,
    freeze_route_comparisons,
    freeze_route_leavers,
    freeze_weekly_routes,
    last_refresh,
    newest_known_day,
    open_refresh,
    record_refresh_steps,
)
from orchestration.landing.refused_files import RefusedFile, read_refused_files
from orchestration.landing.schema import ensure_landing_schema

__all__ = [
    "Column",
    "Feed",
    "InboxReport",
    "JournalEntry",
    "LandedFile",
    "Refresh",
    "RefusedFile",
    "Table",
    "declared_table",
    "declared_tables",
    "ensure_landing_schema",
    "freeze_ae_quarters",
    "freeze_ae_weeks",
    "freeze_company_assignments",
    "freeze_route_comparisons",
    "freeze_route_leavers",
    "freeze_weekly_routes",
    "land_company_configuration",
    "land_file",
    "land_inbox",
    "last_refresh",
    "load_feed",
    "load_feeds",
    "newest_known_day",
    "open_refresh",
    "read_journal",
    "read_refused_files",
    "record_refresh_steps",
]
