"""What became of one model, seed or data test of a station."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class NodeResult:
    """What became of one model, seed or data test."""

    unique_id: str
    name: str
    resource_type: str
    status: str
    """success, error, skipped, pass, fail, warn (dbt's words)."""
    seconds: float
    """Its own; of tests about one table, their share of what these took together."""
    failing_rows_count: int | None
    message: str
    query: str
    """The compiled SQL; for a test, the query of its failing rows."""
    began_at: float | None = None
    """When it was begun, in seconds since 1970; None where nobody has noted it."""


NodeListener = Callable[[str, int, int], None]
"""Told the name of a node that is ready, how many are, and how many there are."""
