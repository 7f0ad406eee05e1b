"""Partners that leave: what they shared is purged, the ledger stays, a receipt says what happened.

`offboarding` is the order of the steps; the other modules know one place each in which the home
keeps a partner's data. What may land of a partner that has left is decided in `landing`
(`closed_partners`), and what a release proves of a purge in `release` (`purge_receipts`). Nothing
here imports Dagster.
"""

from __future__ import annotations

from orchestration.offboarding.offboarding import (
    Offboarding,
    OffboardingPlan,
    begun_plan,
    find_offboarding,
    offboard,
    plan_offboarding,
    refuse_unnamed,
    still_to_do,
)

__all__ = [
    "Offboarding",
    "OffboardingPlan",
    "begun_plan",
    "find_offboarding",
    "offboard",
    "plan_offboarding",
    "refuse_unnamed",
    "still_to_do",
]
