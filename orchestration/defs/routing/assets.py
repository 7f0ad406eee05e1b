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
from orchestration.refresh_session import RefreshSession
from orchestration.stations import MARTS, ROUTING

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
    """Freeze the proposed lists of the week, unless they are frozen; returns how many rows."""
    from orchestration.landing import freeze_weekly_routes

    folder = session.home.dagster / FROZEN_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    try:
        week, file = write_proposed_routes(session, folder)
        if week is None:
            return 0
        landed = freeze_weekly_routes(session.home, file, week)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if landed.status == "already_landed":
        return 0
    session.frozen_week = week
    return landed.good


def write_proposed_routes(session: RefreshSession, folder: Path) -> tuple[date | None, Path]:
    """Write the routes of the week that is not frozen yet; None where there are none.

    Written in one order by one thread: the batch's name follows from the bytes.
    """
    from orchestration.landing import declared_table

    columns = ", ".join(declared_table("cosell", "weekly_routes").column_names)
    proposed = """
        account_mapping.fct_weekly_routes
        where week_starts_on not in (
            select week_starts_on from account_mapping.fct_weekly_routes where is_frozen
        )
    """
    with open_warehouse(session) as connection:
        found = connection.execute(f"select max(week_starts_on) from {proposed}").fetchone()
        week: date | None = found[0] if found else None
        file = folder / f"weekly_routes_{week}.parquet"
        if week is not None:
            connection.execute("set threads = 1")
            literal = str(file).replace("'", "''")
            connection.execute(
                f"copy (select {columns} from {proposed} and week_starts_on = date '{week}' "
                f"order by route_id) to '{literal}' (format parquet)"
            )
    return week, file


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
    return landed.good if landed is not None and landed.status != "already_landed" else 0
