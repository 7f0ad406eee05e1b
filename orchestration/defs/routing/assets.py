"""What a refresh freezes in landing before it is released.

The week's lists, companies' new ids, and what was told of reps' weeks and closed quarters: landed
like everything else that was decided, so that no later refresh changes them.
"""

# No postponed annotations here: Dagster compares the annotation of a context with its type.
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import dagster as dg

from orchestration.dbt_station import (
    SESSION,
    gate_key,
    open_warehouse,
    reporting_failures,
    warehouse_table_key,
)
from orchestration.landing import LandedFile
from orchestration.refresh_session import RefreshSession
from orchestration.settings import Home
from orchestration.stations import MARTS, ROUTING

PROPOSED_ROUTES = """
    account_mapping.fct_weekly_routes
    where week_starts_on not in (
        select week_starts_on from account_mapping.fct_weekly_routes where is_frozen
    )
"""
PROPOSED_COMPARISONS = "intermediate.int_route_comparisons_proposed where true"
PROPOSED_LEAVERS = "intermediate.int_routes_left where true"
PROPOSED_COMPANIES = "matching.int_companies_identified where is_reassigned"
PROPOSED_WEEKS = "intermediate.int_ae_weeks_combined where not is_frozen"
PROPOSED_QUARTERS = "intermediate.int_ae_tiers_decided where not is_frozen"

WEEKLY_ROUTES_KEY = dg.AssetKey([ROUTING, "weekly_routes"])
COMPANY_ASSIGNMENTS_KEY = dg.AssetKey([ROUTING, "company_assignments"])
AE_WEEKS_KEY = dg.AssetKey([ROUTING, "ae_weeks"])
AE_QUARTERS_KEY = dg.AssetKey([ROUTING, "ae_quarters"])
FROZEN_FOLDER = "frozen_routes"
FROZEN_COMPANIES_FOLDER = "frozen_companies"
FROZEN_FACTS_FOLDER = "frozen_facts"


@dg.definitions
def routing_assets() -> dg.Definitions:
    """The frozen lists, companies and facts of reps, behind the gate of the marts."""

    @dg.multi_asset(
        name=ROUTING,
        specs=[
            dg.AssetSpec(
                key=WEEKLY_ROUTES_KEY,
                deps=[warehouse_table_key("account_mapping.fct_weekly_routes"), gate_key(MARTS)],
                group_name=ROUTING,
                description=(
                    "One row per week, rep and routed account, frozen by the first refresh of the "
                    "week; never changed afterwards."
                ),
                kinds={"parquet"},
                skippable=True,
            ),
            dg.AssetSpec(
                key=COMPANY_ASSIGNMENTS_KEY,
                deps=[warehouse_table_key("matching.int_companies_identified"), gate_key(MARTS)],
                group_name=ROUTING,
                description=(
                    "One row per record and refresh that found it in another company than before; "
                    "never changed afterwards."
                ),
                kinds={"parquet"},
                skippable=True,
            ),
            dg.AssetSpec(
                key=AE_WEEKS_KEY,
                deps=[warehouse_table_key("intermediate.int_ae_weeks_combined"), gate_key(MARTS)],
                group_name=ROUTING,
                description=(
                    "One row per rep, quarter, metric and week as it was first told; never changed "
                    "afterwards."
                ),
                kinds={"parquet"},
                skippable=True,
            ),
            dg.AssetSpec(
                key=AE_QUARTERS_KEY,
                deps=[warehouse_table_key("intermediate.int_ae_tiers_decided"), gate_key(MARTS)],
                group_name=ROUTING,
                description=(
                    "One row per rep, closed quarter and metric as finance closed it; never "
                    "changed afterwards."
                ),
                kinds={"parquet"},
                skippable=True,
            ),
        ],
        required_resource_keys={SESSION},
    )
    def route(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        session: RefreshSession = getattr(context.resources, SESSION)
        with reporting_failures(session, ROUTING):
            frozen_count = freeze_the_week(session)
            reassigned_count = freeze_the_companies(session)
            weeks_count, quarters_count = freeze_what_was_told(session)
        yield dg.MaterializeResult(
            asset_key=WEEKLY_ROUTES_KEY,
            metadata={
                "frozen_routes_count": frozen_count,
                "frozen_week": str(session.frozen_week) if session.frozen_week else "none",
            },
        )
        yield dg.MaterializeResult(
            asset_key=COMPANY_ASSIGNMENTS_KEY,
            metadata={"reassigned_records_count": reassigned_count},
        )
        yield dg.MaterializeResult(
            asset_key=AE_WEEKS_KEY, metadata={"frozen_weeks_count": weeks_count}
        )
        yield dg.MaterializeResult(
            asset_key=AE_QUARTERS_KEY, metadata={"frozen_quarters_count": quarters_count}
        )

    return dg.Definitions(assets=[route])


def freeze_the_week(session: RefreshSession) -> int:
    """Freeze the proposed lists of the week, unless they are frozen; returns how many rows.

    What they are compared with, and why accounts left them, is frozen first: a week whose lists
    are frozen proposes nothing any more.
    """
    from orchestration.landing import (
        freeze_route_comparisons,
        freeze_route_leavers,
        freeze_weekly_routes,
    )

    folder = session.home.dagster / FROZEN_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    try:
        week = proposed_week(session)
        if week is None:
            return 0
        for table, proposed, key, freeze in (
            ("route_comparisons", PROPOSED_COMPARISONS, "comparison_id", freeze_route_comparisons),
            ("route_leavers", PROPOSED_LEAVERS, "route_id", freeze_route_leavers),
        ):
            file = folder / f"{table}_{week}.parquet"
            if write_proposed(session, file, table, of_week(proposed, week), key):
                remember_batch(session, freeze(session.home, file, week))
        file = folder / f"weekly_routes_{week}.parquet"
        write_proposed(session, file, "weekly_routes", of_week(PROPOSED_ROUTES, week), "route_id")
        landed = freeze_weekly_routes(session.home, file, week)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if not remember_batch(session, landed):
        return 0
    session.frozen_week = week
    return landed.good


def remember_batch(session: RefreshSession, landed: LandedFile) -> bool:
    """Whether something new was frozen; the session then knows that the batch is its own."""
    if landed.status == "already_landed":
        return False
    session.frozen_batches.add(landed.batch_id)
    return True


def proposed_week(session: RefreshSession) -> date | None:
    """First day of the week whose lists are not frozen yet; None where every list is frozen."""
    with open_warehouse(session) as connection:
        found = connection.execute(f"select max(week_starts_on) from {PROPOSED_ROUTES}").fetchone()
    return found[0] if found else None


def of_week(proposed: str, week: date) -> str:
    """The rows of one week among those that are proposed."""
    return f"{proposed} and week_starts_on = date '{week}'"


def write_proposed(session: RefreshSession, file: Path, table: str, proposed: str, key: str) -> int:
    """Write what is proposed in the columns of a landed table; returns how many rows.

    Written in one order by one thread: the batch's name follows from the bytes.
    """
    from orchestration.landing import declared_table

    columns = ", ".join(declared_table("cosell", table).column_names)
    literal = str(file).replace("'", "''")
    with open_warehouse(session) as connection:
        connection.execute("set threads = 1")
        written = connection.execute(
            f"copy (select {columns} from {proposed} order by {key})"
            f" to '{literal}' (format parquet)"
        ).fetchone()
    return int(written[0]) if written else 0


def freeze_the_companies(session: RefreshSession) -> int:
    """Freeze which records are in another company than before; returns how many."""
    from orchestration.landing import freeze_company_assignments

    number = session.state.refresh_number
    numbered = f"(select *, {number} as refresh_number from {PROPOSED_COMPANIES})"
    return freeze_of_refresh(
        session,
        FROZEN_COMPANIES_FOLDER,
        "company_assignments",
        numbered,
        "record_id",
        freeze_company_assignments,
    )


def freeze_what_was_told(session: RefreshSession) -> tuple[int, int]:
    """Freeze the weeks and closed quarters of reps that are told now; returns how many of each."""
    from orchestration.landing import freeze_ae_quarters, freeze_ae_weeks

    weeks = freeze_of_refresh(
        session, FROZEN_FACTS_FOLDER, "ae_weeks", PROPOSED_WEEKS, "ae_week_id", freeze_ae_weeks
    )
    quarters = freeze_of_refresh(
        session,
        FROZEN_FACTS_FOLDER,
        "ae_quarters",
        PROPOSED_QUARTERS,
        "ae_quarter_id",
        freeze_ae_quarters,
    )
    return weeks, quarters


def freeze_of_refresh(
    session: RefreshSession,
    folder_name: str,
    table: str,
    proposed: str,
    key: str,
    freeze: Callable[[Home, Path, date], LandedFile | None],
) -> int:
    """Freeze what a refresh proposes under its own number; returns how many rows are new."""
    state = session.state
    folder = session.home.dagster / folder_name
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{table}_{state.refresh_number:06d}.parquet"
    try:
        if not write_proposed(session, file, table, proposed, key):
            return 0
        landed = freeze(session.home, file, state.as_of)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return landed.good if landed is not None and remember_batch(session, landed) else 0
