"""The gate between matching and marts."""

from __future__ import annotations

import dagster as dg

from orchestration.quality_gate import build_gate, gate_named
from orchestration.stations import MATCHING


@dg.definitions
def matching_gate() -> dg.Definitions:
    """Blocks marts."""
    return dg.Definitions(assets=[build_gate(gate_named(MATCHING))])
