"""What a home holds now: its release, its feeds, what was refused, and what to do next."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb

from expectations.verdict import GateResult, RuleVerdict
from orchestration.answers import open_release
from orchestration.errors import CosellError
from orchestration.landing import JournalEntry, RefusedFile, read_journal, read_refused_files
from orchestration.landing.closed_partners import begun_offboardings
from orchestration.refresh_log import RefreshAttempt, Trouble, read_attempts, standing_trouble
from orchestration.release import Release, current_release
from orchestration.settings import Home, load_company, read_yaml_mapping
from orchestration.workshop import lock_holder

TOP_REASONS = 5
LATE_AFTER_CADENCES = 2
"""How many times its cadence a feed may stay away before it is late."""


@dataclass(frozen=True)
class FeedStatus:
    """One configured feed and what has landed from it."""

    feed: str
    partner_name: str | None
    files_count: int
    rows_count: int
    quarantined_count: int
    newest_as_of: date | None
    landed_at: datetime | None
    cadence_days: int | None

    is_regular: bool
    """Whether it comes by itself on a rhythm (a CRM, a partner), not when a person decides."""

    def is_late(self, on: date) -> bool:
        """Whether on that day the newest file is older than twice the declared cadence."""
        if not self.is_regular or self.newest_as_of is None or self.cadence_days is None:
            return False
        return on - self.newest_as_of > timedelta(days=LATE_AFTER_CADENCES * self.cadence_days)


@dataclass(frozen=True)
class RefusedReason:
    """One reason for which rows lie in quarantine, with one of its sentences."""

    reason_code: str
    rows_count: int
    example: str


@dataclass(frozen=True)
class CompanyStatus:
    """Everything that `cosell status` tells."""

    home: Home
    release: Release | None
    releases_count: int
    newest_landed_as_of: date | None
    feeds: list[FeedStatus]
    refused: list[RefusedReason]
    refused_files: list[RefusedFile]
    attempt: RefreshAttempt | None = None
    """The newest refresh of which a log is left."""
    trouble: Trouble | None = None
    """Why refreshes fail, None where the newest one did not."""
    running: str | None = None
    """Who refreshes now."""

    @property
    def waived(self) -> list[RuleVerdict]:
        """Rules that do not hold in the release and that a person has let pass until a day."""
        gates = [] if self.release is None else self.release.manifest["gates"]
        return [one for gate in gates for one in GateResult.from_record(gate).waived]

    @property
    def waits_for_refresh(self) -> bool:
        """Whether something landed that the current release does not know."""
        if self.newest_landed_as_of is None:
            return False
        return self.release is None or self.newest_landed_as_of > self.release.as_of


def company_status(home: Home) -> CompanyStatus:
    """Read the state of a home from its release, its landing journal and its quarantine."""
    entries = read_journal(home)
    own = [entry for entry in entries if entry.source not in INTERNAL_SOURCES]
    release = current_release(home)
    running = lock_holder(home)
    attempt = next(read_attempts(home), None)
    return CompanyStatus(
        home=home,
        release=release,
        releases_count=len(list(home.releases.glob("*/manifest.json"))) - has_current_link(home),
        newest_landed_as_of=max((entry.as_of for entry in own), default=None),
        feeds=_feeds(home, own, partners_that_left(release)),
        refused=refused_reasons(home),
        refused_files=read_refused_files(home),
        attempt=attempt,
        trouble=standing_trouble(home, attempt.file if attempt and running else None),
        running=running,
    )


def feed_statuses(home: Home) -> list[FeedStatus]:
    """Every configured feed of a home and what has landed from it."""
    own = [entry for entry in read_journal(home) if entry.source not in INTERNAL_SOURCES]
    return _feeds(home, own, partners_that_left(current_release(home)))


def freshness_day(home: Home) -> date:
    """The day on which a feed is late or not: today in the company.

    A generated company lives in its own days: the newest one that has landed.
    """
    if home.truth.is_dir():
        days = [entry.as_of for entry in read_journal(home) if entry.source not in INTERNAL_SOURCES]
        return max(days, default=datetime.now(UTC).date())
    try:
        zone = ZoneInfo(load_company(home).time_zone)
    except CosellError:
        return datetime.now(UTC).date()
    return datetime.now(zone).date()


# What the pipeline lands about itself is no feed of the company's.
INTERNAL_SOURCES = ("policy", "settings", "reference", "cosell")


def has_current_link(home: Home) -> int:
    """Return 1 where `releases/current` is a link that a glob also finds, else 0."""
    return int(home.current_release.is_symlink())


def partners_that_left(release: Release | None) -> set[str]:
    """Return the partners whose agreement has ended, as the release knows them."""
    if release is None:
        return set()
    with open_release(release.database) as connection:
        rows = connection.execute(
            "select partner_id from core.dim_partners where not is_active"
        ).fetchall()
    return {partner_id for (partner_id,) in rows}


def _feeds(home: Home, entries: list[JournalEntry], left: set[str]) -> list[FeedStatus]:
    by_feed: dict[str, list[JournalEntry]] = {}
    for entry in entries:
        by_feed.setdefault(entry.feed, []).append(entry)
    for file in sorted(home.feeds.glob("*.yaml")):
        by_feed.setdefault(file.stem, [])
    return [_feed(home, feed, by_feed[feed], left) for feed in sorted(by_feed)]


def _feed(home: Home, feed: str, entries: list[JournalEntry], left: set[str]) -> FeedStatus:
    file = home.feeds / f"{feed}.yaml"
    declared = read_yaml_mapping(file) if file.is_file() else {}
    cadence = str(declared.get("cadence_days", ""))
    return FeedStatus(
        feed=feed,
        partner_name=declared.get("partner_name"),
        files_count=len({entry.sha256 for entry in entries}),
        rows_count=sum(entry.good for entry in entries),
        quarantined_count=sum(entry.quarantined for entry in entries),
        newest_as_of=max((entry.as_of for entry in entries), default=None),
        landed_at=max((entry.landed_at for entry in entries), default=None),
        cadence_days=int(cadence) if cadence.isdigit() else None,
        is_regular=declared.get("source") != "templates" and declared.get("partner_id") not in left,
    )


def refused_reasons(home: Home) -> list[RefusedReason]:
    """Return the most frequent reasons of quarantined rows, most rows first."""
    files = [str(file) for file in home.quarantine.glob("*/*/*.parquet")]
    if not files:
        return []
    rows = duckdb.execute(
        "select reason_code, count(*) as rows_count, min_by(reason, _batch_id || _row_number)"
        " from read_parquet($files, union_by_name = true)"
        " group by reason_code order by rows_count desc, reason_code limit $limit",
        {"files": files, "limit": TOP_REASONS},
    ).fetchall()
    return [RefusedReason(*row) for row in rows]


def next_steps(status: CompanyStatus) -> list[str]:
    """Return what a person should do now, most pressing first; empty where nothing waits.

    Whether a feed is late is judged on the newest day that landed from any feed, so that a home
    of the past reads the same on every day.
    """
    home = status.home.root
    steps = []
    counts = Counter(feed.files_count > 0 for feed in status.feeds)
    if not counts[True] and status.release is None:
        return [
            f"Drop files into {home}/inbox/<feed>/ and run `cosell --home {home} refresh`.",
            f"What each feed takes is written in {home}/config/README.txt.",
        ]
    steps += [
        f"Finish the off-boarding of {begun['partner_id']}: "
        f"run `cosell --home {home} partners offboard {begun['partner_id']}`."
        for begun in begun_offboardings(status.home)
    ]
    if status.trouble is not None and status.running is None:
        steps.append(
            f"Mend what stopped the refresh, then run `cosell --home {home} refresh`; "
            f"`cosell --home {home} doctor` looks for more."
        )
    elif status.waits_for_refresh:
        steps.append(
            f"Files as of {status.newest_landed_as_of} are not in the release yet: "
            f"run `cosell --home {home} refresh`."
        )
    if status.refused_files:
        steps.append(f"Mend or remove the refused files, then run `cosell --home {home} refresh`.")
    if status.refused:
        steps.append(
            "Mend the refused rows at their source and send the file again: "
            f"every row and reason is in {home}/quarantine/."
        )
    newest = status.newest_landed_as_of
    late = [feed.feed for feed in status.feeds if newest and feed.is_late(newest)]
    if late:
        steps.append(f"Ask for newer files of: {', '.join(late)}.")
    return steps
