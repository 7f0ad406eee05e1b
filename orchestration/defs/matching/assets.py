"""What the matching station builds: the models that dbt's manifest names, as one step."""

from __future__ import annotations

import dagster as dg

from orchestration.dbt_station import build_dbt_station, project_manifest
from orchestration.stations import MATCHING


@dg.definitions
def matching_assets() -> dg.Definitions:
    """One asset per model, one check per data test."""
    return dg.Definitions(assets=[build_dbt_station(project_manifest(), MATCHING)])
