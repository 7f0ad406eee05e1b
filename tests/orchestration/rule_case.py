"""The form in which a rule is tried: tables in which it holds, and what breaks it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """Tables in which a rule holds, and a statement that breaks it."""

    rule_id: str
    tables: str
    fault: str
    expected: dict[str, object] = field(default_factory=dict)
    """What the first failing row says."""
