"""The gate between landing and staging."""

from __future__ import annotations

import dagster as dg

from orchestration.quality_gate import build_gate, gate_named
from orchestration.stations import LANDING


@dg.definitions
def landing_gate() -> dg.Definitions:
    """Blocks staging."""
    return dg.Definitions(assets=[build_gate(gate_named(LANDING))])
