"""The landed tables: what lies in the inbox and in config/ becomes immutable batches."""

# No postponed annotations here: Dagster reads LandingConfig from the annotation itself.
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import dagster as dg

from orchestration.dbt_station import (
    SESSION,
    landed_table_key,
    project_manifest,
    reporting_failures,
)
from orchestration.errors import LandingError, RefreshError
from orchestration.refresh_session import RefreshSession
from orchestration.settings import Home
from orchestration.stations import LANDING

if TYPE_CHECKING:
    from orchestration.landing import InboxReport, Refresh


class LandingConfig(dg.Config):
    """What a run of the refresh may be asked for."""

    as_of: str | None = None
    """The day as of which the data is read, YYYY-MM-DD; default: the newest landed day."""


@dg.definitions
def landing_assets() -> dg.Definitions:
    """One asset per declared table."""
    specs = [
        dg.AssetSpec(
            key=landed_table_key(source["source_name"], source["name"]),
            group_name=LANDING,
            description=(source.get("description") or "").strip()
            or f"Landed batches of {source['source_name']}.{source['name']}.",
            kinds={"parquet"},
            skippable=True,
        )
        for source in project_manifest()["sources"].values()
    ]

    @dg.multi_asset(name=LANDING, specs=specs, can_subset=True, required_resource_keys={SESSION})
    def land(
        context: dg.AssetExecutionContext, config: LandingConfig
    ) -> Iterator[dg.MaterializeResult]:
        session: RefreshSession = getattr(context.resources, SESSION)
        with reporting_failures(session, LANDING):
            land_everything(session, as_day(config.as_of) or session.as_of)
        if session.is_up_to_date:
            context.log.info("Nothing landed and nothing changed: the release stays as it is.")
            return
        rows_counts = landed_rows_counts(session)
        for key in sorted(context.selected_asset_keys):
            source, table = key.path[1:]
            yield dg.MaterializeResult(
                asset_key=key,
                metadata={"landed_rows_count": rows_counts[source, table]},
            )

    return dg.Definitions(assets=[land])


def as_day(text: str | None) -> date | None:
    """The day that a text spells, None for none; raises RefreshError for anything else."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RefreshError(f"as_of is {text!r}: write a day such as 2026-02-09.") from None


def land_everything(session: RefreshSession, as_of: date | None) -> None:
    """Land the inbox and the company's settings, open the refresh, make the workshop fit."""
    from orchestration.landing import (
        ensure_landing_schema,
        land_company_configuration,
        land_inbox,
        open_refresh,
    )

    home = session.home
    if session.is_rebuild:
        session.open_workshop(refresh_to_rebuild(home))
        return
    session.begin_landing()
    ensure_landing_schema(home)
    inbox = land_inbox(home, session.progress, default_as_of=as_of, until=as_of)
    session.end_landing(inbox, land_company_configuration(home, as_of))
    try:
        refresh = open_refresh(home, as_of)
    except LandingError as error:
        raise nothing_but_refusals(inbox) or error from None
    session.open_workshop(refresh)


def refresh_to_rebuild(home: Home) -> "Refresh":
    """The newest refresh of a home: what it knew is built again. Raises RefreshError before any."""
    from orchestration.landing import ensure_landing_schema
    from orchestration.landing.refreshes import last_refresh

    refresh = last_refresh(home)
    if refresh is None:
        raise RefreshError(
            f"No refresh is recorded in {home.root}: there is nothing to rebuild, run "
            "`cosell refresh` first."
        )
    ensure_landing_schema(home)
    return refresh


def nothing_but_refusals(inbox: "InboxReport") -> LandingError | None:
    """What to say of an inbox from which nothing could be landed; None where nothing was there."""
    if not inbox.refused:
        return None
    files = len(inbox.refused)
    counted = "The only file was refused" if files == 1 else f"All {files} new files were refused"
    more = "" if files == 1 else "; land each with `cosell land` to see why"
    return LandingError(
        f"{counted}, so that nothing has landed: {inbox.refused[0][1].rstrip('.')}{more}."
    )


def landed_rows_counts(session: RefreshSession) -> Counter[tuple[str, str]]:
    """Rows that this refresh has landed, by source and table."""
    counts: Counter[tuple[str, str]] = Counter()
    for landed in session.landed:
        counts[landed.source, landed.table] += landed.good
    return counts
