"""The refresh job: every station and every gate, in one process."""

# No postponed annotations here: Dagster compares the annotation of a context with its type.
from collections.abc import Iterator

import dagster as dg

from orchestration.dbt_station import SESSION
from orchestration.errors import CosellError
from orchestration.observed_refresh import observed
from orchestration.refresh_session import RefreshSession
from orchestration.schedules import REFRESH_JOB
from orchestration.settings import load_settings
from orchestration.workshop import hold_refresh_lock


@dg.resource(
    config_schema={
        "engine": dg.Field(
            str,
            is_required=False,
            description="duckdb, ducklake or spark; default: COSELL_ENGINE, else the company's.",
        )
    },
    description="What the stations of one refresh share; one run of a home at a time.",
)
def refresh_session(context: dg.InitResourceContext) -> Iterator[RefreshSession]:
    """The session of a run that was started in the UI, by a schedule or by the sensor."""
    settings = load_settings(engine=context.resource_config.get("engine"))
    try:
        session = RefreshSession(settings)
        session.warehouse.check()
        with hold_refresh_lock(settings.home), observed(session):
            yield session
    except CosellError as error:
        raise dg.Failure(description=str(error), allow_retries=False) from error


@dg.definitions
def refresh_job() -> dg.Definitions:
    """The one job that people, schedules and the command line run."""
    return dg.Definitions(
        jobs=[
            dg.define_asset_job(
                REFRESH_JOB,
                selection=dg.AssetSelection.all(),
                description="From the inbox to a published release; what fails stops the rest.",
            )
        ],
        resources={SESSION: refresh_session},
    )
