"""Prune old releases: which may go is decided by policy, and nothing that is needed ever goes.

Kept are the current release, the one that the newest refresh published, those that a closed
quarter was signed from or first published in, and as many of the rest as the policy
`release_retention` says. A release is first renamed out of sight and then removed, so a kill in
between leaves no half release; readers that have its files open keep them until they close them.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.errors import ConfigurationError, ReleaseError, one_sentence
from orchestration.release.durability import flush_file
from orchestration.release.quarter_verification import CLOSES, FREEZES
from orchestration.release.release_folder import (
    PRUNED_PREFIX,
    Release,
    current_release_id,
    list_releases,
    remove_unfinished,
    switching,
)
from orchestration.settings import Home

if TYPE_CHECKING:
    import duckdb

POLICY_FILE = "release_retention.csv"


@dataclass(frozen=True)
class Retention:
    """How many of the newest releases are kept, and for how many days every one of them."""

    newest_count: int
    recent_days: int


@dataclass(frozen=True)
class JudgedRelease:
    """A release and why it is kept; one without a reason is pruned."""

    release: Release
    reasons: tuple[str, ...]
    bytes: int

    @property
    def is_pruned(self) -> bool:
        """Whether nothing speaks for keeping it."""
        return not self.reasons


@dataclass(frozen=True)
class Pruning:
    """What a pruning removed, or in a dry run would remove; `judged` is the newest first."""

    judged: tuple[JudgedRelease, ...]
    retention: Retention
    is_dry_run: bool
    missing: tuple[str, ...]
    """Releases that closed quarters name and that are not there, one sentence each."""

    @property
    def pruned(self) -> tuple[JudgedRelease, ...]:
        """The releases that went, or would go."""
        return tuple(one for one in self.judged if one.is_pruned)


def read_retention(home: Home, today: date) -> Retention:
    """The row of the policy that holds today; raises ConfigurationError naming file and row."""
    path = home.policies / POLICY_FILE
    label = home.relative(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = [
                _row(label, number, values)
                for number, values in enumerate(csv.DictReader(stream), start=1)
            ]
    except FileNotFoundError:
        raise ConfigurationError(
            f"{label} does not exist: run `cosell init` to write the default policies, or say "
            "with --keep how many releases stay."
        ) from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationError(
            f"{label} cannot be read ({error}): save it as CSV in UTF-8."
        ) from None
    holding = [row for row in rows if row[0] <= today] or rows[:1]
    if not holding:
        raise ConfigurationError(f"{label} has no rows: add one row that says what is kept.")
    # Of rows of one day the last one written holds, as everywhere.
    return max(enumerate(holding), key=lambda found: (found[1][0], found[0]))[1][1]


def _row(label: str, number: int, values: dict[str, str]) -> tuple[date, Retention]:
    try:
        found = Retention(int(values["newest_count"]), int(values["recent_days"]))
        effective_from = date.fromisoformat(values["effective_from"])
    except (KeyError, TypeError, ValueError):
        found = None
    if found is None or found.newest_count < 1 or found.recent_days < 0:
        raise ConfigurationError(
            f"{label}, row {number}: effective_from must be a day (1998-01-01), newest_count a "
            "whole number from 1 and recent_days one from 0: correct the row."
        )
    return effective_from, found


def judge_releases(
    home: Home, retention: Retention, now: datetime, needed: Collection[str] = ()
) -> list[JudgedRelease]:
    """Every release, newest first, with each reason that speaks for keeping it.

    needed: ids of releases that a later refresh compares itself with.
    """
    releases = list_releases(home)
    by_quarters = quarters_of_releases(home, releases)
    since = now - timedelta(days=retention.recent_days)
    judged = []
    for place, release in enumerate(reversed(releases)):
        reasons = []
        if release.is_current:
            reasons.append("current")
        if release.release_id in needed:
            reasons.append("of the newest refresh")
        reasons += by_quarters.get(release.release_id, [])
        if place < retention.newest_count:
            reasons.append(f"among the newest {retention.newest_count}")
        elif release.created_at > since:
            reasons.append(f"of the last {retention.recent_days} days")
        judged.append(JudgedRelease(release, tuple(reasons), _bytes_of(release.path)))
    return judged


def prune(
    home: Home,
    now: datetime,
    keep: int | None = None,
    needed: Collection[str] = (),
    *,
    is_dry_run: bool = False,
) -> Pruning:
    """Remove the releases that nothing speaks for keeping.

    Args:
        home: nobody may refresh it meanwhile (`workshop.hold_refresh_lock`).
        now: the moment, with its zone.
        keep: how many of the newest stay, instead of what the policy says.
        needed: ids of releases that a later refresh compares itself with.
        is_dry_run: only say what would go.

    Raises ConfigurationError for a policy that cannot be used, ReleaseError where there is no
    current release to keep, and for a release that cannot be judged or removed.
    """
    if keep is not None and keep < 1:
        raise ReleaseError(f"--keep {keep}: at least the current release stays; name 1 or more.")
    retention = read_retention(home, now.date()) if keep is None else Retention(keep, 0)
    if not is_dry_run:
        remove_unfinished(home)
    if current_release_id(home) is None:
        raise ReleaseError(
            "There is no current release, so nothing says what readers need: run `cosell refresh` "
            "or `cosell rollback RELEASE` first."
        )
    judged = judge_releases(home, retention, now, needed)
    found = Pruning(tuple(judged), retention, is_dry_run, tuple(_missing(home, judged)))
    if not is_dry_run:
        for one in found.pruned:
            remove_release(home, one.release)
    return found


def remove_release(home: Home, release: Release) -> None:
    """Take a release out of sight in one step, then remove it; raises ReleaseError for current."""
    hidden = home.releases / f"{PRUNED_PREFIX}{release.release_id}"
    try:
        with switching(home):
            # A rollback may have chosen it since it was judged.
            if current_release_id(home) == release.release_id:
                raise ReleaseError(
                    f"{release.release_id} is the current release: roll back to another first."
                )
            release.path.rename(hidden)
            flush_file(home.releases)
        shutil.rmtree(hidden)
    except OSError as error:
        raise ReleaseError(
            f"{home.relative(release.path)} cannot be removed ({error.strerror}): give yourself "
            "the right to write in releases/ and prune again."
        ) from None


def quarters_of_releases(home: Home, releases: Sequence[Release]) -> dict[str, list[str]]:
    """Release id -> what closed quarters need it for.

    A release whose own closes cannot be read is needed as well: nobody can tell what it proves.
    """
    import duckdb

    found: dict[str, list[str]] = {}
    for quarter, release_id in signed_releases(home):
        found.setdefault(release_id, []).append(f"{quarter} was signed from it")
    told: set[str] = set()
    with duckdb.connect() as connection:
        for release in releases:
            if CLOSES not in release.manifest["tables"]:
                continue
            try:
                quarters = _closed_in(connection, release)
            except duckdb.Error as error:
                reason = one_sentence(str(error))[:80]
                found.setdefault(release.release_id, []).append(
                    f"what it says of closed quarters cannot be read ({reason})"
                )
                continue
            first = [quarter for quarter in quarters if quarter not in told]
            told.update(first)
            if first:
                span = first[0] if len(first) == 1 else f"{first[0]} to {first[-1]}"
                found.setdefault(release.release_id, []).append(f"first to tell {span} as closed")
    return found


def signed_releases(home: Home) -> list[tuple[str, str]]:
    """Quarter and release id of every signature that has landed, in order."""
    import duckdb

    folder = home.landing.joinpath(*FREEZES)
    if not any(folder.glob("*.parquet")):
        return []
    literal = str(folder / "*.parquet").replace("'", "''")
    return duckdb.execute(
        f"select distinct fiscal_quarter, release_id from read_parquet('{literal}') "
        "where release_id is not null order by all"
    ).fetchall()


def _closed_in(connection: duckdb.DuckDBPyConnection, release: Release) -> list[str]:
    """The closed quarters of a release that hold anything, in their order."""
    file = str(release.table_file(CLOSES)).replace("'", "''")
    return [
        quarter
        for (quarter,) in connection.execute(
            f"select fiscal_quarter from read_parquet('{file}') where postings_count > 0 order by 1"
        ).fetchall()
    ]


def _missing(home: Home, judged: Sequence[JudgedRelease]) -> Iterator[str]:
    there = {one.release.release_id for one in judged}
    for quarter, release_id in signed_releases(home):
        if release_id not in there:
            yield (
                f"{quarter} was signed from release {release_id}, which is not there: restore it "
                "from a copy."
            )


def _bytes_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
