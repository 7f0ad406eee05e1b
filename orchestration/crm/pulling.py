"""Pulls: page after page to disk, then one file per object into the inbox, then the watermark.

A kill at any moment loses at most the page at hand: the next pull of the same object goes on at the
cursor that was kept with the pages (`<home>/pulls/<feed>/<object>/`). A file appears in the inbox
whole or not at all; the watermark moves only behind it, so nothing is skipped. What changed within
the overlap of two pulls comes twice, which changes nothing: the newest version of a record counts.
"""

from __future__ import annotations

import csv
import datetime
import json
import os
import shutil
import zoneinfo
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from orchestration.crm.credentials import read_credentials
from orchestration.crm.sessions import Patience
from orchestration.errors import ConfigurationError, PullError
from orchestration.landing import load_feed
from orchestration.landing.feeds import CRM_OBJECTS, Feed
from orchestration.landing.journal import durable_file, private_folder
from orchestration.progress import Progress, no_progress
from orchestration.settings import Home, load_company

# A record may be committed after its stamp was given; so much of the last window is asked again.
OVERLAP = datetime.timedelta(minutes=15)
_PROGRESS_FILE = "progress.json"
_WATERMARKS_FILE = "watermarks.json"
_LONGEST_FIELD = 16 * 1024 * 1024

Cursor = dict[str, Any]


@dataclass(frozen=True)
class PulledObject:
    """What became of one object; `file` is None when nothing had changed or it does not exist."""

    name: str
    rows: int
    file: Path | None
    message: str


@dataclass(frozen=True)
class Window:
    """What to ask for: changes from `since` (None = everything) up to, not including, `until`."""

    since: datetime.datetime | None
    until: datetime.datetime


@dataclass(frozen=True)
class Page:
    """One page on disk: its rows, and the cursor of the next one (None = it was the last)."""

    rows: int
    next_cursor: Cursor | None


class LiveCrm(Protocol):
    """One live CRM: which objects it has, and their pages."""

    def object_names(self) -> tuple[str, ...]:
        """Names of the objects to pull, in their order."""

    def now(self) -> datetime.datetime:
        """The CRM's own time, UTC."""

    def begin(self, name: str, window: Window) -> Cursor | None:
        """The cursor of the first page; None when the CRM has no such object."""

    def fetch(self, name: str, cursor: Cursor, target: Path) -> Page:
        """Write the page at `cursor` as CSV with a header; raises PullError."""


@dataclass
class _ObjectProgress:
    """What is kept of an unfinished pull of one object."""

    folder: Path
    until: datetime.datetime | None = None
    cursor: Cursor | None = None
    pages: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, folder: Path) -> _ObjectProgress:
        """The progress that lies in a folder; a new one when there is none to go on with."""
        try:
            kept = json.loads((folder / _PROGRESS_FILE).read_text(encoding="utf-8"))
            return cls(
                folder,
                datetime.datetime.fromisoformat(kept["until"]),
                kept["cursor"],
                [int(rows) for rows in kept["pages"]],
            )
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            shutil.rmtree(folder, ignore_errors=True)
            return cls(folder)

    def page_file(self, number: int) -> Path:
        return self.folder / f"page_{number:06d}.csv"

    def save(self) -> None:
        assert self.until is not None
        private_folder(self.folder)
        kept = {"until": self.until.isoformat(), "cursor": self.cursor, "pages": self.pages}
        with durable_file(self.folder / _PROGRESS_FILE) as temporary:
            temporary.write_text(json.dumps(kept), encoding="utf-8")

    def forget(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.until, self.cursor, self.pages = None, None, []


def pull_crm(
    home: Home,
    feed_name: str,
    objects: Iterable[str] = (),
    everything: bool = False,
    patience: Patience | None = None,
    progress: Progress | None = None,
) -> list[PulledObject]:
    """Pull what changed in a live CRM since the last pull into `inbox/<feed>/<day>/`.

    Args:
        home: the data folder.
        feed_name: a feed with a `connection:`.
        objects: names of objects; default: those of the feed, else all that landing knows.
        everything: ask for all records, not only for those that changed.
        patience: how long to wait for the CRM.
        progress: told which object is fetched and how many rows there are.

    Raises ConfigurationError or PullError with one sentence; what was fetched before stays.
    """
    feed = load_feed(home, feed_name)
    if feed.source not in CRM_OBJECTS or not feed.connection:
        raise ConfigurationError(
            f"{feed.file} names no live CRM: add `connection:` with its address, as in "
            "config/feeds/salesforce_org.yaml.example."
        )
    crm = _open(home, feed, patience or Patience())
    puller = _Puller(home, feed, crm, no_progress if progress is None else progress)
    names = _chosen(feed, crm, tuple(objects))
    return [puller.pull(name, everything, done, len(names)) for done, name in enumerate(names)]


def _open(home: Home, feed: Feed, patience: Patience) -> LiveCrm:
    credentials = read_credentials(home, feed.name, feed.source)
    if feed.source == "hubspot":
        from orchestration.crm.hubspot_portal import HubSpotPortal

        return HubSpotPortal(feed, credentials, patience)
    try:
        from orchestration.crm.salesforce_org import SalesforceOrg
    except ModuleNotFoundError:
        raise ConfigurationError(
            "Pulling from Salesforce needs its client: install it with `pip install "
            "'cosell[salesforce]'`."
        ) from None
    return SalesforceOrg(feed, credentials, patience)


def _chosen(feed: Feed, crm: LiveCrm, objects: tuple[str, ...]) -> tuple[str, ...]:
    known = {name.lower(): name for name in crm.object_names()}
    wanted = objects or tuple(feed.connection.get("objects") or known.values())
    unknown = [name for name in wanted if name.lower() not in known]
    if unknown:
        raise ConfigurationError(
            f"{feed.file}: {unknown[0]} is no object that can be pulled: use one of "
            f"{', '.join(known.values())}."
        )
    return tuple(known[name.lower()] for name in wanted)


class _Puller:
    """Pulls objects of one feed, one after the other."""

    def __init__(self, home: Home, feed: Feed, crm: LiveCrm, progress: Progress) -> None:
        self.home = home
        self.feed = feed
        self.crm = crm
        self.progress = progress
        self.folder = private_folder(home.pulls / feed.name)
        self.zone = zoneinfo.ZoneInfo(load_company(home).time_zone)

    def pull(self, name: str, everything: bool, done: int, total: int) -> PulledObject:
        """Pull one object, going on where an earlier pull was stopped."""
        kept = _ObjectProgress.of(self.folder / name)
        if kept.until is None:
            window = Window(None if everything else self._since(name), self.crm.now())
            kept.until, kept.cursor = window.until, self.crm.begin(name, window)
            if kept.cursor is None:
                return PulledObject(name, 0, None, f"{name}: {self.feed.name} has no such object")
            kept.save()
        while kept.cursor is not None:
            self.progress("pulling", f"{name} {sum(kept.pages):,} rows", done, total)
            self._fetch_page(name, kept)
        return self._deliver(name, kept)

    def _fetch_page(self, name: str, kept: _ObjectProgress) -> None:
        assert kept.cursor is not None
        try:
            with durable_file(kept.page_file(len(kept.pages))) as target:
                page = self.crm.fetch(name, kept.cursor, target)
        except CursorLostError:
            # The CRM no longer knows what we were reading: the next pull begins anew.
            kept.forget()
            raise
        kept.pages.append(page.rows)
        kept.cursor = page.next_cursor
        kept.save()

    def _deliver(self, name: str, kept: _ObjectProgress) -> PulledObject:
        assert kept.until is not None
        rows, until = sum(kept.pages), kept.until
        file = None
        if rows:
            day = until.astimezone(self.zone).date().isoformat()
            file = self.home.inbox / self.feed.name / day / f"{name}_{until:%Y%m%dT%H%M%SZ}.csv"
            self._write(file, [kept.page_file(number) for number in range(len(kept.pages))])
        self._move_watermark(name, until)
        kept.forget()
        said = f"{rows:,} rows in {self.home.relative(file)}" if file else "nothing changed"
        return PulledObject(name, rows, file, f"{name}: {said}")

    def _write(self, file: Path, pages: list[Path]) -> None:
        """One file of all pages, under a header of its own; visible once it is whole."""
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.parent / f".{file.name}.part"
        with temporary.open("wb") as target:
            header = b""
            for page in pages:
                with page.open("rb") as source:
                    first = source.readline()
                    if header and first.strip() != header.strip():
                        raise PullError(
                            f"{page.name} of {file.stem} has other columns than the page before: "
                            "delete the folder of this object below pulls/ and pull again."
                        )
                    if not header:
                        header = first
                        target.write(first)
                    shutil.copyfileobj(source, target, 1024 * 1024)
            target.flush()
            os.fsync(target.fileno())
        temporary.replace(file)

    # --- watermarks ---------------------------------------------------------------------------

    def _watermarks(self) -> dict[str, str]:
        try:
            found = json.loads((self.folder / _WATERMARKS_FILE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError:
            raise PullError(
                f"{self.home.relative(self.folder / _WATERMARKS_FILE)} is damaged: delete it, the "
                "next pull then asks for everything."
            ) from None
        return dict(found)

    def _since(self, name: str) -> datetime.datetime | None:
        mark = self._watermarks().get(name)
        return datetime.datetime.fromisoformat(mark) - OVERLAP if mark else None

    def _move_watermark(self, name: str, until: datetime.datetime) -> None:
        marks = self._watermarks() | {name: until.isoformat()}
        with durable_file(self.folder / _WATERMARKS_FILE) as temporary:
            temporary.write_text(json.dumps(marks, indent=1, sort_keys=True), encoding="utf-8")


class CursorLostError(PullError):
    """The CRM does not know the cursor any more; the object has to be asked for anew."""


def rows_of_csv(path: Path) -> int:
    """Data rows of a CSV page; raises PullError when its last row was cut."""
    csv.field_size_limit(_LONGEST_FIELD)
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream, strict=True)
        try:
            header = next(reader, None)
            count = 0
            for row in reader:
                if header is not None and len(row) != len(header):
                    raise PullError(f"row {count + 1} has {len(row)} of {len(header)} fields")
                count += 1
        except csv.Error as error:
            raise PullError(f"it is no whole CSV ({error})") from None
    return count


def write_page(target: Path, columns: list[str], rows: Iterator[list[str]]) -> int:
    """Write rows as a CSV page; returns how many there were."""
    count = 0
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow(row)
            count += 1
    return count
