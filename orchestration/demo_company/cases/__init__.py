"""The thorny cases, one function each, planted beside the random population."""

from __future__ import annotations

from orchestration.demo_company.story import Case, Planter


def plant_cases(planter: Planter) -> list[Case]:
    """Plant every case."""
    return []
