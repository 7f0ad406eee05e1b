"""The questions of a review, one module each: from a team's published rows to a section.

A module's `section` returns None where the release lacks the table that it reads, and then the
page leaves the question out.
"""

from __future__ import annotations

from orchestration.review_pack.document import Section
from orchestration.review_pack.sections import (
    changes,
    engagement,
    headline,
    hygiene,
    open_deals,
    routes,
    support,
    targets,
)
from orchestration.review_pack.team import Team

IN_THEIR_ORDER = (headline, changes, targets, engagement, open_deals, routes, hygiene, support)


def all_sections(team: Team) -> list[Section]:
    """Every section that the release can answer, the headline first."""
    found = (module.section(team) for module in IN_THEIR_ORDER)
    return [section for section in found if section is not None]
