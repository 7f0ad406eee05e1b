"""The form of a fault: what is planted, what catches it, what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.faults.planting import Company

Place = Literal["file", "rows", "configuration", "landing", "matching", "marts"]
"""file: landing refuses the whole file; rows: landing quarantines the rows; configuration: the
refresh refuses to begin; landing, matching, marts: that gate blocks."""


@dataclass(frozen=True)
class Fault:
    """One fault, planted alone into a healthy company.

    caught_by: the rule of the gate, the reason code of quarantined rows, or "" where a file or a
    setting is refused as a whole. says: what the one sentence must contain. plant: for faults of
    files and settings; statement: SQL over a copy of the workshop for the gates behind it.
    """

    name: str
    planted: str
    place: Place
    says: tuple[str, ...]
    caught_by: str = ""
    plant: Callable[[Company], object] | None = None
    statement: str = ""
    after_landing: bool = False
    """The fault is planted between landing and its gate, which nothing but the gate can see."""
    breaks_check: bool = False
    """The check itself cannot be evaluated; the data was not judged."""
