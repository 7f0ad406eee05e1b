"""What a refresh freezes in landing before it is released: the week's lists, companies' new ids.

Both are landed like everything else that was decided: no later refresh changes a frozen list, and
every later one knows in which company a record was.
"""

# No postponed annotations here: Dagster compares the annotation of a context with its type.
import shutil
from collections.abc import Iterator
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
from orchestration.stations import MARTS, ROUTING

PROPOSED_ROUTES = """
    account_mapping.fct_weekly_routes
    where week_starts_on not in (
        select week_starts_on from account_mapping.fct_weekly_routes where is_frozen
    )
"""
PROPOSED_COMPARISONS = "intermediate.int_route_comparisons_proposed where true"
PROPOSED_LEAVERS = "intermediate.int_routes_left where true"

WEEKLY_ROUTES_KEY = dg.AssetKey([ROUTING, "weekly_routes"])
COMPANY_ASSIGNMENTS_KEY = dg.AssetKey([ROUTING, "company_assignments"])
FROZEN_FOLDER = "frozen_routes"
FROZEN_COMPANIES_FOLDER = "frozen_companies"


@dg.definitions
def routing_assets() -> dg.Definitions:
    """The frozen lists and companies, behind the gate of the marts."""

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
        ],
        required_resource_keys={SESSION},
    )
    def route(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        session: RefreshSession = getattr(context.resources, SESSION)
        with reporting_failures(session, ROUTING):
            frozen_count = freeze_the_week(session)
            reassigned_count = freeze_the_companies(session)
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
            if write_proposed(session, file, table, proposed, key, week):
                remember_batch(session, freeze(session.home, file, week))
        file = folder / f"weekly_routes_{week}.parquet"
        write_proposed(session, file, "weekly_routes", PROPOSED_ROUTES, "route_id", week)
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


def write_proposed(
    session: RefreshSession, file: Path, table: str, proposed: str, key: str, week: date
) -> int:
    """Write what is proposed for a week in the columns of a landed table; returns how many rows.

    Written in one order by one thread: the batch's name follows from the bytes.
    """
    from orchestration.landing import declared_table

    columns = ", ".join(declared_table("cosell", table).column_names)
    literal = str(file).replace("'", "''")
    with open_warehouse(session) as connection:
        connection.execute("set threads = 1")
        written = connection.execute(
            f"copy (select {columns} from {proposed} and week_starts_on = date '{week}' "
            f"order by {key}) to '{literal}' (format parquet)"
        ).fetchone()
    return int(written[0]) if written else 0


def freeze_the_companies(session: RefreshSession) -> int:
    """Freeze which records are in another company than before; returns how many.

    Written in one order by one thread: the batch's name follows from the bytes.
    """
    from orchestration.landing import declared_table, freeze_company_assignments

    state = session.state
    folder = session.home.dagster / FROZEN_COMPANIES_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"company_assignments_{state.refresh_number:06d}.parquet"
    columns = ", ".join(declared_table("cosell", "company_assignments").column_names)
    try:
        with open_warehouse(session) as connection:
            connection.execute("set threads = 1")
            literal = str(file).replace("'", "''")
            written = connection.execute(
                f"copy (select {columns} from ("
                f"select *, {state.refresh_number} as refresh_number"
                " from matching.int_companies_identified where is_reassigned)"
                f" order by record_id) to '{literal}' (format parquet)"
            ).fetchone()
        if not written or not written[0]:
            return 0
        landed = freeze_company_assignments(session.home, file, state.as_of)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return landed.good if landed is not None and remember_batch(session, landed) else 0
