"""Who shares a deal: revenue splits, which total 100 %, and overlay splits, which need not.

Cases plant both; beside them every ninth won deal of the random population has overlays for two
reps who helped, of 125 % together.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.demo_company.accounts import last_states
from orchestration.demo_company.opportunities import NULL_AMOUNT, WON, rows_noise
from orchestration.demo_company.story import Story

SPLIT_TYPES = ("Revenue", "Overlay")
REVENUE, OVERLAY = range(len(SPLIT_TYPES))
_OVERLAY_PERCENTAGES = (50, 75)
_EVERY = 9


def all_splits(story: Story) -> pd.DataFrame:
    """One row per split: opportunity, owner, type, percentage, cents, created (a moment), case.

    `cents`: the share of the deal's amount; NULL_AMOUNT where the deal has none.
    """
    final = last_states(story.deal_states, "opportunity")
    splits = pd.concat([_overlays(story, final), story.splits], ignore_index=True)
    amount = final["amount"].to_numpy()[splits["opportunity"].to_numpy()]
    cents = amount * splits["percentage"].to_numpy() // 100
    return splits.assign(cents=np.where(amount == NULL_AMOUNT, NULL_AMOUNT, cents))


def _overlays(story: Story, final: pd.DataFrame) -> pd.DataFrame:
    """Overlays that were entered when the deal had reached its last state."""
    deals = np.flatnonzero((story.deals.outcome == WON) & (story.deals.case == 0))
    deals = np.repeat(deals[::_EVERY], len(_OVERLAY_PERCENTAGES))
    place = np.arange(len(deals))
    reps = np.array([person.number for person in story.org.random_reps])
    owner = reps[(rows_noise(deals, 23) + place % 2) % len(reps)]
    percentage = np.array(_OVERLAY_PERCENTAGES)[place % len(_OVERLAY_PERCENTAGES)]
    return pd.DataFrame(
        {
            "opportunity": deals,
            "owner": owner,
            "type": OVERLAY,
            "percentage": percentage,
            "created": final["at"].to_numpy()[deals],
            "case": 0,
        }
    )
