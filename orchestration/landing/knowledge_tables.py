"""Source `cosell`: what the pipeline itself knew and decided, and when."""

from __future__ import annotations

from pathlib import Path

from orchestration.landing.contracts import Table, columns_of
from orchestration.settings import Home

SOURCE = "cosell"

LANDED_BATCHES = Table(
    SOURCE,
    "landed_batches",
    "One row per batch, written by the first refresh that used it.",
    columns_of(
        "refresh_number!*:i batch_id!* feed!* source!* table_name!* file!* sha256!* mode!* "
        "coverage partner_id rows_count!*:i good_count!*:i quarantined_count!*:i as_of!*:d "
        "known_on!*:d known_step!*:i landed_at!*:ts"
    ),
)
REFRESHES = Table(
    SOURCE,
    "refreshes",
    "One row per refresh.",
    columns_of("refresh_number!*:i refresh_id!* as_of!*:d started_at!*:ts"),
)
REFRESH_STEPS = Table(
    SOURCE,
    "refresh_steps",
    "How long each station, gate, seed and model of a refresh took, and how many rows it left.",
    columns_of(
        "refresh_number!*:i refresh_id!* station!* step_kind!* step_name!* rows_count:i seconds:n"
    ),
)
WEEKLY_ROUTES = Table(
    SOURCE,
    "weekly_routes",
    "Lists as they were frozen for a week; they never change afterwards.",
    columns_of(
        "route_id!* week_starts_on!*:d rep_id!* account_id!* partner_id!* rank!*:i "
        "previous_rank:i score:n relationship_depth_points:n in_market_points:n "
        "icp_fit_points:n strategic_importance_points:n cell roll_up reason "
        "partner_seller_name suggested_next_step change_reason first_listed_on:d expires_on:d"
    ),
    may_be_empty=True,
)

ROUTE_COMPARISONS = Table(
    SOURCE,
    "route_comparisons",
    "Accounts that could have been on a week's lists and were not, frozen with them.",
    columns_of(
        "comparison_id!* week_starts_on!*:d rep_id!* account_id!* partner_id!* score:n cell roll_up"
    ),
    may_be_empty=True,
)

ROUTE_LEAVERS = Table(
    SOURCE,
    "route_leavers",
    "Routes of the list before that a week's lists left out, and why, frozen with them.",
    columns_of(
        "route_id!* week_starts_on!*:d rep_id!* account_id!* partner_id!* previous_rank:i "
        "left_reason!*"
    ),
    may_be_empty=True,
)

QUARTER_FREEZES = Table(
    SOURCE,
    "quarter_freezes",
    "What a quarter held when somebody signed it: the hash over its postings.",
    columns_of(
        "fiscal_quarter!* signed_by!* signed_on!*:d release_id!* ledger_step!*:i "
        "postings_count!*:i postings_sha256!*"
    ),
)

COMPANY_ASSIGNMENTS = Table(
    SOURCE,
    "company_assignments",
    "Records that a refresh found in another company than before, or that keep its id from now on.",
    columns_of(
        "record_id!* company_id!* founder_record_id!* keeper_record_id!* founded_step!*:i "
        "founded_on!*:d refresh_number!*:i"
    ),
    may_be_empty=True,
)

AE_WEEKS = Table(
    SOURCE,
    "ae_weeks",
    "What was known of every rep at the end of a week; it never changes afterwards.",
    columns_of(
        "ae_week_id!* rep_id!* fiscal_quarter!* metric!* week_starts_on!*:d "
        "week_number!*:i weeks_count!*:i through_on!*:d told_on!*:d target:n "
        "fair_target:n active_days_count:n business_days_count:i elapsed_days_count:n "
        "elapsed_share:n actual:n actual_base:n attainment:n linear_pace:n "
        "expected_share:n seasonal_pace:n prior_attainment:n projected_actual:n "
        "projected_attainment:n projected_low_attainment:n projected_high_attainment:n "
        "errors_count:i miss_probability:n is_flagged!*:b flag_reason status!* "
        "acknowledged_on:d"
    ),
    may_be_empty=True,
)

AE_QUARTERS = Table(
    SOURCE,
    "ae_quarters",
    "What was known of every rep when a quarter was closed; it never changes afterwards.",
    columns_of(
        "ae_quarter_id!* rep_id!* fiscal_quarter!* metric!* closed_on!*:d target:n "
        "fair_target:n active_days_count:n business_days_count:i actual:n actual_base:n "
        "attainment:n status!* support_status!* support_gaps missed_quarters_count!*:i "
        "tier acknowledged_on:d"
    ),
    may_be_empty=True,
)

PARTNER_OFFBOARDINGS = Table(
    SOURCE,
    "partner_offboardings",
    "Partners that have left: who purged their data when and why, one row per name they went by.",
    columns_of(
        "partner_id!* partner_name!* platform_id is_platform_name!*:b offboarded_on!*:d "
        "offboarded_by!* reason!* receipt_id!* receipt_sha256!*"
    ),
)

PURGED_BATCHES = Table(
    SOURCE,
    "purged_batches",
    "Landed batches that lost rows or texts of a partner that has left: the only ones that may.",
    columns_of(
        "batch_id!* source!* table_name!* partner_id!* good_count!*:i kept_count!*:i "
        "emptied_count!*:i file_name_sha256!* file_sha256!* purged_on!*:d receipt_id!*"
    ),
    may_be_empty=True,
)

TABLES: tuple[Table, ...] = (
    LANDED_BATCHES,
    REFRESHES,
    REFRESH_STEPS,
    WEEKLY_ROUTES,
    ROUTE_COMPARISONS,
    ROUTE_LEAVERS,
    QUARTER_FREEZES,
    COMPANY_ASSIGNMENTS,
    AE_WEEKS,
    AE_QUARTERS,
    PARTNER_OFFBOARDINGS,
    PURGED_BATCHES,
)


def recorded_batch_ids(home: Home) -> set[str]:
    """The batches that some refresh has used."""
    return {row["batch_id"] for row in recorded_rows(home, LANDED_BATCHES, ["batch_id"])}


def recorded_rows(home: Home, table: Table, columns: list[str]) -> list[dict[str, str]]:
    """The rows of one of this source's tables, as text, in the order of the refreshes."""
    import pyarrow.parquet as parquet

    rows: list[dict[str, str]] = []
    for path in sorted(_folder(home, table).glob("[0-9]*.parquet")):
        with parquet.ParquetFile(path) as recorded:
            rows += recorded.read(columns=columns).to_pylist()
    return rows


def _folder(home: Home, table: Table) -> Path:
    return home.landing / table.source / table.name
