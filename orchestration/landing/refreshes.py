"""Refreshes: what was known when, and what a refresh froze: lists, ids of companies.

A refresh records the batches that no earlier one has used, each with `known_on` (the later of its
own day and the newest day of any refresh before) and `known_step`, a count that goes up with each
new pair of known_on and as_of, and once more for each file that was replaced before any refresh
used it. Steps never change, so a rebuild replays them.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.errors import LandingError, RefreshError, one_sentence
from orchestration.landing import knowledge_tables
from orchestration.landing.as_of_dates import FileDay
from orchestration.landing.contracts import Table
from orchestration.landing.feeds import Feed
from orchestration.landing.files import (
    LandedFile,
    OpenedFile,
    already_landed,
    landing_session,
    regular_file,
)
from orchestration.landing.journal import (
    Journal,
    JournalEntry,
    current_time,
    durable_file,
    landing_lock,
)
from orchestration.landing.knowledge_tables import (
    AE_QUARTERS,
    AE_WEEKS,
    COMPANY_ASSIGNMENTS,
    LANDED_BATCHES,
    QUARTER_FREEZES,
    REFRESH_STEPS,
    REFRESHES,
    ROUTE_COMPARISONS,
    ROUTE_LEAVERS,
    WEEKLY_ROUTES,
    recorded_rows,
)
from orchestration.landing.schema import landed_schema, write_schema_files
from orchestration.landing.text_files import sha256_of
from orchestration.settings import Home

# What a home knows of itself: it says how facts are read, and is no fact that a day could be as of.
_OWN_SOURCES = (knowledge_tables.SOURCE, "policy", "settings", "reference")


@dataclass(frozen=True)
class Refresh:
    """One refresh; `new_batches` are the ids that it was the first to use, in order of steps.

    is_new: False when nothing had landed since and the day is the same, so nothing was written.
    """

    refresh_number: int
    refresh_id: str
    as_of: datetime.date
    new_batches: tuple[str, ...]
    is_new: bool


@dataclass(frozen=True)
class _Known:
    """A batch that no refresh has used, with its day of knowledge.

    version: how many unused batches of the same place and day it replaces.
    """

    entry: JournalEntry
    known_on: datetime.date
    version: int

    @property
    def order(self) -> tuple[datetime.date, datetime.date, int]:
        """Batches of equal order share a step (a list may be delivered in several files)."""
        return (self.known_on, self.entry.as_of, self.version)


def open_refresh(home: Home, as_of: datetime.date | None = None) -> Refresh:
    """Record what is newly known up to `as_of` (default: the newest day of knowledge).

    Returns the last refresh again when there is nothing new and the day is the same. Raises
    RefreshError when nothing has landed.
    """
    with landing_lock(home):
        write_schema_files(home)
        past = _past_refreshes(home)
        _remove_unfinished(home, past)
        unused = _unused_batches(home, past)
        day = as_of or _newest_day(past, unused)
        if day is None:
            raise RefreshError(
                f"Nothing has landed in {home.root}: put files into inbox/ or land one with "
                "`cosell land`."
            )
        new = sorted(
            (known for known in unused if known.known_on <= day),
            key=lambda known: (known.order, known.entry.batch_id),
        )
        last = past[-1] if past else None
        # What a refresh itself froze is recorded by the next one and calls for none.
        if last is not None and last.as_of == day and not any(_calls_for_refresh(k) for k in new):
            return last
        return _write_refresh(home, len(past) + 1, day, new)


def last_refresh(home: Home) -> Refresh | None:
    """The newest refresh of a home, None before the first."""
    past = _past_refreshes(home)
    return past[-1] if past else None


def newest_known_day(home: Home) -> datetime.date | None:
    """The day that `open_refresh` takes by default, None before anything landed."""
    past = _past_refreshes(home)
    return _newest_day(past, _unused_batches(home, past))


def _calls_for_refresh(known: _Known) -> bool:
    return known.entry.source != knowledge_tables.SOURCE


def _past_refreshes(home: Home) -> list[Refresh]:
    rows = recorded_rows(home, REFRESHES, ["refresh_number", "refresh_id", "as_of"])
    batches = recorded_rows(home, LANDED_BATCHES, ["refresh_number", "batch_id"])
    used: dict[str, list[str]] = {}
    for batch in batches:
        used.setdefault(batch["refresh_number"], []).append(batch["batch_id"])
    refreshes = [
        Refresh(
            refresh_number=int(row["refresh_number"]),
            refresh_id=row["refresh_id"],
            as_of=datetime.date.fromisoformat(row["as_of"]),
            new_batches=tuple(used.get(row["refresh_number"], [])),
            is_new=False,
        )
        for row in rows
    ]
    return sorted(refreshes, key=lambda refresh: refresh.refresh_number)


def _remove_unfinished(home: Home, past: list[Refresh]) -> None:
    """Remove the batches of a refresh that never got its own row."""
    finished = {refresh.refresh_id for refresh in past}
    for path in (home.landing / LANDED_BATCHES.source / LANDED_BATCHES.name).glob("*.parquet"):
        if path.stem not in finished and path.stem.split("_")[0].strip("0"):
            path.unlink()


def _unused_batches(home: Home, past: list[Refresh]) -> list[_Known]:
    used = {batch for refresh in past for batch in refresh.new_batches}
    newest = max((refresh.as_of for refresh in past), default=datetime.date.min)
    versions: Counter[tuple[str, str, str, datetime.date]] = Counter()
    unused = []
    for entry in Journal(home).entries.values():
        if entry.batch_id not in used:
            place = (entry.feed, entry.table, entry.file, entry.as_of)
            unused.append(_Known(entry, max(entry.as_of, newest), versions[place]))
            versions[place] += 1
    return unused


def _newest_day(past: list[Refresh], unused: list[_Known]) -> datetime.date | None:
    days = [known.known_on for known in unused if known.entry.source not in _OWN_SOURCES]
    days += [refresh.as_of for refresh in past]
    return max(days, default=None)


def _write_refresh(home: Home, number: int, day: datetime.date, new: list[_Known]) -> Refresh:
    refresh_id = f"{number:06d}_{day:%Y%m%d}"
    first_step = _last_step(home) + 1
    orders = sorted({known.order for known in new})
    steps = {order: first_step + place for place, order in enumerate(orders)}
    batches = [_batch_row(number, known, steps[known.order]) for known in new]
    started_at = current_time()
    _write_rows(home, LANDED_BATCHES, refresh_id, day, started_at, batches)
    refresh_row: dict[str, str | None] = {
        "refresh_number": str(number),
        "refresh_id": refresh_id,
        "as_of": day.isoformat(),
        "started_at": _timestamp(started_at),
    }
    _write_rows(home, REFRESHES, refresh_id, day, started_at, [refresh_row])
    return Refresh(
        refresh_number=number,
        refresh_id=refresh_id,
        as_of=day,
        new_batches=tuple(known.entry.batch_id for known in new),
        is_new=True,
    )


def record_refresh_steps(
    home: Home,
    refresh_id: str,
    as_of: datetime.date,
    steps: list[dict[str, str | None]],
) -> None:
    """Land what the steps of a refresh took; a second run of the same refresh changes nothing.

    `steps` have the columns of `refresh_steps`, as text. The releases after this one tell of it.
    """
    with landing_lock(home):
        folder = home.landing / REFRESH_STEPS.source / REFRESH_STEPS.name
        if not folder.joinpath(f"{refresh_id}.parquet").exists():
            _write_rows(home, REFRESH_STEPS, refresh_id, as_of, current_time(), steps)


def _last_step(home: Home) -> int:
    rows = recorded_rows(home, LANDED_BATCHES, ["known_step"])
    return max((int(row["known_step"]) for row in rows), default=0)


def _batch_row(number: int, known: _Known, step: int) -> dict[str, str | None]:
    entry = known.entry
    return {
        "refresh_number": str(number),
        "batch_id": entry.batch_id,
        "feed": entry.feed,
        "source": entry.source,
        "table_name": entry.table,
        "file": entry.file,
        "sha256": entry.sha256,
        "mode": entry.mode,
        "coverage": entry.coverage,
        "partner_id": entry.partner_id,
        "rows_count": str(entry.rows),
        "good_count": str(entry.good),
        "quarantined_count": str(entry.quarantined),
        "as_of": entry.as_of.isoformat(),
        "known_on": known.known_on.isoformat(),
        "known_step": str(step),
        "landed_at": _timestamp(entry.landed_at),
    }


def _timestamp(time: datetime.datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S.%f}"


def _write_rows(
    home: Home,
    table: Table,
    refresh_id: str,
    day: datetime.date,
    landed_at: datetime.datetime,
    rows: list[dict[str, str | None]],
) -> None:
    """Write rows of one refresh in the shape of every landed table."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    digest = hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()
    facts: dict[str, Any] = {
        "_batch_id": refresh_id,
        "_source_file": f"refresh {refresh_id}",
        "_source_sha256": digest,
        "_landed_at": landed_at,
        "_as_of": day,
    }
    landed = [{**row, **facts, "_row_number": place} for place, row in enumerate(rows, start=1)]
    path = home.landing / table.source / table.name / f"{refresh_id}.parquet"
    with durable_file(path) as temporary:
        parquet.write_table(
            pa.Table.from_pylist(landed, schema=landed_schema(table)), temporary, compression="zstd"
        )


def freeze_weekly_routes(home: Home, rows_parquet_path: Path, week: datetime.date) -> LandedFile:
    """Land the lists of one week, once: a week that is frozen stays as it is.

    `rows_parquet_path` has the columns of `weekly_routes` in any types, `week` is the first day
    of the week. Raises LandingError when a row belongs to another week or cannot be read.
    """
    return _freeze_week(home, WEEKLY_ROUTES, rows_parquet_path, week)


def freeze_route_comparisons(
    home: Home, rows_parquet_path: Path, week: datetime.date
) -> LandedFile:
    """Land the accounts with which the lists of one week are compared, once.

    `rows_parquet_path` has the columns of `route_comparisons` in any types. They are frozen before
    the lists, because a week whose lists are frozen proposes nothing any more. Raises LandingError
    as `freeze_weekly_routes` does.
    """
    return _freeze_week(home, ROUTE_COMPARISONS, rows_parquet_path, week)


def freeze_route_leavers(home: Home, rows_parquet_path: Path, week: datetime.date) -> LandedFile:
    """Land why accounts left the lists of one week, once, before the lists themselves.

    `rows_parquet_path` has the columns of `route_leavers` in any types. Raises LandingError as
    `freeze_weekly_routes` does.
    """
    return _freeze_week(home, ROUTE_LEAVERS, rows_parquet_path, week)


def _freeze_week(
    home: Home, table: Table, rows_parquet_path: Path, week: datetime.date
) -> LandedFile:
    path = Path(rows_parquet_path)
    label = home.relative(path)
    with landing_session(home) as session:
        for entry in session.journal.of_table(table.source, table.name):
            if entry.as_of == week:
                return already_landed(entry, label)
        opened = _own_file(table, path, label)
        _refuse_other_weeks(path, label, week)
        return session.land_prepared(opened, FileDay(week, "week"))


def freeze_quarter(home: Home, rows_parquet_path: Path, signed_on: datetime.date) -> LandedFile:
    """Land what a quarter held when somebody signed it.

    `rows_parquet_path` has one row with the columns of `quarter_freezes`, as text; the next refresh
    closes the quarter by it. The same file twice is once. Raises LandingError when the row cannot
    be read.
    """
    path = Path(rows_parquet_path)
    with landing_session(home) as session:
        opened = _own_file(QUARTER_FREEZES, path, path.name)
        for entry in session.journal.of_table(QUARTER_FREEZES.source, QUARTER_FREEZES.name):
            if entry.sha256 == opened.sha256:
                return already_landed(entry, path.name)
        return session.land_prepared(opened, FileDay(signed_on, "signature"))


def land_offboarding(
    home: Home, table: Table, rows_parquet_path: Path, offboarded_on: datetime.date
) -> LandedFile:
    """Land what was purged of a partner, or that it has left; models read it from then on.

    `rows_parquet_path` has the columns of `table`, as text. Raises LandingError when a row cannot
    be read.
    """
    path = Path(rows_parquet_path)
    with landing_session(home) as session:
        opened = _own_file(table, path, path.name)
        return session.land_prepared(opened, FileDay(offboarded_on, "off-boarding"))


def freeze_company_assignments(
    home: Home, rows_parquet_path: Path, as_of: datetime.date
) -> LandedFile | None:
    """Land which records a refresh found in another company than before, once per file name.

    `rows_parquet_path` has the columns of `company_assignments` in any types and the number of
    the refresh in its name. A refresh that looks back behind a later one decides nothing: None.
    """
    return _freeze_of_refresh(home, COMPANY_ASSIGNMENTS, rows_parquet_path, as_of)


def freeze_ae_weeks(home: Home, rows_parquet_path: Path, as_of: datetime.date) -> LandedFile | None:
    """Land the weeks of every rep that a refresh told for the first time, once per file name.

    `rows_parquet_path` has the columns of `ae_weeks` in any types and the number of the refresh
    in its name. A refresh that looks back behind a later one tells nothing: None.
    """
    return _freeze_of_refresh(home, AE_WEEKS, rows_parquet_path, as_of)


def freeze_ae_quarters(
    home: Home, rows_parquet_path: Path, as_of: datetime.date
) -> LandedFile | None:
    """Land the quarters of every rep that a refresh found closed, once per file name.

    `rows_parquet_path` has the columns of `ae_quarters` in any types; otherwise as
    `freeze_ae_weeks`.
    """
    return _freeze_of_refresh(home, AE_QUARTERS, rows_parquet_path, as_of)


def _freeze_of_refresh(
    home: Home, table: Table, rows_parquet_path: Path, as_of: datetime.date
) -> LandedFile | None:
    path = Path(rows_parquet_path)
    label = home.relative(path)
    with landing_session(home) as session:
        frozen = session.journal.of_table(table.source, table.name)
        for entry in frozen:
            if entry.file == label:
                return already_landed(entry, label)
        if any(entry.as_of > as_of for entry in frozen):
            return None
        opened = _own_file(table, path, label)
        return session.land_prepared(opened, FileDay(as_of, "refresh"))


def _own_file(table: Table, path: Path, label: str) -> OpenedFile:
    """A file that the pipeline itself wrote, ready to be landed."""
    state = regular_file(path, label)
    return OpenedFile(
        feed=Feed(
            name=knowledge_tables.SOURCE,
            source=knowledge_tables.SOURCE,
            table=table,
            file=label,
            mode="delta",
            dates="iso",
        ),
        table=table,
        path=path,
        label=label,
        source_file=label,
        sha256=sha256_of(path),
        text=None,
        size=state.st_size,
        modified_ns=state.st_mtime_ns,
        strict=True,
    )


def _refuse_other_weeks(path: Path, label: str, week: datetime.date) -> None:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    try:
        column = parquet.read_table(path, columns=["week_starts_on"]).column(0)
    except (pa.ArrowException, OSError, IndexError) as error:
        raise LandingError(
            f"{label} is not a Parquet file with week_starts_on "
            f"({one_sentence(str(error))[:160]}): write the routes again."
        ) from None
    for value in column.unique().to_pylist():
        if str(value)[:10] != week.isoformat():
            raise LandingError(
                f"{label} holds routes of the week of {value}, not of {week}: freeze each week by "
                "itself."
            )
