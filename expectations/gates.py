"""Every gate with its rules, in the order of the flow."""

from __future__ import annotations

from collections.abc import Mapping

import expectations.landing
import expectations.marts
import expectations.matching
from expectations.rule import Rule

RULES_OF_GATES: Mapping[str, tuple[Rule, ...]] = {
    "landing": expectations.landing.RULES,
    "matching": expectations.matching.RULES,
    "marts": expectations.marts.RULES,
}
