"""The gate between marts and routing."""

from __future__ import annotations

import dagster as dg

from orchestration.quality_gate import build_gate, gate_named
from orchestration.stations import MARTS


@dg.definitions
def marts_gate() -> dg.Definitions:
    """Blocks routing."""
    return dg.Definitions(assets=[build_gate(gate_named(MARTS))])
