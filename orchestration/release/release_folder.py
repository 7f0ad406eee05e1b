"""The folder of releases: which there are, which is current, and switching between them."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from orchestration.errors import ReleaseError
from orchestration.release.durability import point_link
from orchestration.settings import Home

MANIFEST_FILE = "manifest.json"
DATABASE_FILE = "cosell.duckdb"
TABLES_FOLDER = "tables"
GATES_FOLDER = "gates"
UNFINISHED_PREFIX = ".building-"
PRUNED_PREFIX = ".pruned-"
_LONGEST_ID = 200


@dataclass(frozen=True)
class Release:
    """One published release; `path` is its own folder, never the link `current`."""

    release_id: str
    path: Path
    as_of: date
    refresh_id: str
    refresh_number: int
    created_at: datetime
    """When it was published (UTC)."""
    content_hash: str
    tables_count: int
    rows_count: int
    is_current: bool

    @property
    def database(self) -> Path:
        """The DuckDB file with one schema per area."""
        return self.path / DATABASE_FILE

    @property
    def manifest(self) -> dict[str, Any]:
        """The whole manifest, as written."""
        return read_manifest(self.path)

    def table_file(self, full_name: str) -> Path:
        """The Parquet file of a table named `area.table`."""
        return self.path / TABLES_FOLDER / f"{full_name}.parquet"


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read a release's manifest; raises ReleaseError where it is missing or damaged."""
    file = folder / MANIFEST_FILE
    try:
        manifest: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ReleaseError(
            f"releases/{folder.name} has no {MANIFEST_FILE}: it is no release; "
            "`cosell releases` lists those that are."
        ) from None
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise ReleaseError(
            f"releases/{folder.name}/{MANIFEST_FILE} is damaged: restore the folder from a copy, "
            "or remove it and refresh."
        ) from None
    return manifest


def list_releases(home: Home) -> list[Release]:
    """Every release in the order of their refreshes; those being built or pruned are left out.

    The order is that of the refreshes' numbers and not of the clock, which a machine may set back.
    """
    if not home.releases.is_dir():
        return []
    current = current_release_id(home)
    releases = [
        _release_in(folder, is_current=folder.name == current)
        for folder in home.releases.iterdir()
        if folder.is_dir()
        and not folder.is_symlink()
        and not folder.name.startswith(".")
        and folder.joinpath(MANIFEST_FILE).is_file()
    ]
    return sorted(
        releases,
        key=lambda release: (release.refresh_number, release.created_at, release.release_id),
    )


def current_release_id(home: Home) -> str | None:
    """Where the link `current` points, None before the first release."""
    if not home.current_release.is_symlink():
        return None
    return home.current_release.readlink().name


def current_release(home: Home) -> Release | None:
    """The release that readers open now, None before the first one."""
    release_id = current_release_id(home)
    return None if release_id is None else read_release(home, release_id)


def read_release(home: Home, release_id: str) -> Release:
    """One release by its id; raises ReleaseError for an id that is not there."""
    folder = home.releases / release_id
    if (
        release_id in ("", ".", "..", home.current_release.name)
        or Path(release_id).name != release_id
        # Longer than any file system's names, which would be another error.
        or len(release_id) > _LONGEST_ID
        or not folder.is_dir()
    ):
        known = [release.release_id for release in list_releases(home)]
        raise ReleaseError(
            f"There is no release {release_id!r}: use one of {', '.join(known)}."
            if known
            else f"There is no release {release_id!r}, and no other: run `cosell refresh` first."
        )
    return _release_in(folder, is_current=current_release_id(home) == release_id)


def named_release(home: Home, written: str) -> Release:
    """The release that a person names: its id, the beginning of one, `current` or `previous`.

    Raises ReleaseError for a name that is no release, or several.
    """
    releases = list_releases(home)
    current = next((place for place, one in enumerate(releases) if one.is_current), None)
    if written == "current" and current is not None:
        return releases[current]
    if written == "previous" and current:
        return releases[current - 1]
    begun = [one for one in releases if written and one.release_id.startswith(written)]
    whole = [one for one in begun if one.release_id == written]
    if len(whole or begun) > 1:
        raise ReleaseError(
            f"{written!r} may be {' or '.join(one.release_id for one in begun)}: write more of it."
        )
    return next(iter(whole or begun), None) or read_release(home, written)


def _release_in(folder: Path, is_current: bool) -> Release:
    manifest = read_manifest(folder)
    try:
        return Release(
            release_id=manifest["release_id"],
            path=folder,
            as_of=date.fromisoformat(manifest["as_of"]),
            refresh_id=manifest["refresh_id"],
            refresh_number=int(manifest.get("refresh_number", 0)),
            created_at=datetime.fromisoformat(manifest["created_at"]),
            content_hash=manifest["content_hash"],
            tables_count=len(manifest["tables"]),
            rows_count=sum(table["rows"] for table in manifest["tables"].values()),
            is_current=is_current,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ReleaseError(
            f"releases/{folder.name}/{MANIFEST_FILE} is damaged ({error}): restore the folder "
            "from a copy, or remove it and refresh."
        ) from None


@contextmanager
def switching(home: Home) -> Iterator[None]:
    """Hold the folder of releases while `current` or the release behind it changes.

    A rollback and a pruning must not meet. The operating system lets go of it in any case.
    """
    descriptor = os.open(home.releases, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def switch_current(home: Home, release_id: str) -> bool:
    """Let `current` point to a release; False where it already did.

    The link is relative, so that a copied or moved home still works.
    """
    if current_release_id(home) == release_id:
        return False
    if home.current_release.exists() and not home.current_release.is_symlink():
        raise ReleaseError(
            f"{home.relative(home.current_release)} is a folder, not a link: move it away."
        )
    point_link(home.current_release, release_id)
    return True


def rollback(home: Home, to: str | None = None) -> Release:
    """Let `current` point to an earlier release, or to the one named; returns that release.

    Nothing is deleted: the release that was current stays and can be named in another rollback.
    A refresh with nothing new leaves the choice alone; one with something new publishes again.

    Raises ReleaseError where there is none before, or where a file of the target has changed.
    """
    if to is None:
        releases = list_releases(home)
        current = next((place for place, one in enumerate(releases) if one.is_current), None)
        if current is None:
            raise ReleaseError("There is no current release: run `cosell refresh` first.")
        if current == 0:
            raise ReleaseError(
                f"{releases[0].release_id} is the oldest release: there is none to roll back to."
            )
        to = releases[current - 1].release_id
    read_release(home, to)
    with switching(home):
        # Read again: a pruning may have come before.
        target = read_release(home, to)
        missing = [
            name for name in target.manifest["files"] if not target.path.joinpath(name).exists()
        ]
        if missing:
            raise ReleaseError(
                f"Release {to} lacks {missing[0]}: restore it from a copy, or roll back to another."
            )
        switch_current(home, to)
        return read_release(home, to)


def remove_unfinished(home: Home) -> list[str]:
    """Remove what an interrupted publication or pruning left behind; returns the folders' names."""
    removed = []
    if home.releases.is_dir():
        for prefix in (UNFINISHED_PREFIX, PRUNED_PREFIX):
            for folder in home.releases.glob(f"{prefix}*"):
                shutil.rmtree(folder)
                removed.append(folder.name)
        for link in home.releases.glob(f".{home.current_release.name}-*"):
            link.unlink()
    return sorted(removed)
