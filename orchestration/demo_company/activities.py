"""Everyday activity in the CRM: tasks and events without a partner, contacts and leads.

Activities can be tens of millions, so a row is only what cannot be derived from its number: what
it is about and when. The rest is drawn when a file is written, chunk by chunk. Partner activities
and the activities of the cases are few and lie in `PlantedActivities` in full.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from orchestration.demo_company.accounts import Accounts
from orchestration.demo_company.clock import (
    FINAL_EXPORT,
    FINAL_LANDING,
    OLDEST_DAY,
    SECONDS_PER_DAY,
    Days,
    Moments,
    local_day,
    moment,
    on_weekday,
)
from orchestration.demo_company.opportunities import OPEN, Opportunities, rows_noise
from orchestration.demo_company.random_streams import business_moments, chosen, stream
from orchestration.demo_company.sizes import DemoSize
from orchestration.demo_company.touches import ACTIVITY_TYPE, EVENT, LEAD, TASK, PartnerStory

EVENT_SHARE_OF_100 = 28  # of ordinary activities; the rest are tasks


@dataclass(frozen=True)
class OrdinaryActivities:
    """Ordinary activities in order of creation; two numbers each.

    `link` is a deal number, or -1 - account number when there is no deal.
    """

    link: npt.NDArray[np.int32]
    day: Days

    def __len__(self) -> int:
        return len(self.link)

    @property
    def is_event(self) -> npt.NDArray[np.bool_]:
        """Meetings; the others are calls, mails and to-dos."""
        return rows_noise(np.arange(len(self)), 1) % 100 < EVENT_SHARE_OF_100

    def recorded(self, rows: npt.NDArray[np.int64]) -> Moments:
        """When each was entered: the same afternoon."""
        noise = rows_noise(rows, 2)
        return moment(self.day[rows], 15 * 3600 + noise % 10_000)


def ordinary_activities(
    seed: int, size: DemoSize, accounts: Accounts, deals: Opportunities
) -> OrdinaryActivities:
    """Two thirds belong to deals while they are open, the rest to accounts."""
    random = stream(seed, "activities")
    on_deals = int(size.activities * 0.66)
    deal = random.integers(0, len(deals), on_deals).astype(np.int32)
    created_on = deals.created_on
    is_closed = deals.outcome != OPEN
    last = np.where(is_closed, deals.planned_close_on, FINAL_LANDING - 3).astype(np.int32)
    span = np.maximum(last - created_on, 1)
    deal_day = created_on[deal] + (random.random(on_deals) * span[deal]).astype(np.int32)

    alive = np.flatnonzero(accounts.merged_into < 0)
    account = alive[random.integers(0, len(alive), size.activities - on_deals)]
    first = np.maximum(local_day(accounts.created_at[account]), OLDEST_DAY)
    spread = random.random(len(account)) * (FINAL_LANDING - 3 - first)
    account_day = (first + spread).astype(np.int32)

    link = np.concatenate([deal, (-1 - account).astype(np.int32)])
    day = on_weekday(np.concatenate([deal_day, account_day]))
    day = np.maximum(day, OLDEST_DAY).astype(np.int32)
    order = np.argsort(day, kind="stable")
    return OrdinaryActivities(link[order], day[order])


@dataclass
class LastActivity:
    """The last activity of each deal up to any day."""

    keys: npt.NDArray[np.int64]

    def before(self, deals: npt.ArrayLike, days: Days) -> Days:
        """The last activity day at or before each day, -1 when there was none."""
        numbers = np.asarray(deals, np.int64)
        if len(self.keys) == 0:
            return np.full(len(numbers), -1, np.int32)
        position = np.searchsorted(self.keys, (numbers << 20) | days, "right") - 1
        found = self.keys[np.maximum(position, 0)]
        same = (position >= 0) & ((found >> 20) == numbers)
        return np.where(same, found & 0xFFFFF, -1).astype(np.int32)


def last_activity(ordinary: OrdinaryActivities, planted: pd.DataFrame) -> LastActivity:
    """The index of all activities that name a deal."""
    on_deal = ordinary.link >= 0
    keys = (ordinary.link[on_deal].astype(np.int64) << 20) | ordinary.day[on_deal]
    named = planted[planted["opportunity"] >= 0]
    more = (named["opportunity"].to_numpy().astype(np.int64) << 20) | named["day"].to_numpy()
    keys = np.concatenate([keys, more])
    keys.sort()
    return LastActivity(keys)


def activity_rows(
    account: npt.ArrayLike,
    opportunity: npt.ArrayLike,
    owner: npt.ArrayLike,
    occurred: npt.ArrayLike,
    recorded: npt.ArrayLike,
    type: str | npt.ArrayLike,
    subject: str | npt.ArrayLike,
    is_event: npt.ArrayLike,
    partner: npt.ArrayLike = -1,
    **more: object,
) -> pd.DataFrame:
    """Rows of the table of partner and planted activities; `more` overrides the usual values.

    who: id of a lead or contact; subtype: TaskSubtype; minutes: length of an event; recurs_from:
    row of the series that an occurrence belongs to, -1 for none.
    """
    moments = np.asarray(occurred, np.int64)
    frame = pd.DataFrame({"occurred": moments})
    values: dict[str, object] = {
        "account": account,
        "opportunity": opportunity,
        "owner": owner,
        "recorded": np.asarray(recorded, np.int64),
        "type": type,
        "subject": subject,
        "is_event": is_event,
        "partner": partner,
        "who": None,
        "subtype": "",
        "minutes": 45,
        "is_child": False,
        "is_group": False,
        "is_recurrence": False,
        "recurs_from": -1,
        "is_deleted": False,
        "is_closed": True,
        "show_as": "Busy",
        "case": 0,
    } | more
    for name, value in values.items():
        frame[name] = cast(Any, value)
    frame["day"] = local_day(moments)
    return frame


def partner_activities(story: PartnerStory) -> pd.DataFrame:
    """The touches that reps logged in the CRM, as activities."""
    logged = story.touches[story.touches["channel"].isin((TASK, EVENT))]
    types = [ACTIVITY_TYPE.get(code, "Other") for code in range(13)]
    words = pd.Series(types).take(logged["type"].to_numpy()).to_numpy()
    return activity_rows(
        logged["account"].to_numpy(),
        logged["opportunity"].to_numpy(),
        logged["owner"].to_numpy(),
        logged["occurred"].to_numpy(),
        logged["recorded"].to_numpy(),
        words,
        words,
        (logged["channel"] == EVENT).to_numpy(),
        logged["partner"].to_numpy(),
        case=logged["case"].to_numpy(),
    )


def random_leads(seed: int, deals: Opportunities, story: PartnerStory) -> pd.DataFrame:
    """Leads that came in by themselves, and those that partners created.

    Columns: account (of the company asking), opportunity (-1 unconverted), partner (-1 none),
    created, converted (moment, -1), source. Sales development owns all of them.
    """
    random = stream(seed, "leads")
    from_partners = story.touches[story.touches["channel"] == LEAD]
    count = max(len(deals) // 5, 10)
    converted = random.choice(len(deals), count, replace=False)
    converted.sort()
    lead = pd.DataFrame(
        {
            "account": deals.account[converted],
            "opportunity": converted,
            "partner": -1,
            "created": deals.created_at[converted]
            - random.integers(1, 45, count) * SECONDS_PER_DAY,
            "converted": deals.created_at[converted],
            "source": random.integers(0, 4, count),
        }
    )
    lost = pd.DataFrame(
        {
            "account": random.choice(deals.account, count),
            "opportunity": -1,
            "partner": -1,
            "created": business_moments(
                random, on_weekday(random.integers(OLDEST_DAY, FINAL_LANDING - 3, count))
            ),
            "converted": -1,
            "source": chosen(random, (4, 1, 3, 2), count),
        }
    )
    about = from_partners["opportunity"].to_numpy()
    brought = pd.DataFrame(
        {
            "account": from_partners["account"].to_numpy(),
            "opportunity": about,
            "partner": from_partners["partner"].to_numpy(),
            "created": from_partners["occurred"].to_numpy(),
            "converted": deals.created_at[about],
            "source": 4,
        }
    )
    leads = pd.concat([lead, lost, brought], ignore_index=True)
    leads["case"] = 0
    leads = leads[leads["created"] < FINAL_EXPORT]
    return leads.sort_values(["created", "account"], kind="stable").reset_index(drop=True)


def random_contacts(seed: int, size: DemoSize, accounts: Accounts) -> pd.DataFrame:
    """People at accounts: number, account, created, modified (both moments).

    A person who moves to another account has a second row of the same number.
    """
    random = stream(seed, "contacts")
    account = np.sort(random.integers(0, len(accounts), size.contacts))
    created = accounts.created_at[account] + random.integers(
        3_600, 40 * SECONDS_PER_DAY, len(account)
    )
    created = np.minimum(created, FINAL_EXPORT - SECONDS_PER_DAY)
    frame = pd.DataFrame({"account": account, "created": created, "modified": created, "case": 0})
    frame = frame.sort_values("created", kind="stable").reset_index(drop=True)
    return frame.assign(number=np.arange(len(frame)))
