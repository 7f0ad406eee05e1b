"""The journal of landing: what has landed, the lock, and writing that survives a crash.

Order of writing: quarantine, then landing, then the journal entry, each to a temporary name,
flushed to disk and renamed. A Parquet file without its entry is what a crash left behind; it is
removed before the next landing.
"""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import json
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestration.errors import LandingError
from orchestration.landing.contracts import Mode
from orchestration.settings import Home

SCHEMA_FILE = "00000000_schema.parquet"
TEMPORARY_FOLDER = "_temporary"
JOURNAL_FOLDER = "_journal"
_TEMPORARY_ENDING = ".unfinished"
_LOCK_WAIT_SECONDS = 30.0


@dataclass(frozen=True)
class JournalEntry:
    """One landed batch; immutable like the batch itself.

    as_of_from: what gave the day, as FileDay names it.
    columns: our column -> header of the file. file_size and file_modified_ns tell an unchanged
    file without reading it again.
    """

    feed: str
    source: str
    table: str
    batch_id: str
    file: str
    sha256: str
    as_of: datetime.date
    mode: Mode
    coverage: str | None
    partner_id: str | None
    rows: int
    good: int
    quarantined: int
    landed_at: datetime.datetime
    as_of_from: str
    columns: dict[str, str] = field(default_factory=dict)
    dialect: dict[str, str] = field(default_factory=dict)
    file_size: int = 0
    file_modified_ns: int = 0

    def to_json(self) -> str:
        """The entry as its file holds it."""
        values = dict(vars(self))
        values["as_of"] = self.as_of.isoformat()
        values["landed_at"] = self.landed_at.isoformat()
        return json.dumps(values, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> JournalEntry:
        """The entry of a file that `to_json` wrote; raises ValueError for anything else."""
        values: dict[str, Any] = json.loads(text)
        values["as_of"] = datetime.date.fromisoformat(values["as_of"])
        values["landed_at"] = datetime.datetime.fromisoformat(values["landed_at"])
        return cls(**values)


class Journal:
    """All entries of a home in the order of their landing, with the look-ups that it needs."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.entries: dict[str, JournalEntry] = {}
        self._by_content: dict[tuple[str, str, str], list[JournalEntry]] = {}
        self._by_file: dict[str, list[JournalEntry]] = {}
        self._newest: datetime.datetime | None = None
        read = [_read_entry(path) for path in home.journal.glob("*.json")]
        for entry in sorted(read, key=_landing_order):
            self._remember(entry)

    def _remember(self, entry: JournalEntry) -> None:
        self.entries[entry.batch_id] = entry
        self._by_content.setdefault((entry.feed, entry.table, entry.sha256), []).append(entry)
        self._by_file.setdefault(entry.file, []).append(entry)
        self._newest = max(self._newest or entry.landed_at, entry.landed_at)

    def next_moment(self) -> datetime.datetime:
        """Now; after every moment of the journal, even where the clock was set back since.

        The order of landing decides which of two corrections is the later one.
        """
        now = current_time()
        if self._newest is None:
            return now
        return max(now, self._newest + datetime.timedelta(microseconds=1))

    def with_content(self, feed: str, table: str, sha256: str) -> list[JournalEntry]:
        """Batches of the same bytes for the same feed and table."""
        return self._by_content.get((feed, table, sha256), [])

    def of_file(self, feed: str, file: str) -> list[JournalEntry]:
        """Batches that lay in one place, in the order in which they landed."""
        return [entry for entry in self._by_file.get(file, []) if entry.feed == feed]

    def of_table(self, source: str, table: str) -> list[JournalEntry]:
        """Batches of one table in the order in which they landed."""
        return [
            entry
            for entry in self.entries.values()
            if (entry.source, entry.table) == (source, table)
        ]

    def write(self, entry: JournalEntry) -> None:
        """Add an entry: from here on its batch is landed."""
        path = self.home.journal / f"{entry.batch_id}.json"
        with durable_file(path) as temporary:
            temporary.write_text(entry.to_json(), encoding="utf-8")
        self._remember(entry)


def read_journal(home: Home) -> list[JournalEntry]:
    """Every landed batch, in the order in which they landed."""
    return list(Journal(home).entries.values())


def _read_entry(path: Path) -> JournalEntry:
    try:
        return JournalEntry.from_json(path.read_text(encoding="utf-8"))
    except (ValueError, TypeError, KeyError):
        raise LandingError(
            f"{path} is damaged: restore it from a backup, or remove it together with the batch "
            f"{path.stem} to land that file again."
        ) from None


def _landing_order(entry: JournalEntry) -> tuple[datetime.datetime, str]:
    return (entry.landed_at, entry.batch_id)


def current_time() -> datetime.datetime:
    """Now, in UTC and without a zone as landing writes it; the only clock of landing."""
    return datetime.datetime.now(datetime.UTC).replace(tzinfo=None)


def private_folder(path: Path) -> Path:
    """Make sure that a folder exists, readable by its owner alone."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


@contextlib.contextmanager
def durable_file(path: Path) -> Iterator[Path]:
    """A temporary path that becomes `path` once the block has ended well.

    The content is on disk before the name is, so a crash leaves the whole file or none. The name
    itself is left to the file system, which keeps the order of names: what a power cut takes back
    is the newest ones, and those files are landed again.
    """
    private_folder(path.parent)
    temporary = path.with_name(f".{path.name}{_TEMPORARY_ENDING}")
    temporary.unlink(missing_ok=True)
    try:
        yield temporary
        _flush(temporary)
        temporary.chmod(0o600)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def landing_lock(home: Home, wait_seconds: float = _LOCK_WAIT_SECONDS) -> Iterator[None]:
    """Hold the lock of landing; raises LandingError when another landing keeps it too long."""
    private_folder(home.landing)
    descriptor = os.open(home.landing / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take_lock(descriptor, home, wait_seconds)
        yield
    finally:
        os.close(descriptor)


def _take_lock(descriptor: int, home: Home, wait_seconds: float) -> None:
    give_up_at = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= give_up_at:
                raise LandingError(
                    f"Another landing is writing into {home.landing}: wait until it has finished "
                    "and try again."
                ) from None
            time.sleep(0.05)


def remove_leftovers(home: Home, entries: Iterable[str], tables: Iterable[tuple[str, str]]) -> None:
    """Remove what a crash left behind: unfinished files and batches without their entry."""
    landed = set(entries)
    for area in (home.landing, home.quarantine):
        for source, table in tables:
            folder = area / source / table
            if not folder.is_dir():
                continue
            for path in folder.iterdir():
                finished = path.name == SCHEMA_FILE or path.stem in landed
                if path.name.endswith(_TEMPORARY_ENDING) or (
                    path.suffix == ".parquet" and not finished
                ):
                    path.unlink(missing_ok=True)
    for folder in (home.journal, home.landing / TEMPORARY_FOLDER):
        if folder.is_dir():
            for path in folder.iterdir():
                if path.name.endswith(_TEMPORARY_ENDING) or folder.name == TEMPORARY_FOLDER:
                    path.unlink(missing_ok=True)
