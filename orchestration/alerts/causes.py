"""What is wrong now and worth an alert: refreshes that fail, and feeds that are late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from orchestration.company_status import LATE_AFTER_CADENCES, feed_statuses, freshness_day
from orchestration.refresh_log import standing_trouble
from orchestration.settings import Home

REFRESH = "refresh"


@dataclass(frozen=True)
class Cause:
    """One trouble that lasts.

    key: the same as long as it lasts. fingerprint: changes when it becomes another trouble. since:
    as people read it. The sentence quotes no row.
    """

    key: str
    kind: Literal["refresh", "late_feed"]
    fingerprint: str
    subject: str
    sentence: str
    since: str


def standing_causes(home: Home, today: date | None = None) -> list[Cause]:
    """What is wrong now; late is judged on `today` (default: today in the company)."""
    return [*_failing_refreshes(home), *_late_feeds(home, today or freshness_day(home))]


def _failing_refreshes(home: Home) -> list[Cause]:
    trouble = standing_trouble(home, is_told=True)
    if trouble is None:
        return []
    newest = trouble.newest
    return [
        Cause(
            key=REFRESH,
            kind="refresh",
            fingerprint=newest.cause or "",
            subject=f"the {newest.verb} fails",
            sentence=newest.summary or newest.message or "It did not say why.",
            since=f"{trouble.first.started_at:%Y-%m-%d %H:%M} UTC",
        )
    ]


def _late_feeds(home: Home, today: date) -> list[Cause]:
    found = []
    for feed in feed_statuses(home):
        if feed.is_late(today) and feed.newest_as_of is not None and feed.cadence_days is not None:
            late_since = feed.newest_as_of + timedelta(
                days=LATE_AFTER_CADENCES * feed.cadence_days + 1
            )
            found.append(
                Cause(
                    key=f"feed {feed.feed}",
                    kind="late_feed",
                    fingerprint=feed.newest_as_of.isoformat(),
                    subject=f"the feed {feed.feed} is late",
                    sentence=(
                        f"The newest file of {feed.feed} is of {feed.newest_as_of}, and one is due "
                        f"every {feed.cadence_days} days: ask its sender for a newer one."
                    ),
                    since=late_since.isoformat(),
                )
            )
    return found
