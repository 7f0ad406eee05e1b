"""The release: the public tables, published as one immutable folder."""

# No postponed annotations here: Dagster compares the annotation of a context with its type.
from collections.abc import Iterator

import dagster as dg

from orchestration.dbt_station import (
    SESSION,
    gate_key,
    project_manifest,
    reporting_failures,
    warehouse_table_key,
)
from orchestration.quality_gate import GATES, raise_where_blocked, run_gate
from orchestration.refresh_session import RefreshSession
from orchestration.refresh_steps import land_steps
from orchestration.release import (
    PublishedRelease,
    ReleaseFacts,
    code_version,
    landed_inputs,
    public_tables,
    publish,
)
from orchestration.stations import MARTS, RELEASE, ROUTING

CURRENT_RELEASE_KEY = dg.AssetKey([RELEASE, "current"])


@dg.definitions
def release_assets() -> dg.Definitions:
    """The current release; it waits for every public table and for what is frozen."""
    tables = [warehouse_table_key(table.full_name) for table in public_tables(project_manifest())]

    @dg.multi_asset(
        name=RELEASE,
        specs=[
            dg.AssetSpec(
                key=CURRENT_RELEASE_KEY,
                deps=[
                    *tables,
                    gate_key(MARTS),
                    dg.AssetKey([ROUTING, "weekly_routes"]),
                    dg.AssetKey([ROUTING, "company_assignments"]),
                    dg.AssetKey([ROUTING, "ae_weeks"]),
                    dg.AssetKey([ROUTING, "ae_quarters"]),
                ],
                group_name=RELEASE,
                description=(
                    "The folder that readers open: cosell.duckdb, one Parquet file per public "
                    "table, the manifest and the gates' reports; built aside, verified, switched "
                    "in one step."
                ),
                kinds={"duckdb", "parquet"},
                skippable=True,
            )
        ],
        required_resource_keys={SESSION},
    )
    def release(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        session: RefreshSession = getattr(context.resources, SESSION)
        run_missing_gates(session)
        with reporting_failures(session, RELEASE):
            published = publish_refresh(session)
        yield dg.MaterializeResult(
            asset_key=CURRENT_RELEASE_KEY,
            metadata={
                "release_id": published.release.release_id,
                "is_new": published.is_new,
                "rows_count": published.release.rows_count,
                "folder": dg.MetadataValue.path(str(published.release.path)),
            },
        )

    return dg.Definitions(assets=[release])


def run_missing_gates(session: RefreshSession) -> None:
    """Run the gates that this run has not passed, where only a part of the job was asked for."""
    for gate in GATES:
        if gate.name not in session.gates:
            with reporting_failures(session, gate.label):
                raise_where_blocked(run_gate(session, gate))


def publish_refresh(session: RefreshSession) -> PublishedRelease:
    """Publish what the stations have built and remember that the warehouse is complete."""
    state = session.state
    land_steps(session)
    published = publish(
        session.settings,
        [session.gates[gate.name] for gate in GATES],
        tables=public_tables(session.project.manifest),
        facts=ReleaseFacts(
            as_of=state.as_of,
            refresh_id=state.refresh_id,
            refresh_number=state.refresh_number,
            code=code_version(state.project_hash),
            inputs=landed_inputs(session.home, state.as_of),
        ),
        progress=session.progress,
    )
    session.close_workshop(published)
    return published
